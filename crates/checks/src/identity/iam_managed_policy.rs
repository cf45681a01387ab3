//! An identity has the managed policy that allows every action of IAM.
use super::managed::managed;
use super::managed::replaced;
use crate::prelude::*;

check! {
    /// # Control of identities by managed policy
    ///
    /// An identity has the managed policy that allows every action of IAM.
    ///
    /// ## Why it matters
    ///
    /// Who may write policies and create keys can give themselves everything else.
    ///
    /// ## What to do
    ///
    /// Leave the management of identities to a deployment role.
    ///
    /// ```yaml fires
    /// R:
    ///   Type: AWS::IAM::Role
    ///   Properties:
    ///     AssumeRolePolicyDocument: { Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: sts:AssumeRole }] }
    ///     ManagedPolicyArns: ['arn:aws:iam::aws:policy/IAMFullAccess']
    /// ```
    /// ```yaml quiet
    /// R:
    ///   Type: AWS::IAM::Role
    ///   Properties:
    ///     AssumeRolePolicyDocument: { Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: sts:AssumeRole }] }
    ///     ManagedPolicyArns: ['arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole']
    /// ```
    /// ```hcl fires
    /// resource "aws_iam_role_policy_attachment" "a" {
    ///   role       = "worker"
    ///   policy_arn = "arn:aws:iam::aws:policy/IAMFullAccess"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_iam_role_policy_attachment" "a" {
    ///   role       = "worker"
    ///   policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
    /// }
    /// ```
    IAM_MANAGED_POLICY = "iam-managed-policy" {
        since: "0.1.0",
        severity: High,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-269", "OWASP-SLS:S5", "CSA:SAS-4"],
        also_known_as: &["CKV2_AWS_56"],
        run: iam_managed_policy,
    }
}

fn iam_managed_policy(app: &App, findings: &mut Findings) {
    for (node, policy, name) in managed(app) {
        if name.contains("IAMFullAccess") {
            let message = format!("`{}` has the managed policy `{name}`", node.name);
            findings.push(
                IAM_MANAGED_POLICY
                    .at(node, message)
                    .at(policy.at)
                    .fix_if(replaced(policy, "IAMReadOnlyAccess")),
            );
        }
    }
}
