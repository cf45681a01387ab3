//! Whoever may use this search domain may use all of it.
use crate::prelude::*;

const TYPES: &[&str] = &[
    "AWS::Elasticsearch::Domain",
    "AWS::OpenSearchService::Domain",
    "aws_elasticsearch_domain",
    "aws_opensearch_domain",
];

check! {
    /// # Search domain without fine-grained access control
    ///
    /// Whoever may use this search domain may use all of it.
    ///
    /// ## Why it matters
    ///
    /// Roles per index and per document, and the audit log, need fine-grained access control.
    ///
    /// ## What to do
    ///
    /// Switch the advanced security options on.
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
    ///   Properties: { AdvancedSecurityOptions: { Enabled: true } }
    /// ```
    /// ```hcl quiet
    /// resource "aws_opensearch_domain" "store" {
    ///   advanced_security_options {
    ///     enabled = true
    ///   }
    /// }
    /// ```
    SEARCH_DOMAIN_WITHOUT_ACCESS_CONTROL = "search-domain-without-access-control" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-732", "OWASP-SLS:S5", "CSA:SAS-4"],
        also_known_as: &["CKV2_AWS_52", "OPENSEARCH_ACCESS_CONTROL_ENABLED"],
        run: search_domain_without_access_control,
    }
}

fn search_domain_without_access_control(app: &App, findings: &mut Findings) {
    for node in app.of_type(TYPES) {
        findings.when(!(node.flag("access_control") | node.flag("internal_users")), || {
            SEARCH_DOMAIN_WITHOUT_ACCESS_CONTROL
                .on(node, "access_control", format!("`{}` has no fine-grained access control", node.name))
                .fix(Fix::risky("switch it on", node.set("access_control", true)))
        });
    }
}
