//! The queue for dead letters keeps messages no longer than the queue that they come from.
use crate::prelude::*;

/// What the service keeps a message for when nothing is said, and at most.
const DEFAULT_SECONDS: i64 = 345_600;
const LONGEST_SECONDS: i64 = 1_209_600;

check! {
    /// # Dead letters that expire too early
    ///
    /// The queue for dead letters keeps messages no longer than the queue that they come from.
    ///
    /// ## Why it matters
    ///
    /// A message keeps the time of its first arrival when it is moved. After a long wait in the first
    /// queue, little or no time is left to look at it.
    ///
    /// ## What to do
    ///
    /// Keep dead letters for 14 days.
    ///
    /// ```yaml fires
    /// Orders:
    ///   Type: AWS::SQS::Queue
    ///   Properties: { RedrivePolicy: { deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 3 } }
    /// Dead: { Type: AWS::SQS::Queue }
    /// ```
    /// ```yaml quiet
    /// Orders:
    ///   Type: AWS::SQS::Queue
    ///   Properties: { RedrivePolicy: { deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 3 } }
    /// Dead: { Type: AWS::SQS::Queue, Properties: { MessageRetentionPeriod: 1209600 } }
    /// ```
    DEAD_LETTERS_EXPIRE_EARLY = "dead-letters-expire-early" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Safe,
        controls: &["CWE-755", "OWASP-SLS:S6", "CSA:SAS-10"],
        also_known_as: &[],
        run: dead_letters_expire_early,
    }
}

fn dead_letters_expire_early(app: &App, findings: &mut Findings) {
    for node in app.all(Kind::Queue) {
        for dead in app.targets(node, Relation::DeadLetters).filter(|dead| dead.kind == Kind::Queue) {
            let (Some(kept), Some(source)) = (retention(dead), retention(node)) else { continue };
            if kept <= source && kept < LONGEST_SECONDS {
                let message = format!(
                    "`{}` keeps dead letters of `{}` no longer than that queue",
                    dead.name, node.name
                );
                findings.push(
                    DEAD_LETTERS_EXPIRE_EARLY.on(dead, "retention_seconds", message).fix(Fix::safe(
                        "keep them for 14 days",
                        dead.set("retention_seconds", LONGEST_SECONDS),
                    )),
                );
            }
        }
    }
}

fn retention(queue: &Node) -> Option<i64> {
    queue.get("retention_seconds").map_or(Some(DEFAULT_SECONDS), Value::as_int)
}
