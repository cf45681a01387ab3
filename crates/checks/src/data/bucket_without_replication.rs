//! The objects of this bucket exist in one region only.
use crate::prelude::*;

check! {
    /// # Bucket without a copy in another region
    ///
    /// The objects of this bucket exist in one region only.
    ///
    /// ## Why it matters
    ///
    /// Data that must survive the loss of a region, or of the account, needs a copy elsewhere.
    ///
    /// ## What to do
    ///
    /// Replicate to a bucket in another region, better in another account. Most buckets do not need it.
    ///
    /// ```hcl fires
    /// resource "aws_s3_bucket" "store" {
    ///   bucket = "data"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_s3_bucket" "store" {
    ///   bucket = "data"
    ///   replication_configuration {
    ///     role = "r"
    ///     rules {
    ///       status = "Enabled"
    ///       destination {
    ///         bucket = "copy"
    ///       }
    ///     }
    ///   }
    /// }
    /// ```
    BUCKET_WITHOUT_REPLICATION = "bucket-without-replication" {
        since: "0.1.0",
        severity: Info,
        confidence: Possible,
        controls: &["CWE-693", "OWASP-SLS:S6", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_144", "S3_BUCKET_REPLICATION_ENABLED"],
        run: bucket_without_replication,
    }
}

fn bucket_without_replication(app: &App, findings: &mut Findings) {
    for node in app.of_type(&["aws_s3_bucket"]) {
        let on = |rule: &Value| rule.get("enabled").map_or(Tri::False, Value::truth);
        let replicated = Tri::any(node.list("replication").iter().map(on));
        findings.when(!replicated, || {
            BUCKET_WITHOUT_REPLICATION.at(node, format!("`{}` is not replicated", node.name))
        });
    }
}
