//! Anyone can call this function, and only the account's limits hold them back.
use crate::prelude::*;

check! {
    /// # Public function without a limit of its own
    ///
    /// Anyone can call this function, and only the account's own limits hold them back.
    ///
    /// ## Why it matters
    ///
    /// Each call is paid. Without a limit of its own, a single script runs up the bill and takes the
    /// rate and the concurrency that every other function of the account shares.
    ///
    /// ## What to do
    ///
    /// Reserve concurrency for the function, and throttle the routes of its API.
    ///
    /// ```yaml fires
    /// F:
    ///   Type: AWS::Lambda::Function
    ///   Properties:
    ///     Handler: app.handler
    ///     Runtime: python3.14
    ///     Role: arn:aws:iam::123456789012:role/worker
    ///     Code: { S3Bucket: code, S3Key: app.zip }
    /// U: { Type: AWS::Lambda::Url, Properties: { TargetFunctionArn: !GetAtt F.Arn, AuthType: NONE } }
    /// ```
    /// ```yaml quiet
    /// F:
    ///   Type: AWS::Lambda::Function
    ///   Properties:
    ///     Handler: app.handler
    ///     Runtime: python3.14
    ///     Role: arn:aws:iam::123456789012:role/worker
    ///     Code: { S3Bucket: code, S3Key: app.zip }
    ///     ReservedConcurrentExecutions: 10
    /// U: { Type: AWS::Lambda::Url, Properties: { TargetFunctionArn: !GetAtt F.Arn, AuthType: NONE } }
    /// ```
    /// ```hcl fires
    /// resource "aws_lambda_function" "f" {
    ///   function_name = "f"
    ///   handler       = "app.handler"
    ///   runtime       = "python3.14"
    ///   role          = "arn:aws:iam::123456789012:role/worker"
    ///   filename      = "app.zip"
    /// }
    /// resource "aws_lambda_function_url" "u" {
    ///   function_name      = aws_lambda_function.f.function_name
    ///   authorization_type = "NONE"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_lambda_function" "f" {
    ///   function_name = "f"
    ///   handler       = "app.handler"
    ///   runtime       = "python3.14"
    ///   role          = "arn:aws:iam::123456789012:role/worker"
    ///   filename      = "app.zip"
    /// }
    /// resource "aws_lambda_function_url" "u" {
    ///   function_name      = aws_lambda_function.f.function_name
    ///   authorization_type = "AWS_IAM"
    /// }
    /// ```
    UNLIMITED_PUBLIC_FUNCTION = "unlimited-public-function" {
        since: "0.1.0",
        severity: Medium,
        confidence: Likely,
        fix: Risky,
        controls: &["CWE-770", "OWASP-SLS:S8", "OWASP-API-2023:API4", "CSA:SAS-8"],
        also_known_as: &[],
        run: unlimited_public_function,
    }
}

fn unlimited_public_function(app: &App, findings: &mut Findings) {
    for function in app.functions().filter(|function| !function.has("concurrency")) {
        let triggers = app.parts(function, Kind::Trigger);
        let open = triggers.filter(|trigger| trigger.text("exposure") == Some("public")).find(|trigger| {
            let web = ["http-api", "rest-api", "websocket", "function-url", "load-balancer", "graphql"];
            trigger.text("event").is_some_and(|event| web.contains(&event)) && !is_throttled(app, trigger)
        });
        if let Some(trigger) = open {
            let event = trigger.text("event").unwrap_or_default();
            let message = format!("`{}` answers anyone ({event}) without a limit of its own", function.name);
            findings.push(
                UNLIMITED_PUBLIC_FUNCTION
                    .at(function, message)
                    .related(trigger.name_at, "the open trigger")
                    .fix(Fix::risky("reserve concurrency", function.set("concurrency", 20_i64))),
            );
        }
    }
}

/// The trigger, its API or one of the API's stages has a rate.
fn is_throttled(app: &App, trigger: &Node) -> bool {
    let api = app.targets(trigger, Relation::FedBy).find(|node| node.kind == Kind::Api);
    let rated = |node: &Node| node.has("rate") || node.has("methods");
    let stages =
        || app.all(Kind::ApiStage).any(rated) || app.all(Kind::ApiMethodSettings).any(|s| s.has("rate"));
    trigger.has("throttle") || api.is_some_and(|api| rated(api) || stages())
}
