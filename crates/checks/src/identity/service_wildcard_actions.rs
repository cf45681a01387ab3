//! A policy allows every action of a service that holds data or keys.
use super::effective::each_statement;
use crate::prelude::*;

check! {
    /// # Every action of a data service
    ///
    /// A policy allows every action of a service that holds data or keys.
    ///
    /// ## Why it matters
    ///
    /// `s3:*` reads, deletes, and rewrites the policy of the bucket itself. The code needs a handful of
    /// these actions.
    ///
    /// ## What to do
    ///
    /// List the actions that the code calls.
    ///
    /// ```yaml fires
    /// R:
    ///   Type: AWS::IAM::Role
    ///   Properties:
    ///     AssumeRolePolicyDocument: { Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: sts:AssumeRole }] }
    ///     Policies:
    ///       - PolicyName: p
    ///         PolicyDocument: { Statement: [{ Effect: Allow, Action: 'dynamodb:*', Resource: arn:aws:dynamodb:eu-west-1:123456789012:table/t }] }
    /// ```
    /// ```yaml quiet
    /// R:
    ///   Type: AWS::IAM::Role
    ///   Properties:
    ///     AssumeRolePolicyDocument: { Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: sts:AssumeRole }] }
    ///     Policies:
    ///       - PolicyName: p
    ///         PolicyDocument: { Statement: [{ Effect: Allow, Action: 'dynamodb:Get*', Resource: arn:aws:dynamodb:eu-west-1:123456789012:table/t }] }
    /// ```
    /// ```hcl fires
    /// resource "aws_iam_policy" "p" {
    ///   policy = jsonencode({
    ///     Version   = "2012-10-17"
    ///     Statement = [{ Effect = "Allow", Action = "s3:*", Resource = "arn:aws:s3:::orders/*" }]
    ///   })
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_iam_policy" "p" {
    ///   policy = jsonencode({
    ///     Version   = "2012-10-17"
    ///     Statement = [{ Effect = "Allow", Action = "logs:*", Resource = "*" }]
    ///   })
    /// }
    /// ```
    SERVICE_WILDCARD_ACTIONS = "service-wildcard-actions" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        controls: &["CWE-250", "OWASP-SLS:S5", "CSA:SAS-4"],
        also_known_as: &[],
        run: service_wildcard_actions,
    }
}

/// Services whose actions reach data, keys, identities, or run code.
const SERVICES: &[&str] = &[
    "s3",
    "dynamodb",
    "sqs",
    "sns",
    "kms",
    "secretsmanager",
    "ssm",
    "lambda",
    "iam",
    "sts",
    "rds",
    "rds-data",
    "kinesis",
    "firehose",
    "states",
    "events",
    "ec2",
    "cognito-idp",
    "cognito-identity",
    "cloudformation",
    "apigateway",
    "execute-api",
    "elasticfilesystem",
    "es",
    "aoss",
    "redshift",
    "athena",
    "glue",
    "ecr",
    "ecs",
    "ses",
    "bedrock",
    "sagemaker",
    "organizations",
    "cloudfront",
    "route53",
];

fn service_wildcard_actions(app: &App, findings: &mut Findings) {
    each_statement(app, findings, &SERVICE_WILDCARD_ACTIONS, |statement| {
        let mut actions = statement.actions.iter().filter_map(Value::as_str);
        let found = actions.find(|action| {
            let service = action.strip_suffix(":*").map(str::to_ascii_lowercase);
            service.is_some_and(|service| SERVICES.contains(&service.as_str()))
        })?;
        Some((Tri::True, format!("allows `{found}`")))
    });
}
