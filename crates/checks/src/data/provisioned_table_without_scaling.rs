//! This table has provisioned capacity, and nothing scales it.
use crate::prelude::*;

check! {
    /// # Table with fixed capacity
    ///
    /// This table has provisioned capacity, and nothing scales it.
    ///
    /// ## Why it matters
    ///
    /// A burst of requests, honest or not, is refused once the capacity is used up, while a quiet table is
    /// paid for in full.
    ///
    /// ## What to do
    ///
    /// Bill by request, or scale reads and writes with the load.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::DynamoDB::Table
    ///   Properties: { ProvisionedThroughput: { ReadCapacityUnits: 5, WriteCapacityUnits: 5 } }
    /// ```
    /// ```hcl fires
    /// resource "aws_dynamodb_table" "store" {
    ///   name = "t"
    ///   read_capacity = 5
    ///   write_capacity = 5
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::DynamoDB::Table
    ///   Properties: { BillingMode: PAY_PER_REQUEST }
    /// ```
    /// ```hcl quiet
    /// resource "aws_dynamodb_table" "store" {
    ///   name = "t"
    ///   billing_mode = "PAY_PER_REQUEST"
    /// }
    /// ```
    PROVISIONED_TABLE_WITHOUT_SCALING = "provisioned-table-without-scaling" {
        since: "0.1.0",
        severity: Info,
        confidence: Likely,
        fix: Risky,
        controls: &["CWE-770", "OWASP-SLS:S6", "CSA:SAS-8"],
        also_known_as: &["CKV2_AWS_16", "DYNAMODB_AUTOSCALING_ENABLED"],
        run: provisioned_table_without_scaling,
    }
}

fn provisioned_table_without_scaling(app: &App, findings: &mut Findings) {
    for node in app.of_type(&["AWS::DynamoDB::Table", "aws_dynamodb_table"]) {
        let provisioned = if node.has("billing") { node.is("billing", "PROVISIONED") } else { Tri::True };
        // CloudFormation takes no capacity beside billing by request, and what says both has no single place.
        let says_capacity = node.provider_type.starts_with("AWS::") && node.has("read_capacity");
        let fix = Fix::risky("bill by request", node.set("billing", "PAY_PER_REQUEST"));
        findings.when(provisioned & !node.flag("scales"), || {
            PROVISIONED_TABLE_WITHOUT_SCALING
                .on(node, "billing", format!("the capacity of `{}` is fixed", node.name))
                .fix_if(Some(fix).filter(|_| !says_capacity))
        });
    }
}
