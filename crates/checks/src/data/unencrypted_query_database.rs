//! Results of queries on this database are not said to be encrypted.
use super::facts::written;
use crate::prelude::*;

const TYPES: &[&str] = &["aws_athena_database"];

check! {
    /// # Query database without encryption
    ///
    /// Results of queries on this database are not said to be encrypted.
    ///
    /// ## Why it matters
    ///
    /// Results are copies of the data, kept in a bucket.
    ///
    /// ## What to do
    ///
    /// Set an encryption configuration.
    ///
    /// ```hcl fires
    /// resource "aws_athena_database" "store" {
    ///   name = "d"
    ///   bucket = "b"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_athena_database" "store" {
    ///   encryption_configuration {
    ///     encryption_option = "SSE_S3"
    ///   }
    /// }
    /// ```
    UNENCRYPTED_QUERY_DATABASE = "unencrypted-query-database" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Safe,
        controls: &["CWE-311", "OWASP-SLS:S3", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_77"],
        run: unencrypted_query_database,
    }
}

fn unencrypted_query_database(app: &App, findings: &mut Findings) {
    for node in app.of_type(TYPES) {
        if !written(node, "encryption") {
            findings.push(
                UNENCRYPTED_QUERY_DATABASE
                    .on(node, "encryption", format!("`{}` does not encrypt results", node.name))
                    .fix(Fix::safe("encrypt results", node.set("encryption", "SSE_S3"))),
            );
        }
    }
}
