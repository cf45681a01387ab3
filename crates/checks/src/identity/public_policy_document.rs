//! A policy document lets every AWS principal in, without a condition.
use crate::prelude::*;

check! {
    /// # Policy document for everyone
    ///
    /// A policy document lets every AWS principal in, without a condition.
    ///
    /// ## Why it matters
    ///
    /// Whatever uses the document (a bucket, a queue, a key, a role) is open to anyone with an AWS
    /// account.
    ///
    /// ## What to do
    ///
    /// Name the principals, or add a condition on the organisation or the source.
    ///
    /// ```hcl fires
    /// data "aws_iam_policy_document" "d" {
    ///   statement {
    ///     actions   = ["sqs:SendMessage"]
    ///     resources = ["arn:aws:sqs:eu-west-1:123456789012:q"]
    ///     principals {
    ///       type        = "AWS"
    ///       identifiers = ["*"]
    ///     }
    ///   }
    /// }
    /// ```
    /// ```hcl quiet
    /// data "aws_iam_policy_document" "d" {
    ///   statement {
    ///     actions   = ["sqs:SendMessage"]
    ///     resources = ["arn:aws:sqs:eu-west-1:123456789012:q"]
    ///     principals {
    ///       type        = "Service"
    ///       identifiers = ["sns.amazonaws.com"]
    ///     }
    ///   }
    /// }
    /// ```
    PUBLIC_POLICY_DOCUMENT = "public-policy-document" {
        since: "0.1.0",
        severity: High,
        confidence: Certain,
        controls: &["CWE-284", "OWASP-SLS:S3", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_283"],
        run: public_policy_document,
    }
}

fn public_policy_document(app: &App, findings: &mut Findings) {
    for document in app.all(Kind::PolicyDocument) {
        let statements = document.own_policies().flat_map(|policy| &policy.statements);
        let mut open = statements.filter(|statement| statement.allows() && statement.conditions.is_empty());
        if let Some(statement) = open.find(|statement| statement.for_everyone()) {
            let message = format!("`{}` lets everyone in", document.name);
            findings.push(PUBLIC_POLICY_DOCUMENT.at(document, message).at(statement.at));
        }
    }
}
