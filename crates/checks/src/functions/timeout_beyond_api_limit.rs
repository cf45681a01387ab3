//! A function may run longer than the API in front of it waits.
use crate::prelude::*;

check! {
    /// # Timeout longer than the API waits
    ///
    /// A function may run longer than the API in front of it waits.
    ///
    /// ## Why it matters
    ///
    /// The API answers with an error after 29 or 30 seconds, while the function runs on: paid for, its
    /// result lost, and perhaps started again by the caller.
    ///
    /// ## What to do
    ///
    /// Set the timeout below that of the API, and hand long work to a queue or state machine.
    ///
    /// ```yaml fires
    /// F:
    ///   Type: AWS::Lambda::Function
    ///   Properties:
    ///     Handler: app.handler
    ///     Runtime: python3.14
    ///     Role: arn:aws:iam::123456789012:role/worker
    ///     Code: { S3Bucket: code, S3Key: app.zip }
    ///     Timeout: 60
    /// A: { Type: AWS::ApiGateway::RestApi, Properties: { Name: a } }
    /// M:
    ///   Type: AWS::ApiGateway::Method
    ///   Properties: { RestApiId: !Ref A, ResourceId: !GetAtt A.RootResourceId, HttpMethod: GET, AuthorizationType: AWS_IAM, Integration: { Type: AWS_PROXY, Uri: !Sub 'arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${F.Arn}/invocations' } }
    /// ```
    /// ```sam fires
    /// F:
    ///   Type: AWS::Serverless::Function
    ///   Properties:
    ///     Handler: a.b
    ///     Runtime: python3.14
    ///     CodeUri: src
    ///     Timeout: 120
    ///     Events: { Get: { Type: Api, Properties: { Path: /, Method: get } } }
    /// ```
    /// ```sam quiet
    /// F:
    ///   Type: AWS::Serverless::Function
    ///   Properties:
    ///     Handler: a.b
    ///     Runtime: python3.14
    ///     CodeUri: src
    ///     Timeout: 20
    ///     Events: { Get: { Type: Api, Properties: { Path: /, Method: get } } }
    /// ```
    TIMEOUT_BEYOND_API_LIMIT = "timeout-beyond-api-limit" {
        since: "0.1.0",
        severity: Low,
        confidence: Likely,
        fix: Risky,
        controls: &["CWE-400", "OWASP-SLS:S8", "CSA:SAS-8"],
        also_known_as: &[],
        run: timeout_beyond_api_limit,
    }
}

/// Seconds that an integration may take at most. A REST API's can be raised on request.
const WAITS: &[(&str, i64)] = &[("rest-api", 29), ("websocket", 29), ("http-api", 30)];

fn timeout_beyond_api_limit(app: &App, findings: &mut Findings) {
    for function in app.functions() {
        let Some(timeout) = function.int("timeout_seconds") else { continue };
        let events = app.parts(function, Kind::Trigger).filter_map(|trigger| trigger.text("event"));
        let limits = events.filter_map(|event| WAITS.iter().find(|(name, _)| *name == event));
        let Some((_, limit)) = limits.min_by_key(|(_, limit)| *limit) else { continue };
        // A function that also does other work may need the longer timeout for that.
        if timeout > *limit {
            let message = format!("`{}` may run {timeout} s, and its API waits {limit} s", function.name);
            let fix = Fix::risky("do not outlast the API", function.set("timeout_seconds", limit - 1));
            findings.push(TIMEOUT_BEYOND_API_LIMIT.on(function, "timeout_seconds", message).fix(fix));
        }
    }
}
