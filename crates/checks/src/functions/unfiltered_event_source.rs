//! A stream consumer is started by every record.
use crate::prelude::*;

check! {
    /// # Every record starts the function
    ///
    /// A stream consumer is started by every record.
    ///
    /// ## Why it matters
    ///
    /// A filter drops records of other kinds before they cost an invocation, and before their content
    /// reaches the code.
    ///
    /// ## What to do
    ///
    /// Set `FilterCriteria` to the records that the function handles.
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
    ///     FilterCriteria: { Filters: [{ Pattern: "{}" }] }
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
    ///   filter_criteria {
    ///     filter {
    ///       pattern = "{}"
    ///     }
    ///   }
    /// }
    /// ```
    UNFILTERED_EVENT_SOURCE = "unfiltered-event-source" {
        since: "0.1.0",
        severity: Info,
        confidence: Possible,
        controls: &["CWE-20", "OWASP-SLS:S1", "CSA:SAS-1"],
        also_known_as: &[],
        run: unfiltered_event_source,
    }
}

fn unfiltered_event_source(app: &App, findings: &mut Findings) {
    for trigger in app.all(Kind::Trigger) {
        if !matches!(trigger.text("event"), Some("stream" | "table-stream")) {
            continue;
        }
        let wrong = (!trigger.has("filter")).into();
        findings.when(wrong, || {
            UNFILTERED_EVENT_SOURCE.on(
                trigger,
                "filter",
                format!("`{}` is started by every record", trigger.name),
            )
        });
    }
}
