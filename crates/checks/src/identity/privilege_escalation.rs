//! A policy allows a combination of actions by which its holder can gain more permissions.
use super::effective::judge;
use crate::prelude::*;

check! {
    /// # Privilege escalation
    ///
    /// A policy allows a combination of actions by which its holder can gain more permissions.
    ///
    /// ## Why it matters
    ///
    /// Creating keys for another user, attaching a policy, or passing a stronger role to new code are
    /// known ways from a small foothold to the whole account.
    ///
    /// ## What to do
    ///
    /// Remove the action, or name the one role, user or function that it is needed for.
    ///
    /// ```yaml fires
    /// R:
    ///   Type: AWS::IAM::Role
    ///   Properties:
    ///     AssumeRolePolicyDocument: { Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: sts:AssumeRole }] }
    ///     Policies:
    ///       - PolicyName: p
    ///         PolicyDocument: { Statement: [{ Effect: Allow, Action: iam:CreateAccessKey, Resource: '*' }] }
    /// ```
    /// ```yaml quiet
    /// R:
    ///   Type: AWS::IAM::Role
    ///   Properties:
    ///     AssumeRolePolicyDocument: { Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: sts:AssumeRole }] }
    ///     Policies:
    ///       - PolicyName: p
    ///         PolicyDocument: { Statement: [{ Effect: Allow, Action: iam:CreateAccessKey, Resource: arn:aws:iam::123456789012:user/bot }] }
    /// ```
    /// ```yaml fires
    /// R:
    ///   Type: AWS::IAM::Role
    ///   Properties:
    ///     AssumeRolePolicyDocument: { Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: sts:AssumeRole }] }
    ///     Policies:
    ///       - PolicyName: p
    ///         PolicyDocument: { Statement: [{ Effect: Allow, Action: [iam:PassRole, lambda:CreateFunction, lambda:InvokeFunction], Resource: '*' }] }
    /// ```
    /// ```hcl fires
    /// resource "aws_iam_policy" "p" {
    ///   policy = jsonencode({
    ///     Version   = "2012-10-17"
    ///     Statement = [{ Effect = "Allow", Action = "lambda:UpdateFunctionCode", Resource = "*" }]
    ///   })
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_iam_policy" "p" {
    ///   policy = jsonencode({
    ///     Version   = "2012-10-17"
    ///     Statement = [{ Effect = "Allow", Action = "lambda:GetFunction", Resource = "*" }]
    ///   })
    /// }
    /// ```
    PRIVILEGE_ESCALATION = "privilege-escalation" {
        since: "0.1.0",
        severity: High,
        confidence: Certain,
        controls: &["CWE-269", "OWASP-SLS:S5", "CSA:SAS-4"],
        also_known_as: &["CKV_AWS_110", "CKV_AWS_286"],
        run: privilege_escalation,
    }
}

/// Combinations that lead to more permissions. Source: Rhino Security Labs, "AWS IAM privilege
/// escalation methods", 2018, in the form that cloudsplaining 0.7.0 tests.
const METHODS: &[&[&str]] = &[
    &["iam:CreateAccessKey"],
    &["iam:CreateLoginProfile"],
    &["iam:UpdateLoginProfile"],
    &["iam:AddUserToGroup"],
    &["iam:CreatePolicyVersion"],
    &["iam:SetDefaultPolicyVersion"],
    &["iam:AttachUserPolicy"],
    &["iam:AttachGroupPolicy"],
    &["iam:AttachRolePolicy", "sts:AssumeRole"],
    &["iam:PutUserPolicy"],
    &["iam:PutGroupPolicy"],
    &["iam:PutRolePolicy", "sts:AssumeRole"],
    &["iam:UpdateAssumeRolePolicy", "sts:AssumeRole"],
    &["iam:PassRole", "ec2:RunInstances"],
    &["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"],
    &["iam:PassRole", "lambda:CreateFunction", "lambda:CreateEventSourceMapping"],
    &["iam:PassRole", "glue:CreateDevEndpoint"],
    &["iam:PassRole", "cloudformation:CreateStack"],
    &["iam:PassRole", "datapipeline:CreatePipeline"],
    &["glue:UpdateDevEndpoint"],
    &["lambda:UpdateFunctionCode"],
];

fn privilege_escalation(app: &App, findings: &mut Findings) {
    judge(app, findings, &PRIVILEGE_ESCALATION, "can gain more permissions", |reach| {
        let steps = METHODS.iter().map(|method| (method.len(), reach.open.named(method.iter().copied())));
        steps
            .filter(|(length, steps)| steps.len() == *length)
            .map(|(_, steps)| steps)
            .next()
            .unwrap_or_default()
    });
}
