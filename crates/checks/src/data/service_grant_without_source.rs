//! A statement of this policy lets a service in, and no condition says on whose behalf.
use super::policies::{Guarded, held, services};
use crate::prelude::*;
use crate::repair::pseudo;

check! {
    /// # Grant to a service without its source
    ///
    /// A statement of this policy lets a service in, and no condition says on whose behalf.
    ///
    /// ## Why it matters
    ///
    /// The service works for every customer of the provider. Somebody else can point their topic, bucket or
    /// rule at this resource, and the service will deliver: the confused deputy.
    ///
    /// ## What to do
    ///
    /// Add a condition on `aws:SourceArn` or `aws:SourceAccount`.
    ///
    /// ```yaml fires
    /// Fan:
    ///   Type: AWS::SQS::QueuePolicy
    ///   Properties:
    ///     Queues: [q]
    ///     PolicyDocument: { Statement: [{ Effect: Allow, Principal: { Service: sns.amazonaws.com }, Action: "sqs:SendMessage", Resource: "*" }] }
    /// ```
    /// ```yaml quiet
    /// Fan:
    ///   Type: AWS::SQS::QueuePolicy
    ///   Properties:
    ///     Queues: [q]
    ///     PolicyDocument: { Statement: [{ Effect: Allow, Principal: { Service: sns.amazonaws.com }, Action: "sqs:SendMessage", Resource: "*", Condition: { ArnEquals: { "aws:SourceArn": !Ref Topic } } }] }
    /// Topic: { Type: AWS::SNS::Topic }
    /// ```
    SERVICE_GRANT_WITHOUT_SOURCE = "service-grant-without-source" {
        since: "0.1.0",
        severity: Medium,
        confidence: Likely,
        fix: Risky,
        controls: &["CWE-441", "OWASP-SLS:S5", "CSA:SAS-4"],
        also_known_as: &[],
        run: service_grant_without_source,
    }
}

fn service_grant_without_source(app: &App, findings: &mut Findings) {
    let guarded = [Guarded::Queue, Guarded::Topic, Guarded::Bucket, Guarded::Secret];
    for held in held(app).filter(|held| guarded.contains(&held.guarded)) {
        let open = |statement: &&Statement| {
            statement.allows() && statement.conditions.is_empty() && services(statement).any(acts_for_others)
        };
        let Some(statement) = held.policy.statements.iter().find(open) else { continue };
        let service = services(statement).find(|name| acts_for_others(name)).unwrap_or_default();
        let message = format!("the policy of `{}` lets `{service}` in for anybody", held.node.name);
        findings.push(
            SERVICE_GRANT_WITHOUT_SOURCE
                .at(held.node, message)
                .at(statement.at)
                .fix_if(for_the_account(held.node, statement)),
        );
    }
}

/// Services that call with a role of the account, or that only the account's own resources reach, are not tricked.
fn acts_for_others(service: &str) -> bool {
    !service.starts_with("lambda.") && !service.starts_with("ec2.") && service.contains(".amazonaws.com")
}

/// Terraform has no name for the own account.
fn for_the_account(node: &Node, statement: &Statement) -> Option<Fix> {
    let path = ["Condition", "StringEquals", "aws:SourceAccount"];
    let written = node.provider_type.starts_with("AWS::") && !statement.at.is_empty();
    written.then(|| Fix::risky("only for the own account", statement.put(&path, pseudo("AccountId"))))
}
