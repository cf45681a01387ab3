//! This database is encrypted with a key of the provider.
use super::facts::written;
use crate::prelude::*;
use crate::repair::with_own_key;

const TYPES: &[&str] = &["AWS::Timestream::Database", "aws_timestreamwrite_database"];

check! {
    /// # Time-series database without a customer key
    ///
    /// This database is encrypted with a key of the provider.
    ///
    /// ## Why it matters
    ///
    /// With a key of your own, every use of it is logged, and disabling it makes the data unreadable at
    /// once.
    ///
    /// ## What to do
    ///
    /// Name a key of your own.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::Timestream::Database
    ///   Properties: { DatabaseName: m }
    /// ```
    /// ```hcl fires
    /// resource "aws_timestreamwrite_database" "store" {
    ///   database_name = "m"
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::Timestream::Database
    ///   Properties: { KmsKeyId: k }
    /// ```
    /// ```hcl quiet
    /// resource "aws_timestreamwrite_database" "store" {
    ///   kms_key_id = "k"
    /// }
    /// ```
    TIME_SERIES_WITHOUT_CUSTOMER_KEY = "time-series-without-customer-key" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-326", "OWASP-SLS:S3", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_160"],
        run: time_series_without_customer_key,
    }
}

fn time_series_without_customer_key(app: &App, findings: &mut Findings) {
    for node in app.of_type(TYPES) {
        if !written(node, "key") {
            findings.push(
                TIME_SERIES_WITHOUT_CUSTOMER_KEY
                    .on(node, "key", format!("`{}` names no customer key", node.name))
                    .fix(with_own_key(app, node, "key", "encrypt with a customer key")),
            );
        }
    }
}
