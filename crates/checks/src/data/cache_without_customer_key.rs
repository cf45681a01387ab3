//! This cache is encrypted, if at all, with a key of the provider.
use super::facts::written;
use crate::prelude::*;
use crate::repair::with_own_key;

const TYPES: &[&str] = &[
    "aws_elasticache_replication_group",
    "AWS::ElastiCache::ReplicationGroup",
    "aws_memorydb_cluster",
    "AWS::MemoryDB::Cluster",
    "aws_memorydb_snapshot",
];

check! {
    /// # Cache without a customer key
    ///
    /// This cache is encrypted, if at all, with a key of the provider.
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
    ///   Type: AWS::MemoryDB::Cluster
    ///   Properties: { ClusterName: m }
    /// ```
    /// ```hcl fires
    /// resource "aws_elasticache_replication_group" "store" {
    ///   description = "c"
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::MemoryDB::Cluster
    ///   Properties: { ClusterName: m, KmsKeyId: k }
    /// ```
    /// ```hcl quiet
    /// resource "aws_elasticache_replication_group" "store" {
    ///   kms_key_id = "k"
    /// }
    /// ```
    CACHE_WITHOUT_CUSTOMER_KEY = "cache-without-customer-key" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-326", "OWASP-SLS:S3", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_191", "CKV_AWS_201", "CKV_AWS_278"],
        run: cache_without_customer_key,
    }
}

fn cache_without_customer_key(app: &App, findings: &mut Findings) {
    for node in app.of_type(TYPES) {
        if !written(node, "key") {
            findings.push(
                CACHE_WITHOUT_CUSTOMER_KEY
                    .on(node, "key", format!("`{}` names no customer key", node.name))
                    .fix(with_own_key(app, node, "key", "encrypt with a customer key (replaces the cache)")),
            );
        }
    }
}
