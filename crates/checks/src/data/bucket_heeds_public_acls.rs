//! Public access control lists that are already on this bucket or its objects have effect.
use super::acls::switches;
use crate::prelude::*;

check! {
    /// # Bucket that heeds public access lists
    ///
    /// Public access control lists that are already on this bucket or its objects have effect.
    ///
    /// ## Why it matters
    ///
    /// An object that was made public once stays public, and nobody sees it in the template.
    ///
    /// ## What to do
    ///
    /// Set all four switches of the public access block. An account of its own for public files keeps the
    /// others closed.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::S3::Bucket
    ///   Properties: { PublicAccessBlockConfiguration: { IgnorePublicAcls: false } }
    /// ```
    /// ```hcl fires
    /// resource "aws_s3_bucket_public_access_block" "store" {
    ///   bucket = "data"
    ///   ignore_public_acls = false
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::S3::Bucket
    ///   Properties: { PublicAccessBlockConfiguration: { IgnorePublicAcls: true } }
    /// ```
    /// ```hcl quiet
    /// resource "aws_s3_bucket_public_access_block" "store" {
    ///   bucket = "data"
    ///   ignore_public_acls = true
    /// }
    /// ```
    BUCKET_HEEDS_PUBLIC_ACLS = "bucket-heeds-public-acls" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Safe,
        controls: &["CWE-732", "OWASP-SLS:S5", "CSA:SAS-4"],
        also_known_as: &["CKV_AWS_55"],
        run: bucket_heeds_public_acls,
    }
}

fn bucket_heeds_public_acls(app: &App, findings: &mut Findings) {
    for node in switches(app) {
        findings.unless_on(node, "ignore_public_acls", || {
            let finding = BUCKET_HEEDS_PUBLIC_ACLS.on(
                node,
                "ignore_public_acls",
                format!("`{}` heeds public access control lists", node.name),
            );
            // The provider blocks public access to new buckets unless told otherwise.
            let finding =
                if node.has("ignore_public_acls") { finding } else { finding.severity(Severity::Low) };
            finding.fix(Fix::safe("set the switch", node.set("ignore_public_acls", true)))
        });
    }
}
