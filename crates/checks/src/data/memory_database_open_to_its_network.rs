//! The access list of this cluster is `open-access`.
use crate::prelude::*;

check! {
    /// # MemoryDB cluster that asks for no password
    ///
    /// The access list of this cluster is `open-access`.
    ///
    /// ## Why it matters
    ///
    /// Any workload in the network, also one that was taken over, can read and change everything.
    ///
    /// ## What to do
    ///
    /// Make an access list with users of their own.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::MemoryDB::Cluster
    ///   Properties: { ACLName: open-access }
    /// ```
    /// ```hcl fires
    /// resource "aws_memorydb_cluster" "store" {
    ///   acl_name = "open-access"
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::MemoryDB::Cluster
    ///   Properties: { ACLName: app }
    /// ```
    /// ```hcl quiet
    /// resource "aws_memorydb_cluster" "store" {
    ///   acl_name = "app"
    /// }
    /// ```
    MEMORY_DATABASE_OPEN_TO_ITS_NETWORK = "memory-database-open-to-its-network" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        controls: &["CWE-306", "OWASP-SLS:S2", "CSA:SAS-2"],
        also_known_as: &[],
        run: memory_database_open_to_its_network,
    }
}

fn memory_database_open_to_its_network(app: &App, findings: &mut Findings) {
    for node in app.all(Kind::Cache) {
        findings.when(node.is("access_list", "open-access"), || {
            MEMORY_DATABASE_OPEN_TO_ITS_NETWORK.on(
                node,
                "access_list",
                format!("`{}` asks for no password", node.name),
            )
        });
    }
}
