//! Every AWS account of the world may assume this role.
use super::trust::trusts;
use crate::prelude::*;
use crate::repair::{is_terraform, pseudo};

check! {
    /// # A role for everyone
    ///
    /// Every AWS account of the world may assume this role.
    ///
    /// ## Why it matters
    ///
    /// A principal `*` in a trust policy hands the role, and everything it may do, to anyone with an
    /// AWS account.
    ///
    /// ## What to do
    ///
    /// Name the service or the account, and for another organisation demand an external id.
    ///
    /// ```yaml fires
    /// R:
    ///   Type: AWS::IAM::Role
    ///   Properties:
    ///     AssumeRolePolicyDocument:
    ///       Statement: [{ Effect: Allow, Principal: { AWS: '*' }, Action: sts:AssumeRole }]
    /// ```
    /// ```yaml quiet
    /// R:
    ///   Type: AWS::IAM::Role
    ///   Properties:
    ///     AssumeRolePolicyDocument:
    ///       Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: sts:AssumeRole }]
    /// ```
    /// ```hcl fires
    /// resource "aws_iam_role" "r" {
    ///   assume_role_policy = jsonencode({
    ///     Statement = [{ Effect = "Allow", Principal = { AWS = "*" }, Action = "sts:AssumeRole" }]
    ///   })
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_iam_role" "r" {
    ///   assume_role_policy = jsonencode({
    ///     Statement = [{ Effect = "Allow", Principal = { Service = "lambda.amazonaws.com" }, Action = "sts:AssumeRole" }]
    ///   })
    /// }
    /// ```
    PUBLIC_TRUST = "public-trust" {
        since: "0.1.0",
        severity: Critical,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-284", "OWASP-SLS:S5", "CSA:SAS-2"],
        also_known_as: &["CKV_AWS_60"],
        run: public_trust,
    }
}

fn public_trust(app: &App, findings: &mut Findings) {
    for (role, statement) in trusts(app) {
        if statement.for_everyone() {
            // A condition may still narrow it to an organisation.
            let severity =
                if statement.conditions.is_empty() { Severity::Critical } else { Severity::Medium };
            let message = format!("`{}` may be assumed by every AWS account", role.name);
            findings.push(
                PUBLIC_TRUST
                    .at(role, message)
                    .at(statement.at)
                    .severity(severity)
                    .fix_if(own_account(role, statement)),
            );
        }
    }
}

/// The own account. Terraform has no name for it.
fn own_account(role: &Node, statement: &Statement) -> Option<Fix> {
    let arn = ["arn:".into(), pseudo("Partition"), ":iam::".into(), pseudo("AccountId"), ":root".into()];
    let patch = statement.put(&["Principal"], Data::map([("AWS", Data::joined(arn))]));
    let written = !is_terraform(role) && !statement.at.is_empty();
    written.then(|| Fix::risky("let only the own account in", patch))
}
