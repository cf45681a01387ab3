//! A log group that keeps everything for ever.
use crate::prelude::*;

check! {
    /// # Logs kept for ever
    ///
    /// The log group never removes an entry.
    ///
    /// ## Why it matters
    ///
    /// Logs of functions hold more personal data than anyone plans. Without a retention they pile up,
    /// cost money every month, and are there to be stolen years later.
    ///
    /// ## What to do
    ///
    /// Set a retention that fits your rules: often 30 to 400 days.
    ///
    /// ```yaml fires
    /// Logs: { Type: AWS::Logs::LogGroup }
    /// ```
    /// ```yaml quiet
    /// Logs: { Type: AWS::Logs::LogGroup, Properties: { RetentionInDays: 30 } }
    /// ```
    /// ```hcl fires
    /// resource "aws_cloudwatch_log_group" "l" {
    ///   name = "l"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_cloudwatch_log_group" "l" {
    ///   name              = "l"
    ///   retention_in_days = 30
    /// }
    /// ```
    ENDLESS_LOG_RETENTION = "endless-log-retention" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-779", "OWASP-SLS:S10", "CSA:SAS-5"],
        also_known_as: &["CKV_AWS_66", "W86"],
        run: endless_log_retention,
    }
}

fn endless_log_retention(app: &App, findings: &mut Findings) {
    /// Long enough for most investigations.
    const DAYS: i64 = 365;
    for group in app.all(Kind::LogGroup) {
        findings.unless_set(group, "retention_days", || {
            ENDLESS_LOG_RETENTION
                .at(group, format!("`{}` keeps its entries for ever", group.name))
                .fix(Fix::risky("keep a year", group.set("retention_days", DAYS)))
        });
    }
}
