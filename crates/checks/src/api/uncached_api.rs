//! A REST API stage without a response cache.
use super::shared::rest_stages;
use crate::prelude::*;

check! {
    /// # Uncached API
    ///
    /// Every request reaches the backend, also one that was just answered.
    ///
    /// ## Why it matters
    ///
    /// A cache in front answers repeated reads without running a function, which lowers cost and
    /// blunts a flood of identical requests. It costs by the hour, so it pays only for APIs that are
    /// read often.
    ///
    /// ## What to do
    ///
    /// Switch the cache cluster on where responses may be shared, and encrypt it.
    ///
    /// ```yaml fires
    /// Stage: { Type: AWS::ApiGateway::Stage, Properties: { RestApiId: a, StageName: prod } }
    /// ```
    /// ```yaml quiet
    /// Stage: { Type: AWS::ApiGateway::Stage, Properties: { RestApiId: a, StageName: prod, CacheClusterEnabled: true } }
    /// ```
    /// ```hcl fires
    /// resource "aws_api_gateway_stage" "prod" {
    ///   rest_api_id   = "a"
    ///   deployment_id = "d"
    ///   stage_name    = "prod"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_api_gateway_stage" "prod" {
    ///   rest_api_id           = "a"
    ///   deployment_id         = "d"
    ///   stage_name            = "prod"
    ///   cache_cluster_enabled = true
    /// }
    /// ```
    UNCACHED_API = "uncached-api" {
        since: "0.1.0",
        severity: Info,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-400", "OWASP-SLS:S8", "OWASP-API-2023:API4", "CSA:SAS-8"],
        also_known_as: &["CKV_AWS_120"],
        run: uncached_api,
    }
}

fn uncached_api(app: &App, findings: &mut Findings) {
    for stage in rest_stages(app) {
        findings.unless_on(stage, "cache", || {
            UNCACHED_API
                .on(stage, "cache", format!("`{}` caches no responses", stage.name))
                .fix(Fix::risky("switch the cache on", stage.set("cache", true)))
        });
    }
}
