//! A load balancer that one call deletes.
use crate::prelude::*;

check! {
    /// # Load balancer without deletion protection
    ///
    /// One wrong command removes the load balancer, and its address with it.
    ///
    /// ## Why it matters
    ///
    /// A new load balancer gets a new name and address; whatever points at the old one fails until it
    /// is changed.
    ///
    /// ## What to do
    ///
    /// Switch deletion protection on.
    ///
    /// ```yaml fires
    /// Balancer: { Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: { Type: application } }
    /// ```
    /// ```yaml quiet
    /// Balancer:
    ///   Type: AWS::ElasticLoadBalancingV2::LoadBalancer
    ///   Properties: { LoadBalancerAttributes: [ { Key: deletion_protection.enabled, Value: "true" } ] }
    /// ```
    /// ```hcl fires
    /// resource "aws_lb" "l" {
    ///   name = "l"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_lb" "l" {
    ///   name                       = "l"
    ///   enable_deletion_protection = true
    /// }
    /// ```
    DELETABLE_LOAD_BALANCER = "deletable-load-balancer" {
        since: "0.1.0",
        severity: Info,
        confidence: Certain,
        fix: Safe,
        controls: &["CWE-404", "OWASP-SLS:S9", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_150"],
        run: deletable_load_balancer,
    }
}

fn deletable_load_balancer(app: &App, findings: &mut Findings) {
    for balancer in app.all(Kind::LoadBalancer).filter(|balancer| !balancer.is("type", "classic").is_true()) {
        findings.unless_on(balancer, "deletion_protection", || {
            let text = format!("`{}` can be deleted by accident", balancer.name);
            let finding = DELETABLE_LOAD_BALANCER.on(balancer, "deletion_protection", text);
            if balancer.provider_type.starts_with("aws_") {
                finding.fix(Fix::safe("protect it from deletion", balancer.set("deletion_protection", true)))
            } else {
                finding
            }
        });
    }
}
