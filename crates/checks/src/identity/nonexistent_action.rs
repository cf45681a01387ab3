//! A policy names an action that AWS does not know.
use iam::catalogue;

use super::effective::{few, grants, written};
use crate::prelude::*;

check! {
    /// # Action that does not exist
    ///
    /// A policy allows an action that no service has.
    ///
    /// ## Why it matters
    ///
    /// It allows nothing. Either the function fails, or the permission was never needed; and a deny that names it
    /// denies nothing.
    ///
    /// ## What to do
    ///
    /// Correct the name, which is often that of the API operation instead of the permission (`lambda:Invoke` is
    /// `lambda:InvokeFunction`), or take it out.
    ///
    /// ```yaml fires
    /// P:
    ///   Type: AWS::IAM::ManagedPolicy
    ///   Properties:
    ///     PolicyDocument: { Statement: [{ Effect: Allow, Action: lambda:Invoke, Resource: '*' }] }
    /// ```
    /// ```yaml quiet
    /// P:
    ///   Type: AWS::IAM::ManagedPolicy
    ///   Properties:
    ///     PolicyDocument: { Statement: [{ Effect: Allow, Action: [lambda:invokefunction, 'lambda:Get*'], Resource: '*' }] }
    /// ```
    NONEXISTENT_ACTION = "nonexistent-action" {
        since: "0.1.0",
        severity: Low,
        confidence: Likely,
        controls: &["CWE-1188", "OWASP-SLS:S5"],
        also_known_as: &[],
        run: nonexistent_action,
    }
}

fn nonexistent_action(app: &App, findings: &mut Findings) {
    for (node, policies) in written(app) {
        let actions: Vec<&Value> = grants(&policies).flat_map(|statement| &statement.actions).collect();
        let wrong: Vec<&Value> = actions.into_iter().filter(|action| is_wrong(action)).collect();
        let Some(first) = wrong.first() else { continue };
        let names = few(wrong.iter().map(|action| action.display()), wrong.len());
        let message = format!("`{}` allows {names}, which no service has", node.name);
        findings.push(NONEXISTENT_ACTION.at(node, message).at(first.at));
    }
}

/// Literal text that stands for no action at all.
fn is_wrong(action: &Value) -> bool {
    let Some(text) = action.as_str().filter(|text| *text != "*") else { return false };
    catalogue::matching(text).is_empty()
}
