//! A statement allows its actions on everything except a list of resources.
use super::effective::each_statement;
use crate::prelude::*;

check! {
    /// # Allowing all resources but some
    ///
    /// A statement allows its actions on everything except a list of resources.
    ///
    /// ## Why it matters
    ///
    /// `NotResource` with `Allow` covers each resource that was forgotten and each that comes later.
    ///
    /// ## What to do
    ///
    /// List the resources with `Resource`.
    ///
    /// ```yaml fires
    /// R:
    ///   Type: AWS::IAM::Role
    ///   Properties:
    ///     AssumeRolePolicyDocument: { Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: sts:AssumeRole }] }
    ///     Policies:
    ///       - PolicyName: p
    ///         PolicyDocument: { Statement: [{ Effect: Allow, Action: 's3:GetObject', NotResource: 'arn:aws:s3:::private/*' }] }
    /// ```
    /// ```yaml quiet
    /// R:
    ///   Type: AWS::IAM::Role
    ///   Properties:
    ///     AssumeRolePolicyDocument: { Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: sts:AssumeRole }] }
    ///     Policies:
    ///       - PolicyName: p
    ///         PolicyDocument: { Statement: [{ Effect: Allow, Action: s3:GetObject, Resource: arn:aws:s3:::orders/* }] }
    /// ```
    ALLOW_NOT_RESOURCE = "allow-not-resource" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        controls: &["CWE-250", "OWASP-SLS:S5", "CSA:SAS-4"],
        also_known_as: &["W21", "W22", "W23"],
        run: allow_not_resource,
    }
}

fn allow_not_resource(app: &App, findings: &mut Findings) {
    each_statement(app, findings, &ALLOW_NOT_RESOURCE, |statement| {
        let inverted = !statement.not_resources.is_empty();
        inverted
            .then(|| (Tri::True, "allows its actions on all resources but those of `NotResource`".to_owned()))
    });
}
