//! A role trusts a service that acts for many accounts, and does not say for whose resource.
use super::trust::trusts;
use crate::prelude::*;
use crate::repair::{is_terraform, pseudo};

check! {
    /// # A service without its source
    ///
    /// A role trusts a service that acts for many accounts, and does not say for whose resource.
    ///
    /// ## Why it matters
    ///
    /// Anyone may point their own schedule, pipe or model at a role ARN that they know.
    /// `aws:SourceAccount` and `aws:SourceArn` stop the service from using the role for them.
    ///
    /// ## What to do
    ///
    /// Add the condition `aws:SourceAccount` (or `aws:SourceArn`) to the trust policy.
    ///
    /// ```yaml fires
    /// R:
    ///   Type: AWS::IAM::Role
    ///   Properties:
    ///     AssumeRolePolicyDocument:
    ///       Statement: [{ Effect: Allow, Principal: { Service: scheduler.amazonaws.com }, Action: sts:AssumeRole }]
    /// ```
    /// ```yaml quiet
    /// R:
    ///   Type: AWS::IAM::Role
    ///   Properties:
    ///     AssumeRolePolicyDocument:
    ///       Statement: [{ Effect: Allow, Principal: { Service: scheduler.amazonaws.com }, Action: sts:AssumeRole, Condition: { StringEquals: { 'aws:SourceAccount': '123456789012' } } }]
    /// ```
    /// ```yaml quiet
    /// R:
    ///   Type: AWS::IAM::Role
    ///   Properties:
    ///     AssumeRolePolicyDocument:
    ///       Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: sts:AssumeRole }]
    /// ```
    SERVICE_TRUST_WITHOUT_SOURCE = "service-trust-without-source" {
        since: "0.1.0",
        severity: Low,
        confidence: Possible,
        fix: Risky,
        controls: &["CWE-441", "OWASP-SLS:S5", "CSA:SAS-2"],
        also_known_as: &[],
        run: service_trust_without_source,
    }
}

/// Services whose documentation asks for a source condition in the role's trust policy.
const DEPUTIES: &[&str] = &[
    "scheduler.amazonaws.com",
    "pipes.amazonaws.com",
    "states.amazonaws.com",
    "bedrock.amazonaws.com",
    "appsync.amazonaws.com",
    "iot.amazonaws.com",
    "config.amazonaws.com",
];

fn service_trust_without_source(app: &App, findings: &mut Findings) {
    const KEYS: &[&str] = &["aws:SourceArn", "aws:SourceAccount", "aws:SourceOrgID", "aws:SourceOrgPaths"];
    for (role, statement) in trusts(app) {
        let mut services = statement.principals.iter().filter(|principal| principal.kind == "Service");
        let deputy =
            services.find(|principal| principal.value.as_str().is_some_and(|name| DEPUTIES.contains(&name)));
        let Some(deputy) = deputy else { continue };
        if KEYS.iter().all(|key| statement.condition(key).is_none()) {
            let service = deputy.value.display();
            let message = format!("`{}` trusts `{service}` for the resources of any account", role.name);
            findings.push(
                SERVICE_TRUST_WITHOUT_SOURCE
                    .at(role, message)
                    .at(statement.at)
                    .fix_if(for_the_account(role, statement)),
            );
        }
    }
}

/// Terraform has no name for the own account.
fn for_the_account(role: &Node, statement: &Statement) -> Option<Fix> {
    let path = ["Condition", "StringEquals", "aws:SourceAccount"];
    let written = !is_terraform(role) && !statement.at.is_empty();
    written.then(|| Fix::risky("only for the own account", statement.put(&path, pseudo("AccountId"))))
}
