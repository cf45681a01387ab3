//! An event that cannot be delivered to a target of this rule is dropped.
use crate::prelude::*;
use crate::repair::{dead_letters_by_service, is_terraform, risky_with};

check! {
    /// # Rule target without a queue for dead letters
    ///
    /// An event that cannot be delivered to a target of this rule is dropped.
    ///
    /// ## Why it matters
    ///
    /// A target whose permission is wrong, or that is throttled for a day, loses events, and nobody is
    /// told.
    ///
    /// ## What to do
    ///
    /// Give each target a dead-letter queue, and an alarm on its length.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::Events::Rule
    ///   Properties: { EventPattern: { source: [orders] }, Targets: [{ Id: a, Arn: f }] }
    /// ```
    /// ```hcl fires
    /// resource "aws_cloudwatch_event_target" "store" {
    ///   rule = "r"
    ///   arn = "f"
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::Events::Rule
    ///   Properties: { EventPattern: { source: [orders] }, Targets: [{ Id: a, Arn: f, DeadLetterConfig: { Arn: q } }] }
    /// ```
    /// ```hcl quiet
    /// resource "aws_cloudwatch_event_target" "store" {
    ///   rule = "r"
    ///   arn = "f"
    ///   dead_letter_config {
    ///     arn = "q"
    ///   }
    /// }
    /// ```
    RULE_TARGET_WITHOUT_DEAD_LETTERS = "rule-target-without-dead-letters" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-755", "OWASP-SLS:S6", "CSA:SAS-10"],
        also_known_as: &[],
        run: rule_target_without_dead_letters,
    }
}

fn rule_target_without_dead_letters(app: &App, findings: &mut Findings) {
    for node in app.all(Kind::EventRule) {
        let Some(target) = node.list("targets").iter().find(|target| target.get("dead_letters").is_none())
        else {
            continue;
        };
        findings.push(
            RULE_TARGET_WITHOUT_DEAD_LETTERS
                .at(node, format!("`{}` drops events that cannot be delivered", node.name))
                .at(target.at)
                .fix(add_dead_letters(app, node, target)),
        );
    }
}

fn add_dead_letters(app: &App, node: &Node, target: &Value) -> Fix {
    // Terraform writes a target beside its rule.
    let rule = app.owner(node).unwrap_or(node);
    let arn = Data::attribute(&rule.name, "Arn");
    let queue = dead_letters_by_service(app, node, "events.amazonaws.com", arn);
    let patch = if is_terraform(node) {
        node.set("dead_letters", queue.attribute("Arn"))
    } else {
        target.put(&["DeadLetterConfig", "Arn"], queue.attribute("Arn"))
    };
    risky_with("keep what fails in a queue", queue, [patch])
}
