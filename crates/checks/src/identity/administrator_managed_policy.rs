//! An identity has the managed policy that allows everything.
use super::managed::managed;
use super::managed::replaced;
use crate::prelude::*;

check! {
    /// # Administrator by managed policy
    ///
    /// An identity has the managed policy that allows everything.
    ///
    /// ## Why it matters
    ///
    /// Whoever takes over the function or the user owns the whole account.
    ///
    /// ## What to do
    ///
    /// Attach a policy of your own that lists what is needed.
    ///
    /// ```yaml fires
    /// R:
    ///   Type: AWS::IAM::Role
    ///   Properties:
    ///     AssumeRolePolicyDocument: { Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: sts:AssumeRole }] }
    ///     ManagedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess']
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
    ///   policy_arn = "arn:aws:iam::aws:policy/AdministratorAccess"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_iam_role_policy_attachment" "a" {
    ///   role       = "worker"
    ///   policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
    /// }
    /// ```
    ADMINISTRATOR_MANAGED_POLICY = "administrator-managed-policy" {
        since: "0.1.0",
        severity: High,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-250", "CWE-269", "OWASP-SLS:S5", "CSA:SAS-4"],
        also_known_as: &["CKV_AWS_274", "CKV_AWS_275"],
        run: administrator_managed_policy,
    }
}

fn administrator_managed_policy(app: &App, findings: &mut Findings) {
    for (node, policy, name) in managed(app) {
        if name == "AdministratorAccess" {
            let message = format!("`{}` has the managed policy `{name}`", node.name);
            findings.push(
                ADMINISTRATOR_MANAGED_POLICY
                    .at(node, message)
                    .at(policy.at)
                    .fix_if(replaced(policy, "ReadOnlyAccess")),
            );
        }
    }
}
