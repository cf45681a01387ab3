//! A role trusts another account, and asks for no external id.
use super::trust::trusts;
use crate::prelude::*;
use crate::repair::camel;

check! {
    /// # Another account without an external id
    ///
    /// A role trusts another account, and asks for no external id.
    ///
    /// ## Why it matters
    ///
    /// A vendor that acts for many customers can be tricked by one of them into using the role of
    /// another: the confused deputy.
    ///
    /// ## What to do
    ///
    /// Add the condition `sts:ExternalId` with a value that the vendor gave for you alone. Within your
    /// own organisation, `aws:PrincipalOrgID` does the same.
    ///
    /// ```yaml fires
    /// R:
    ///   Type: AWS::IAM::Role
    ///   Properties:
    ///     AssumeRolePolicyDocument:
    ///       Statement: [{ Effect: Allow, Principal: { AWS: 'arn:aws:iam::123456789012:root' }, Action: sts:AssumeRole }]
    /// ```
    /// ```yaml quiet
    /// R:
    ///   Type: AWS::IAM::Role
    ///   Properties:
    ///     AssumeRolePolicyDocument:
    ///       Statement: [{ Effect: Allow, Principal: { AWS: 'arn:aws:iam::123456789012:root' }, Action: sts:AssumeRole, Condition: { StringEquals: { 'sts:ExternalId': abc } } }]
    /// ```
    TRUST_WITHOUT_EXTERNAL_ID = "trust-without-external-id" {
        since: "0.1.0",
        severity: Low,
        confidence: Possible,
        fix: Risky,
        controls: &["CWE-441", "OWASP-SLS:S5", "CSA:SAS-2"],
        also_known_as: &[],
        run: trust_without_external_id,
    }
}

fn trust_without_external_id(app: &App, findings: &mut Findings) {
    for (role, statement) in trusts(app) {
        let mut foreign = statement.principals.iter().filter(|principal| principal.kind == "AWS");
        let is_root = |principal: &Principal| {
            let text = principal.value.as_str().unwrap_or_default();
            let account = text.trim_start_matches("arn:aws:iam::").trim_end_matches(":root");
            account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit())
        };
        if foreign.any(is_root) && statement.conditions.is_empty() {
            let message = format!("`{}` trusts another account without an external id", role.name);
            findings.push(
                TRUST_WITHOUT_EXTERNAL_ID
                    .at(role, message)
                    .at(statement.at)
                    .fix_if(ask_for_id(role, statement)),
            );
        }
    }
}

/// An id that both sides agree on, asked for at each deployment.
fn ask_for_id(role: &Node, statement: &Statement) -> Option<Fix> {
    let parameter = format!("{}ExternalId", camel(&role.name));
    let path = ["Condition", "StringEquals", "sts:ExternalId"];
    let put = statement.put(&path, Data::reference(&parameter));
    let ask = model::Patch::Ask { near: role.name.clone(), parameter };
    (!statement.at.is_empty()).then(|| Fix::risky("ask for an external id", ask).and(put))
}
