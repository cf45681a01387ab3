//! A load balancer that lets smuggled requests through.
use crate::prelude::*;

check! {
    /// # Request smuggling is only watched
    ///
    /// The load balancer passes on requests that two servers may read differently.
    ///
    /// ## Why it matters
    ///
    /// In the mode `monitor` ambiguous requests are counted and passed on. An attacker can hide a
    /// second request in a first one, and have it run with somebody else's session.
    ///
    /// ## What to do
    ///
    /// Use the mode `defensive`, which is the default, or `strictest`.
    ///
    /// ```yaml fires
    /// Balancer:
    ///   Type: AWS::ElasticLoadBalancingV2::LoadBalancer
    ///   Properties: { LoadBalancerAttributes: [ { Key: routing.http.desync_mitigation_mode, Value: monitor } ] }
    /// ```
    /// ```yaml quiet
    /// Balancer: { Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: { Type: application } }
    /// ```
    /// ```hcl fires
    /// resource "aws_lb" "l" {
    ///   desync_mitigation_mode = "monitor"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_lb" "l" {
    ///   name = "l"
    /// }
    /// ```
    REQUEST_SMUGGLING_MODE = "request-smuggling-mode" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-444", "OWASP-SLS:S3", "OWASP-API-2023:API8", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_328"],
        run: request_smuggling_mode,
    }
}

fn request_smuggling_mode(app: &App, findings: &mut Findings) {
    for balancer in app.all(Kind::LoadBalancer) {
        findings.when(balancer.is("desync", "monitor"), || {
            let finding = REQUEST_SMUGGLING_MODE.on(
                balancer,
                "desync",
                format!("`{}` only watches request smuggling", balancer.name),
            );
            if balancer.provider_type.starts_with("aws_") {
                finding.fix(Fix::risky("defend against it", balancer.set("desync", "defensive")))
            } else {
                finding
            }
        });
    }
}
