//! A role may be assumed by a service and by people or other accounts as well.
use crate::prelude::*;

check! {
    /// # One role for different callers
    ///
    /// A role may be assumed by a service and by people or other accounts as well.
    ///
    /// ## Why it matters
    ///
    /// What the function needs and what a person needs differ. Who may assume the role from outside
    /// gets all that the function may do, and the trail does not tell them apart.
    ///
    /// ## What to do
    ///
    /// Give each its own role.
    ///
    /// ```yaml fires
    /// R:
    ///   Type: AWS::IAM::Role
    ///   Properties:
    ///     AssumeRolePolicyDocument:
    ///       Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com, AWS: 'arn:aws:iam::123456789012:user/ann' }, Action: sts:AssumeRole }]
    /// ```
    /// ```yaml quiet
    /// R:
    ///   Type: AWS::IAM::Role
    ///   Properties:
    ///     AssumeRolePolicyDocument:
    ///       Statement: [{ Effect: Allow, Principal: { Service: [lambda.amazonaws.com, edgelambda.amazonaws.com] }, Action: sts:AssumeRole }]
    /// ```
    MIXED_TRUST = "mixed-trust" {
        since: "0.1.0",
        severity: Low,
        confidence: Likely,
        controls: &["CWE-653", "OWASP-SLS:S5", "CSA:SAS-4"],
        also_known_as: &[],
        run: mixed_trust,
    }
}

fn mixed_trust(app: &App, findings: &mut Findings) {
    for role in app.all(Kind::Role) {
        let statements = role.trust().flat_map(|policy| &policy.statements).filter(|s| s.allows());
        let principals: Vec<&Principal> = statements.flat_map(|statement| &statement.principals).collect();
        let has =
            |kinds: &[&str]| principals.iter().any(|principal| kinds.contains(&principal.kind.as_str()));
        let runs_code = principals
            .iter()
            .any(|principal| principal.kind == "Service" && principal.value.display().starts_with("lambda."));
        if runs_code && has(&["AWS", "Federated", "*"]) {
            let message = format!("`{}` is a function's role, and others may assume it", role.name);
            findings.push(MIXED_TRUST.at(role, message));
        }
    }
}
