//! Files on this file system are not encrypted.
use crate::prelude::*;

const TYPES: &[&str] = &["AWS::EFS::FileSystem", "aws_efs_file_system"];

check! {
    /// # File system without encryption
    ///
    /// Files on this file system are not encrypted.
    ///
    /// ## Why it matters
    ///
    /// Encryption cannot be switched on later: the files have to be copied.
    ///
    /// ## What to do
    ///
    /// Encrypt the file system when it is made.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::EFS::FileSystem
    ///   Properties: { PerformanceMode: generalPurpose }
    /// ```
    /// ```hcl fires
    /// resource "aws_efs_file_system" "store" {
    ///   creation_token = "f"
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::EFS::FileSystem
    ///   Properties: { Encrypted: true }
    /// ```
    /// ```hcl quiet
    /// resource "aws_efs_file_system" "store" {
    ///   encrypted = true
    /// }
    /// ```
    UNENCRYPTED_FILE_SYSTEM = "unencrypted-file-system" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-311", "OWASP-SLS:S3", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_42", "F32", "EFS_ENCRYPTED_CHECK"],
        run: unencrypted_file_system,
    }
}

fn unencrypted_file_system(app: &App, findings: &mut Findings) {
    for node in app.of_type(TYPES) {
        findings.unless_on(node, "encrypted", || {
            UNENCRYPTED_FILE_SYSTEM
                .on(node, "encrypted", format!("`{}` is not encrypted", node.name))
                .fix(Fix::risky("encrypt it (replaces the file system)", node.set("encrypted", true)))
        });
    }
}
