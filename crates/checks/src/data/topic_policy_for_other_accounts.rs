//! The policy of this topic names principals by ARN, and no condition narrows the statement.
use super::policies::{Guarded, held};
use crate::prelude::*;

check! {
    /// # Topic policy that names principals without a condition
    ///
    /// The policy of this topic names principals by ARN, and no condition narrows the statement.
    ///
    /// ## Why it matters
    ///
    /// Whoever gets hold of that identity, in an account that you may not run, can use the topic from
    /// anywhere.
    ///
    /// ## What to do
    ///
    /// Narrow the statement with the organisation, the source or the network of the caller.
    ///
    /// ```yaml fires
    /// Shared:
    ///   Type: AWS::SNS::TopicPolicy
    ///   Properties:
    ///     Topics: [t]
    ///     PolicyDocument: { Statement: [{ Effect: Allow, Principal: { AWS: "arn:aws:iam::111122223333:root" }, Action: "sns:Publish", Resource: "*" }] }
    /// ```
    /// ```yaml quiet
    /// Shared:
    ///   Type: AWS::SNS::TopicPolicy
    ///   Properties:
    ///     Topics: [t]
    ///     PolicyDocument: { Statement: [{ Effect: Allow, Principal: { AWS: "arn:aws:iam::111122223333:root" }, Action: "sns:Publish", Resource: "*", Condition: { StringEquals: { "aws:PrincipalOrgID": o-1 } } }] }
    /// ```
    TOPIC_POLICY_FOR_OTHER_ACCOUNTS = "topic-policy-for-other-accounts" {
        since: "0.1.0",
        severity: Low,
        confidence: Possible,
        controls: &["CWE-732", "OWASP-SLS:S5", "CSA:SAS-4"],
        also_known_as: &["CKV_AWS_385"],
        run: topic_policy_for_other_accounts,
    }
}

fn topic_policy_for_other_accounts(app: &App, findings: &mut Findings) {
    for held in held(app).filter(|held| held.guarded == Guarded::Topic) {
        let foreign = |statement: &&Statement| {
            statement.allows() && names_arn(statement) && statement.conditions.is_empty()
        };
        let Some(statement) = held.policy.statements.iter().find(foreign) else { continue };
        let message = format!("the policy `{}` names principals without a condition", held.node.name);
        findings.push(TOPIC_POLICY_FOR_OTHER_ACCOUNTS.at(held.node, message).at(statement.at));
    }
}

fn names_arn(statement: &Statement) -> bool {
    let by_arn = |principal: &Principal| {
        principal.kind == "AWS"
            && principal.value.as_str().is_some_and(|text| text.starts_with("arn:aws:iam::"))
    };
    statement.principals.iter().any(by_arn)
}
