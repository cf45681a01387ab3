//! A load balancer with a policy of weak ciphers.
use super::balancers::is_weak_policy;
use crate::prelude::*;

check! {
    /// # Listener with weak ciphers
    ///
    /// The listener's security policy allows ciphers that are no longer safe.
    ///
    /// ## Why it matters
    ///
    /// Old policies offer ciphers in CBC mode with SHA-1, and key exchange without forward secrecy:
    /// traffic that is recorded today can be read when the key leaks.
    ///
    /// ## What to do
    ///
    /// Name a current policy. Without a name the listener uses `ELBSecurityPolicy-2016-08`.
    ///
    /// ```yaml fires
    /// Listener:
    ///   Type: AWS::ElasticLoadBalancingV2::Listener
    ///   Properties: { LoadBalancerArn: l, Port: 443, Protocol: HTTPS, DefaultActions: [ { Type: forward } ] }
    /// ```
    /// ```yaml quiet
    /// Listener:
    ///   Type: AWS::ElasticLoadBalancingV2::Listener
    ///   Properties: { LoadBalancerArn: l, Port: 443, Protocol: HTTPS, SslPolicy: ELBSecurityPolicy-TLS13-1-2-2021-06, DefaultActions: [ { Type: forward } ] }
    /// ```
    /// ```hcl fires
    /// resource "aws_lb_listener" "l" {
    ///   load_balancer_arn = "l"
    ///   protocol          = "HTTPS"
    ///   ssl_policy        = "ELBSecurityPolicy-TLS-1-1-2017-01"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_lb_listener" "l" {
    ///   load_balancer_arn = "l"
    ///   protocol          = "HTTPS"
    ///   ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-2021-06"
    /// }
    /// ```
    WEAK_LISTENER_CIPHERS = "weak-listener-ciphers" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-327", "OWASP-SLS:S6", "CSA:SAS-3"],
        also_known_as: &["CKV2_AWS_74"],
        run: weak_listener_ciphers,
    }
}

fn weak_listener_ciphers(app: &App, findings: &mut Findings) {
    for listener in app.all(Kind::Listener) {
        let encrypted = listener.is("protocol", "HTTPS") | listener.is("protocol", "TLS");
        let weak = listener.get("tls").map_or(Tri::True, |policy| match policy.as_str() {
            Some(text) => is_weak_policy(text).into(),
            None => Tri::Unknown,
        });
        findings.when(encrypted & weak, || {
            WEAK_LISTENER_CIPHERS.on(listener, "tls", format!("`{}` allows weak ciphers", listener.name)).fix(
                Fix::risky(
                    "use a current policy",
                    listener.set("tls", "ELBSecurityPolicy-TLS13-1-2-2021-06"),
                ),
            )
        });
    }
}
