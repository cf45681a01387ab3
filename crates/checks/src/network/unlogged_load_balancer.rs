//! A load balancer without access logs.
use crate::prelude::*;

check! {
    /// # Load balancer without access logs
    ///
    /// Nobody can tell who called through this load balancer.
    ///
    /// ## Why it matters
    ///
    /// Access logs tell caller, path, answer and time of every request. They cannot be made up after
    /// an incident.
    ///
    /// ## What to do
    ///
    /// Write access logs to a bucket.
    ///
    /// ```yaml fires
    /// Balancer: { Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: { Type: application } }
    /// ```
    /// ```yaml quiet
    /// Balancer:
    ///   Type: AWS::ElasticLoadBalancingV2::LoadBalancer
    ///   Properties: { Type: application, LoadBalancerAttributes: [ { Key: access_logs.s3.enabled, Value: "true" } ] }
    /// ```
    /// ```hcl fires
    /// resource "aws_lb" "l" {
    ///   name = "l"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_lb" "l" {
    ///   name = "l"
    ///   access_logs {
    ///     bucket  = "b"
    ///     enabled = true
    ///   }
    /// }
    /// ```
    UNLOGGED_LOAD_BALANCER = "unlogged-load-balancer" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        controls: &["CWE-778", "OWASP-SLS:S10", "CSA:SAS-5"],
        also_known_as: &["CKV_AWS_91", "CKV_AWS_92", "W52", "W26"],
        run: unlogged_load_balancer,
    }
}

fn unlogged_load_balancer(app: &App, findings: &mut Findings) {
    for balancer in app.all(Kind::LoadBalancer) {
        // Gateway load balancers have none.
        if balancer.is("type", "gateway").is_true() {
            continue;
        }
        findings.unless_on(balancer, "access_logs", || {
            UNLOGGED_LOAD_BALANCER.on(
                balancer,
                "access_logs",
                format!("`{}` writes no access logs", balancer.name),
            )
        });
    }
}
