//! A stream consumer repeats whole batches for one bad record.
use crate::prelude::*;

check! {
    /// # Whole batches fail
    ///
    /// A stream consumer repeats whole batches for one bad record.
    ///
    /// ## Why it matters
    ///
    /// Good records of the batch are processed again and again, and arrive late.
    ///
    /// ## What to do
    ///
    /// Set `BisectBatchOnFunctionError`, or let the function report which records failed.
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
    ///     BisectBatchOnFunctionError: true
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
    ///   bisect_batch_on_function_error = true
    /// }
    /// ```
    NO_BATCH_BISECT = "no-batch-bisect" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Safe,
        controls: &["CWE-755", "OWASP-SLS:S10", "CSA:SAS-10"],
        also_known_as: &[],
        run: no_batch_bisect,
    }
}

fn no_batch_bisect(app: &App, findings: &mut Findings) {
    for trigger in app.all(Kind::Trigger) {
        if !matches!(trigger.text("event"), Some("stream" | "table-stream")) {
            continue;
        }
        let wrong = !(trigger.flag("bisect") | trigger.flag("partial_failures"));
        findings.when(wrong, || {
            NO_BATCH_BISECT
                .on(trigger, "bisect", format!("`{}` repeats whole batches", trigger.name))
                .fix(Fix::safe("split failing batches", trigger.set("bisect", true)))
        });
    }
}
