//! A queue shows messages again while the function still works on them.
use crate::prelude::*;

check! {
    /// # Messages come back too early
    ///
    /// A queue shows messages again while the function still works on them.
    ///
    /// ## Why it matters
    ///
    /// The message is processed twice, or moves to the dead-letter queue although it succeeded. AWS
    /// asks for six times the timeout of the function.
    ///
    /// ## What to do
    ///
    /// Set `VisibilityTimeout` to six times the `Timeout` of the function.
    ///
    /// ```yaml fires
    /// F:
    ///   Type: AWS::Lambda::Function
    ///   Properties:
    ///     Handler: app.handler
    ///     Runtime: python3.14
    ///     Role: arn:aws:iam::123456789012:role/worker
    ///     Code: { S3Bucket: code, S3Key: app.zip }
    ///     Timeout: 60
    /// Q: { Type: AWS::SQS::Queue, Properties: { VisibilityTimeout: 60 } }
    /// E:
    ///   Type: AWS::Lambda::EventSourceMapping
    ///   Properties: { FunctionName: !Ref F, EventSourceArn: !GetAtt Q.Arn }
    /// ```
    /// ```yaml quiet
    /// F:
    ///   Type: AWS::Lambda::Function
    ///   Properties:
    ///     Handler: app.handler
    ///     Runtime: python3.14
    ///     Role: arn:aws:iam::123456789012:role/worker
    ///     Code: { S3Bucket: code, S3Key: app.zip }
    ///     Timeout: 60
    /// Q: { Type: AWS::SQS::Queue, Properties: { VisibilityTimeout: 360 } }
    /// E:
    ///   Type: AWS::Lambda::EventSourceMapping
    ///   Properties: { FunctionName: !Ref F, EventSourceArn: !GetAtt Q.Arn }
    /// ```
    SHORT_QUEUE_VISIBILITY = "short-queue-visibility" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Safe,
        controls: &["CWE-799", "CWE-703", "OWASP-SLS:S10", "CSA:SAS-9"],
        also_known_as: &[],
        run: short_queue_visibility,
    }
}

/// Source: AWS Lambda Developer Guide, "Using Lambda with Amazon SQS".
const TIMES: i64 = 6;
const DEFAULT_TIMEOUT_SECONDS: i64 = 3;
const DEFAULT_VISIBILITY_SECONDS: i64 = 30;

fn short_queue_visibility(app: &App, findings: &mut Findings) {
    for trigger in app.all(Kind::Trigger).filter(|trigger| trigger.text("event") == Some("queue")) {
        let Some(function) = app.owner(trigger) else { continue };
        let known = |node: &Node, attr: &str, default: i64| match node.get(attr) {
            None => Some(default),
            Some(value) => value.as_int(),
        };
        let Some(timeout) = known(function, "timeout_seconds", DEFAULT_TIMEOUT_SECONDS) else { continue };
        for queue in app.targets(trigger, Relation::FedBy).filter(|node| node.kind == Kind::Queue) {
            let visible = known(queue, "visibility_seconds", DEFAULT_VISIBILITY_SECONDS);
            if visible.is_some_and(|seconds| seconds < timeout * TIMES) {
                let message = format!(
                    "`{}` shows messages again before `{}` is surely done",
                    queue.name, function.name
                );
                let longer = queue.set("visibility_seconds", timeout * TIMES);
                findings.push(
                    SHORT_QUEUE_VISIBILITY
                        .on(queue, "visibility_seconds", message)
                        .fix(Fix::safe("hide them longer", longer)),
                );
            }
        }
    }
}
