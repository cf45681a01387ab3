//! A policy that lets everyone in can be put on this bucket.
use super::acls::switches;
use crate::prelude::*;

check! {
    /// # Bucket that takes public policies
    ///
    /// A policy that lets everyone in can be put on this bucket.
    ///
    /// ## Why it matters
    ///
    /// One careless change of the bucket policy opens all of its objects.
    ///
    /// ## What to do
    ///
    /// Set all four switches of the public access block. An account of its own for public files keeps the
    /// others closed.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::S3::Bucket
    ///   Properties: { PublicAccessBlockConfiguration: { BlockPublicPolicy: false } }
    /// ```
    /// ```hcl fires
    /// resource "aws_s3_bucket_public_access_block" "store" {
    ///   bucket = "data"
    ///   block_public_policy = false
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::S3::Bucket
    ///   Properties: { PublicAccessBlockConfiguration: { BlockPublicPolicy: true } }
    /// ```
    /// ```hcl quiet
    /// resource "aws_s3_bucket_public_access_block" "store" {
    ///   bucket = "data"
    ///   block_public_policy = true
    /// }
    /// ```
    BUCKET_TAKES_PUBLIC_POLICIES = "bucket-takes-public-policies" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Safe,
        controls: &["CWE-732", "OWASP-SLS:S5", "CSA:SAS-4"],
        also_known_as: &["CKV_AWS_54"],
        run: bucket_takes_public_policies,
    }
}

fn bucket_takes_public_policies(app: &App, findings: &mut Findings) {
    for node in switches(app) {
        findings.unless_on(node, "block_public_policy", || {
            let finding = BUCKET_TAKES_PUBLIC_POLICIES.on(
                node,
                "block_public_policy",
                format!("`{}` takes public policies", node.name),
            );
            // The provider blocks public access to new buckets unless told otherwise.
            let finding =
                if node.has("block_public_policy") { finding } else { finding.severity(Severity::Low) };
            finding.fix(Fix::safe("set the switch", node.set("block_public_policy", true)))
        });
    }
}
