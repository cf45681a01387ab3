//! A GraphQL cache that keeps data in the clear.
use crate::prelude::*;

check! {
    /// # GraphQL cache not encrypted at rest
    ///
    /// The cache keeps query results without encryption.
    ///
    /// ## Why it matters
    ///
    /// A cache holds what resolvers returned, personal data included. AppSync encrypts it only when
    /// it is told to, and that cannot be changed later.
    ///
    /// ## What to do
    ///
    /// Create the cache with encryption at rest.
    ///
    /// ```yaml fires
    /// Cache: { Type: AWS::AppSync::ApiCache, Properties: { ApiId: a, Type: SMALL, Ttl: 60, ApiCachingBehavior: FULL_REQUEST_CACHING } }
    /// ```
    /// ```yaml quiet
    /// Cache: { Type: AWS::AppSync::ApiCache, Properties: { ApiId: a, Type: SMALL, Ttl: 60, ApiCachingBehavior: FULL_REQUEST_CACHING, AtRestEncryptionEnabled: true } }
    /// ```
    /// ```hcl fires
    /// resource "aws_appsync_api_cache" "c" {
    ///   api_id               = "a"
    ///   api_caching_behavior = "FULL_REQUEST_CACHING"
    ///   type                 = "SMALL"
    ///   ttl                  = 60
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_appsync_api_cache" "c" {
    ///   api_id                     = "a"
    ///   api_caching_behavior       = "FULL_REQUEST_CACHING"
    ///   type                       = "SMALL"
    ///   ttl                        = 60
    ///   at_rest_encryption_enabled = true
    /// }
    /// ```
    UNENCRYPTED_GRAPHQL_CACHE = "unencrypted-graphql-cache" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-311", "OWASP-SLS:S6", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_214"],
        run: unencrypted_graphql_cache,
    }
}

fn unencrypted_graphql_cache(app: &App, findings: &mut Findings) {
    for cache in app.all(Kind::ApiCache) {
        findings.unless_on(cache, "at_rest", || {
            UNENCRYPTED_GRAPHQL_CACHE
                .on(cache, "at_rest", format!("`{}` keeps data in the clear", cache.name))
                .fix(Fix::risky("encrypt at rest", cache.set("at_rest", true)))
        });
    }
}
