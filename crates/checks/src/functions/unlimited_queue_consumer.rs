//! A queue starts a function without any limit of concurrency.
use crate::prelude::*;

check! {
    /// # A queue without a brake
    ///
    /// A queue starts a function without any limit of concurrency.
    ///
    /// ## Why it matters
    ///
    /// A flood of messages takes the concurrency of the whole account, and overruns the database behind
    /// the function.
    ///
    /// ## What to do
    ///
    /// Set `ScalingConfig.MaximumConcurrency` of the event source, or reserve concurrency for the
    /// function.
    ///
    /// ```yaml fires
    /// F:
    ///   Type: AWS::Lambda::Function
    ///   Properties:
    ///     Handler: app.handler
    ///     Runtime: python3.14
    ///     Role: arn:aws:iam::123456789012:role/worker
    ///     Code: { S3Bucket: code, S3Key: app.zip }
    /// E:
    ///   Type: AWS::Lambda::EventSourceMapping
    ///   Properties: { FunctionName: !Ref F, EventSourceArn: 'arn:aws:sqs:eu-west-1:123456789012:q' }
    /// ```
    /// ```yaml quiet
    /// F:
    ///   Type: AWS::Lambda::Function
    ///   Properties:
    ///     Handler: app.handler
    ///     Runtime: python3.14
    ///     Role: arn:aws:iam::123456789012:role/worker
    ///     Code: { S3Bucket: code, S3Key: app.zip }
    /// E:
    ///   Type: AWS::Lambda::EventSourceMapping
    ///   Properties: { FunctionName: !Ref F, EventSourceArn: 'arn:aws:sqs:eu-west-1:123456789012:q', ScalingConfig: { MaximumConcurrency: 10 } }
    /// ```
    /// ```hcl fires
    /// resource "aws_lambda_function" "f" {
    ///   function_name = "f"
    ///   handler       = "app.handler"
    ///   runtime       = "python3.14"
    ///   role          = "arn:aws:iam::123456789012:role/worker"
    ///   filename      = "app.zip"
    /// }
    /// resource "aws_lambda_event_source_mapping" "e" {
    ///   function_name    = aws_lambda_function.f.arn
    ///   event_source_arn = "arn:aws:sqs:eu-west-1:123456789012:q"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_lambda_function" "f" {
    ///   function_name = "f"
    ///   handler       = "app.handler"
    ///   runtime       = "python3.14"
    ///   role          = "arn:aws:iam::123456789012:role/worker"
    ///   filename      = "app.zip"
    ///   reserved_concurrent_executions = 5
    /// }
    /// resource "aws_lambda_event_source_mapping" "e" {
    ///   function_name    = aws_lambda_function.f.arn
    ///   event_source_arn = "arn:aws:sqs:eu-west-1:123456789012:q"
    /// }
    /// ```
    UNLIMITED_QUEUE_CONSUMER = "unlimited-queue-consumer" {
        since: "0.1.0",
        severity: Low,
        confidence: Likely,
        fix: Risky,
        controls: &["CWE-770", "OWASP-SLS:S8", "CSA:SAS-8"],
        also_known_as: &[],
        run: unlimited_queue_consumer,
    }
}

fn unlimited_queue_consumer(app: &App, findings: &mut Findings) {
    for trigger in app.all(Kind::Trigger).filter(|trigger| trigger.text("event") == Some("queue")) {
        let Some(function) = app.owner(trigger) else { continue };
        if !trigger.has("concurrency") && !function.has("concurrency") {
            let message = format!("`{}` starts `{}` without a limit", trigger.name, function.name);
            findings.push(
                UNLIMITED_QUEUE_CONSUMER
                    .on(trigger, "concurrency", message)
                    .fix(Fix::risky("limit it", trigger.set("concurrency", 10_i64))),
            );
        }
    }
}
