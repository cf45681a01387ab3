//! Execution logs that hold whole requests and responses.
use super::shared::stages;
use crate::prelude::*;

check! {
    /// # Whole requests in API logs
    ///
    /// The API's logs hold complete requests and responses.
    ///
    /// ## Why it matters
    ///
    /// Data tracing writes headers and bodies, with tokens, passwords and personal data in them, into
    /// a log group that many people may read and that keeps them for years. It is meant for
    /// debugging.
    ///
    /// ## What to do
    ///
    /// Switch data tracing off, and keep access logs with the fields that you need.
    ///
    /// ```yaml fires
    /// Stage:
    ///   Type: AWS::ApiGateway::Stage
    ///   Properties: { RestApiId: a, StageName: prod, MethodSettings: [ { HttpMethod: "*", ResourcePath: "/*", DataTraceEnabled: true } ] }
    /// ```
    /// ```yaml quiet
    /// Stage:
    ///   Type: AWS::ApiGateway::Stage
    ///   Properties: { RestApiId: a, StageName: prod, MethodSettings: [ { HttpMethod: "*", ResourcePath: "/*", LoggingLevel: ERROR } ] }
    /// ```
    /// ```hcl fires
    /// resource "aws_api_gateway_method_settings" "all" {
    ///   rest_api_id = "a"
    ///   stage_name  = "prod"
    ///   method_path = "*/*"
    ///   settings {
    ///     data_trace_enabled = true
    ///   }
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_api_gateway_method_settings" "all" {
    ///   rest_api_id = "a"
    ///   stage_name  = "prod"
    ///   method_path = "*/*"
    ///   settings {
    ///     logging_level = "ERROR"
    ///   }
    /// }
    /// ```
    API_DATA_TRACE = "api-data-trace" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Safe,
        controls: &["CWE-532", "OWASP-SLS:S3", "CSA:SAS-5"],
        also_known_as: &["CKV_AWS_276"],
        run: api_data_trace,
    }
}

fn api_data_trace(app: &App, findings: &mut Findings) {
    let text = |node: &Node| format!("`{}` logs whole requests and responses", node.name);
    for settings in app.all(Kind::ApiMethodSettings) {
        findings.when(settings.flag("data_trace"), || {
            API_DATA_TRACE
                .on(settings, "data_trace", text(settings))
                .fix(Fix::safe("switch data tracing off", settings.set("data_trace", false)))
        });
    }
    for stage in stages(app) {
        findings.when(stage.flag("data_trace"), || {
            API_DATA_TRACE
                .on(stage, "data_trace", text(stage))
                .fix(Fix::safe("switch data tracing off", stage.set("data_trace", false)))
        });
        for method in stage.list("methods") {
            let traced = method.get("data_trace").map_or(Tri::False, Value::truth);
            findings.when(traced, || API_DATA_TRACE.at(stage, text(stage)).at(method.at));
        }
    }
}
