//! A log group without a customer key.
use crate::prelude::*;
use crate::repair::with_log_key;

check! {
    /// # Log group without customer key
    ///
    /// The logs are encrypted with a key that is not yours.
    ///
    /// ## Why it matters
    ///
    /// With a key of your own you decide who can read old logs, see who did, and can make them
    /// unreadable at once.
    ///
    /// ## What to do
    ///
    /// Name a KMS key whose policy lets CloudWatch Logs use it.
    ///
    /// ```yaml fires
    /// Logs: { Type: AWS::Logs::LogGroup, Properties: { RetentionInDays: 30 } }
    /// ```
    /// ```yaml quiet
    /// Logs: { Type: AWS::Logs::LogGroup, Properties: { RetentionInDays: 30, KmsKeyId: k } }
    /// ```
    /// ```hcl fires
    /// resource "aws_cloudwatch_log_group" "l" {
    ///   name = "l"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_cloudwatch_log_group" "l" {
    ///   name       = "l"
    ///   kms_key_id = "k"
    /// }
    /// ```
    UNENCRYPTED_LOG_GROUP = "unencrypted-log-group" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-311", "OWASP-SLS:S6", "CSA:SAS-5"],
        also_known_as: &["CKV_AWS_158", "W84"],
        run: unencrypted_log_group,
    }
}

fn unencrypted_log_group(app: &App, findings: &mut Findings) {
    for group in app.all(Kind::LogGroup) {
        findings.unless_set(group, "key", || {
            UNENCRYPTED_LOG_GROUP
                .at(group, format!("`{}` has no customer key", group.name))
                .fix_if(with_log_key(app, group))
        });
    }
}
