//! A statement of this policy allows every action on the bucket.
use super::policies::{Guarded, allows_everything, held};
use crate::prelude::*;
use crate::repair::only_action;

check! {
    /// # Bucket policy that allows every action
    ///
    /// A statement of this policy allows every action on the bucket.
    ///
    /// ## Why it matters
    ///
    /// `s3:*` includes the right to delete the bucket, to change its policy and to switch its protection
    /// off. Readers and writers need none of that.
    ///
    /// ## What to do
    ///
    /// List the actions that the principal needs.
    ///
    /// ```yaml fires
    /// Wide:
    ///   Type: AWS::S3::BucketPolicy
    ///   Properties:
    ///     Bucket: files
    ///     PolicyDocument: { Statement: [{ Effect: Allow, Principal: { AWS: "arn:aws:iam::111122223333:root" }, Action: "s3:*", Resource: "*" }] }
    /// ```
    /// ```yaml quiet
    /// Narrow:
    ///   Type: AWS::S3::BucketPolicy
    ///   Properties:
    ///     Bucket: files
    ///     PolicyDocument: { Statement: [{ Effect: Allow, Principal: { AWS: "arn:aws:iam::111122223333:root" }, Action: "s3:GetObject", Resource: "*" }] }
    /// ```
    BUCKET_POLICY_FOR_ANY_ACTION = "bucket-policy-for-any-action" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-732", "OWASP-SLS:S5", "CSA:SAS-4"],
        also_known_as: &["F15", "W20"],
        run: bucket_policy_for_any_action,
    }
}

fn bucket_policy_for_any_action(app: &App, findings: &mut Findings) {
    for held in held(app).filter(|held| held.guarded == Guarded::Bucket) {
        let Some(statement) = held.policy.statements.iter().find(|one| allows_everything(one)) else {
            continue;
        };
        let message = format!("the policy `{}` allows every action", held.node.name);
        findings.push(
            BUCKET_POLICY_FOR_ANY_ACTION
                .at(held.node, message)
                .at(statement.at)
                .fix_if(only_action(statement, "s3:GetObject")),
        );
    }
}
