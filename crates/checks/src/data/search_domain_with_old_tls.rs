//! This search domain does not name a policy with TLS 1.2 or later.
use super::facts::one_of;
use crate::prelude::*;

const TYPES: &[&str] = &[
    "AWS::Elasticsearch::Domain",
    "AWS::OpenSearchService::Domain",
    "aws_elasticsearch_domain",
    "aws_opensearch_domain",
];

check! {
    /// # Search domain that accepts old TLS
    ///
    /// This search domain does not name a policy with TLS 1.2 or later.
    ///
    /// ## Why it matters
    ///
    /// TLS 1.0 and 1.1 are broken, and the default policy still accepts them.
    ///
    /// ## What to do
    ///
    /// Use `Policy-Min-TLS-1-2-PFS-2023-10`.
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
    ///   Properties: { DomainEndpointOptions: { TLSSecurityPolicy: Policy-Min-TLS-1-2-PFS-2023-10 } }
    /// ```
    /// ```hcl quiet
    /// resource "aws_opensearch_domain" "store" {
    ///   domain_endpoint_options {
    ///     tls_security_policy = "Policy-Min-TLS-1-2-2019-07"
    ///   }
    /// }
    /// ```
    SEARCH_DOMAIN_WITH_OLD_TLS = "search-domain-with-old-tls" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-327", "OWASP-SLS:S3", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_228"],
        run: search_domain_with_old_tls,
    }
}

fn search_domain_with_old_tls(app: &App, findings: &mut Findings) {
    for node in app.of_type(TYPES) {
        findings.when(
            !one_of(node, "tls_policy", &["Policy-Min-TLS-1-2-2019-07", "Policy-Min-TLS-1-2-PFS-2023-10"]),
            || {
                SEARCH_DOMAIN_WITH_OLD_TLS
                    .on(node, "tls_policy", format!("`{}` accepts old versions of TLS", node.name))
                    .fix(Fix::risky(
                        "require TLS 1.2",
                        node.set("tls_policy", "Policy-Min-TLS-1-2-PFS-2023-10"),
                    ))
            },
        );
    }
}
