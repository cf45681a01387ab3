//! A policy is attached to a user instead of a group or role.
use crate::prelude::*;

check! {
    /// # Permissions attached to a user
    ///
    /// A policy is attached to a user instead of a group or role.
    ///
    /// ## Why it matters
    ///
    /// Permissions of single users drift: nobody reviews them, and they stay when people change their
    /// work.
    ///
    /// ## What to do
    ///
    /// Attach the policy to a group or a role.
    ///
    /// ```hcl fires
    /// resource "aws_iam_user_policy_attachment" "a" {
    ///   user       = "ann"
    ///   policy_arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_iam_group_policy_attachment" "a" {
    ///   group      = "team"
    ///   policy_arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    /// }
    /// ```
    /// ```yaml fires
    /// P:
    ///   Type: AWS::IAM::Policy
    ///   Properties:
    ///     PolicyName: p
    ///     Users: [ann]
    ///     PolicyDocument: { Statement: [{ Effect: Allow, Action: s3:GetObject, Resource: 'arn:aws:s3:::b/*' }] }
    /// ```
    /// ```yaml quiet
    /// P:
    ///   Type: AWS::IAM::Policy
    ///   Properties:
    ///     PolicyName: p
    ///     Groups: [team]
    ///     PolicyDocument: { Statement: [{ Effect: Allow, Action: s3:GetObject, Resource: 'arn:aws:s3:::b/*' }] }
    /// ```
    USER_POLICY = "user-policy" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        controls: &["CWE-284", "OWASP-SLS:S5", "CSA:SAS-4"],
        also_known_as: &["CKV_AWS_40", "F11", "F12", "IAM_USER_NO_POLICIES_CHECK"],
        run: user_policy,
    }
}

fn user_policy(app: &App, findings: &mut Findings) {
    for policy in app.all(Kind::Policy).filter(|policy| !policy.list("users").is_empty()) {
        let message = format!("`{}` is attached to users", policy.name);
        findings.push(USER_POLICY.on(policy, "users", message));
    }
}
