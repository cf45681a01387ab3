//! An API stage without access logs.
use super::shared::stages;
use crate::prelude::*;
use crate::repair::{log_group, risky_with};

check! {
    /// # API without access logs
    ///
    /// Nobody can tell who called this API, and when.
    ///
    /// ## Why it matters
    ///
    /// Access logs are the first thing that an investigation asks for: caller, route, status and size
    /// of every request. They cannot be made up afterwards.
    ///
    /// ## What to do
    ///
    /// Create a log group with a retention, and name it and a JSON format in the stage's access log
    /// settings.
    ///
    /// ```yaml fires
    /// Stage: { Type: AWS::ApiGateway::Stage, Properties: { RestApiId: a, StageName: prod } }
    /// ```
    /// ```yaml quiet
    /// Stage:
    ///   Type: AWS::ApiGatewayV2::Stage
    ///   Properties: { ApiId: a, StageName: prod, AccessLogSettings: { DestinationArn: !GetAtt Logs.Arn, Format: "$context.requestId" } }
    /// Logs: { Type: AWS::Logs::LogGroup }
    /// ```
    /// ```sam fires
    /// Api: { Type: AWS::Serverless::HttpApi }
    /// ```
    /// ```hcl fires
    /// resource "aws_apigatewayv2_stage" "prod" {
    ///   api_id = "a"
    ///   name   = "prod"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_apigatewayv2_stage" "prod" {
    ///   api_id = "a"
    ///   name   = "prod"
    ///   access_log_settings {
    ///     destination_arn = aws_cloudwatch_log_group.api.arn
    ///     format          = "$context.requestId"
    ///   }
    /// }
    /// ```
    UNLOGGED_API = "unlogged-api" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-778", "OWASP-SLS:S10", "CSA:SAS-5"],
        also_known_as: &["CKV_AWS_76", "CKV_AWS_95", "W69", "W46"],
        run: unlogged_api,
    }
}

fn unlogged_api(app: &App, findings: &mut Findings) {
    for stage in stages(app) {
        findings.unless_set(stage, "access_logs", || {
            UNLOGGED_API
                .on(stage, "access_logs", format!("`{}` writes no access logs", stage.name))
                .fix(log_to_group(app, stage))
        });
    }
}

/// Who called what from where, and what came of it. API Gateway knows more variables.
const FORMAT: &str = r#"{"requestId":"$context.requestId","ip":"$context.identity.sourceIp","time":"$context.requestTime","method":"$context.httpMethod","status":"$context.status"}"#;

fn log_to_group(app: &App, stage: &Node) -> Fix {
    let group = log_group(app, stage, "");
    let arn = group.attribute("Arn");
    let patches = [stage.set("access_logs", arn), stage.set("access_log_format", FORMAT)];
    risky_with("write access logs", group, patches)
}
