//! A statement allows everything except a list of actions.
use super::effective::each_statement;
use crate::prelude::*;

check! {
    /// # Allowing all actions but some
    ///
    /// A statement allows everything except a list of actions.
    ///
    /// ## Why it matters
    ///
    /// `NotAction` with `Allow` gives every other action of every service, also of those to come.
    ///
    /// ## What to do
    ///
    /// Turn the statement round: list with `Action` what is needed.
    ///
    /// ```yaml fires
    /// R:
    ///   Type: AWS::IAM::Role
    ///   Properties:
    ///     AssumeRolePolicyDocument: { Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: sts:AssumeRole }] }
    ///     Policies:
    ///       - PolicyName: p
    ///         PolicyDocument: { Statement: [{ Effect: Allow, NotAction: 'iam:*', Resource: '*' }] }
    /// ```
    /// ```yaml quiet
    /// R:
    ///   Type: AWS::IAM::Role
    ///   Properties:
    ///     AssumeRolePolicyDocument: { Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: sts:AssumeRole }] }
    ///     Policies:
    ///       - PolicyName: p
    ///         PolicyDocument: { Statement: [{ Effect: Deny, NotAction: 'iam:*', Resource: '*' }] }
    /// ```
    ALLOW_NOT_ACTION = "allow-not-action" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        controls: &["CWE-250", "OWASP-SLS:S5", "CSA:SAS-4"],
        also_known_as: &["W15", "W16", "W17"],
        run: allow_not_action,
    }
}

fn allow_not_action(app: &App, findings: &mut Findings) {
    each_statement(app, findings, &ALLOW_NOT_ACTION, |statement| {
        let inverted = !statement.not_actions.is_empty();
        inverted.then(|| (Tri::True, "allows all actions but those of `NotAction`".to_owned()))
    });
}
