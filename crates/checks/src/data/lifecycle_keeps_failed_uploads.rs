//! No rule of this lifecycle removes the parts of uploads that were never finished.
use crate::prelude::*;
use crate::repair::is_terraform;

check! {
    /// # Lifecycle that keeps failed uploads
    ///
    /// No rule of this lifecycle removes the parts of uploads that were never finished.
    ///
    /// ## Why it matters
    ///
    /// Parts of broken uploads are invisible in listings, stay for ever and are paid for. They may hold
    /// data that everyone thinks was never stored.
    ///
    /// ## What to do
    ///
    /// Add a rule for the whole bucket that aborts incomplete uploads after some days.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::S3::Bucket
    ///   Properties: { LifecycleConfiguration: { Rules: [{ Status: Enabled, ExpirationInDays: 30 }] } }
    /// ```
    /// ```hcl fires
    /// resource "aws_s3_bucket_lifecycle_configuration" "store" {
    ///   bucket = "data"
    ///   rule {
    ///     id     = "old"
    ///     status = "Enabled"
    ///     expiration {
    ///       days = 30
    ///     }
    ///   }
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::S3::Bucket
    ///   Properties: { LifecycleConfiguration: { Rules: [{ Status: Enabled, AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 } }] } }
    /// ```
    /// ```hcl quiet
    /// resource "aws_s3_bucket_lifecycle_configuration" "store" {
    ///   bucket = "data"
    ///   rule {
    ///     id     = "parts"
    ///     status = "Enabled"
    ///     abort_incomplete_multipart_upload {
    ///       days_after_initiation = 7
    ///     }
    ///   }
    /// }
    /// ```
    LIFECYCLE_KEEPS_FAILED_UPLOADS = "lifecycle-keeps-failed-uploads" {
        since: "0.1.0",
        severity: Info,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-770", "OWASP-SLS:S6", "CSA:SAS-8"],
        also_known_as: &["CKV_AWS_300"],
        run: lifecycle_keeps_failed_uploads,
    }
}

fn lifecycle_keeps_failed_uploads(app: &App, findings: &mut Findings) {
    for node in app.any(&[Kind::BucketSetting, Kind::Bucket]) {
        // A bucket gets the rules of a lifecycle that is written on its own: judged there.
        if !node.has("lifecycle") || node.provider_type == "aws_s3_bucket" {
            continue;
        }
        if !node.list("lifecycle").iter().any(aborts_everywhere) {
            findings.push(
                LIFECYCLE_KEEPS_FAILED_UPLOADS
                    .on(node, "lifecycle", format!("`{}` keeps failed uploads", node.name))
                    .fix_if(end_failed_uploads(node)),
            );
        }
    }
}

/// An enabled rule that aborts uploads and is for every object.
fn aborts_everywhere(rule: &Value) -> bool {
    let enabled = rule.get("enabled").is_none_or(|value| !value.truth().is_false());
    rule.get("abort_uploads").is_some() && enabled && !rule.get("filter").is_some_and(selects)
}

/// Whether a filter leaves some objects out.
fn selects(filter: &Value) -> bool {
    match &filter.data {
        Data::Text(prefix) => !prefix.is_empty(),
        Data::List(parts) => parts.iter().any(selects),
        Data::Map(parts) => parts.iter().any(|part| selects(&part.value)),
        Data::Null => false,
        _ => true,
    }
}

/// In the first rule that is for every object.
fn end_failed_uploads(node: &Node) -> Option<Fix> {
    let whole = |rule: &&Value| {
        rule.get("enabled").is_none_or(|value| value.truth().is_true())
            && rule.get("abort_uploads").is_none()
            && !rule.get("filter").is_some_and(selects)
    };
    let rule = node.list("lifecycle").iter().find(whole)?;
    let path = if is_terraform(node) {
        ["abort_incomplete_multipart_upload", "days_after_initiation"]
    } else {
        ["AbortIncompleteMultipartUpload", "DaysAfterInitiation"]
    };
    Some(Fix::risky("delete failed uploads after a week", rule.put(&path, 7)))
}
