//! This archive of a bus has no limit of days.
use crate::data::facts::below;
use crate::prelude::*;

check! {
    /// # Archive that keeps events for ever
    ///
    /// This archive of a bus has no limit of days.
    ///
    /// ## Why it matters
    ///
    /// Events hold what users did. What is kept for ever can leak for ever, and is paid for.
    ///
    /// ## What to do
    ///
    /// Keep events as long as you would replay them.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::Events::Archive
    ///   Properties: { SourceArn: b }
    /// ```
    /// ```hcl fires
    /// resource "aws_cloudwatch_event_archive" "store" {
    ///   name = "a"
    ///   event_source_arn = "b"
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::Events::Archive
    ///   Properties: { SourceArn: b, RetentionDays: 90 }
    /// ```
    /// ```hcl quiet
    /// resource "aws_cloudwatch_event_archive" "store" {
    ///   name = "a"
    ///   event_source_arn = "b"
    ///   retention_days = 90
    /// }
    /// ```
    ENDLESS_EVENT_ARCHIVE = "endless-event-archive" {
        since: "0.1.0",
        severity: Info,
        confidence: Likely,
        fix: Risky,
        controls: &["CWE-770", "OWASP-SLS:S6", "CSA:SAS-8"],
        also_known_as: &[],
        run: endless_event_archive,
    }
}

fn endless_event_archive(app: &App, findings: &mut Findings) {
    for node in app.of_type(&["AWS::Events::Archive", "aws_cloudwatch_event_archive"]) {
        findings.when(below(node, "retention_days", 1, 0), || {
            ENDLESS_EVENT_ARCHIVE
                .on(node, "retention_days", format!("`{}` keeps events for ever", node.name))
                .fix(Fix::risky("keep them for 90 days", node.set("retention_days", 90)))
        });
    }
}
