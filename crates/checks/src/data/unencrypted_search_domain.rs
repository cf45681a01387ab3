//! Indexes of this search domain are not encrypted at rest.
use crate::prelude::*;

const TYPES: &[&str] = &[
    "AWS::Elasticsearch::Domain",
    "AWS::OpenSearchService::Domain",
    "aws_elasticsearch_domain",
    "aws_opensearch_domain",
];

check! {
    /// # Search domain without encryption
    ///
    /// Indexes of this search domain are not encrypted at rest.
    ///
    /// ## Why it matters
    ///
    /// Indexes, logs and snapshots hold copies of the data that was indexed.
    ///
    /// ## What to do
    ///
    /// Switch encryption at rest on.
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
    ///   Properties: { EncryptionAtRestOptions: { Enabled: true } }
    /// ```
    /// ```hcl quiet
    /// resource "aws_opensearch_domain" "store" {
    ///   encrypt_at_rest {
    ///     enabled = true
    ///   }
    /// }
    /// ```
    UNENCRYPTED_SEARCH_DOMAIN = "unencrypted-search-domain" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-311", "OWASP-SLS:S3", "CSA:SAS-3"],
        also_known_as: &[
            "CKV_AWS_5",
            "W54",
            "ELASTICSEARCH_ENCRYPTED_AT_REST",
            "OPENSEARCH_ENCRYPTED_AT_REST",
        ],
        run: unencrypted_search_domain,
    }
}

fn unencrypted_search_domain(app: &App, findings: &mut Findings) {
    for node in app.of_type(TYPES) {
        findings.unless_on(node, "encrypted", || {
            UNENCRYPTED_SEARCH_DOMAIN
                .on(node, "encrypted", format!("`{}` is not encrypted at rest", node.name))
                .fix(Fix::risky("encrypt it", node.set("encrypted", true)))
        });
    }
}
