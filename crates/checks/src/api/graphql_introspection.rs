//! A GraphQL API that describes itself to everyone.
use crate::prelude::*;

check! {
    /// # GraphQL introspection
    ///
    /// The API answers questions about its own schema.
    ///
    /// ## Why it matters
    ///
    /// Introspection lists every type, field and mutation, those for administrators included. It
    /// saves an attacker the work of guessing.
    ///
    /// ## What to do
    ///
    /// Disable introspection in production. It is left on when the template says nothing.
    ///
    /// ```yaml fires
    /// Api: { Type: AWS::AppSync::GraphQLApi, Properties: { Name: a, AuthenticationType: AWS_IAM } }
    /// ```
    /// ```yaml quiet
    /// Api: { Type: AWS::AppSync::GraphQLApi, Properties: { Name: a, AuthenticationType: AWS_IAM, IntrospectionConfig: DISABLED } }
    /// ```
    /// ```hcl fires
    /// resource "aws_appsync_graphql_api" "a" {
    ///   name                = "a"
    ///   authentication_type = "AWS_IAM"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_appsync_graphql_api" "a" {
    ///   name                 = "a"
    ///   authentication_type  = "AWS_IAM"
    ///   introspection_config = "DISABLED"
    /// }
    /// ```
    GRAPHQL_INTROSPECTION = "graphql-introspection" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-200", "OWASP-SLS:S3", "OWASP-API-2023:API9", "CSA:SAS-3"],
        also_known_as: &[],
        run: graphql_introspection,
    }
}

fn graphql_introspection(app: &App, findings: &mut Findings) {
    for api in app.all(Kind::GraphqlApi).filter(|api| !api.is("visibility", "PRIVATE").is_true()) {
        findings.when(!api.is("introspection", "DISABLED"), || {
            GRAPHQL_INTROSPECTION
                .on(api, "introspection", format!("`{}` describes its schema to callers", api.name))
                .fix(Fix::risky("disable introspection", api.set("introspection", "DISABLED")))
        });
    }
}
