//! A load balancer that serves plain HTTP.
use super::balancers::redirects_to_https;
use crate::prelude::*;
use crate::repair::put_property;

check! {
    /// # Plain HTTP listener
    ///
    /// The load balancer takes requests without encryption, and answers them.
    ///
    /// ## Why it matters
    ///
    /// Everyone on the way can read and change what travels over HTTP.
    ///
    /// ## What to do
    ///
    /// Redirect the listener to HTTPS, and serve from a listener with a certificate.
    ///
    /// ```yaml fires
    /// Listener:
    ///   Type: AWS::ElasticLoadBalancingV2::Listener
    ///   Properties: { LoadBalancerArn: l, Port: 80, Protocol: HTTP, DefaultActions: [ { Type: forward, TargetGroupArn: t } ] }
    /// ```
    /// ```yaml quiet
    /// Listener:
    ///   Type: AWS::ElasticLoadBalancingV2::Listener
    ///   Properties: { LoadBalancerArn: l, Port: 80, Protocol: HTTP, DefaultActions: [ { Type: redirect, RedirectConfig: { Protocol: HTTPS, StatusCode: HTTP_301 } } ] }
    /// ```
    /// ```hcl fires
    /// resource "aws_lb_listener" "l" {
    ///   load_balancer_arn = "l"
    ///   port              = 80
    ///   protocol          = "HTTP"
    ///   default_action {
    ///     type             = "forward"
    ///     target_group_arn = "t"
    ///   }
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_lb_listener" "l" {
    ///   load_balancer_arn = "l"
    ///   port              = 443
    ///   protocol          = "HTTPS"
    ///   default_action {
    ///     type             = "forward"
    ///     target_group_arn = "t"
    ///   }
    /// }
    /// ```
    PLAIN_HTTP_LISTENER = "plain-http-listener" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-319", "OWASP-SLS:S6", "OWASP-API-2023:API8", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_2", "W56"],
        run: plain_http_listener,
    }
}

fn plain_http_listener(app: &App, findings: &mut Findings) {
    for listener in app.all(Kind::Listener) {
        let safe = match listener.get("protocol") {
            None => Tri::False,
            Some(protocol) => match protocol.as_str() {
                Some("HTTPS" | "TLS" | "TCP" | "UDP" | "TCP_UDP") => Tri::True,
                Some(_) => redirects_to_https(listener),
                None => Tri::Unknown,
            },
        };
        findings.when(!safe, || {
            let finding = PLAIN_HTTP_LISTENER
                .on(listener, "protocol", format!("`{}` answers plain HTTP", listener.name))
                .fix_if(redirect(listener));
            let internal = app.owner(listener).is_some_and(|balancer| balancer.flag("internal").is_true());
            if internal { finding.severity(Severity::Low) } else { finding }
        });
    }
}

/// In CloudFormation's words: Terraform's block is rewritten by hand.
fn redirect(listener: &Node) -> Option<Fix> {
    let to =
        Data::map([("Protocol", "HTTPS".into()), ("Port", "443".into()), ("StatusCode", "HTTP_301".into())]);
    let action = Data::map([("Type", "redirect".into()), ("RedirectConfig", to)]);
    let patch = put_property(listener, &["DefaultActions"], Data::list([action]))?;
    Some(Fix::risky("send it to HTTPS", patch))
}
