//! A GraphQL API that takes queries of any depth.
use crate::prelude::*;

check! {
    /// # GraphQL queries without limits
    ///
    /// One query may nest as deep, and run as many resolvers, as its sender likes.
    ///
    /// ## Why it matters
    ///
    /// `posts { author { posts { author … } } }` multiplies with every level. A few lines of text
    /// then read a store thousands of times, which the account pays for.
    ///
    /// ## What to do
    ///
    /// Set a query depth limit that fits the schema (often 5 to 10), and a resolver count limit.
    ///
    /// ```yaml fires
    /// Api: { Type: AWS::AppSync::GraphQLApi, Properties: { Name: a, AuthenticationType: AWS_IAM } }
    /// ```
    /// ```yaml quiet
    /// Api: { Type: AWS::AppSync::GraphQLApi, Properties: { Name: a, AuthenticationType: AWS_IAM, QueryDepthLimit: 8 } }
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
    ///   resolver_count_limit = 100
    /// }
    /// ```
    UNBOUNDED_GRAPHQL_QUERY = "unbounded-graphql-query" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-770", "OWASP-SLS:S8", "OWASP-API-2023:API4", "CSA:SAS-8"],
        also_known_as: &[],
        run: unbounded_graphql_query,
    }
}

fn unbounded_graphql_query(app: &App, findings: &mut Findings) {
    /// Enough for most schemas.
    const DEPTH: i64 = 10;
    for api in app.all(Kind::GraphqlApi) {
        let limited = |attr: &str| {
            api.get(attr).map_or(Tri::False, |value| match value.as_int() {
                Some(limit) => (limit > 0).into(),
                None => Tri::Unknown,
            })
        };
        findings.when(!(limited("depth") | limited("resolvers")), || {
            UNBOUNDED_GRAPHQL_QUERY
                .on(api, "depth", format!("`{}` takes queries of any depth", api.name))
                .fix(Fix::risky("limit the depth of queries", api.set("depth", DEPTH)))
        });
    }
}
