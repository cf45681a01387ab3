//! Security fixes are not installed on this cache by themselves.
use crate::prelude::*;

check! {
    /// # Cache without automatic minor upgrades
    ///
    /// Security fixes are not installed on this cache by themselves.
    ///
    /// ## Why it matters
    ///
    /// Minor versions carry the fixes.
    ///
    /// ## What to do
    ///
    /// Leave automatic minor upgrades on.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::ElastiCache::CacheCluster
    ///   Properties: { Engine: redis, AutoMinorVersionUpgrade: false }
    /// ```
    /// ```hcl fires
    /// resource "aws_elasticache_cluster" "store" {
    ///   engine = "redis"
    ///   auto_minor_version_upgrade = false
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::ElastiCache::CacheCluster
    ///   Properties: { Engine: redis }
    /// ```
    /// ```hcl quiet
    /// resource "aws_elasticache_cluster" "store" {
    ///   engine = "redis"
    /// }
    /// ```
    CACHE_WITHOUT_MINOR_UPGRADES = "cache-without-minor-upgrades" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Safe,
        controls: &["CWE-1104", "OWASP-SLS:S9", "CSA:SAS-6"],
        also_known_as: &["CKV_AWS_322", "ELASTICACHE_AUTO_MINOR_VERSION_UPGRADE_CHECK"],
        run: cache_without_minor_upgrades,
    }
}

fn cache_without_minor_upgrades(app: &App, findings: &mut Findings) {
    for node in app.of_type(&["AWS::ElastiCache::CacheCluster", "aws_elasticache_cluster"]) {
        if node.is("engine", "memcached").is_true() {
            continue;
        }
        findings.when(!node.flag_or("minor_upgrades", true), || {
            CACHE_WITHOUT_MINOR_UPGRADES
                .on(node, "minor_upgrades", format!("`{}` installs no minor upgrades", node.name))
                .fix(Fix::safe("upgrade by itself", node.set("minor_upgrades", true)))
        });
    }
}
