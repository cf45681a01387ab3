//! This warehouse is encrypted, if at all, with a key of the provider.
use super::facts::written;
use crate::prelude::*;
use crate::repair::with_own_key;

const TYPES: &[&str] = &[
    "AWS::Redshift::Cluster",
    "aws_redshift_cluster",
    "AWS::RedshiftServerless::Namespace",
    "aws_redshiftserverless_namespace",
];

check! {
    /// # Warehouse without a customer key
    ///
    /// This warehouse is encrypted, if at all, with a key of the provider.
    ///
    /// ## Why it matters
    ///
    /// With a key of your own, every use of it is logged, and disabling it makes the data unreadable at
    /// once.
    ///
    /// ## What to do
    ///
    /// Name a key of your own.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::Redshift::Cluster
    ///   Properties: { Encrypted: true }
    /// ```
    /// ```hcl fires
    /// resource "aws_redshiftserverless_namespace" "store" {
    ///   namespace_name = "w"
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::Redshift::Cluster
    ///   Properties: { Encrypted: true, KmsKeyId: k }
    /// ```
    /// ```hcl quiet
    /// resource "aws_redshiftserverless_namespace" "store" {
    ///   kms_key_id = "k"
    /// }
    /// ```
    WAREHOUSE_WITHOUT_CUSTOMER_KEY = "warehouse-without-customer-key" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-326", "OWASP-SLS:S3", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_142", "CKV_AWS_282", "REDSHIFT_CLUSTER_KMS_ENABLED"],
        run: warehouse_without_customer_key,
    }
}

fn warehouse_without_customer_key(app: &App, findings: &mut Findings) {
    for node in app.of_type(TYPES) {
        if !written(node, "key") {
            findings.push(
                WAREHOUSE_WITHOUT_CUSTOMER_KEY
                    .on(node, "key", format!("`{}` names no customer key", node.name))
                    .fix(with_own_key(app, node, "key", "encrypt with a customer key")),
            );
        }
    }
}
