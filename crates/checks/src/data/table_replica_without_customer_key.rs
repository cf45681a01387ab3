//! This replica of a table is encrypted with a key of the provider.
use super::facts::written;
use crate::prelude::*;
use crate::repair::with_own_key;

const TYPES: &[&str] = &["aws_dynamodb_table_replica"];

check! {
    /// # Table replica without a customer key
    ///
    /// This replica of a table is encrypted with a key of the provider.
    ///
    /// ## Why it matters
    ///
    /// The copy holds the same data as the original and deserves the same key policy.
    ///
    /// ## What to do
    ///
    /// Name a key of your own in the replica's region.
    ///
    /// ```hcl fires
    /// resource "aws_dynamodb_table_replica" "store" {
    ///   global_table_arn = "t"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_dynamodb_table_replica" "store" {
    ///   global_table_arn = "t"
    ///   kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/1"
    /// }
    /// ```
    TABLE_REPLICA_WITHOUT_CUSTOMER_KEY = "table-replica-without-customer-key" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-326", "OWASP-SLS:S3", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_271"],
        run: table_replica_without_customer_key,
    }
}

fn table_replica_without_customer_key(app: &App, findings: &mut Findings) {
    for node in app.of_type(TYPES) {
        if !written(node, "key") {
            findings.push(
                TABLE_REPLICA_WITHOUT_CUSTOMER_KEY
                    .on(node, "key", format!("`{}` is not encrypted with a customer key", node.name))
                    .fix(with_own_key(
                        app,
                        node,
                        "key",
                        "encrypt with a customer key (replaces the replica)",
                    )),
            );
        }
    }
}
