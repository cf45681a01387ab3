//! Method settings that leave caching off.
use super::shared::rest_stages;
use crate::prelude::*;

check! {
    /// # Uncached API method
    ///
    /// The settings of these methods leave response caching off.
    ///
    /// ## Why it matters
    ///
    /// A method whose answer is the same for everyone for a while runs its function again and again,
    /// for each request and at a price.
    ///
    /// ## What to do
    ///
    /// Switch caching on for methods whose responses may be shared.
    ///
    /// ```hcl fires
    /// resource "aws_api_gateway_method_settings" "all" {
    ///   rest_api_id = "a"
    ///   stage_name  = "prod"
    ///   method_path = "*/*"
    ///   settings {
    ///     caching_enabled = false
    ///   }
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_api_gateway_method_settings" "all" {
    ///   rest_api_id = "a"
    ///   stage_name  = "prod"
    ///   method_path = "*/*"
    ///   settings {
    ///     caching_enabled = true
    ///   }
    /// }
    /// ```
    /// ```yaml fires
    /// Stage:
    ///   Type: AWS::ApiGateway::Stage
    ///   Properties: { RestApiId: a, StageName: prod, CacheClusterEnabled: true, MethodSettings: [ { HttpMethod: GET, ResourcePath: /a, CachingEnabled: false } ] }
    /// ```
    /// ```yaml quiet
    /// Stage: { Type: AWS::ApiGateway::Stage, Properties: { RestApiId: a, StageName: prod } }
    /// ```
    UNCACHED_API_METHOD = "uncached-api-method" {
        since: "0.1.0",
        severity: Info,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-400", "OWASP-SLS:S8", "OWASP-API-2023:API4", "CSA:SAS-8"],
        also_known_as: &["CKV_AWS_225"],
        run: uncached_api_method,
    }
}

fn uncached_api_method(app: &App, findings: &mut Findings) {
    for settings in app.all(Kind::ApiMethodSettings) {
        findings.unless_on(settings, "caching", || {
            UNCACHED_API_METHOD
                .on(settings, "caching", format!("`{}` leaves caching off", settings.name))
                .fix(Fix::risky("switch caching on", settings.set("caching", true)))
        });
    }
    // With a cache that is paid for, a method that says no to it is worth a look.
    for stage in rest_stages(app).filter(|stage| stage.flag("cache").is_true()) {
        for method in stage.list("methods").iter().filter(|method| method.get("caching").is_some()) {
            let caching = method.get("caching").map_or(Tri::False, Value::truth);
            findings.when(!caching, || {
                UNCACHED_API_METHOD
                    .at(stage, format!("`{}` has a cache that a method does not use", stage.name))
                    .at(method.at)
            });
        }
    }
}
