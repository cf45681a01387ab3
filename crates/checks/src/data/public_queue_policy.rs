//! The policy of this queue names everyone, and no condition narrows that.
use super::policies::{Guarded, held, open_statement, what};
use crate::prelude::*;
use crate::repair::own_account_only;

check! {
    /// # Queue policy that lets everyone in
    ///
    /// The policy of this queue names everyone, and no condition narrows that.
    ///
    /// ## Why it matters
    ///
    /// Anybody can do what the statement allows: read messages that are meant for your functions, delete
    /// them, or feed your functions with messages of their making.
    ///
    /// ## What to do
    ///
    /// Name the principal, or require the ARN of the source with `aws:SourceArn`.
    ///
    /// ```yaml fires
    /// Open:
    ///   Type: AWS::SQS::QueuePolicy
    ///   Properties:
    ///     Queues: [q]
    ///     PolicyDocument: { Statement: [{ Effect: Allow, Principal: "*", Action: "sqs:SendMessage", Resource: "*" }] }
    /// ```
    /// ```hcl fires
    /// resource "aws_sqs_queue_policy" "open" {
    ///   queue_url = "q"
    ///   policy = jsonencode({ Statement = [{ Effect = "Allow", Principal = { AWS = "*" }, Action = "sqs:SendMessage", Resource = "*" }] })
    /// }
    /// ```
    /// ```yaml quiet
    /// Own:
    ///   Type: AWS::SQS::QueuePolicy
    ///   Properties:
    ///     Queues: [q]
    ///     PolicyDocument:
    ///       Statement:
    ///         - { Effect: Allow, Principal: "*", Action: "sqs:SendMessage", Resource: "*", Condition: { ArnEquals: { "aws:SourceArn": "arn:aws:sns:eu-west-1:111122223333:t" } } }
    /// ```
    PUBLIC_QUEUE_POLICY = "public-queue-policy" {
        since: "0.1.0",
        severity: High,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-732", "OWASP-SLS:S5", "CSA:SAS-4"],
        also_known_as: &["CKV_AWS_168", "CKV_AWS_387", "F21", "F7"],
        run: public_queue_policy,
    }
}

fn public_queue_policy(app: &App, findings: &mut Findings) {
    for held in held(app).filter(|held| held.guarded == Guarded::Queue) {
        let (open, statement) = open_statement(held.policy);
        findings.when(open, || {
            PUBLIC_QUEUE_POLICY
                .at(held.node, format!("the policy `{}` lets everyone {}", held.node.name, what(statement)))
                .at(statement.map_or(held.policy.at, |statement| statement.at))
                .fix_if(statement.and_then(|statement| own_account_only(held.node, statement)))
        });
    }
}
