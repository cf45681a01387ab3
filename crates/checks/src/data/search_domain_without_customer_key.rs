//! This search domain is encrypted, if at all, with a key of the provider.
use super::facts::written;
use crate::prelude::*;
use crate::repair::with_own_key;

const TYPES: &[&str] = &[
    "AWS::Elasticsearch::Domain",
    "AWS::OpenSearchService::Domain",
    "aws_elasticsearch_domain",
    "aws_opensearch_domain",
];

check! {
    /// # Search domain without a customer key
    ///
    /// This search domain is encrypted, if at all, with a key of the provider.
    ///
    /// ## Why it matters
    ///
    /// With a key of your own, every use of it is logged, and disabling it makes the indexes unreadable at
    /// once.
    ///
    /// ## What to do
    ///
    /// Name a key of your own.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::OpenSearchService::Domain
    ///   Properties: { DomainName: s }
    /// ```
    /// ```hcl fires
    /// resource "aws_opensearch_domain" "store" {
    ///   domain_name = "s"
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::OpenSearchService::Domain
    ///   Properties: { EncryptionAtRestOptions: { Enabled: true, KmsKeyId: k } }
    /// ```
    /// ```hcl quiet
    /// resource "aws_opensearch_domain" "store" {
    ///   encrypt_at_rest {
    ///     enabled    = true
    ///     kms_key_id = "k"
    ///   }
    /// }
    /// ```
    SEARCH_DOMAIN_WITHOUT_CUSTOMER_KEY = "search-domain-without-customer-key" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-326", "OWASP-SLS:S3", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_247"],
        run: search_domain_without_customer_key,
    }
}

fn search_domain_without_customer_key(app: &App, findings: &mut Findings) {
    for node in app.of_type(TYPES) {
        if !written(node, "key") {
            findings.push(
                SEARCH_DOMAIN_WITHOUT_CUSTOMER_KEY
                    .on(node, "key", format!("`{}` names no customer key", node.name))
                    .fix(with_own_key(app, node, "key", "encrypt with a customer key")),
            );
        }
    }
}
