//! The access control list of this bucket lets anybody put objects into it or delete them.
use super::acls::granted_to_everyone;
use crate::prelude::*;

check! {
    /// # Bucket writable by everyone
    ///
    /// The access control list of this bucket lets anybody put objects into it or delete them.
    ///
    /// ## Why it matters
    ///
    /// Strangers can overwrite what an application serves, fill the bucket at its owner's expense, or start
    /// every function that listens to it with an event of their making.
    ///
    /// ## What to do
    ///
    /// Take the access list away. Hand out presigned URLs for uploads.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::S3::Bucket
    ///   Properties: { AccessControl: PublicReadWrite }
    /// ```
    /// ```hcl fires
    /// resource "aws_s3_bucket" "store" {
    ///   acl = "public-read-write"
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::S3::Bucket
    ///   Properties: { AccessControl: PublicRead }
    /// ```
    /// ```hcl quiet
    /// resource "aws_s3_bucket" "store" {
    ///   acl = "private"
    /// }
    /// ```
    WRITABLE_BUCKET_ACL = "writable-bucket-acl" {
        since: "0.1.0",
        severity: High,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-732", "OWASP-SLS:S5", "CSA:SAS-4"],
        also_known_as: &["CKV_AWS_57", "F14", "S3_BUCKET_PUBLIC_WRITE_PROHIBITED"],
        run: writable_bucket_acl,
    }
}

fn writable_bucket_acl(app: &App, findings: &mut Findings) {
    for node in app.all(Kind::Bucket) {
        let by_name = node.is("acl", "PublicReadWrite") | node.is("acl", "public-read-write");
        let attr = if node.has("acl") { "acl" } else { "grants" };
        findings.when(by_name | granted_to_everyone(node, &["WRITE", "FULL_CONTROL", "WRITE_ACP"]), || {
            let finding =
                WRITABLE_BUCKET_ACL.on(node, attr, format!("`{}` can be written by everyone", node.name));
            let finding = if node.flag("ignore_public_acls").is_true() {
                finding.severity(Severity::Low)
            } else {
                finding
            };
            finding.fix(Fix::risky("keep the bucket private", node.set("acl", "private")))
        });
    }
}
