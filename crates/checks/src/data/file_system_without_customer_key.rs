//! This file system is encrypted, if at all, with a key of the provider.
use super::facts::written;
use crate::prelude::*;
use crate::repair::with_own_key;

check! {
    /// # File system without a customer key
    ///
    /// This file system is encrypted, if at all, with a key of the provider.
    ///
    /// ## Why it matters
    ///
    /// With a key of your own, every use of it is logged, and disabling it makes the files unreadable at
    /// once.
    ///
    /// ## What to do
    ///
    /// Name a key of your own.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::EFS::FileSystem
    ///   Properties: { Encrypted: true }
    /// ```
    /// ```hcl fires
    /// resource "aws_efs_file_system" "store" {
    ///   encrypted = true
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::EFS::FileSystem
    ///   Properties: { Encrypted: true, KmsKeyId: k }
    /// ```
    /// ```hcl quiet
    /// resource "aws_efs_file_system" "store" {
    ///   encrypted = true
    ///   kms_key_id = "k"
    /// }
    /// ```
    FILE_SYSTEM_WITHOUT_CUSTOMER_KEY = "file-system-without-customer-key" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-326", "OWASP-SLS:S3", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_184", "CKV_AWS_178", "CKV_AWS_179", "CKV_AWS_190", "CKV_AWS_203"],
        run: file_system_without_customer_key,
    }
}

fn file_system_without_customer_key(app: &App, findings: &mut Findings) {
    for node in app.all(Kind::FileSystem) {
        if !written(node, "key") {
            findings.push(
                FILE_SYSTEM_WITHOUT_CUSTOMER_KEY
                    .on(node, "key", format!("`{}` names no customer key", node.name))
                    .fix(with_own_key(
                        app,
                        node,
                        "key",
                        "encrypt with a customer key (replaces the file system)",
                    )),
            );
        }
    }
}
