//! A load balancer whose port 80 does not lead to HTTPS.
use super::balancers::redirects_to_https;
use crate::prelude::*;

check! {
    /// # HTTP is not redirected
    ///
    /// Who asks this load balancer over HTTP is not sent to HTTPS.
    ///
    /// ## Why it matters
    ///
    /// A visitor who types the host name begins with HTTP. Only a redirect brings the rest of the
    /// visit onto TLS.
    ///
    /// ## What to do
    ///
    /// Let the listener on port 80 redirect to port 443 with a permanent redirect.
    ///
    /// ```yaml fires
    /// Balancer: { Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: { Type: application } }
    /// Listener:
    ///   Type: AWS::ElasticLoadBalancingV2::Listener
    ///   Properties: { LoadBalancerArn: !Ref Balancer, Port: 80, Protocol: HTTP, DefaultActions: [ { Type: forward, TargetGroupArn: t } ] }
    /// ```
    /// ```yaml quiet
    /// Balancer: { Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: { Type: application } }
    /// Listener:
    ///   Type: AWS::ElasticLoadBalancingV2::Listener
    ///   Properties: { LoadBalancerArn: !Ref Balancer, Port: 80, Protocol: HTTP, DefaultActions: [ { Type: redirect, RedirectConfig: { Protocol: HTTPS, Port: "443", StatusCode: HTTP_301 } } ] }
    /// ```
    /// ```hcl fires
    /// resource "aws_lb" "l" {
    ///   name = "l"
    /// }
    ///
    /// resource "aws_lb_listener" "l" {
    ///   load_balancer_arn = aws_lb.l.arn
    ///   port              = 80
    ///   protocol          = "HTTP"
    ///   default_action {
    ///     type             = "forward"
    ///     target_group_arn = "t"
    ///   }
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_lb" "l" {
    ///   name = "l"
    /// }
    /// ```
    HTTP_WITHOUT_REDIRECT = "http-without-redirect" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        controls: &["CWE-319", "OWASP-SLS:S6", "CSA:SAS-3"],
        also_known_as: &["CKV2_AWS_20"],
        run: http_without_redirect,
    }
}

fn http_without_redirect(app: &App, findings: &mut Findings) {
    for balancer in app.all(Kind::LoadBalancer) {
        let plain = app
            .parts(balancer, Kind::Listener)
            .filter(|listener| listener.int("port") == Some(80) && listener.is("protocol", "HTTP").is_true());
        let redirected = Tri::all(plain.map(redirects_to_https));
        findings.when(!redirected, || {
            HTTP_WITHOUT_REDIRECT.at(balancer, format!("`{}` does not send HTTP to HTTPS", balancer.name))
        });
    }
}
