//! The access control list of this bucket lets anybody list and read it.
use super::acls::granted_to_everyone;
use crate::prelude::*;

/// Names of the same lists as CloudFormation and Terraform write them.
const PUBLIC: &[&str] =
    &["PublicRead", "PublicReadWrite", "public-read", "public-read-write", "website", "authenticated-read"];

check! {
    /// # Bucket readable by everyone through its access list
    ///
    /// The access control list of this bucket lets anybody list and read it.
    ///
    /// ## Why it matters
    ///
    /// Scanners try bucket names all day long. A list of objects that anybody can read is how most known
    /// leaks of buckets began.
    ///
    /// ## What to do
    ///
    /// Take the access list away. Serve public files through a CDN that reads the bucket with an identity
    /// of its own.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::S3::Bucket
    ///   Properties: { AccessControl: PublicRead }
    /// ```
    /// ```hcl fires
    /// resource "aws_s3_bucket" "store" {
    ///   acl = "public-read"
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::S3::Bucket
    ///   Properties: { AccessControl: Private }
    /// ```
    /// ```hcl quiet
    /// resource "aws_s3_bucket" "store" {
    ///   acl = "private"
    /// }
    /// ```
    PUBLIC_BUCKET_ACL = "public-bucket-acl" {
        since: "0.1.0",
        severity: High,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-732", "OWASP-SLS:S5", "CSA:SAS-4"],
        also_known_as: &["CKV_AWS_20", "W31", "S3_BUCKET_PUBLIC_READ_PROHIBITED"],
        run: public_bucket_acl,
    }
}

fn public_bucket_acl(app: &App, findings: &mut Findings) {
    for node in app.all(Kind::Bucket) {
        let by_name = Tri::any(PUBLIC.iter().map(|acl| node.is("acl", acl)));
        let attr = if node.has("acl") { "acl" } else { "grants" };
        findings.when(by_name | granted_to_everyone(node, &[]), || {
            let finding =
                PUBLIC_BUCKET_ACL.on(node, attr, format!("`{}` can be read by everyone", node.name));
            let finding = if node.flag("ignore_public_acls").is_true() {
                finding.severity(Severity::Low)
            } else {
                finding
            };
            finding.fix(Fix::risky("keep the bucket private", node.set("acl", "private")))
        });
    }
}
