//! A response cache that keeps data in the clear.
use super::shared::rest_stages;
use crate::prelude::*;

check! {
    /// # Unencrypted API cache
    ///
    /// Responses are kept in a cache without encryption.
    ///
    /// ## Why it matters
    ///
    /// A cache holds whole responses, personal data included, for as long as their lifetime says. API
    /// Gateway encrypts them only when it is told to.
    ///
    /// ## What to do
    ///
    /// Set cache encryption for the cached methods.
    ///
    /// ```yaml fires
    /// Stage:
    ///   Type: AWS::ApiGateway::Stage
    ///   Properties: { RestApiId: a, StageName: prod, MethodSettings: [ { HttpMethod: "*", ResourcePath: "/*", CachingEnabled: true } ] }
    /// ```
    /// ```yaml quiet
    /// Stage:
    ///   Type: AWS::ApiGateway::Stage
    ///   Properties: { RestApiId: a, StageName: prod, MethodSettings: [ { HttpMethod: "*", ResourcePath: "/*", CachingEnabled: true, CacheDataEncrypted: true } ] }
    /// ```
    /// ```hcl fires
    /// resource "aws_api_gateway_method_settings" "all" {
    ///   rest_api_id = "a"
    ///   stage_name  = "prod"
    ///   method_path = "*/*"
    ///   settings {
    ///     caching_enabled = true
    ///   }
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_api_gateway_method_settings" "all" {
    ///   rest_api_id = "a"
    ///   stage_name  = "prod"
    ///   method_path = "*/*"
    ///   settings {
    ///     caching_enabled      = true
    ///     cache_data_encrypted = true
    ///   }
    /// }
    /// ```
    UNENCRYPTED_API_CACHE = "unencrypted-api-cache" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Safe,
        controls: &["CWE-311", "OWASP-SLS:S6", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_308"],
        run: unencrypted_api_cache,
    }
}

fn unencrypted_api_cache(app: &App, findings: &mut Findings) {
    for settings in app.all(Kind::ApiMethodSettings) {
        findings.when(settings.flag("caching") & !settings.flag("cache_encrypted"), || {
            UNENCRYPTED_API_CACHE
                .on(settings, "caching", format!("`{}` caches responses in the clear", settings.name))
                .fix(Fix::safe("encrypt the cache", settings.set("cache_encrypted", true)))
        });
    }
    for stage in rest_stages(app) {
        for method in stage.list("methods") {
            let flag = |name: &str| method.get(name).map_or(Tri::False, Value::truth);
            findings.when(flag("caching") & !flag("cache_encrypted"), || {
                UNENCRYPTED_API_CACHE
                    .at(stage, format!("`{}` caches responses in the clear", stage.name))
                    .at(method.at)
            });
        }
    }
}
