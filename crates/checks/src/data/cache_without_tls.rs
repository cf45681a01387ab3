//! Connections to this cache are not encrypted.
use crate::prelude::*;

const TYPES: &[&str] = &["AWS::ElastiCache::ReplicationGroup", "aws_elasticache_replication_group"];

check! {
    /// # Cache that talks without TLS
    ///
    /// Connections to this cache are not encrypted.
    ///
    /// ## Why it matters
    ///
    /// Sessions and data go through the network readable, and anybody in it can change them.
    ///
    /// ## What to do
    ///
    /// Switch encryption in transit on, and use `rediss://` in clients.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::ElastiCache::ReplicationGroup
    ///   Properties: { ReplicationGroupDescription: c }
    /// ```
    /// ```hcl fires
    /// resource "aws_elasticache_replication_group" "store" {
    ///   description = "c"
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::ElastiCache::ReplicationGroup
    ///   Properties: { TransitEncryptionEnabled: true }
    /// ```
    /// ```hcl quiet
    /// resource "aws_elasticache_replication_group" "store" {
    ///   transit_encryption_enabled = true
    /// }
    /// ```
    CACHE_WITHOUT_TLS = "cache-without-tls" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-319", "OWASP-SLS:S3", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_30", "F33"],
        run: cache_without_tls,
    }
}

fn cache_without_tls(app: &App, findings: &mut Findings) {
    for node in app.of_type(TYPES) {
        findings.unless_on(node, "tls", || {
            CACHE_WITHOUT_TLS
                .on(node, "tls", format!("`{}` talks without TLS", node.name))
                .fix(Fix::risky("switch TLS on", node.set("tls", true)))
        });
    }
}
