//! Results of queries in this workgroup are not said to be encrypted.
use super::facts::written;
use crate::prelude::*;

const TYPES: &[&str] = &["aws_athena_workgroup", "AWS::Athena::WorkGroup"];

check! {
    /// # Query workgroup without encryption of results
    ///
    /// Results of queries in this workgroup are not said to be encrypted.
    ///
    /// ## Why it matters
    ///
    /// Results are copies of the data, kept in a bucket.
    ///
    /// ## What to do
    ///
    /// Set an encryption option for results.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::Athena::WorkGroup
    ///   Properties: { Name: w }
    /// ```
    /// ```hcl fires
    /// resource "aws_athena_workgroup" "store" {
    ///   name = "w"
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::Athena::WorkGroup
    ///   Properties: { WorkGroupConfiguration: { ResultConfiguration: { EncryptionConfiguration: { EncryptionOption: SSE_S3 } } } }
    /// ```
    /// ```hcl quiet
    /// resource "aws_athena_workgroup" "store" {
    ///   configuration {
    ///     result_configuration {
    ///       encryption_configuration {
    ///         encryption_option = "SSE_S3"
    ///       }
    ///     }
    ///   }
    /// }
    /// ```
    UNENCRYPTED_QUERY_RESULTS = "unencrypted-query-results" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Safe,
        controls: &["CWE-311", "OWASP-SLS:S3", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_159", "ATHENA_WORKGROUP_ENCRYPTED_AT_REST"],
        run: unencrypted_query_results,
    }
}

fn unencrypted_query_results(app: &App, findings: &mut Findings) {
    for node in app.of_type(TYPES) {
        if !written(node, "encryption") {
            findings.push(
                UNENCRYPTED_QUERY_RESULTS
                    .on(node, "encryption", format!("`{}` does not encrypt results", node.name))
                    .fix(Fix::safe("encrypt results", node.set("encryption", "SSE_S3"))),
            );
        }
    }
}
