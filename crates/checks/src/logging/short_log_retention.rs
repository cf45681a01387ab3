//! A log group that forgets within a year.
use crate::prelude::*;

check! {
    /// # Logs kept for less than a year
    ///
    /// Entries are gone before a year has passed.
    ///
    /// ## Why it matters
    ///
    /// Break-ins are often noticed after months; standards such as PCI DSS ask for a year of logs.
    ///
    /// ## What to do
    ///
    /// Keep audit and access logs for 365 days or longer, or move them to a bucket. For debugging
    /// output a shorter time is fine.
    ///
    /// ```yaml fires
    /// Logs: { Type: AWS::Logs::LogGroup, Properties: { RetentionInDays: 30 } }
    /// ```
    /// ```yaml quiet
    /// Logs: { Type: AWS::Logs::LogGroup, Properties: { RetentionInDays: 400 } }
    /// ```
    /// ```hcl fires
    /// resource "aws_cloudwatch_log_group" "l" {
    ///   retention_in_days = 30
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_cloudwatch_log_group" "l" {
    ///   retention_in_days = 0
    /// }
    /// ```
    SHORT_LOG_RETENTION = "short-log-retention" {
        since: "0.1.0",
        severity: Info,
        confidence: Certain,
        fix: Safe,
        controls: &["CWE-778", "OWASP-SLS:S10", "CSA:SAS-5"],
        also_known_as: &["CKV_AWS_338"],
        run: short_log_retention,
    }
}

fn short_log_retention(app: &App, findings: &mut Findings) {
    const DAYS_MIN: i64 = 365;
    for group in app.all(Kind::LogGroup) {
        let short = match group.get("retention_days") {
            // Nothing said means for ever, which CloudFormation users mean more often than not.
            None => group.provider_type.starts_with("aws_").into(),
            Some(days) => match days.as_int() {
                Some(days) => (days != 0 && days < DAYS_MIN).into(),
                None => Tri::Unknown,
            },
        };
        findings.when(short, || {
            SHORT_LOG_RETENTION
                .on(group, "retention_days", format!("`{}` is not set to keep a year", group.name))
                .fix(Fix::safe("keep a year", group.set("retention_days", DAYS_MIN)))
        });
    }
}
