//! A queue consumer repeats whole batches for one bad message.
use crate::prelude::*;

check! {
    /// # Whole batches of a queue fail
    ///
    /// A queue consumer repeats whole batches for one bad message.
    ///
    /// ## Why it matters
    ///
    /// Messages that were processed come back, are processed twice, and fill the dead-letter queue with
    /// the good ones beside the bad.
    ///
    /// ## What to do
    ///
    /// Set `FunctionResponseTypes: [ReportBatchItemFailures]`, and return the ids of the messages that
    /// failed. Or read one message at a time.
    ///
    /// ```yaml fires
    /// E:
    ///   Type: AWS::Lambda::EventSourceMapping
    ///   Properties: { FunctionName: f, EventSourceArn: 'arn:aws:sqs:eu-west-1:123456789012:q' }
    /// ```
    /// ```yaml quiet
    /// E:
    ///   Type: AWS::Lambda::EventSourceMapping
    ///   Properties: { FunctionName: f, EventSourceArn: 'arn:aws:sqs:eu-west-1:123456789012:q', FunctionResponseTypes: [ReportBatchItemFailures] }
    /// ```
    /// ```yaml quiet
    /// E:
    ///   Type: AWS::Lambda::EventSourceMapping
    ///   Properties: { FunctionName: f, EventSourceArn: 'arn:aws:sqs:eu-west-1:123456789012:q', BatchSize: 1 }
    /// ```
    /// ```hcl fires
    /// resource "aws_lambda_event_source_mapping" "e" {
    ///   function_name    = "f"
    ///   event_source_arn = "arn:aws:sqs:eu-west-1:123456789012:q"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_lambda_event_source_mapping" "e" {
    ///   function_name    = "f"
    ///   event_source_arn = "arn:aws:sqs:eu-west-1:123456789012:q"
    ///   function_response_types = ["ReportBatchItemFailures"]
    /// }
    /// ```
    NO_PARTIAL_BATCH_RESPONSE = "no-partial-batch-response" {
        since: "0.1.0",
        severity: Low,
        confidence: Likely,
        fix: Risky,
        controls: &["CWE-755", "OWASP-SLS:S10", "CSA:SAS-10"],
        also_known_as: &[],
        run: no_partial_batch_response,
    }
}

fn no_partial_batch_response(app: &App, findings: &mut Findings) {
    for trigger in app.all(Kind::Trigger).filter(|trigger| trigger.text("event") == Some("queue")) {
        let single = trigger.int("batch_size") == Some(1);
        let wrong = !trigger.flag("partial_failures") & (!single).into();
        findings.when(wrong, || {
            NO_PARTIAL_BATCH_RESPONSE
                .on(trigger, "batch_size", format!("`{}` repeats whole batches", trigger.name))
                .fix(Fix::risky(
                    "let the function report what failed",
                    trigger.set("partial_failures", Data::list(["ReportBatchItemFailures".into()])),
                ))
        });
    }
}
