//! An endpoint service that accepts connections by itself.
use crate::prelude::*;

check! {
    /// # Endpoint service accepts everyone
    ///
    /// Connections to this service are accepted without anybody looking.
    ///
    /// ## Why it matters
    ///
    /// A consumer that is allowed, perhaps by a wildcard, is connected at once to what the service
    /// exposes.
    ///
    /// ## What to do
    ///
    /// Ask for acceptance of each connection.
    ///
    /// ```yaml fires
    /// Service: { Type: AWS::EC2::VPCEndpointService, Properties: { AcceptanceRequired: false } }
    /// ```
    /// ```yaml quiet
    /// Service: { Type: AWS::EC2::VPCEndpointService, Properties: { AcceptanceRequired: true } }
    /// ```
    /// ```hcl fires
    /// resource "aws_vpc_endpoint_service" "s" {
    ///   acceptance_required = false
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_vpc_endpoint_service" "s" {
    ///   acceptance_required = true
    /// }
    /// ```
    UNASKED_ENDPOINT_CONSUMERS = "unasked-endpoint-consumers" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-284", "OWASP-SLS:S2", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_123"],
        run: unasked_endpoint_consumers,
    }
}

fn unasked_endpoint_consumers(app: &App, findings: &mut Findings) {
    for service in app.all(Kind::NetworkEndpoint).filter(|endpoint| endpoint.has("is_service")) {
        findings.unless_on(service, "acceptance", || {
            UNASKED_ENDPOINT_CONSUMERS
                .on(service, "acceptance", format!("`{}` accepts connections by itself", service.name))
                .fix(Fix::risky("ask for acceptance", service.set("acceptance", true)))
        });
    }
}
