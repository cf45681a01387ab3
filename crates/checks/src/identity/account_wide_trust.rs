//! Every identity of an account may assume this role, as far as that account lets it.
use super::trust::trusts;
use crate::prelude::*;

check! {
    /// # A role for a whole account
    ///
    /// Every identity of an account may assume this role, as far as that account lets it.
    ///
    /// ## Why it matters
    ///
    /// Trusting an account (`123456789012` or its `:root`) leaves the decision to every administrator
    /// and every wide policy of that account.
    ///
    /// ## What to do
    ///
    /// Trust the one role or user that needs it, or a service.
    ///
    /// ```hcl fires
    /// resource "aws_iam_role" "r" {
    ///   assume_role_policy = jsonencode({
    ///     Statement = [{ Effect = "Allow", Principal = { AWS = "arn:aws:iam::123456789012:root" }, Action = "sts:AssumeRole" }]
    ///   })
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_iam_role" "r" {
    ///   assume_role_policy = jsonencode({
    ///     Statement = [{ Effect = "Allow", Principal = { AWS = "arn:aws:iam::123456789012:role/ci" }, Action = "sts:AssumeRole" }]
    ///   })
    /// }
    /// ```
    /// ```yaml fires
    /// R:
    ///   Type: AWS::IAM::Role
    ///   Properties:
    ///     AssumeRolePolicyDocument:
    ///       Statement: [{ Effect: Allow, Principal: { AWS: ['123456789012'] }, Action: sts:AssumeRole }]
    /// ```
    /// ```yaml quiet
    /// R:
    ///   Type: AWS::IAM::Role
    ///   Properties:
    ///     AssumeRolePolicyDocument:
    ///       Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: sts:AssumeRole }]
    /// ```
    ACCOUNT_WIDE_TRUST = "account-wide-trust" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        controls: &["CWE-284", "OWASP-SLS:S5", "CSA:SAS-2"],
        also_known_as: &["CKV_AWS_61"],
        run: account_wide_trust,
    }
}

fn account_wide_trust(app: &App, findings: &mut Findings) {
    for (role, statement) in trusts(app) {
        let mut accounts = statement.principals.iter().filter(|principal| principal.kind == "AWS");
        if accounts.any(|principal| principal.value.as_str().is_some_and(is_account)) {
            let message = format!("`{}` may be assumed by every identity of an account", role.name);
            findings.push(ACCOUNT_WIDE_TRUST.at(role, message).at(statement.at));
        }
    }
}

/// Twelve digits, or the ARN of an account's root.
fn is_account(text: &str) -> bool {
    let digits = |text: &str| text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    let root = text.strip_prefix("arn:aws:iam::").and_then(|rest| rest.strip_suffix(":root"));
    digits(text) || root.is_some_and(digits)
}
