//! The policy of this topic names everyone, and no condition narrows that.
use super::policies::{Guarded, held, open_statement, what};
use crate::prelude::*;
use crate::repair::own_account_only;

check! {
    /// # Topic policy that lets everyone in
    ///
    /// The policy of this topic names everyone, and no condition narrows that.
    ///
    /// ## Why it matters
    ///
    /// Anybody can subscribe and read what is published, or publish messages that your functions trust.
    ///
    /// ## What to do
    ///
    /// Name the principal, or require the account or the ARN of the source.
    ///
    /// ```yaml fires
    /// Open:
    ///   Type: AWS::SNS::TopicPolicy
    ///   Properties:
    ///     Topics: [t]
    ///     PolicyDocument: { Statement: [{ Effect: Allow, Principal: "*", Action: "sns:Publish", Resource: "*" }] }
    /// ```
    /// ```hcl fires
    /// resource "aws_sns_topic_policy" "open" {
    ///   arn = "t"
    ///   policy = jsonencode({ Statement = [{ Effect = "Allow", Principal = { AWS = "*" }, Action = "sns:Publish", Resource = "*" }] })
    /// }
    /// ```
    /// ```yaml quiet
    /// Own:
    ///   Type: AWS::SNS::TopicPolicy
    ///   Properties:
    ///     Topics: [t]
    ///     PolicyDocument:
    ///       Statement:
    ///         - { Effect: Allow, Principal: "*", Action: "sns:Publish", Resource: "*", Condition: { ArnEquals: { "aws:SourceArn": "arn:aws:sns:eu-west-1:111122223333:t" } } }
    /// ```
    PUBLIC_TOPIC_POLICY = "public-topic-policy" {
        since: "0.1.0",
        severity: High,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-732", "OWASP-SLS:S5", "CSA:SAS-4"],
        also_known_as: &["CKV_AWS_169", "F18", "F8"],
        run: public_topic_policy,
    }
}

fn public_topic_policy(app: &App, findings: &mut Findings) {
    for held in held(app).filter(|held| held.guarded == Guarded::Topic) {
        let (open, statement) = open_statement(held.policy);
        findings.when(open, || {
            PUBLIC_TOPIC_POLICY
                .at(held.node, format!("the policy `{}` lets everyone {}", held.node.name, what(statement)))
                .at(statement.map_or(held.policy.at, |statement| statement.at))
                .fix_if(statement.and_then(|statement| own_account_only(held.node, statement)))
        });
    }
}
