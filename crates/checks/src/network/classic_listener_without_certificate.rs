//! A classic load balancer's port without a certificate.
use crate::prelude::*;

check! {
    /// # Classic listener without certificate
    ///
    /// A port of this load balancer has no certificate.
    ///
    /// ## Why it matters
    ///
    /// Without a certificate there is no TLS: what clients send can be read and changed on the way.
    ///
    /// ## What to do
    ///
    /// Give every listener a certificate from ACM, or move to an application load balancer.
    ///
    /// ```yaml fires
    /// Balancer:
    ///   Type: AWS::ElasticLoadBalancing::LoadBalancer
    ///   Properties: { Listeners: [ { LoadBalancerPort: "80", InstancePort: "80", Protocol: HTTP } ] }
    /// ```
    /// ```yaml quiet
    /// Balancer:
    ///   Type: AWS::ElasticLoadBalancing::LoadBalancer
    ///   Properties: { Listeners: [ { LoadBalancerPort: "443", InstancePort: "443", Protocol: HTTPS, SSLCertificateId: c } ] }
    /// ```
    /// ```hcl fires
    /// resource "aws_elb" "l" {
    ///   listener {
    ///     instance_port     = 80
    ///     instance_protocol = "http"
    ///     lb_port           = 80
    ///     lb_protocol       = "http"
    ///   }
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_elb" "l" {
    ///   listener {
    ///     instance_port      = 443
    ///     instance_protocol  = "https"
    ///     lb_port            = 443
    ///     lb_protocol        = "https"
    ///     ssl_certificate_id = "c"
    ///   }
    /// }
    /// ```
    CLASSIC_LISTENER_WITHOUT_CERTIFICATE = "classic-listener-without-certificate" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        controls: &["CWE-319", "OWASP-SLS:S6", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_127"],
        run: classic_listener_without_certificate,
    }
}

fn classic_listener_without_certificate(app: &App, findings: &mut Findings) {
    for balancer in app.all(Kind::LoadBalancer) {
        if let Some(port) = balancer.list("listeners").iter().find(|port| port.get("certificate").is_none()) {
            let text = format!("a port of `{}` has no certificate", balancer.name);
            findings.push(CLASSIC_LISTENER_WITHOUT_CERTIFICATE.at(balancer, text).at(port.at));
        }
    }
}
