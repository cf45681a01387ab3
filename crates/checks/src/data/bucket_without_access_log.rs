//! Requests to this bucket are not logged.
use crate::prelude::*;
use crate::repair::{free_name, is_terraform, policy_of, pseudo};

const TYPES: &[&str] = &["AWS::S3::Bucket", "aws_s3_bucket"];

check! {
    /// # Bucket without an access log
    ///
    /// Requests to this bucket are not logged.
    ///
    /// ## Why it matters
    ///
    /// Without the log nobody can say afterwards who read or deleted which object.
    ///
    /// ## What to do
    ///
    /// Send the access log to another bucket, or record data events of the bucket in an audit trail and
    /// suppress this finding.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::S3::Bucket
    /// ```
    /// ```hcl fires
    /// resource "aws_s3_bucket" "store" {
    ///   bucket = "data"
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::S3::Bucket
    ///   Properties: { LoggingConfiguration: { DestinationBucketName: logs } }
    /// ```
    /// ```hcl quiet
    /// resource "aws_s3_bucket" "store" {
    ///   bucket = "data"
    ///   logging {
    ///    target_bucket = "logs"
    ///    }
    /// }
    /// ```
    BUCKET_WITHOUT_ACCESS_LOG = "bucket-without-access-log" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-778", "OWASP-SLS:S10", "CSA:SAS-5"],
        also_known_as: &["CKV_AWS_18", "W35", "S3_BUCKET_LOGGING_ENABLED"],
        run: bucket_without_access_log,
    }
}

fn bucket_without_access_log(app: &App, findings: &mut Findings) {
    for node in app.of_type(TYPES) {
        findings.unless_on(node, "logging", || {
            BUCKET_WITHOUT_ACCESS_LOG
                .on(node, "logging", format!("`{}` keeps no access log", node.name))
                .fix_if(access_log(app, node))
        });
    }
}

/// A bucket for the log, into which the log service may write. Terraform sets a log beside the bucket.
fn access_log(app: &App, node: &Node) -> Option<Fix> {
    // The bucket that keeps the others' logs would keep its own, and so on.
    let is_target = |bucket: &Node| {
        bucket.get("log_target").and_then(Value::as_ref).is_some_and(|target| target.target == node.name)
    };
    let keeps_logs = app.all(Kind::Bucket).any(is_target);
    if keeps_logs || is_terraform(node) || node.has("log_target") || node.span.is_empty() {
        return None;
    }
    let mut known = app.all(Kind::Bucket).filter_map(|bucket| bucket.get("log_target")?.as_ref());
    let title = "keep an access log";
    if let Some(target) = known.find(|target| target.target != node.name) {
        return Some(Fix::risky(title, node.set("log_target", Data::reference(&target.target))));
    }
    let name = free_name(app, "AccessLogs");
    let objects = Data::joined([Data::attribute(&name, "Arn"), "/*".into()]);
    let own = Data::map([("StringEquals", Data::map([("aws:SourceAccount", pseudo("AccountId"))]))]);
    let statement = Data::map([
        ("Effect", "Allow".into()),
        ("Principal", Data::map([("Service", "logging.s3.amazonaws.com".into())])),
        ("Action", "s3:PutObject".into()),
        ("Resource", objects),
        ("Condition", own),
    ]);
    let bucket = NewNode::new(node, name.as_str(), ["AWS::S3::Bucket", "aws_s3_bucket"])
        .with("block_public_acls", true)
        .with("ignore_public_acls", true)
        .with("block_public_policy", true)
        .with("restrict_public_buckets", true);
    let policy = NewNode::new(
        node,
        free_name(app, "AccessLogsPolicy"),
        ["AWS::S3::BucketPolicy", "aws_s3_bucket_policy"],
    )
    .with("target", Data::reference(&name))
    .policy(policy_of([statement]));
    let fix = Fix::risky(title, bucket.create()).and(policy.create());
    Some(fix.and(node.set("log_target", Data::reference(&name))))
}
