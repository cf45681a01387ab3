//! A trust policy allows every principal except those it lists.
use super::trust::trusts;
use crate::prelude::*;

check! {
    /// # Trusting all principals but some
    ///
    /// A trust policy allows every principal except those it lists.
    ///
    /// ## Why it matters
    ///
    /// `NotPrincipal` with `Allow` lets in everyone who is not on the list, anonymous callers included.
    ///
    /// ## What to do
    ///
    /// List who may assume the role with `Principal`.
    ///
    /// ```yaml fires
    /// R:
    ///   Type: AWS::IAM::Role
    ///   Properties:
    ///     AssumeRolePolicyDocument:
    ///       Statement: [{ Effect: Allow, NotPrincipal: { AWS: 'arn:aws:iam::123456789012:user/eve' }, Action: sts:AssumeRole }]
    /// ```
    /// ```yaml quiet
    /// R:
    ///   Type: AWS::IAM::Role
    ///   Properties:
    ///     AssumeRolePolicyDocument:
    ///       Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: sts:AssumeRole }]
    /// ```
    TRUST_WITH_NOT_PRINCIPAL = "trust-with-not-principal" {
        since: "0.1.0",
        severity: High,
        confidence: Certain,
        controls: &["CWE-284", "OWASP-SLS:S5", "CSA:SAS-2"],
        also_known_as: &[],
        run: trust_with_not_principal,
    }
}

fn trust_with_not_principal(app: &App, findings: &mut Findings) {
    for (role, statement) in trusts(app).filter(|(_, statement)| !statement.not_principals.is_empty()) {
        let message = format!("`{}` may be assumed by everyone whom `NotPrincipal` does not list", role.name);
        findings.push(TRUST_WITH_NOT_PRINCIPAL.at(role, message).at(statement.at));
    }
}
