//! Records of this stream are gone after 24 hours.
use crate::data::facts::below;
use crate::prelude::*;

const TYPES: &[&str] = &["AWS::Kinesis::Stream", "aws_kinesis_stream"];

check! {
    /// # Stream that keeps records for one day
    ///
    /// Records of this stream are gone after 24 hours.
    ///
    /// ## Why it matters
    ///
    /// When a consumer fails on a Friday, its records are lost before Monday.
    ///
    /// ## What to do
    ///
    /// Keep records for at least three days, or longer than your team may need to repair a consumer.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::Kinesis::Stream
    ///   Properties: { ShardCount: 1 }
    /// ```
    /// ```hcl fires
    /// resource "aws_kinesis_stream" "store" {
    ///   name = "s"
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::Kinesis::Stream
    ///   Properties: { ShardCount: 1, RetentionPeriodHours: 168 }
    /// ```
    /// ```hcl quiet
    /// resource "aws_kinesis_stream" "store" {
    ///   name = "s"
    ///   retention_period = 72
    /// }
    /// ```
    SHORT_STREAM_RETENTION = "short-stream-retention" {
        since: "0.1.0",
        severity: Info,
        confidence: Certain,
        fix: Safe,
        controls: &["CWE-693", "OWASP-SLS:S6", "CSA:SAS-3"],
        also_known_as: &["KINESIS_STREAM_BACKUP_RETENTION_CHECK"],
        run: short_stream_retention,
    }
}

fn short_stream_retention(app: &App, findings: &mut Findings) {
    for node in app.of_type(TYPES) {
        findings.when(below(node, "retention_hours", 25, 24), || {
            SHORT_STREAM_RETENTION
                .on(node, "retention_hours", format!("`{}` keeps records for one day", node.name))
                .fix(Fix::safe("keep records for a week", node.set("retention_hours", 168)))
        });
    }
}
