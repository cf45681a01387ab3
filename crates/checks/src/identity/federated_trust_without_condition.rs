//! A role trusts an identity provider, and does not say which of its people or programs.
use super::trust::trusts;
use crate::prelude::*;

check! {
    /// # Federated sign-in without a condition
    ///
    /// A role trusts an identity provider, and does not say which of its people or programs.
    ///
    /// ## Why it matters
    ///
    /// A public provider vouches for millions. Without a condition on audience or subject each of them
    /// may assume the role.
    ///
    /// ## What to do
    ///
    /// Compare the token's audience (`…:aud`) and subject (`…:sub`), or `SAML:aud`.
    ///
    /// ```yaml fires
    /// R:
    ///   Type: AWS::IAM::Role
    ///   Properties:
    ///     AssumeRolePolicyDocument:
    ///       Statement: [{ Effect: Allow, Principal: { Federated: cognito-identity.amazonaws.com }, Action: sts:AssumeRoleWithWebIdentity }]
    /// ```
    /// ```yaml quiet
    /// R:
    ///   Type: AWS::IAM::Role
    ///   Properties:
    ///     AssumeRolePolicyDocument:
    ///       Statement: [{ Effect: Allow, Principal: { Federated: cognito-identity.amazonaws.com }, Action: sts:AssumeRoleWithWebIdentity, Condition: { StringEquals: { 'cognito-identity.amazonaws.com:aud': 'eu-west-1:pool' } } }]
    /// ```
    FEDERATED_TRUST_WITHOUT_CONDITION = "federated-trust-without-condition" {
        since: "0.1.0",
        severity: High,
        confidence: Certain,
        controls: &["CWE-284", "OWASP-SLS:S2", "CSA:SAS-2"],
        also_known_as: &[],
        run: federated_trust_without_condition,
    }
}

fn federated_trust_without_condition(app: &App, findings: &mut Findings) {
    for (role, statement) in trusts(app) {
        let federated = statement.principals.iter().any(|principal| principal.kind == "Federated");
        if federated && statement.conditions.is_empty() {
            let message = format!("`{}` may be assumed by everyone whom the provider vouches for", role.name);
            findings.push(FEDERATED_TRUST_WITHOUT_CONDITION.at(role, message).at(statement.at));
        }
    }
}
