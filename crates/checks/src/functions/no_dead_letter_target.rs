//! A function has neither a dead-letter queue nor a destination for failures.
use crate::prelude::*;
use crate::repair::{dead_letters_by_role, put_property, risky_with};

check! {
    /// # No place for failed events
    ///
    /// A function has neither a dead-letter queue nor a destination for failures.
    ///
    /// ## Why it matters
    ///
    /// An asynchronous event that fails three times is dropped. Nobody sees what was in it, and an
    /// attacker who makes events fail leaves no trace.
    ///
    /// ## What to do
    ///
    /// Set `DeadLetterConfig` to a queue or topic, or `OnFailure` of its asynchronous invocation. Watch
    /// that queue with an alarm.
    ///
    /// ```yaml fires
    /// F:
    ///   Type: AWS::Lambda::Function
    ///   Properties:
    ///     Handler: app.handler
    ///     Runtime: python3.14
    ///     Role: arn:aws:iam::123456789012:role/worker
    ///     Code: { S3Bucket: code, S3Key: app.zip }
    /// ```
    /// ```yaml quiet
    /// F:
    ///   Type: AWS::Lambda::Function
    ///   Properties:
    ///     Handler: app.handler
    ///     Runtime: python3.14
    ///     Role: arn:aws:iam::123456789012:role/worker
    ///     Code: { S3Bucket: code, S3Key: app.zip }
    ///     DeadLetterConfig: { TargetArn: arn:aws:sqs:eu-west-1:123456789012:failed }
    /// ```
    /// ```hcl fires
    /// resource "aws_lambda_function" "f" {
    ///   function_name = "f"
    ///   handler       = "app.handler"
    ///   runtime       = "python3.14"
    ///   role          = "arn:aws:iam::123456789012:role/worker"
    ///   filename      = "app.zip"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_lambda_function" "f" {
    ///   function_name = "f"
    ///   handler       = "app.handler"
    ///   runtime       = "python3.14"
    ///   role          = "arn:aws:iam::123456789012:role/worker"
    ///   filename      = "app.zip"
    ///   dead_letter_config {
    ///     target_arn = "arn:aws:sqs:eu-west-1:123456789012:failed"
    ///   }
    /// }
    /// ```
    NO_DEAD_LETTER_TARGET = "no-dead-letter-target" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-703", "CWE-778", "OWASP-SLS:S10", "CSA:SAS-10"],
        also_known_as: &["CKV_AWS_116", "LAMBDA_DLQ_CHECK"],
        run: no_dead_letter_target,
    }
}

fn no_dead_letter_target(app: &App, findings: &mut Findings) {
    for function in app.functions() {
        let wrong = (!function.has("dead_letters") && !function.has("on_failure")).into();
        findings.when(wrong, || {
            NO_DEAD_LETTER_TARGET
                .on(function, "dead_letters", format!("`{}` drops events that fail", function.name))
                .fix(add_dead_letters(app, function))
        });
    }
}

/// In a queue that its role may write to. A template's own model of functions asks for the kind of queue.
fn add_dead_letters(app: &App, function: &Node) -> Fix {
    let queue = dead_letters_by_role(app, function, function);
    let arn = queue.attribute("Arn");
    let patch = if function.provider_type == "AWS::Serverless::Function" {
        let to = Data::map([("Type", "SQS".into()), ("TargetArn", arn.clone())]);
        put_property(function, &["DeadLetterQueue"], to)
    } else {
        None
    };
    let patch = patch.unwrap_or_else(|| function.set("dead_letters", arn));
    risky_with("keep what fails in a queue", queue, [patch])
}
