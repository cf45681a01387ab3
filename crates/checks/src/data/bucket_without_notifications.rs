//! Nothing is told when objects of this bucket appear or vanish.
use crate::prelude::*;
use crate::repair::{camel, free_name};

const TYPES: &[&str] = &["aws_s3_bucket"];

check! {
    /// # Bucket that tells nobody of changes
    ///
    /// Nothing is told when objects of this bucket appear or vanish.
    ///
    /// ## Why it matters
    ///
    /// Notifications can feed detection of mass deletion or of unexpected uploads. An audit trail with data
    /// events does the same.
    ///
    /// ## What to do
    ///
    /// Send events to the event bus where the data deserves watching. Most buckets do not need it.
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
    /// resource "aws_s3_bucket_notification" "data" {
    ///   bucket      = aws_s3_bucket.data.id
    ///   eventbridge = true
    /// }
    /// ```
    BUCKET_WITHOUT_NOTIFICATIONS = "bucket-without-notifications" {
        since: "0.1.0",
        severity: Info,
        confidence: Possible,
        fix: Risky,
        controls: &["CWE-778", "OWASP-SLS:S10", "CSA:SAS-5"],
        also_known_as: &["CKV2_AWS_62", "S3_EVENT_NOTIFICATIONS_ENABLED"],
        run: bucket_without_notifications,
    }
}

fn bucket_without_notifications(app: &App, findings: &mut Findings) {
    for node in app.of_type(TYPES) {
        let told = NewNode::new(
            node,
            free_name(app, &format!("{}Notification", camel(&node.name))),
            ["", "aws_s3_bucket_notification"],
        )
        .with("bucket", Data::reference(&node.name))
        .with("notify_bus", true);
        findings.unless_on(node, "notifications", || {
            BUCKET_WITHOUT_NOTIFICATIONS
                .on(node, "notifications", format!("`{}` tells nobody of changes", node.name))
                .fix(Fix::risky("tell the event bus", told.create()))
        });
    }
}
