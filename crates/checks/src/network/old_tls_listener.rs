//! A load balancer that accepts old TLS versions.
use super::balancers::redirects_to_https;
use crate::prelude::*;

check! {
    /// # Listener with old TLS
    ///
    /// Clients may connect with TLS 1.0 or 1.1, or without TLS.
    ///
    /// ## Why it matters
    ///
    /// These versions fall to attacks on their ciphers and hashes. The policy that load balancers use
    /// when none is named allows them.
    ///
    /// ## What to do
    ///
    /// Name a policy for TLS 1.2 or later, such as `ELBSecurityPolicy-TLS13-1-2-2021-06`.
    ///
    /// ```yaml fires
    /// Listener:
    ///   Type: AWS::ElasticLoadBalancingV2::Listener
    ///   Properties: { LoadBalancerArn: l, Port: 443, Protocol: HTTPS, SslPolicy: ELBSecurityPolicy-2016-08, DefaultActions: [ { Type: forward } ] }
    /// ```
    /// ```yaml quiet
    /// Listener:
    ///   Type: AWS::ElasticLoadBalancingV2::Listener
    ///   Properties: { LoadBalancerArn: l, Port: 443, Protocol: HTTPS, SslPolicy: ELBSecurityPolicy-TLS13-1-2-2021-06, DefaultActions: [ { Type: forward } ] }
    /// ```
    /// ```hcl fires
    /// resource "aws_lb_listener" "l" {
    ///   load_balancer_arn = "l"
    ///   port              = 443
    ///   protocol          = "HTTPS"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_lb_listener" "l" {
    ///   load_balancer_arn = "l"
    ///   port              = 443
    ///   protocol          = "HTTPS"
    ///   ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-2021-06"
    /// }
    /// ```
    OLD_TLS_LISTENER = "old-tls-listener" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-326", "OWASP-SLS:S6", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_103", "W55"],
        run: old_tls_listener,
    }
}

fn old_tls_listener(app: &App, findings: &mut Findings) {
    for listener in app.all(Kind::Listener) {
        let balancer = app.owner(listener);
        if balancer.is_some_and(|balancer| balancer.is("type", "gateway").is_true()) {
            continue;
        }
        let safe = match listener.get("protocol") {
            None => redirects_to_https(listener),
            Some(protocol) => match protocol.as_str() {
                Some("TCP" | "UDP" | "TCP_UDP") => Tri::True,
                Some("HTTPS" | "TLS") => modern_policy(listener) | redirects_to_https(listener),
                Some(_) => redirects_to_https(listener),
                None => Tri::Unknown,
            },
        };
        findings.when(!safe, || {
            if listener.is("protocol", "HTTP").is_true() {
                // `plain-http-listener` says what is wrong with that.
                let text = format!("`{}` asks for no TLS at all", listener.name);
                return OLD_TLS_LISTENER.on(listener, "protocol", text).severity(Severity::Low);
            }
            let text = format!("`{}` accepts TLS 1.0 or 1.1", listener.name);
            let finding = OLD_TLS_LISTENER.on(listener, "tls", text);
            if listener.is("protocol", "HTTPS").is_true() {
                let policy = "ELBSecurityPolicy-TLS13-1-2-2021-06";
                finding.fix(Fix::risky("ask for TLS 1.2", listener.set("tls", policy)))
            } else {
                finding
            }
        });
    }
}

fn modern_policy(listener: &Node) -> Tri {
    const MODERN: &[&str] = &[
        "ELBSecurityPolicy-FS-1-2",
        "ELBSecurityPolicy-TLS-1-2",
        "ELBSecurityPolicy-TLS13-1-2",
        "ELBSecurityPolicy-TLS13-1-3",
    ];
    listener.get("tls").map_or(Tri::False, |policy| match policy.as_str() {
        Some(text) => MODERN.iter().any(|prefix| text.starts_with(prefix)).into(),
        None => Tri::Unknown,
    })
}
