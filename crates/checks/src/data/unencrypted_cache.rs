//! The disks and backups of this cache are not encrypted.
use crate::prelude::*;

const TYPES: &[&str] = &[
    "AWS::ElastiCache::ReplicationGroup",
    "aws_elasticache_replication_group",
    "AWS::DAX::Cluster",
    "aws_dax_cluster",
];

check! {
    /// # Cache without encryption at rest
    ///
    /// The disks and backups of this cache are not encrypted.
    ///
    /// ## Why it matters
    ///
    /// Caches hold sessions and answers of databases. Their backups and swap are as readable as the disk.
    ///
    /// ## What to do
    ///
    /// Switch encryption at rest on. The cache has to be made anew for it.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::ElastiCache::ReplicationGroup
    ///   Properties: { ReplicationGroupDescription: c }
    /// ```
    /// ```hcl fires
    /// resource "aws_dax_cluster" "store" {
    ///   cluster_name = "c"
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::ElastiCache::ReplicationGroup
    ///   Properties: { AtRestEncryptionEnabled: true }
    /// ```
    /// ```hcl quiet
    /// resource "aws_dax_cluster" "store" {
    ///   server_side_encryption {
    ///     enabled = true
    ///   }
    /// }
    /// ```
    UNENCRYPTED_CACHE = "unencrypted-cache" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-311", "OWASP-SLS:S3", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_29", "CKV_AWS_47", "F25", "W83"],
        run: unencrypted_cache,
    }
}

fn unencrypted_cache(app: &App, findings: &mut Findings) {
    for node in app.of_type(TYPES) {
        findings.unless_on(node, "encrypted", || {
            UNENCRYPTED_CACHE
                .on(node, "encrypted", format!("`{}` is not encrypted at rest", node.name))
                .fix(Fix::risky("encrypt it (replaces the cache)", node.set("encrypted", true)))
        });
    }
}
