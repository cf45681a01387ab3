//! When the primary of this cache fails, no replica takes over.
use crate::prelude::*;

const TYPES: &[&str] = &["aws_elasticache_replication_group", "AWS::ElastiCache::ReplicationGroup"];

check! {
    /// # Cache without automatic failover
    ///
    /// When the primary of this cache fails, no replica takes over.
    ///
    /// ## Why it matters
    ///
    /// The application stands still, or falls back on its database with all of its load.
    ///
    /// ## What to do
    ///
    /// Switch automatic failover on, with at least one replica.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::ElastiCache::ReplicationGroup
    ///   Properties: { AutomaticFailoverEnabled: false }
    /// ```
    /// ```hcl fires
    /// resource "aws_elasticache_replication_group" "store" {
    ///   description = "c"
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::ElastiCache::ReplicationGroup
    ///   Properties: { AutomaticFailoverEnabled: true }
    /// ```
    /// ```hcl quiet
    /// resource "aws_elasticache_replication_group" "store" {
    ///   automatic_failover_enabled = true
    /// }
    /// ```
    CACHE_WITHOUT_FAILOVER = "cache-without-failover" {
        since: "0.1.0",
        severity: Info,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-693", "OWASP-SLS:S6", "CSA:SAS-3"],
        also_known_as: &["CKV2_AWS_50", "ELASTICACHE_REPL_GRP_AUTO_FAILOVER_ENABLED"],
        run: cache_without_failover,
    }
}

fn cache_without_failover(app: &App, findings: &mut Findings) {
    for node in app.of_type(TYPES) {
        findings.unless_on(node, "failover", || {
            CACHE_WITHOUT_FAILOVER
                .on(node, "failover", format!("`{}` has no automatic failover", node.name))
                .fix(Fix::risky("let a replica take over", node.set("failover", true)))
        });
    }
}
