//! A message that cannot be delivered to this subscriber is dropped.
use crate::data::facts::written;
use crate::prelude::*;
use crate::repair::{dead_letters_by_service, risky_with};

check! {
    /// # Subscription without a queue for dead letters
    ///
    /// A message that cannot be delivered to this subscriber is dropped.
    ///
    /// ## Why it matters
    ///
    /// A subscriber that is away, or whose permission is wrong, loses messages, and nobody is told.
    ///
    /// ## What to do
    ///
    /// Add a redrive policy with a queue, and an alarm on its length.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::SNS::Subscription
    ///   Properties: { TopicArn: t, Protocol: lambda, Endpoint: f }
    /// ```
    /// ```hcl fires
    /// resource "aws_sns_topic_subscription" "store" {
    ///   topic_arn = "t"
    ///   protocol = "sqs"
    ///   endpoint = "q"
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::SNS::Subscription
    ///   Properties: { TopicArn: t, Protocol: lambda, Endpoint: f, RedrivePolicy: { deadLetterTargetArn: dead } }
    /// ```
    /// ```hcl quiet
    /// resource "aws_sns_topic_subscription" "store" {
    ///   topic_arn = "t"
    ///   protocol = "email"
    ///   endpoint = "ops@example.org"
    /// }
    /// ```
    SUBSCRIPTION_WITHOUT_DEAD_LETTERS = "subscription-without-dead-letters" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-755", "OWASP-SLS:S6", "CSA:SAS-10"],
        also_known_as: &[],
        run: subscription_without_dead_letters,
    }
}

fn subscription_without_dead_letters(app: &App, findings: &mut Findings) {
    const REDRIVEN: &[&str] = &["sqs", "lambda", "http", "https", "firehose"];
    for node in app.all(Kind::Subscription).filter(|node| !written(node, "dead_letters")) {
        if node.text("protocol").is_some_and(|protocol| REDRIVEN.contains(&protocol)) {
            findings.push(
                SUBSCRIPTION_WITHOUT_DEAD_LETTERS
                    .at(node, format!("`{}` drops what cannot be delivered", node.name))
                    .fix_if(add_dead_letters(app, node)),
            );
        }
    }
}

fn add_dead_letters(app: &App, node: &Node) -> Option<Fix> {
    let topic = node.get("topic")?.data.clone();
    let queue = dead_letters_by_service(app, node, "sns.amazonaws.com", topic);
    let redrive = Data::map([("deadLetterTargetArn", queue.attribute("Arn"))]);
    Some(risky_with("keep what fails in a queue", queue, [node.set("redrive", redrive)]))
}
