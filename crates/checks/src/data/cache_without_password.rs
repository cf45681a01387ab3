//! Whoever reaches this cache may use it.
use crate::prelude::*;
use crate::repair::camel;

check! {
    /// # Cache that asks for no password
    ///
    /// Whoever reaches this cache may use it.
    ///
    /// ## Why it matters
    ///
    /// Any workload in the network, also one that was taken over, can read and change sessions.
    ///
    /// ## What to do
    ///
    /// Set an authentication token or groups of users, together with TLS.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::ElastiCache::ReplicationGroup
    ///   Properties: { TransitEncryptionEnabled: true }
    /// ```
    /// ```hcl fires
    /// resource "aws_elasticache_replication_group" "store" {
    ///   transit_encryption_enabled = true
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::ElastiCache::ReplicationGroup
    ///   Properties: { TransitEncryptionEnabled: true, UserGroupIds: [app] }
    /// ```
    /// ```hcl quiet
    /// resource "aws_elasticache_replication_group" "store" {
    ///   transit_encryption_enabled = true
    ///   auth_token = var.token
    /// }
    /// ```
    CACHE_WITHOUT_PASSWORD = "cache-without-password" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-306", "OWASP-SLS:S2", "CSA:SAS-2"],
        also_known_as: &["CKV_AWS_31"],
        run: cache_without_password,
    }
}

fn cache_without_password(app: &App, findings: &mut Findings) {
    for node in app.of_type(&["AWS::ElastiCache::ReplicationGroup", "aws_elasticache_replication_group"]) {
        let asks = node.has("auth_token") || node.has("user_groups");
        findings.when(!(node.flag("tls") & asks.into()), || {
            CACHE_WITHOUT_PASSWORD
                .at(node, format!("`{}` asks for no password", node.name))
                .fix_if(ask_for(node))
        });
    }
}

fn ask_for(node: &Node) -> Option<Fix> {
    if node.has("auth_token") || node.has("user_groups") {
        return (!node.has("tls")).then(|| Fix::risky("switch TLS on", node.set("tls", true)));
    }
    let parameter = format!("{}Password", camel(&node.name));
    let set = node.set("auth_token", Data::reference(&parameter));
    let ask = model::Patch::Ask { near: node.name.clone(), parameter };
    Some(Fix::risky("ask for a password at each deployment", ask).and(set).and(node.set("tls", true)))
}
