//! This cache names no subnet group.
use super::facts::written;
use crate::prelude::*;

const TYPES: &[&str] = &["aws_elasticache_cluster", "AWS::ElastiCache::CacheCluster"];

check! {
    /// # Cache in the default subnets
    ///
    /// This cache names no subnet group.
    ///
    /// ## Why it matters
    ///
    /// It stands in the subnets of the default network, which are often public.
    ///
    /// ## What to do
    ///
    /// Make a subnet group of private subnets and name it.
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
    ///   Properties: { Engine: redis, CacheSubnetGroupName: g }
    /// ```
    /// ```hcl quiet
    /// resource "aws_elasticache_cluster" "store" {
    ///   engine = "redis"
    ///   subnet_group_name = "g"
    /// }
    /// ```
    CACHE_IN_DEFAULT_SUBNETS = "cache-in-default-subnets" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        controls: &["CWE-284", "OWASP-SLS:S5", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_323", "ELASTICACHE_SUBNET_GROUP_CHECK"],
        run: cache_in_default_subnets,
    }
}

fn cache_in_default_subnets(app: &App, findings: &mut Findings) {
    for node in app.of_type(TYPES) {
        if !written(node, "subnet_group") {
            findings.push(CACHE_IN_DEFAULT_SUBNETS.on(
                node,
                "subnet_group",
                format!("`{}` names no subnet group", node.name),
            ));
        }
    }
}
