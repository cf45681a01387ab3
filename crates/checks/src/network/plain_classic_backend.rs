//! A classic load balancer that talks to its machines in the clear.
use crate::prelude::*;

check! {
    /// # Classic load balancer without TLS to its targets
    ///
    /// Requests travel from the load balancer to the machines without encryption.
    ///
    /// ## Why it matters
    ///
    /// What reached the load balancer over TLS crosses the network unprotected on the last leg.
    ///
    /// ## What to do
    ///
    /// Use HTTPS or SSL towards the instances, with a certificate on the listener.
    ///
    /// ```yaml fires
    /// Balancer:
    ///   Type: AWS::ElasticLoadBalancing::LoadBalancer
    ///   Properties: { Listeners: [ { LoadBalancerPort: "443", InstancePort: "80", Protocol: HTTPS, InstanceProtocol: HTTP, SSLCertificateId: c } ] }
    /// ```
    /// ```yaml quiet
    /// Balancer:
    ///   Type: AWS::ElasticLoadBalancing::LoadBalancer
    ///   Properties: { Listeners: [ { LoadBalancerPort: "443", InstancePort: "443", Protocol: HTTPS, InstanceProtocol: HTTPS, SSLCertificateId: c } ] }
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
    PLAIN_CLASSIC_BACKEND = "plain-classic-backend" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        controls: &["CWE-319", "OWASP-SLS:S6", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_376"],
        run: plain_classic_backend,
    }
}

fn plain_classic_backend(app: &App, findings: &mut Findings) {
    for balancer in app.all(Kind::LoadBalancer) {
        let plain = balancer.list("listeners").iter().find(|port| {
            let protocol = port.get("instance_protocol").map(|value| value.display().to_ascii_lowercase());
            match protocol.as_deref() {
                Some("http" | "tcp") => true,
                Some("https" | "ssl") => port.get("certificate").is_none(),
                _ => false,
            }
        });
        if let Some(port) = plain {
            let text = format!("`{}` talks to its targets in the clear", balancer.name);
            findings.push(PLAIN_CLASSIC_BACKEND.at(balancer, text).at(port.at));
        }
    }
}
