//! A statement of this policy denies everyone the change of the policy itself.
use super::policies::{Guarded, held};
use crate::prelude::*;
use crate::repair::pseudo;

/// Actions that cover the change of a bucket's policy.
const POLICY_ACTIONS: &[&str] = &["s3:PutBucketPolicy", "s3:*BucketPolicy", "s3:Put*", "s3:*", "*"];

check! {
    /// # Bucket policy that locks everyone out
    ///
    /// A statement of this policy denies everyone the change of the policy itself.
    ///
    /// ## Why it matters
    ///
    /// Only the root user of the account can repair that, and many organisations forbid root sign-in.
    ///
    /// ## What to do
    ///
    /// Give the denial a condition, or leave the actions on the policy out of it.
    ///
    /// ```yaml fires
    /// Locked:
    ///   Type: AWS::S3::BucketPolicy
    ///   Properties:
    ///     Bucket: files
    ///     PolicyDocument: { Statement: [{ Effect: Deny, Principal: "*", Action: "s3:*", Resource: "*" }] }
    /// ```
    /// ```yaml quiet
    /// Careful:
    ///   Type: AWS::S3::BucketPolicy
    ///   Properties:
    ///     Bucket: files
    ///     PolicyDocument: { Statement: [{ Effect: Deny, Principal: "*", Action: "s3:DeleteObject", Resource: "*" }] }
    /// ```
    BUCKET_POLICY_THAT_LOCKS_OUT = "bucket-policy-that-locks-out" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-1188", "OWASP-SLS:S6", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_93"],
        run: bucket_policy_that_locks_out,
    }
}

fn bucket_policy_that_locks_out(app: &App, findings: &mut Findings) {
    for held in held(app).filter(|held| held.guarded == Guarded::Bucket) {
        let Some(statement) = held.policy.statements.iter().find(|statement| locks_out(statement)) else {
            continue;
        };
        let message = format!("the policy `{}` denies everyone to change it", held.node.name);
        findings.push(
            BUCKET_POLICY_THAT_LOCKS_OUT
                .at(held.node, message)
                .at(statement.at)
                .fix_if(spare_the_account(held.node, statement)),
        );
    }
}

fn locks_out(statement: &Statement) -> bool {
    statement.effect == Effect::Deny
        && statement.conditions.is_empty()
        && statement.for_everyone()
        && POLICY_ACTIONS.iter().any(|action| statement.has_action(action))
}

/// Terraform has no name for the own account.
fn spare_the_account(node: &Node, statement: &Statement) -> Option<Fix> {
    let path = ["Condition", "StringNotEquals", "aws:PrincipalAccount"];
    let written = node.provider_type.starts_with("AWS::") && !statement.at.is_empty();
    written.then(|| Fix::risky("spare the own account", statement.put(&path, pseudo("AccountId"))))
}
