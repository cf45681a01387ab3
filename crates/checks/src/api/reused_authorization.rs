//! An authorizer whose decisions are kept for long.
use super::shared::is_resource;
use crate::prelude::*;

check! {
    /// # Authorization kept for long
    ///
    /// A caller who was let in stays in, whatever happens meanwhile.
    ///
    /// ## Why it matters
    ///
    /// API Gateway keeps the answer of a custom authorizer per token. A user who is locked out, or a
    /// token that is revoked, works until the entry expires. And when the answer names only the route
    /// that was asked for, the same entry is used for the next route: callers are refused, or let in,
    /// by the wrong policy.
    ///
    /// ## What to do
    ///
    /// Keep decisions for five minutes at most, and have the authorizer answer for every route of the
    /// API. Where a decision depends on the path or the body, set the time to 0.
    ///
    /// ```yaml fires
    /// Authorizer:
    ///   Type: AWS::ApiGateway::Authorizer
    ///   Properties: { RestApiId: a, Name: n, Type: TOKEN, AuthorizerUri: u, AuthorizerResultTtlInSeconds: 3600 }
    /// ```
    /// ```yaml quiet
    /// Authorizer:
    ///   Type: AWS::ApiGateway::Authorizer
    ///   Properties: { RestApiId: a, Name: n, Type: TOKEN, AuthorizerUri: u, AuthorizerResultTtlInSeconds: 60 }
    /// ```
    /// ```hcl fires
    /// resource "aws_api_gateway_authorizer" "a" {
    ///   name                             = "n"
    ///   rest_api_id                      = "a"
    ///   authorizer_uri                   = "u"
    ///   authorizer_result_ttl_in_seconds = 3600
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_api_gateway_authorizer" "a" {
    ///   name           = "n"
    ///   rest_api_id    = "a"
    ///   authorizer_uri = "u"
    /// }
    /// ```
    REUSED_AUTHORIZATION = "reused-authorization" {
        since: "0.1.0",
        severity: Low,
        confidence: Likely,
        fix: Risky,
        controls: &["CWE-613", "OWASP-SLS:S2", "OWASP-API-2023:API2", "CSA:SAS-2"],
        also_known_as: &[],
        run: reused_authorization,
    }
}

fn reused_authorization(app: &App, findings: &mut Findings) {
    /// API Gateway's own default.
    const CACHE_SECONDS_MAX: i64 = 300;
    for authorizer in app.all(Kind::Authorizer) {
        let Some(seconds) = authorizer.int("cache_seconds").filter(|seconds| *seconds > CACHE_SECONDS_MAX)
        else {
            continue;
        };
        let text = format!("`{}` keeps decisions for {seconds} seconds", authorizer.name);
        let finding = REUSED_AUTHORIZATION.on(authorizer, "cache_seconds", text);
        findings.push(if is_resource(authorizer) {
            finding.fix(Fix::risky(
                "keep decisions for 5 minutes",
                authorizer.set("cache_seconds", CACHE_SECONDS_MAX),
            ))
        } else {
            finding
        });
    }
}
