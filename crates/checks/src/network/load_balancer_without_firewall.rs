//! A public load balancer without a web application firewall.
use crate::prelude::*;
use crate::repair::{firewall, is_terraform};

check! {
    /// # Load balancer without firewall
    ///
    /// No firewall looks at the requests to this public load balancer.
    ///
    /// ## Why it matters
    ///
    /// A web application firewall stops floods, scanners and well-known attack strings before a
    /// function or container runs.
    ///
    /// ## What to do
    ///
    /// Associate a web ACL with a rate limit and the managed rule groups for common attacks.
    ///
    /// ```yaml fires
    /// Balancer: { Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: { Type: application, Scheme: internet-facing } }
    /// ```
    /// ```yaml quiet
    /// Balancer: { Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: { Type: application, Scheme: internal } }
    /// ```
    /// ```hcl fires
    /// resource "aws_lb" "l" {
    ///   name = "l"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_lb" "l" {
    ///   name = "l"
    /// }
    ///
    /// resource "aws_wafv2_web_acl_association" "a" {
    ///   resource_arn = aws_lb.l.arn
    ///   web_acl_arn  = "w"
    /// }
    /// ```
    LOAD_BALANCER_WITHOUT_FIREWALL = "load-balancer-without-firewall" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-693", "OWASP-SLS:S3", "OWASP-API-2023:API8", "CSA:SAS-3"],
        also_known_as: &["CKV2_AWS_28"],
        run: load_balancer_without_firewall,
    }
}

fn load_balancer_without_firewall(app: &App, findings: &mut Findings) {
    for balancer in app.all(Kind::LoadBalancer) {
        let walled = app.sources(balancer, Relation::Protects).any(|node| node.kind == Kind::WafAssociation);
        let other = balancer.has("type") && !balancer.is("type", "application").is_true();
        if walled || other {
            continue;
        }
        let arn = if is_terraform(balancer) {
            Data::attribute(&balancer.name, "Arn")
        } else {
            Data::reference(&balancer.name)
        };
        findings.when(!balancer.flag("internal"), || {
            LOAD_BALANCER_WITHOUT_FIREWALL
                .at(balancer, format!("no firewall stands in front of `{}`", balancer.name))
                .fix(firewall(app, balancer, arn))
        });
    }
}
