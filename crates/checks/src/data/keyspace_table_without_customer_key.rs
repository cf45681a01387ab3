//! This table is encrypted with a key of the provider, over which you have no control.
use crate::prelude::*;
use crate::repair::with_own_key_and;

const TYPES: &[&str] = &["aws_keyspaces_table", "AWS::Cassandra::Table"];

check! {
    /// # Keyspaces table without a customer key
    ///
    /// This table is encrypted with a key of the provider, over which you have no control.
    ///
    /// ## Why it matters
    ///
    /// With a key of your own, every use of it is logged, and disabling it makes the data unreadable at
    /// once.
    ///
    /// ## What to do
    ///
    /// Set `CUSTOMER_MANAGED_KMS_KEY` and name the key.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::Cassandra::Table
    ///   Properties: { KeyspaceName: k }
    /// ```
    /// ```hcl fires
    /// resource "aws_keyspaces_table" "store" {
    ///   table_name = "t"
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::Cassandra::Table
    ///   Properties: { KeyspaceName: k, EncryptionSpecification: { EncryptionType: CUSTOMER_MANAGED_KMS_KEY, KmsKeyIdentifier: alias/app } }
    /// ```
    /// ```hcl quiet
    /// resource "aws_keyspaces_table" "store" {
    ///   encryption_specification {
    ///     type               = "CUSTOMER_MANAGED_KMS_KEY"
    ///     kms_key_identifier = "alias/app"
    ///   }
    /// }
    /// ```
    KEYSPACE_TABLE_WITHOUT_CUSTOMER_KEY = "keyspace-table-without-customer-key" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-326", "OWASP-SLS:S3", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_265"],
        run: keyspace_table_without_customer_key,
    }
}

fn keyspace_table_without_customer_key(app: &App, findings: &mut Findings) {
    for node in app.of_type(TYPES) {
        findings.when(!(node.is("encryption", "CUSTOMER_MANAGED_KMS_KEY") & node.has("key").into()), || {
            KEYSPACE_TABLE_WITHOUT_CUSTOMER_KEY
                .on(node, "encryption", format!("`{}` is not encrypted with a customer key", node.name))
                .fix(with_own_key_and(
                    app,
                    node,
                    "key",
                    "encrypt with a customer key",
                    [node.set("encryption", "CUSTOMER_MANAGED_KMS_KEY")],
                ))
        });
    }
}
