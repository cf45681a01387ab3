//! A stage without request limits of its own.
use super::shared::stages;
use crate::prelude::*;
use crate::repair::put_property;

check! {
    /// # API without throttling
    ///
    /// Nothing but the account's limit bounds the requests that this stage takes.
    ///
    /// ## Why it matters
    ///
    /// Every request runs a function that is paid for. Without a limit of its own one API can use up
    /// the account's 10,000 requests per second, which starves every other API of the account and
    /// multiplies the bill: denial of wallet.
    ///
    /// ## What to do
    ///
    /// Set a rate and a burst for the stage's routes that fit its real traffic, and a usage plan for
    /// each known client.
    ///
    /// ```yaml fires
    /// Stage: { Type: AWS::ApiGatewayV2::Stage, Properties: { ApiId: a, StageName: prod } }
    /// ```
    /// ```yaml quiet
    /// Stage:
    ///   Type: AWS::ApiGatewayV2::Stage
    ///   Properties: { ApiId: a, StageName: prod, DefaultRouteSettings: { ThrottlingRateLimit: 50, ThrottlingBurstLimit: 100 } }
    /// Rest:
    ///   Type: AWS::ApiGateway::Stage
    ///   Properties: { RestApiId: a, StageName: prod, MethodSettings: [ { HttpMethod: "*", ResourcePath: "/*", ThrottlingRateLimit: 50 } ] }
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
    ///   default_route_settings {
    ///     throttling_rate_limit  = 50
    ///     throttling_burst_limit = 100
    ///   }
    /// }
    /// ```
    UNTHROTTLED_API = "unthrottled-api" {
        since: "0.1.0",
        severity: Low,
        confidence: Likely,
        fix: Risky,
        controls: &["CWE-770", "OWASP-SLS:S8", "OWASP-API-2023:API4", "CSA:SAS-8"],
        also_known_as: &[],
        run: unthrottled_api,
    }
}

fn unthrottled_api(app: &App, findings: &mut Findings) {
    for stage in stages(app) {
        let inline =
            stage.list("methods").iter().any(|method| method.get("rate").or(method.get("burst")).is_some());
        let apart = app
            .sources(stage, Relation::PartOf)
            .any(|part| part.kind == Kind::ApiMethodSettings && (part.has("rate") || part.has("burst")));
        let planned = stage.kind == Kind::Api && stage.has("usage_plan") || has_plan(app, stage);
        if inline || apart || planned || stage.has("rate") || stage.has("burst") {
            continue;
        }
        findings.push(
            UNTHROTTLED_API
                .at(stage, format!("`{}` takes as many requests as the account allows", stage.name))
                .fix_if(throttle(stage)),
        );
    }
}

/// A usage plan with a rate names the stage or its API.
fn has_plan(app: &App, stage: &Node) -> bool {
    let api = super::shared::api_of(app, stage);
    app.all(Kind::UsagePlan).filter(|plan| plan.has("rate") || plan.has("burst")).any(|plan| {
        let mut found = Vec::new();
        plan.list("stages").iter().for_each(|value| value.references(&mut found));
        found.iter().any(|(reference, _)| {
            reference.target == stage.name || api.is_some_and(|api| api.name == reference.target)
        })
    })
}

const RATE: i64 = 100;
const BURST: i64 = 200;

fn throttle(stage: &Node) -> Option<Fix> {
    let title = "take 100 requests a second";
    let is_rest = super::shared::is_rest_stage(stage);
    if !is_rest {
        return Some(Fix::risky(title, stage.set("rate", RATE)).and(stage.set("burst", BURST)));
    }
    if let [method] = stage.list("methods") {
        let written = stage.provider_type.starts_with("AWS::");
        let rate = Fix::risky(title, method.put(&["ThrottlingRateLimit"], RATE));
        return written.then(|| rate.and(method.put(&["ThrottlingBurstLimit"], BURST)));
    }
    let all = Data::map([
        ("HttpMethod", "*".into()),
        ("ResourcePath", "/*".into()),
        ("ThrottlingRateLimit", RATE.into()),
        ("ThrottlingBurstLimit", BURST.into()),
    ]);
    let patch = put_property(stage, &["MethodSettings"], Data::list([all]))?;
    stage.list("methods").is_empty().then(|| Fix::risky(title, patch))
}
