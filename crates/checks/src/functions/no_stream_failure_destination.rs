//! A stream consumer has no destination for records that fail.
use crate::prelude::*;
use crate::repair::{dead_letters_by_role, risky_with};

check! {
    /// # Lost records of a stream
    ///
    /// A stream consumer has no destination for records that fail.
    ///
    /// ## Why it matters
    ///
    /// When retries end, the records are gone, and nobody knows which.
    ///
    /// ## What to do
    ///
    /// Set `DestinationConfig.OnFailure` to a queue, a topic or a bucket.
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
    ///     DestinationConfig: { OnFailure: { Destination: arn:aws:sqs:eu-west-1:123456789012:failed } }
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
    ///   destination_config {
    ///     on_failure {
    ///       destination_arn = "arn:aws:sqs:eu-west-1:123456789012:failed"
    ///     }
    ///   }
    /// }
    /// ```
    NO_STREAM_FAILURE_DESTINATION = "no-stream-failure-destination" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-703", "OWASP-SLS:S10", "CSA:SAS-10"],
        also_known_as: &[],
        run: no_stream_failure_destination,
    }
}

fn no_stream_failure_destination(app: &App, findings: &mut Findings) {
    for trigger in app.all(Kind::Trigger) {
        if !matches!(trigger.text("event"), Some("stream" | "table-stream")) {
            continue;
        }
        let wrong = (!trigger.has("on_failure")).into();
        findings.when(wrong, || {
            NO_STREAM_FAILURE_DESTINATION
                .on(trigger, "on_failure", format!("`{}` drops records that fail", trigger.name))
                .fix(add_dead_letters(app, trigger))
        });
    }
}

fn add_dead_letters(app: &App, trigger: &Node) -> Fix {
    let function = app.targets(trigger, Relation::Triggers).next().or_else(|| app.owner(trigger));
    let queue = dead_letters_by_role(app, trigger, function.unwrap_or(trigger));
    let set = trigger.set("on_failure", queue.attribute("Arn"));
    risky_with("keep what fails in a queue", queue, [set])
}
