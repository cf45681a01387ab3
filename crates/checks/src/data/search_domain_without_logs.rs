//! No log of this search domain is kept.
use crate::prelude::*;

const TYPES: &[&str] = &[
    "AWS::Elasticsearch::Domain",
    "AWS::OpenSearchService::Domain",
    "aws_elasticsearch_domain",
    "aws_opensearch_domain",
];

check! {
    /// # Search domain that publishes no log
    ///
    /// No log of this search domain is kept.
    ///
    /// ## Why it matters
    ///
    /// Errors and slow queries leave no trace.
    ///
    /// ## What to do
    ///
    /// Publish the error and audit logs to the log service.
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
    ///   Properties: { LogPublishingOptions: { ES_APPLICATION_LOGS: { CloudWatchLogsLogGroupArn: g, Enabled: true } } }
    /// ```
    /// ```hcl quiet
    /// resource "aws_opensearch_domain" "store" {
    ///   log_publishing_options {
    ///     log_type                 = "INDEX_SLOW_LOGS"
    ///     cloudwatch_log_group_arn = "g"
    ///   }
    /// }
    /// ```
    SEARCH_DOMAIN_WITHOUT_LOGS = "search-domain-without-logs" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        controls: &["CWE-778", "OWASP-SLS:S10", "CSA:SAS-5"],
        also_known_as: &["CKV_AWS_84"],
        run: search_domain_without_logs,
    }
}

fn search_domain_without_logs(app: &App, findings: &mut Findings) {
    for node in app.of_type(TYPES) {
        findings.unless_on(node, "any_log", || {
            SEARCH_DOMAIN_WITHOUT_LOGS.on(node, "any_log", format!("`{}` publishes no log", node.name))
        });
    }
}
