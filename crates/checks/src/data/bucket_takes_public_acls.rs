//! Public access control lists can be put on this bucket and its objects.
use super::acls::switches;
use crate::prelude::*;

check! {
    /// # Bucket that takes public access lists
    ///
    /// Public access control lists can be put on this bucket and its objects.
    ///
    /// ## Why it matters
    ///
    /// Whoever may upload may also make what they upload public, by one flag of the upload.
    ///
    /// ## What to do
    ///
    /// Set all four switches of the public access block. An account of its own for public files keeps the
    /// others closed.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::S3::Bucket
    ///   Properties: { PublicAccessBlockConfiguration: { BlockPublicAcls: false } }
    /// ```
    /// ```hcl fires
    /// resource "aws_s3_bucket_public_access_block" "store" {
    ///   bucket = "data"
    ///   block_public_acls = false
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::S3::Bucket
    ///   Properties: { PublicAccessBlockConfiguration: { BlockPublicAcls: true } }
    /// ```
    /// ```hcl quiet
    /// resource "aws_s3_bucket_public_access_block" "store" {
    ///   bucket = "data"
    ///   block_public_acls = true
    /// }
    /// ```
    BUCKET_TAKES_PUBLIC_ACLS = "bucket-takes-public-acls" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Safe,
        controls: &["CWE-732", "OWASP-SLS:S5", "CSA:SAS-4"],
        also_known_as: &["CKV_AWS_53"],
        run: bucket_takes_public_acls,
    }
}

fn bucket_takes_public_acls(app: &App, findings: &mut Findings) {
    for node in switches(app) {
        findings.unless_on(node, "block_public_acls", || {
            let finding = BUCKET_TAKES_PUBLIC_ACLS.on(
                node,
                "block_public_acls",
                format!("`{}` takes public access control lists", node.name),
            );
            // The provider blocks public access to new buckets unless told otherwise.
            let finding =
                if node.has("block_public_acls") { finding } else { finding.severity(Severity::Low) };
            finding.fix(Fix::safe("set the switch", node.set("block_public_acls", true)))
        });
    }
}
