//! A start that fails is dropped after its retries.
use crate::data::facts::written;
use crate::prelude::*;
use crate::repair::{dead_letters_by_role, risky_with};

check! {
    /// # Schedule without a queue for dead letters
    ///
    /// A start that fails is dropped after its retries.
    ///
    /// ## Why it matters
    ///
    /// A nightly job whose role lost a permission stops running, and nobody is told.
    ///
    /// ## What to do
    ///
    /// Give the schedule a dead-letter queue, and an alarm on its length.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::Scheduler::Schedule
    ///   Properties: { ScheduleExpression: rate(1 hour), Target: { Arn: f, RoleArn: r } }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::Scheduler::Schedule
    ///   Properties: { ScheduleExpression: rate(1 hour), Target: { Arn: f, RoleArn: r, DeadLetterConfig: { Arn: q } } }
    /// ```
    SCHEDULE_WITHOUT_DEAD_LETTERS = "schedule-without-dead-letters" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-755", "OWASP-SLS:S6", "CSA:SAS-10"],
        also_known_as: &[],
        run: schedule_without_dead_letters,
    }
}

fn schedule_without_dead_letters(app: &App, findings: &mut Findings) {
    for node in app.all(Kind::Schedule).filter(|node| !node.has("pipe") && !written(node, "dead_letters")) {
        findings.push(
            SCHEDULE_WITHOUT_DEAD_LETTERS
                .at(node, format!("`{}` drops starts that fail", node.name))
                .fix(add_dead_letters(app, node)),
        );
    }
}

fn add_dead_letters(app: &App, node: &Node) -> Fix {
    let queue = dead_letters_by_role(app, node, node);
    let set = node.set("dead_letters", queue.attribute("Arn"));
    risky_with("keep what fails in a queue", queue, [set])
}
