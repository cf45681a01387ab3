//! A load balancer that passes on malformed headers.
use crate::prelude::*;

check! {
    /// # Malformed headers are passed on
    ///
    /// The load balancer hands headers with illegal names to the application.
    ///
    /// ## Why it matters
    ///
    /// Two servers that read a strange header differently can be played against each other: request
    /// smuggling.
    ///
    /// ## What to do
    ///
    /// Drop invalid header fields.
    ///
    /// ```yaml fires
    /// Balancer: { Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: { Type: application } }
    /// ```
    /// ```yaml quiet
    /// Balancer:
    ///   Type: AWS::ElasticLoadBalancingV2::LoadBalancer
    ///   Properties: { LoadBalancerAttributes: [ { Key: routing.http.drop_invalid_header_fields.enabled, Value: "true" } ] }
    /// ```
    /// ```hcl fires
    /// resource "aws_lb" "l" {
    ///   name = "l"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_lb" "l" {
    ///   name                       = "l"
    ///   drop_invalid_header_fields = true
    /// }
    /// ```
    INVALID_HEADERS_KEPT = "invalid-headers-kept" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-444", "OWASP-SLS:S3", "OWASP-API-2023:API8", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_131"],
        run: invalid_headers_kept,
    }
}

fn invalid_headers_kept(app: &App, findings: &mut Findings) {
    for balancer in app.all(Kind::LoadBalancer) {
        if balancer.has("type") && !balancer.is("type", "application").is_true() {
            continue;
        }
        findings.unless_on(balancer, "drop_invalid_headers", || {
            let text = format!("`{}` passes on malformed headers", balancer.name);
            let finding = INVALID_HEADERS_KEPT.on(balancer, "drop_invalid_headers", text);
            if balancer.provider_type.starts_with("aws_") {
                finding.fix(Fix::risky("drop them", balancer.set("drop_invalid_headers", true)))
            } else {
                finding
            }
        });
    }
}
