//! Messages that fail again and again stay in this queue until they expire.
use crate::data::dead_letters::is_for_dead_letters;
use crate::data::facts::written;
use crate::prelude::*;
use crate::repair::{dead_letter_queue, risky_with};

check! {
    /// # Queue without a queue for dead letters
    ///
    /// Messages that fail again and again stay in this queue until they expire.
    ///
    /// ## Why it matters
    ///
    /// One message that a function cannot handle is tried over and over: it costs invocations, holds up
    /// others, and is lost in the end without a trace.
    ///
    /// ## What to do
    ///
    /// Add a redrive policy with a second queue, and an alarm on its length.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::SQS::Queue
    /// ```
    /// ```hcl fires
    /// resource "aws_sqs_queue" "store" {
    ///   name = "orders"
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::SQS::Queue
    ///   Properties: { RedrivePolicy: { deadLetterTargetArn: "arn:aws:sqs:eu-west-1:111122223333:dead", maxReceiveCount: 3 } }
    /// ```
    /// ```hcl quiet
    /// resource "aws_sqs_queue" "store" {
    ///   redrive_policy = jsonencode({ deadLetterTargetArn = "arn:aws:sqs:eu-west-1:111122223333:dead", maxReceiveCount = 3 })
    /// }
    /// ```
    QUEUE_WITHOUT_DEAD_LETTERS = "queue-without-dead-letters" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-755", "OWASP-SLS:S6", "CSA:SAS-10"],
        also_known_as: &[],
        run: queue_without_dead_letters,
    }
}

fn queue_without_dead_letters(app: &App, findings: &mut Findings) {
    for node in app.all(Kind::Queue) {
        // A queue that takes the dead letters of others is the end of the line.
        if written(node, "dead_letters") || is_for_dead_letters(app, node) {
            continue;
        }
        let finding = QUEUE_WITHOUT_DEAD_LETTERS
            .at(node, format!("`{}` has no queue for dead letters", node.name))
            .fix(add_dead_letters(app, node));
        let feeds_function = app.sources(node, Relation::FedBy).any(|fed| fed.kind == Kind::Trigger);
        findings.push(if feeds_function { finding.severity(Severity::Medium) } else { finding });
    }
}

fn add_dead_letters(app: &App, node: &Node) -> Fix {
    let queue = dead_letter_queue(app, node);
    let redrive = Data::map([("deadLetterTargetArn", queue.attribute("Arn")), ("maxReceiveCount", 5.into())]);
    risky_with("keep what fails in a queue", queue, [node.set("redrive", redrive)])
}
