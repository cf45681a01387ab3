//! Once its policy is public, this bucket answers everyone, not only this account.
use super::acls::switches;
use crate::prelude::*;

check! {
    /// # Bucket that a public policy opens to other accounts
    ///
    /// Once its policy is public, this bucket answers everyone, not only this account.
    ///
    /// ## Why it matters
    ///
    /// The switch is the last one that still closes a bucket whose policy was opened by mistake.
    ///
    /// ## What to do
    ///
    /// Set all four switches of the public access block. An account of its own for public files keeps the
    /// others closed.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::S3::Bucket
    ///   Properties: { PublicAccessBlockConfiguration: { RestrictPublicBuckets: false } }
    /// ```
    /// ```hcl fires
    /// resource "aws_s3_bucket_public_access_block" "store" {
    ///   bucket = "data"
    ///   restrict_public_buckets = false
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::S3::Bucket
    ///   Properties: { PublicAccessBlockConfiguration: { RestrictPublicBuckets: true } }
    /// ```
    /// ```hcl quiet
    /// resource "aws_s3_bucket_public_access_block" "store" {
    ///   bucket = "data"
    ///   restrict_public_buckets = true
    /// }
    /// ```
    UNRESTRICTED_PUBLIC_BUCKET = "unrestricted-public-bucket" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Safe,
        controls: &["CWE-732", "OWASP-SLS:S5", "CSA:SAS-4"],
        also_known_as: &["CKV_AWS_56"],
        run: unrestricted_public_bucket,
    }
}

fn unrestricted_public_bucket(app: &App, findings: &mut Findings) {
    for node in switches(app) {
        findings.unless_on(node, "restrict_public_buckets", || {
            let finding = UNRESTRICTED_PUBLIC_BUCKET.on(
                node,
                "restrict_public_buckets",
                format!("`{}` is not restricted once its policy is public", node.name),
            );
            // The provider blocks public access to new buckets unless told otherwise.
            let finding =
                if node.has("restrict_public_buckets") { finding } else { finding.severity(Severity::Low) };
            finding.fix(Fix::safe("set the switch", node.set("restrict_public_buckets", true)))
        });
    }
}
