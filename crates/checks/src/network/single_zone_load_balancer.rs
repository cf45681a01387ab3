//! A load balancer that keeps requests inside a zone.
use crate::prelude::*;

check! {
    /// # Load balancer without cross-zone balancing
    ///
    /// Requests stay in the zone in which they arrived.
    ///
    /// ## Why it matters
    ///
    /// When the targets of one zone fail or are overrun, those of the others cannot help.
    ///
    /// ## What to do
    ///
    /// Switch cross-zone balancing on.
    ///
    /// ```yaml fires
    /// Balancer: { Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: { Type: network } }
    /// ```
    /// ```yaml quiet
    /// Balancer: { Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: { Type: application } }
    /// ```
    /// ```hcl fires
    /// resource "aws_lb" "l" {
    ///   load_balancer_type = "network"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_lb" "l" {
    ///   load_balancer_type               = "network"
    ///   enable_cross_zone_load_balancing = true
    /// }
    /// ```
    SINGLE_ZONE_LOAD_BALANCER = "single-zone-load-balancer" {
        since: "0.1.0",
        severity: Info,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-404", "OWASP-SLS:S9", "CSA:SAS-8"],
        also_known_as: &["CKV_AWS_152", "CKV_AWS_138"],
        run: single_zone_load_balancer,
    }
}

fn single_zone_load_balancer(app: &App, findings: &mut Findings) {
    for balancer in app.all(Kind::LoadBalancer) {
        // Application load balancers always do; classic ones unless they are told not to.
        let (applies, default) = match balancer.text("type") {
            Some("network" | "gateway") => (true, false),
            Some("classic") => (true, balancer.provider_type.starts_with("aws_")),
            _ => (false, true),
        };
        // CloudFormation keeps it in a list of names and values.
        let by_setting = !balancer.provider_type.starts_with("AWS::ElasticLoadBalancingV2");
        findings.when(Tri::from(applies) & !balancer.flag_or("cross_zone", default), || {
            SINGLE_ZONE_LOAD_BALANCER
                .on(balancer, "cross_zone", format!("`{}` keeps requests inside a zone", balancer.name))
                .fix_if(by_setting.then(|| Fix::risky("use every zone", balancer.set("cross_zone", true))))
        });
    }
}
