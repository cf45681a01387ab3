//! TLS is switched off for this cluster.
use crate::prelude::*;

const TYPES: &[&str] = &["aws_memorydb_cluster", "AWS::MemoryDB::Cluster"];

check! {
    /// # MemoryDB cluster that talks without TLS
    ///
    /// TLS is switched off for this cluster.
    ///
    /// ## Why it matters
    ///
    /// Data and passwords go through the network readable, and access lists cannot be used.
    ///
    /// ## What to do
    ///
    /// Leave TLS on, as it is by default.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::MemoryDB::Cluster
    ///   Properties: { TLSEnabled: false }
    /// ```
    /// ```hcl fires
    /// resource "aws_memorydb_cluster" "store" {
    ///   tls_enabled = false
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::MemoryDB::Cluster
    ///   Properties: { ACLName: app }
    /// ```
    /// ```hcl quiet
    /// resource "aws_memorydb_cluster" "store" {
    ///   tls_enabled = true
    /// }
    /// ```
    MEMORY_DATABASE_WITHOUT_TLS = "memory-database-without-tls" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-319", "OWASP-SLS:S3", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_202"],
        run: memory_database_without_tls,
    }
}

fn memory_database_without_tls(app: &App, findings: &mut Findings) {
    for node in app.of_type(TYPES) {
        findings.when(!node.flag_or("tls", true), || {
            MEMORY_DATABASE_WITHOUT_TLS
                .on(node, "tls", format!("`{}` talks without TLS", node.name))
                .fix(Fix::risky("switch TLS on", node.set("tls", true)))
        });
    }
}
