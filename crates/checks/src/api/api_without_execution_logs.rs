//! A REST API stage whose methods write no execution logs or metrics.
use super::shared::rest_stages;
use crate::prelude::*;
use crate::repair::put_property;

check! {
    /// # API without execution logs
    ///
    /// The methods of this stage write no execution logs, or no metrics.
    ///
    /// ## Why it matters
    ///
    /// Access logs say that a request failed; execution logs say why: which authorizer refused it,
    /// which template broke, how long the backend took. Without metrics per method no alarm can watch
    /// them.
    ///
    /// ## What to do
    ///
    /// Set the logging level to `ERROR` and switch metrics on for all methods of the stage.
    ///
    /// ```yaml fires
    /// Stage: { Type: AWS::ApiGateway::Stage, Properties: { RestApiId: a, StageName: prod } }
    /// ```
    /// ```yaml quiet
    /// Stage:
    ///   Type: AWS::ApiGateway::Stage
    ///   Properties: { RestApiId: a, StageName: prod, MethodSettings: [ { HttpMethod: "*", ResourcePath: "/*", LoggingLevel: ERROR, MetricsEnabled: true } ] }
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
    ///   rest_api_id   = "a"
    ///   deployment_id = "d"
    ///   stage_name    = "prod"
    /// }
    ///
    /// resource "aws_api_gateway_method_settings" "all" {
    ///   rest_api_id = "a"
    ///   stage_name  = aws_api_gateway_stage.prod.stage_name
    ///   method_path = "*/*"
    ///   settings {
    ///     logging_level   = "ERROR"
    ///     metrics_enabled = true
    ///   }
    /// }
    /// ```
    API_WITHOUT_EXECUTION_LOGS = "api-without-execution-logs" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-778", "OWASP-SLS:S10", "CSA:SAS-5"],
        also_known_as: &["CKV2_AWS_4"],
        run: api_without_execution_logs,
    }
}

fn api_without_execution_logs(app: &App, findings: &mut Findings) {
    for stage in rest_stages(app) {
        let inline =
            stage.list("methods").iter().map(|method| is_logged(method.get("level"), method.get("metrics")));
        let apart = app.sources(stage, Relation::PartOf).filter(|part| part.kind == Kind::ApiMethodSettings);
        let apart = apart.map(|part| is_logged(part.get("level"), part.get("metrics")));
        findings.when(!Tri::any(inline.chain(apart)), || {
            API_WITHOUT_EXECUTION_LOGS
                .at(stage, format!("`{}` writes no execution logs with metrics", stage.name))
                .fix_if(log_errors(stage))
        });
    }
}

fn is_logged(level: Option<&Value>, metrics: Option<&Value>) -> Tri {
    let level = match level {
        None => Tri::False,
        Some(value) => match value.as_str() {
            Some(text) => matches!(text, "ERROR" | "INFO").into(),
            None => Tri::Unknown,
        },
    };
    level & metrics.map_or(Tri::False, Value::truth)
}

fn log_errors(stage: &Node) -> Option<Fix> {
    let title = "log errors and count";
    if let [method] = stage.list("methods") {
        let level = method.put(&["LoggingLevel"], "ERROR");
        let written = stage.provider_type.starts_with("AWS::");
        return written.then(|| Fix::risky(title, level).and(method.put(&["MetricsEnabled"], true)));
    }
    let all = Data::map([
        ("HttpMethod", "*".into()),
        ("ResourcePath", "/*".into()),
        ("LoggingLevel", "ERROR".into()),
        ("MetricsEnabled", true.into()),
    ]);
    let patch = put_property(stage, &["MethodSettings"], Data::list([all]))?;
    stage.list("methods").is_empty().then(|| Fix::risky(title, patch))
}
