//! An identity has a managed policy that allows nearly everything.
use super::managed::managed;
use super::managed::replaced;
use crate::prelude::*;

check! {
    /// # Power user by managed policy
    ///
    /// An identity has a managed policy that allows nearly everything.
    ///
    /// ## Why it matters
    ///
    /// `PowerUserAccess` and its like cover all data and all code of the account; only the management
    /// of identities is left out.
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
    ///     ManagedPolicyArns: ['arn:aws:iam::aws:policy/PowerUserAccess']
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
    ///   policy_arn = "arn:aws:iam::aws:policy/PowerUserAccess"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_iam_role_policy_attachment" "a" {
    ///   role       = "worker"
    ///   policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
    /// }
    /// ```
    POWER_USER_MANAGED_POLICY = "power-user-managed-policy" {
        since: "0.1.0",
        severity: High,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-250", "OWASP-SLS:S5", "CSA:SAS-4"],
        also_known_as: &[],
        run: power_user_managed_policy,
    }
}

fn power_user_managed_policy(app: &App, findings: &mut Findings) {
    for (node, policy, name) in managed(app) {
        if matches!(
            name,
            "PowerUserAccess"
                | "SystemAdministrator"
                | "DatabaseAdministrator"
                | "NetworkAdministrator"
                | "DataScientist"
        ) {
            let message = format!("`{}` has the managed policy `{name}`", node.name);
            findings.push(
                POWER_USER_MANAGED_POLICY
                    .at(node, message)
                    .at(policy.at)
                    .fix_if(replaced(policy, "ReadOnlyAccess")),
            );
        }
    }
}
