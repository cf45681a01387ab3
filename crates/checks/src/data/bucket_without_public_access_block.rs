//! Nothing in the configuration forbids making this bucket public.
use crate::prelude::*;

const TYPES: &[&str] = &["aws_s3_bucket"];

check! {
    /// # Bucket without a public access block
    ///
    /// Nothing in the configuration forbids making this bucket public.
    ///
    /// ## Why it matters
    ///
    /// Switches on the bucket hold even when somebody changes its policy or the access list of an object.
    ///
    /// ## What to do
    ///
    /// Add an `aws_s3_bucket_public_access_block` with all four switches on.
    ///
    /// ```hcl fires
    /// resource "aws_s3_bucket" "data" {
    ///   bucket = "data"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_s3_bucket" "data" {
    ///   bucket = "data"
    /// }
    /// resource "aws_s3_bucket_public_access_block" "data" {
    ///   bucket                  = aws_s3_bucket.data.id
    ///   block_public_acls       = true
    ///   block_public_policy     = true
    ///   ignore_public_acls      = true
    ///   restrict_public_buckets = true
    /// }
    /// ```
    BUCKET_WITHOUT_PUBLIC_ACCESS_BLOCK = "bucket-without-public-access-block" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        controls: &["CWE-732", "OWASP-SLS:S5", "CSA:SAS-4"],
        also_known_as: &["CKV2_AWS_6", "S3_BUCKET_LEVEL_PUBLIC_ACCESS_PROHIBITED"],
        run: bucket_without_public_access_block,
    }
}

fn bucket_without_public_access_block(app: &App, findings: &mut Findings) {
    for node in app.of_type(TYPES) {
        findings.when(!(node.flag("block_public_acls") & node.flag("block_public_policy")), || {
            BUCKET_WITHOUT_PUBLIC_ACCESS_BLOCK.on(
                node,
                "public_access_block",
                format!("`{}` has no public access block", node.name),
            )
        });
    }
}
