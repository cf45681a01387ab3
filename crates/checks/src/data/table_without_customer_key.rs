//! This table is encrypted with a key of the provider, over which you have no control.
use crate::prelude::*;
use crate::repair::with_own_key_and;

check! {
    /// # Table without a customer key
    ///
    /// This table is encrypted with a key of the provider, over which you have no control.
    ///
    /// ## Why it matters
    ///
    /// With a key of your own, reading needs a permission on the key too, every use of it is logged, and
    /// disabling it makes the data unreadable at once.
    ///
    /// ## What to do
    ///
    /// Encrypt with a key of your own where the data deserves it.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::DynamoDB::Table
    ///   Properties: { SSESpecification: { SSEEnabled: true } }
    /// ```
    /// ```hcl fires
    /// resource "aws_dynamodb_table" "store" {
    ///   name = "t"
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::DynamoDB::Table
    ///   Properties: { SSESpecification: { SSEEnabled: true, SSEType: KMS, KMSMasterKeyId: alias/app } }
    /// ```
    /// ```hcl quiet
    /// resource "aws_dynamodb_table" "store" {
    ///   name = "t"
    ///   server_side_encryption {
    ///     enabled     = true
    ///     kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/1"
    ///   }
    /// }
    /// ```
    TABLE_WITHOUT_CUSTOMER_KEY = "table-without-customer-key" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-326", "OWASP-SLS:S3", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_119", "W74", "DYNAMODB_TABLE_ENCRYPTED_KMS"],
        run: table_without_customer_key,
    }
}

fn table_without_customer_key(app: &App, findings: &mut Findings) {
    for node in app.of_type(&["AWS::DynamoDB::Table", "aws_dynamodb_table", "AWS::Serverless::SimpleTable"]) {
        let by_own_key = node.flag("encrypted") & node.has("key").into();
        // CloudFormation asks for the type of encryption beside a key.
        let of_type = node.provider_type == "AWS::DynamoDB::Table";
        let with = of_type.then(|| node.set("encryption", "KMS"));
        findings.when(!by_own_key, || {
            TABLE_WITHOUT_CUSTOMER_KEY
                .on(node, "key", format!("`{}` is not encrypted with a customer key", node.name))
                .fix(with_own_key_and(
                    app,
                    node,
                    "key",
                    "encrypt with a customer key",
                    std::iter::once(node.set("encrypted", true)).chain(with),
                ))
        });
    }
}
