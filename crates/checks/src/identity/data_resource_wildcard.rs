//! A statement names all resources of a data service by a pattern.
use super::effective::each_wide_statement;
use crate::prelude::*;

check! {
    /// # Every table, bucket or queue
    ///
    /// A statement names all resources of a data service by a pattern.
    ///
    /// ## Why it matters
    ///
    /// `table/*` reads narrower than `*` and is as wide: it covers the data of every application in the
    /// account.
    ///
    /// ## What to do
    ///
    /// Name the resource, by reference.
    ///
    /// ```yaml fires
    /// R:
    ///   Type: AWS::IAM::Role
    ///   Properties:
    ///     AssumeRolePolicyDocument: { Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: sts:AssumeRole }] }
    ///     Policies:
    ///       - PolicyName: p
    ///         PolicyDocument: { Statement: [{ Effect: Allow, Action: dynamodb:GetItem, Resource: arn:aws:dynamodb:eu-west-1:123456789012:table/* }] }
    /// ```
    /// ```yaml quiet
    /// R:
    ///   Type: AWS::IAM::Role
    ///   Properties:
    ///     AssumeRolePolicyDocument: { Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: sts:AssumeRole }] }
    ///     Policies:
    ///       - PolicyName: p
    ///         PolicyDocument: { Statement: [{ Effect: Allow, Action: dynamodb:GetItem, Resource: arn:aws:dynamodb:eu-west-1:123456789012:table/orders-* }] }
    /// ```
    /// ```hcl fires
    /// resource "aws_iam_policy" "p" {
    ///   policy = jsonencode({
    ///     Version   = "2012-10-17"
    ///     Statement = [{ Effect = "Allow", Action = "s3:GetObject", Resource = "arn:aws:s3:::*" }]
    ///   })
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_iam_policy" "p" {
    ///   policy = jsonencode({
    ///     Version   = "2012-10-17"
    ///     Statement = [{ Effect = "Allow", Action = "s3:GetObject", Resource = "arn:aws:s3:::orders/*" }]
    ///   })
    /// }
    /// ```
    DATA_RESOURCE_WILDCARD = "data-resource-wildcard" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-250", "OWASP-SLS:S5", "CSA:SAS-4"],
        also_known_as: &[],
        run: data_resource_wildcard,
    }
}

/// Services and the last part of an ARN that covers everything of theirs.
const PATTERNS: &[(&str, &[&str])] = &[
    (":s3:", &[":::*", ":::*/*"]),
    (":dynamodb:", &[":table/*", ":*"]),
    (":sqs:", &[":*"]),
    (":sns:", &[":*"]),
    (":kinesis:", &[":stream/*", ":*"]),
    (":secretsmanager:", &[":secret:*", ":*"]),
    (":ssm:", &[":parameter/*", ":parameter*", ":*"]),
    (":kms:", &[":key/*", ":*"]),
    (":lambda:", &[":function:*", ":*"]),
];

fn data_resource_wildcard(app: &App, findings: &mut Findings) {
    each_wide_statement(app, findings, &DATA_RESOURCE_WILDCARD, |statement| {
        if !statement.conditions.is_empty() {
            return None;
        }
        let found = everything_of_a_service(statement)?;
        Some((Tri::True, format!("covers all resources of a service: `{found}`")))
    });
}

/// The resource of a statement that stands for every one of its kind in the account.
pub(super) fn everything_of_a_service(statement: &Statement) -> Option<String> {
    let texts = statement.resources.iter().filter(|value| value.first_reference().is_none());
    texts.map(Value::display).find(|text| {
        let parts = text.matches(':').count();
        let every = |(service, ends): &(&str, &[&str])| {
            text.contains(service) && ends.iter().any(|end| ends_after_account(text, end))
        };
        parts >= 5 && PATTERNS.iter().any(every)
    })
}

/// The pattern is the whole resource part of the ARN: nothing but region and account stand before it.
fn ends_after_account(text: &str, end: &str) -> bool {
    let Some(before) = text.strip_suffix(end) else { return false };
    let mut plain = String::new();
    let mut depth = 0_usize;
    for symbol in before.chars() {
        match symbol {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ if depth == 0 => plain.push(symbol),
            _ => {}
        }
    }
    // `arn:partition:service:region:account`, or `arn:partition:service` for buckets.
    plain.matches(':').count() == if end.starts_with(":::") { 2 } else { 4 }
}
