//! A function may do more than anything that was read needs.
use iam::catalogue::{self, Level};
use iam::{Grant, Judgement, Privileges};
use model::Patch;

use crate::prelude::*;

check! {
    /// # Unused permissions
    ///
    /// A function may do more than its code, its triggers and its resources need.
    ///
    /// ## Why it matters
    ///
    /// What the code never does, only an intruder does. Deleting and changing things that the function merely
    /// reads or adds to is what turns one weak function into a lost table.
    ///
    /// ## What to do
    ///
    /// Take what the finding names out of the policy, or a smaller policy template (`DynamoDBWritePolicy`,
    /// `S3ReadPolicy`). `buckler privileges` shows every permission with the line that needs it, and what the least
    /// policy is.
    ///
    /// ```files fires
    /// # file: template.yaml
    /// Transform: AWS::Serverless-2016-10-31
    /// Resources:
    ///   F:
    ///     Type: AWS::Serverless::Function
    ///     Properties:
    ///       Handler: app.handler
    ///       Runtime: python3.14
    ///       CodeUri: .
    ///       Policies: [{ DynamoDBCrudPolicy: { TableName: orders } }]
    /// # file: app.py
    /// import boto3
    ///
    /// def handler(event, context):
    ///     boto3.client("dynamodb").put_item(TableName="orders", Item={"id": {"S": "1"}})
    /// ```
    /// ```files quiet
    /// # file: template.yaml
    /// Transform: AWS::Serverless-2016-10-31
    /// Resources:
    ///   F:
    ///     Type: AWS::Serverless::Function
    ///     Properties:
    ///       Handler: app.handler
    ///       Runtime: python3.14
    ///       CodeUri: .
    ///       Policies:
    ///         - Statement: [{ Effect: Allow, Action: dynamodb:GetItem, Resource: !Sub 'arn:aws:dynamodb:${AWS::Region}:${AWS::AccountId}:table/orders' }]
    /// # file: app.py
    /// import boto3
    ///
    /// def handler(event, context):
    ///     boto3.client("dynamodb").get_item(TableName="orders", Key={"id": {"S": "1"}})
    /// ```
    UNUSED_PERMISSIONS = "unused-permissions" {
        since: "0.1.0",
        severity: Low,
        confidence: Likely,
        fix: Risky,
        controls: &["CWE-250", "CWE-732", "OWASP-SLS:S5", "CSA:SAS-5"],
        also_known_as: &[],
        run: unused_permissions,
    }
}

/// Actions that a finding names.
const SHOWN_MAX: usize = 6;

fn unused_permissions(app: &App, findings: &mut Findings) {
    for privileges in iam::privileges(app) {
        let Some(function) = app.node(privileges.function) else { continue };
        let unused: Vec<&Grant> =
            privileges.granted.iter().filter(|grant| grant.judgement == Judgement::Unused).collect();
        let Some(first) = unused.first() else { continue };
        let count = unused.len();
        let names: Vec<String> =
            unused.iter().take(SHOWN_MAX).map(|grant| format!("`{}`", grant.action)).collect();
        let more = count.saturating_sub(SHOWN_MAX);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let message = format!("`{}` never needs {}{more}", function.name, names.join(", "));
        let changes = unused.iter().any(|grant| changes(&grant.action));
        let severity = if changes { UNUSED_PERMISSIONS.severity } else { Severity::Info };
        let mut finding = UNUSED_PERMISSIONS.at(function, message).at(first.at).severity(severity);
        if let Some(fix) = fix(app, function, &privileges) {
            finding = finding.fix(fix);
        }
        findings.push(finding);
    }
}

/// Whether an action, or one that its wildcard stands for, changes anything.
fn changes(action: &str) -> bool {
    catalogue::matching(action).iter().any(|one| !matches!(one.level, Level::Read | Level::List))
}

/// A role of its own with what is needed; only when everything that it does was understood.
fn fix(app: &App, function: &Node, privileges: &Privileges) -> Option<Fix> {
    let is_known = privileges.unresolved.is_empty() && privileges.missing.is_empty();
    let function = function.name.clone();
    is_known.then(|| {
        let policies = privileges.minimal(app);
        Fix::risky("allow what is needed and no more", Patch::Permit { function, policies })
    })
}
