//! The payload of this schedule is encrypted with a key of the provider.
use crate::data::facts::written;
use crate::prelude::*;
use crate::repair::with_own_key;

const TYPES: &[&str] = &["aws_scheduler_schedule", "AWS::Scheduler::Schedule"];

check! {
    /// # Schedule without a customer key
    ///
    /// The payload of this schedule is encrypted with a key of the provider.
    ///
    /// ## Why it matters
    ///
    /// A schedule's input may hold data that deserves a key policy of its own.
    ///
    /// ## What to do
    ///
    /// Name a key of your own.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::Scheduler::Schedule
    ///   Properties: { ScheduleExpression: rate(1 hour) }
    /// ```
    /// ```hcl fires
    /// resource "aws_scheduler_schedule" "store" {
    ///   schedule_expression = "rate(1 hour)"
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::Scheduler::Schedule
    ///   Properties: { ScheduleExpression: rate(1 hour), KmsKeyArn: k }
    /// ```
    /// ```hcl quiet
    /// resource "aws_scheduler_schedule" "store" {
    ///   schedule_expression = "rate(1 hour)"
    ///   kms_key_arn = "k"
    /// }
    /// ```
    SCHEDULE_WITHOUT_CUSTOMER_KEY = "schedule-without-customer-key" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-326", "OWASP-SLS:S3", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_297"],
        run: schedule_without_customer_key,
    }
}

fn schedule_without_customer_key(app: &App, findings: &mut Findings) {
    for node in app.of_type(TYPES) {
        if !written(node, "key") {
            findings.push(
                SCHEDULE_WITHOUT_CUSTOMER_KEY
                    .on(node, "key", format!("`{}` is not encrypted with a customer key", node.name))
                    .fix(with_own_key(app, node, "key", "encrypt with a customer key")),
            );
        }
    }
}
