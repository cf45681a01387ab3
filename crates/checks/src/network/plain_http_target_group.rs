//! A load balancer that talks to its targets in the clear.
use crate::prelude::*;

check! {
    /// # Plain HTTP towards targets
    ///
    /// Requests travel from the load balancer to their targets without encryption.
    ///
    /// ## Why it matters
    ///
    /// Behind a listener that is itself plain, or that nobody sees, data crosses the network without
    /// protection from end to end.
    ///
    /// ## What to do
    ///
    /// Use HTTPS towards the targets.
    ///
    /// ```yaml fires
    /// Group: { Type: AWS::ElasticLoadBalancingV2::TargetGroup, Properties: { Protocol: HTTP, Port: 80 } }
    /// ```
    /// ```yaml quiet
    /// Group: { Type: AWS::ElasticLoadBalancingV2::TargetGroup, Properties: { Protocol: HTTPS, Port: 443 } }
    /// ```
    /// ```hcl fires
    /// resource "aws_lb_target_group" "g" {
    ///   protocol = "HTTP"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_lb_target_group" "g" {
    ///   protocol = "HTTP"
    /// }
    ///
    /// resource "aws_lb_listener" "l" {
    ///   load_balancer_arn = "l"
    ///   protocol          = "HTTPS"
    ///   default_action {
    ///     type             = "forward"
    ///     target_group_arn = aws_lb_target_group.g.arn
    ///   }
    /// }
    /// ```
    PLAIN_HTTP_TARGET_GROUP = "plain-http-target-group" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-319", "OWASP-SLS:S6", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_378"],
        run: plain_http_target_group,
    }
}

fn plain_http_target_group(app: &App, findings: &mut Findings) {
    for group in app.all(Kind::TargetGroup) {
        let mut listeners = app.sources(group, Relation::SendsTo).filter(|node| node.kind == Kind::Listener);
        let behind_tls = listeners.any(|listener| !listener.is("protocol", "HTTP").is_true());
        findings.when(group.is("protocol", "HTTP") & Tri::from(!behind_tls), || {
            PLAIN_HTTP_TARGET_GROUP
                .on(group, "protocol", format!("`{}` talks to its targets in the clear", group.name))
                .fix(Fix::risky("talk to them over HTTPS", group.set("protocol", "HTTPS")))
        });
    }
}
