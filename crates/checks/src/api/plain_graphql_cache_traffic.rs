//! A GraphQL cache reached without encryption.
use crate::prelude::*;

check! {
    /// # GraphQL cache not encrypted in transit
    ///
    /// Data travels between the API and its cache in the clear.
    ///
    /// ## Why it matters
    ///
    /// Query results cross the provider's network unprotected. Rules for personal or payment data ask
    /// for encryption on every leg.
    ///
    /// ## What to do
    ///
    /// Create the cache with encryption in transit.
    ///
    /// ```yaml fires
    /// Cache: { Type: AWS::AppSync::ApiCache, Properties: { ApiId: a, Type: SMALL, Ttl: 60, ApiCachingBehavior: FULL_REQUEST_CACHING } }
    /// ```
    /// ```yaml quiet
    /// Cache: { Type: AWS::AppSync::ApiCache, Properties: { ApiId: a, Type: SMALL, Ttl: 60, ApiCachingBehavior: FULL_REQUEST_CACHING, TransitEncryptionEnabled: true } }
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
    ///   transit_encryption_enabled = true
    /// }
    /// ```
    PLAIN_GRAPHQL_CACHE_TRAFFIC = "plain-graphql-cache-traffic" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-319", "OWASP-SLS:S6", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_215"],
        run: plain_graphql_cache_traffic,
    }
}

fn plain_graphql_cache_traffic(app: &App, findings: &mut Findings) {
    for cache in app.all(Kind::ApiCache) {
        findings.unless_on(cache, "in_transit", || {
            PLAIN_GRAPHQL_CACHE_TRAFFIC
                .on(cache, "in_transit", format!("`{}` is reached in the clear", cache.name))
                .fix(Fix::risky("encrypt in transit", cache.set("in_transit", true)))
        });
    }
}
