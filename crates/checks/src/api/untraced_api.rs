//! A REST API stage without tracing.
use super::shared::rest_stages;
use crate::prelude::*;

check! {
    /// # Untraced API
    ///
    /// Requests through this API leave no trace.
    ///
    /// ## Why it matters
    ///
    /// Without X-Ray a slow or failing request cannot be followed from the API through its functions
    /// to the stores behind, so an attack and a bug look the same.
    ///
    /// ## What to do
    ///
    /// Switch tracing on for the stage.
    ///
    /// ```yaml fires
    /// Stage: { Type: AWS::ApiGateway::Stage, Properties: { RestApiId: a, StageName: prod } }
    /// ```
    /// ```yaml quiet
    /// Stage: { Type: AWS::ApiGateway::Stage, Properties: { RestApiId: a, StageName: prod, TracingEnabled: true } }
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
    ///   rest_api_id          = "a"
    ///   deployment_id        = "d"
    ///   stage_name           = "prod"
    ///   xray_tracing_enabled = true
    /// }
    /// ```
    UNTRACED_API = "untraced-api" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Safe,
        controls: &["CWE-778", "OWASP-SLS:S10", "CSA:SAS-5"],
        also_known_as: &["CKV_AWS_73"],
        run: untraced_api,
    }
}

fn untraced_api(app: &App, findings: &mut Findings) {
    for stage in rest_stages(app) {
        findings.unless_on(stage, "tracing", || {
            UNTRACED_API
                .on(stage, "tracing", format!("`{}` does not trace requests", stage.name))
                .fix(Fix::safe("switch tracing on", stage.set("tracing", true)))
        });
    }
}
