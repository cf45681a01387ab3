//! A role trusts GitHub Actions, and does not pin the repository.
use crate::prelude::*;

check! {
    /// # GitHub Actions of any repository
    ///
    /// A role trusts GitHub Actions, and does not pin the repository.
    ///
    /// ## Why it matters
    ///
    /// Every workflow on GitHub gets its tokens from the same issuer. Without a condition on the
    /// subject, anyone with a repository can deploy as this role. Claims such as `ref:` or
    /// `environment:` can be had by anyone who names a branch so.
    ///
    /// ## What to do
    ///
    /// Compare `token.actions.githubusercontent.com:sub` with `repo:OWNER/REPOSITORY:…`.
    ///
    /// ```yaml fires
    /// R:
    ///   Type: AWS::IAM::Role
    ///   Properties:
    ///     AssumeRolePolicyDocument:
    ///       Statement: [{ Effect: Allow, Principal: { Federated: 'arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com' }, Action: sts:AssumeRoleWithWebIdentity, Condition: { StringLike: { 'token.actions.githubusercontent.com:sub': '*' } } }]
    /// ```
    /// ```yaml quiet
    /// R:
    ///   Type: AWS::IAM::Role
    ///   Properties:
    ///     AssumeRolePolicyDocument:
    ///       Statement: [{ Effect: Allow, Principal: { Federated: 'arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com' }, Action: sts:AssumeRoleWithWebIdentity, Condition: { StringLike: { 'token.actions.githubusercontent.com:sub': 'repo:acme/shop:*' } } }]
    /// ```
    /// ```hcl fires
    /// resource "aws_iam_role" "r" {
    ///   assume_role_policy = jsonencode({
    ///     Statement = [{ Effect = "Allow", Principal = { Federated = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com" }, Action = "sts:AssumeRoleWithWebIdentity" }]
    ///   })
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_iam_role" "r" {
    ///   assume_role_policy = jsonencode({
    ///     Statement = [{ Effect = "Allow", Principal = { Federated = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com" }, Action = "sts:AssumeRoleWithWebIdentity", Condition = { StringLike = { "token.actions.githubusercontent.com:sub" = "repo:acme/shop:*" } } }]
    ///   })
    /// }
    /// ```
    GITHUB_TRUST_WITHOUT_REPOSITORY = "github-trust-without-repository" {
        since: "0.1.0",
        severity: High,
        confidence: Certain,
        controls: &["CWE-284", "CWE-862", "OWASP-SLS:S2", "CSA:SAS-2"],
        also_known_as: &["CKV_AWS_358", "CKV_AWS_393"],
        run: github_trust_without_repository,
    }
}

const ISSUER: &str = "oidc-provider/token.actions.githubusercontent.com";
const SUBJECT: &str = "token.actions.githubusercontent.com";
/// Claims whose value an outsider chooses.
const ABUSABLE: &[&str] = &["workflow", "environment", "ref", "context", "head_ref", "base_ref"];

fn github_trust_without_repository(app: &App, findings: &mut Findings) {
    let documents =
        app.all(Kind::PolicyDocument).map(|node| (node, node.policies.iter().collect::<Vec<_>>()));
    let roles = app
        .all(Kind::Role)
        .map(|node| (node, node.trust().filter(|policy| policy.written_in.is_none()).collect::<Vec<_>>()));
    for (node, policies) in documents.chain(roles) {
        let statements = policies.iter().flat_map(|policy| &policy.statements);
        let open = statements.filter(|statement| statement.allows()).find(|statement| {
            let mut federated = statement.principals.iter().filter(|principal| principal.kind == "Federated");
            federated.any(|principal| principal.value.display().contains(ISSUER)) && !is_pinned(statement)
        });
        if let Some(statement) = open {
            let message = format!("`{}` trusts GitHub Actions without pinning the repository", node.name);
            findings.push(GITHUB_TRUST_WITHOUT_REPOSITORY.at(node, message).at(statement.at));
        }
    }
}

fn is_pinned(statement: &Statement) -> bool {
    let subjects = statement.conditions.iter().filter(|condition| {
        let name = condition.key.strip_suffix(":sub").unwrap_or_default();
        name == SUBJECT || name.strip_prefix(SUBJECT).is_some_and(|rest| rest.starts_with('/'))
    });
    let values: Vec<String> = subjects.flat_map(|condition| &condition.values).map(Value::display).collect();
    !values.is_empty() && values.iter().all(|value| names_repository(value))
}

fn names_repository(subject: &str) -> bool {
    let Some((claim, value)) = subject.split_once(':') else { return false };
    if value == "*" || value.starts_with("*:") || ABUSABLE.iter().any(|abusable| claim.starts_with(abusable))
    {
        return false;
    }
    let owner = value.split_once('/').map(|(owner, _)| owner);
    claim != "repo" || owner.is_some_and(|owner| !owner.is_empty() && !owner.contains('*'))
}
