//! One query in this workgroup may scan any amount of data.
use super::facts::written;
use crate::prelude::*;

const TYPES: &[&str] = &["AWS::Athena::WorkGroup", "aws_athena_workgroup"];

check! {
    /// # Query workgroup without a limit on what is scanned
    ///
    /// One query in this workgroup may scan any amount of data.
    ///
    /// ## Why it matters
    ///
    /// Queries are paid by the byte. A query in a loop, or one sent by a stranger, can cost more than the
    /// rest of the application.
    ///
    /// ## What to do
    ///
    /// Set a limit of bytes for each query.
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
    ///   Properties: { WorkGroupConfiguration: { BytesScannedCutoffPerQuery: 10000000000 } }
    /// ```
    /// ```hcl quiet
    /// resource "aws_athena_workgroup" "store" {
    ///   configuration {
    ///     bytes_scanned_cutoff_per_query = 10000000000
    ///   }
    /// }
    /// ```
    QUERY_WORKGROUP_WITHOUT_SCAN_LIMIT = "query-workgroup-without-scan-limit" {
        since: "0.1.0",
        severity: Low,
        confidence: Likely,
        fix: Risky,
        controls: &["CWE-770", "OWASP-SLS:S6", "CSA:SAS-8"],
        also_known_as: &[],
        run: query_workgroup_without_scan_limit,
    }
}

fn query_workgroup_without_scan_limit(app: &App, findings: &mut Findings) {
    for node in app.of_type(TYPES) {
        if !written(node, "scan_bytes_max") {
            findings.push(
                QUERY_WORKGROUP_WITHOUT_SCAN_LIMIT
                    .on(node, "scan_bytes_max", format!("`{}` has no limit on what a query scans", node.name))
                    .fix(Fix::risky("stop at 100 GB", node.set("scan_bytes_max", 100_000_000_000))),
            );
        }
    }
}
