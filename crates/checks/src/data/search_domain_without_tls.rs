//! This search domain does not insist on TLS.
use crate::prelude::*;

const TYPES: &[&str] = &[
    "AWS::Elasticsearch::Domain",
    "AWS::OpenSearchService::Domain",
    "aws_elasticsearch_domain",
    "aws_opensearch_domain",
];

check! {
    /// # Search domain that answers plain HTTP
    ///
    /// This search domain does not insist on TLS.
    ///
    /// ## Why it matters
    ///
    /// Queries, documents and passwords go through the network readable.
    ///
    /// ## What to do
    ///
    /// Enforce HTTPS.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::OpenSearchService::Domain
    ///   Properties: { DomainName: s }
    /// ```
    /// ```hcl fires
    /// resource "aws_opensearch_domain" "store" {
    ///   domain_endpoint_options {
    ///     enforce_https = false
    ///   }
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::OpenSearchService::Domain
    ///   Properties: { DomainEndpointOptions: { EnforceHTTPS: true } }
    /// ```
    /// ```hcl quiet
    /// resource "aws_opensearch_domain" "store" {
    ///   domain_endpoint_options {
    ///     enforce_https = true
    ///   }
    /// }
    /// ```
    SEARCH_DOMAIN_WITHOUT_TLS = "search-domain-without-tls" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-319", "OWASP-SLS:S3", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_83", "ELASTICSEARCH_HTTPS_REQUIRED", "OPENSEARCH_HTTPS_REQUIRED"],
        run: search_domain_without_tls,
    }
}

fn search_domain_without_tls(app: &App, findings: &mut Findings) {
    for node in app.of_type(TYPES) {
        // Terraform's provider insists on it when nothing is said.
        if node.provider_type.starts_with("aws_") && !node.has("https_only") {
            continue;
        }
        findings.unless_on(node, "https_only", || {
            SEARCH_DOMAIN_WITHOUT_TLS
                .on(node, "https_only", format!("`{}` answers plain HTTP", node.name))
                .fix(Fix::risky("insist on TLS", node.set("https_only", true)))
        });
    }
}
