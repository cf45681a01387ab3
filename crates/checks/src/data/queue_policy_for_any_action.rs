//! A statement of this policy allows every action on the queue.
use super::policies::{Guarded, allows_everything, held};
use crate::prelude::*;
use crate::repair::only_action;

check! {
    /// # Queue policy that allows every action
    ///
    /// A statement of this policy allows every action on the queue.
    ///
    /// ## Why it matters
    ///
    /// Every action includes deleting the queue, purging it and changing its policy. A sender needs
    /// `sqs:SendMessage` only.
    ///
    /// ## What to do
    ///
    /// List the actions that the principal needs.
    ///
    /// ```yaml fires
    /// Wide:
    ///   Type: AWS::SQS::QueuePolicy
    ///   Properties:
    ///     Queues: [q]
    ///     PolicyDocument: { Statement: [{ Effect: Allow, Principal: { AWS: "111122223333" }, Action: "*", Resource: "*" }] }
    /// ```
    /// ```hcl fires
    /// resource "aws_sqs_queue_policy" "wide" {
    ///   queue_url = "q"
    ///   policy    = jsonencode({ Statement = [{ Effect = "Allow", Principal = { AWS = "111122223333" }, Action = "*", Resource = "*" }] })
    /// }
    /// ```
    /// ```yaml quiet
    /// Narrow:
    ///   Type: AWS::SQS::QueuePolicy
    ///   Properties:
    ///     Queues: [q]
    ///     PolicyDocument: { Statement: [{ Effect: Allow, Principal: { AWS: "111122223333" }, Action: "sqs:SendMessage", Resource: "*" }] }
    /// ```
    QUEUE_POLICY_FOR_ANY_ACTION = "queue-policy-for-any-action" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-732", "OWASP-SLS:S5", "CSA:SAS-4"],
        also_known_as: &["CKV_AWS_72", "F20", "W18"],
        run: queue_policy_for_any_action,
    }
}

fn queue_policy_for_any_action(app: &App, findings: &mut Findings) {
    for held in held(app).filter(|held| held.guarded == Guarded::Queue) {
        let Some(statement) = held.policy.statements.iter().find(|one| allows_everything(one)) else {
            continue;
        };
        let message = format!("the policy `{}` allows every action", held.node.name);
        findings.push(
            QUEUE_POLICY_FOR_ANY_ACTION
                .at(held.node, message)
                .at(statement.at)
                .fix_if(only_action(statement, "sqs:SendMessage")),
        );
    }
}
