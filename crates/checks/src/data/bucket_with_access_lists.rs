//! Ownership controls of this bucket keep access control lists switched on.
use crate::prelude::*;

const TYPES: &[&str] = &["aws_s3_bucket_ownership_controls", "AWS::S3::Bucket"];

check! {
    /// # Bucket whose access lists are in force
    ///
    /// Ownership controls of this bucket keep access control lists switched on.
    ///
    /// ## Why it matters
    ///
    /// Access lists are set object by object, by whoever uploads, and stand in no template. Policies say
    /// the same in one place.
    ///
    /// ## What to do
    ///
    /// Set object ownership to `BucketOwnerEnforced`.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::S3::Bucket
    ///   Properties: { OwnershipControls: { Rules: [{ ObjectOwnership: ObjectWriter }] } }
    /// ```
    /// ```hcl fires
    /// resource "aws_s3_bucket_ownership_controls" "store" {
    ///   bucket = "data"
    ///   rule {
    ///     object_ownership = "BucketOwnerPreferred"
    ///   }
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::S3::Bucket
    ///   Properties: { OwnershipControls: { Rules: [{ ObjectOwnership: BucketOwnerEnforced }] } }
    /// ```
    /// ```hcl quiet
    /// resource "aws_s3_bucket_ownership_controls" "store" {
    ///   bucket = "data"
    ///   rule {
    ///     object_ownership = "BucketOwnerEnforced"
    ///   }
    /// }
    /// ```
    BUCKET_WITH_ACCESS_LISTS = "bucket-with-access-lists" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-732", "OWASP-SLS:S5", "CSA:SAS-4"],
        also_known_as: &["CKV2_AWS_65", "S3_BUCKET_ACL_PROHIBITED"],
        run: bucket_with_access_lists,
    }
}

fn bucket_with_access_lists(app: &App, findings: &mut Findings) {
    for node in app.of_type(TYPES) {
        if node.kind == Kind::Bucket && !node.has("ownership") {
            continue;
        }
        findings.when(!node.is("ownership", "BucketOwnerEnforced"), || {
            BUCKET_WITH_ACCESS_LISTS
                .on(node, "ownership", format!("`{}` keeps access control lists in force", node.name))
                .fix(Fix::risky(
                    "switch access control lists off",
                    node.set("ownership", "BucketOwnerEnforced"),
                ))
        });
    }
}
