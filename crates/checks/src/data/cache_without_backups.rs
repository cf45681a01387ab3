//! No automatic backup of this cache is kept.
use super::facts::below;
use crate::prelude::*;

check! {
    /// # Cache without backups
    ///
    /// No automatic backup of this cache is kept.
    ///
    /// ## Why it matters
    ///
    /// A cache that is used as a store loses its data with its node.
    ///
    /// ## What to do
    ///
    /// Keep snapshots for some days, unless everything in the cache can be computed anew.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::ElastiCache::CacheCluster
    ///   Properties: { Engine: redis }
    /// ```
    /// ```hcl fires
    /// resource "aws_elasticache_cluster" "store" {
    ///   engine = "redis"
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::ElastiCache::CacheCluster
    ///   Properties: { Engine: redis, SnapshotRetentionLimit: 5 }
    /// ```
    /// ```hcl quiet
    /// resource "aws_elasticache_cluster" "store" {
    ///   engine = "redis"
    ///   snapshot_retention_limit = 5
    /// }
    /// ```
    CACHE_WITHOUT_BACKUPS = "cache-without-backups" {
        since: "0.1.0",
        severity: Low,
        confidence: Possible,
        fix: Safe,
        controls: &["CWE-693", "OWASP-SLS:S6", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_134", "ELASTICACHE_REDIS_CLUSTER_AUTOMATIC_BACKUP_CHECK"],
        run: cache_without_backups,
    }
}

fn cache_without_backups(app: &App, findings: &mut Findings) {
    for node in app.of_type(&["AWS::ElastiCache::CacheCluster", "aws_elasticache_cluster"]) {
        if node.is("engine", "memcached").is_true() {
            continue;
        }
        findings.when(below(node, "snapshot_days", 1, 0), || {
            CACHE_WITHOUT_BACKUPS
                .on(node, "snapshot_days", format!("`{}` keeps no backups", node.name))
                .fix(Fix::safe("keep them for five days", node.set("snapshot_days", 5)))
        });
    }
}
