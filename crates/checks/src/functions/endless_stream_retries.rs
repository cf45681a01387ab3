//! A stream consumer retries a failing record until it expires.
use crate::prelude::*;

check! {
    /// # Endless retries of a stream
    ///
    /// A stream consumer retries a failing record until it expires.
    ///
    /// ## Why it matters
    ///
    /// One record that cannot be processed, perhaps sent on purpose, stops its shard for a day or more,
    /// and every retry is paid.
    ///
    /// ## What to do
    ///
    /// Set `MaximumRetryAttempts` or `MaximumRecordAgeInSeconds`, and a destination for failures.
    ///
    /// ```yaml fires
    /// E:
    ///   Type: AWS::Lambda::EventSourceMapping
    ///   Properties:
    ///     FunctionName: f
    ///     EventSourceArn: arn:aws:kinesis:eu-west-1:123456789012:stream/s
    ///     StartingPosition: LATEST
    /// ```
    /// ```yaml quiet
    /// E:
    ///   Type: AWS::Lambda::EventSourceMapping
    ///   Properties:
    ///     FunctionName: f
    ///     EventSourceArn: arn:aws:kinesis:eu-west-1:123456789012:stream/s
    ///     StartingPosition: LATEST
    ///     MaximumRetryAttempts: 3
    /// ```
    /// ```hcl fires
    /// resource "aws_lambda_event_source_mapping" "e" {
    ///   function_name     = "f"
    ///   event_source_arn  = "arn:aws:kinesis:eu-west-1:123456789012:stream/s"
    ///   starting_position = "LATEST"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_lambda_event_source_mapping" "e" {
    ///   function_name     = "f"
    ///   event_source_arn  = "arn:aws:kinesis:eu-west-1:123456789012:stream/s"
    ///   starting_position = "LATEST"
    ///   maximum_retry_attempts = 3
    /// }
    /// ```
    ENDLESS_STREAM_RETRIES = "endless-stream-retries" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Safe,
        controls: &["CWE-835", "CWE-400", "OWASP-SLS:S8", "CSA:SAS-8"],
        also_known_as: &[],
        run: endless_stream_retries,
    }
}

fn endless_stream_retries(app: &App, findings: &mut Findings) {
    for trigger in app.all(Kind::Trigger) {
        if !matches!(trigger.text("event"), Some("stream" | "table-stream")) {
            continue;
        }
        let endless = |attr| trigger.get(attr).is_none() || trigger.int(attr) == Some(-1);
        let wrong = (endless("retries") && endless("record_age_seconds")).into();
        findings.when(wrong, || {
            ENDLESS_STREAM_RETRIES
                .on(
                    trigger,
                    "retries",
                    format!("`{}` retries a failing record until it expires", trigger.name),
                )
                .fix(Fix::safe("retry three times", trigger.set("retries", 3_i64)))
        });
    }
}
