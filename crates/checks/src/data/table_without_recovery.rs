//! This table cannot be put back to an earlier time.
use crate::prelude::*;

const TYPES: &[&str] = &["AWS::DynamoDB::Table", "aws_dynamodb_table", "AWS::Serverless::SimpleTable"];

check! {
    /// # Table without point in time recovery
    ///
    /// This table cannot be put back to an earlier time.
    ///
    /// ## Why it matters
    ///
    /// A faulty function or a stolen credential can overwrite or empty a table in seconds. Recovery to any
    /// second of the last 35 days undoes that.
    ///
    /// ## What to do
    ///
    /// Switch point in time recovery on.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::DynamoDB::Table
    /// ```
    /// ```hcl fires
    /// resource "aws_dynamodb_table" "store" {
    ///   name = "t"
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::DynamoDB::Table
    ///   Properties: { PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true } }
    /// ```
    /// ```hcl quiet
    /// resource "aws_dynamodb_table" "store" {
    ///   name = "t"
    ///   point_in_time_recovery {
    ///     enabled = true
    ///   }
    /// }
    /// ```
    TABLE_WITHOUT_RECOVERY = "table-without-recovery" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Safe,
        controls: &["CWE-693", "OWASP-SLS:S6", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_28", "W78", "DYNAMODB_PITR_ENABLED"],
        run: table_without_recovery,
    }
}

fn table_without_recovery(app: &App, findings: &mut Findings) {
    for node in app.of_type(TYPES) {
        findings.unless_on(node, "pitr", || {
            TABLE_WITHOUT_RECOVERY
                .on(node, "pitr", format!("`{}` cannot be put back to an earlier time", node.name))
                .fix(Fix::safe("switch recovery on", node.set("pitr", true)))
        });
    }
}
