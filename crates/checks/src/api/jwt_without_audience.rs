//! A JWT authorizer that takes tokens meant for somebody else.
use crate::prelude::*;

check! {
    /// # JWT authorizer without audience
    ///
    /// Tokens of this issuer are taken, whoever they were meant for.
    ///
    /// ## Why it matters
    ///
    /// An issuer signs tokens for all its applications. Without an audience, a token that a user gave
    /// to any other application of the issuer also opens this API; with a public issuer such as
    /// Google's that is everybody with an account.
    ///
    /// ## What to do
    ///
    /// Name the client ids that this API is for.
    ///
    /// ```yaml fires
    /// Authorizer:
    ///   Type: AWS::ApiGatewayV2::Authorizer
    ///   Properties: { ApiId: a, Name: n, AuthorizerType: JWT, IdentitySource: [ $request.header.Authorization ], JwtConfiguration: { Issuer: "https://i.example" } }
    /// ```
    /// ```yaml quiet
    /// Authorizer:
    ///   Type: AWS::ApiGatewayV2::Authorizer
    ///   Properties: { ApiId: a, Name: n, AuthorizerType: JWT, IdentitySource: [ $request.header.Authorization ], JwtConfiguration: { Issuer: "https://i.example", Audience: [ web ] } }
    /// ```
    /// ```hcl fires
    /// resource "aws_apigatewayv2_authorizer" "a" {
    ///   api_id          = "a"
    ///   name            = "n"
    ///   authorizer_type = "JWT"
    ///   jwt_configuration {
    ///     issuer = "https://i.example"
    ///   }
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_apigatewayv2_authorizer" "a" {
    ///   api_id          = "a"
    ///   name            = "n"
    ///   authorizer_type = "JWT"
    ///   jwt_configuration {
    ///     audience = ["web"]
    ///     issuer   = "https://i.example"
    ///   }
    /// }
    /// ```
    JWT_WITHOUT_AUDIENCE = "jwt-without-audience" {
        since: "0.1.0",
        severity: High,
        confidence: Certain,
        controls: &["CWE-345", "OWASP-SLS:S2", "OWASP-API-2023:API2", "CSA:SAS-2"],
        also_known_as: &[],
        run: jwt_without_audience,
    }
}

fn jwt_without_audience(app: &App, findings: &mut Findings) {
    for authorizer in app.all(Kind::Authorizer).filter(|authorizer| authorizer.is("type", "JWT").is_true()) {
        // An audience that is not known is still an audience.
        if authorizer.list("audience").is_empty() {
            findings.push(
                JWT_WITHOUT_AUDIENCE
                    .at(authorizer, format!("`{}` takes tokens that were meant for others", authorizer.name))
                    .fix_if(audience(app, authorizer)),
            );
        }
    }
}

/// The only client that signs in.
fn audience(app: &App, authorizer: &Node) -> Option<Fix> {
    let mut clients = app.all(Kind::UserPoolClient);
    let client = clients.next().filter(|_| clients.next().is_none())?;
    let audience = Data::list([Data::reference(&client.name)]);
    Some(Fix::risky("take tokens of its client only", authorizer.set("audience", audience)))
}
