//! This search domain does not publish its audit log.
use crate::prelude::*;

const TYPES: &[&str] = &[
    "AWS::Elasticsearch::Domain",
    "AWS::OpenSearchService::Domain",
    "aws_elasticsearch_domain",
    "aws_opensearch_domain",
];

check! {
    /// # Search domain without an audit log
    ///
    /// This search domain does not publish its audit log.
    ///
    /// ## Why it matters
    ///
    /// Without it nobody can say who read which index.
    ///
    /// ## What to do
    ///
    /// Publish `AUDIT_LOGS`, with fine-grained access control on.
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
    ///   Properties: { LogPublishingOptions: { AUDIT_LOGS: { CloudWatchLogsLogGroupArn: g, Enabled: true } } }
    /// ```
    /// ```hcl quiet
    /// resource "aws_opensearch_domain" "store" {
    ///   log_publishing_options {
    ///     log_type                 = "AUDIT_LOGS"
    ///     cloudwatch_log_group_arn = "g"
    ///     enabled                  = true
    ///   }
    /// }
    /// ```
    SEARCH_DOMAIN_WITHOUT_AUDIT_LOG = "search-domain-without-audit-log" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        controls: &["CWE-778", "OWASP-SLS:S10", "CSA:SAS-5"],
        also_known_as: &["CKV_AWS_317", "OPENSEARCH_AUDIT_LOGGING_ENABLED"],
        run: search_domain_without_audit_log,
    }
}

fn search_domain_without_audit_log(app: &App, findings: &mut Findings) {
    for node in app.of_type(TYPES) {
        findings.unless_on(node, "audit_log", || {
            SEARCH_DOMAIN_WITHOUT_AUDIT_LOG.on(
                node,
                "audit_log",
                format!("`{}` publishes no audit log", node.name),
            )
        });
    }
}
