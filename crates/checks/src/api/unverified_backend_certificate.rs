//! An API that takes any certificate from its backend.
use crate::prelude::*;

check! {
    /// # Backend certificate not verified
    ///
    /// The API does not check whose certificate its backend shows.
    ///
    /// ## Why it matters
    ///
    /// Without verification anybody on the way can answer in the backend's place, read the requests
    /// and make up the responses.
    ///
    /// ## What to do
    ///
    /// Give the backend a certificate of a public authority, and switch verification back on.
    ///
    /// ```hcl fires
    /// resource "aws_api_gateway_integration" "a" {
    ///   rest_api_id = "a"
    ///   resource_id = "r"
    ///   http_method = "GET"
    ///   type        = "HTTP_PROXY"
    ///   uri         = "https://backend.example"
    ///   tls_config {
    ///     insecure_skip_verification = true
    ///   }
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_api_gateway_integration" "a" {
    ///   rest_api_id = "a"
    ///   resource_id = "r"
    ///   http_method = "GET"
    ///   type        = "HTTP_PROXY"
    ///   uri         = "https://backend.example"
    /// }
    /// ```
    UNVERIFIED_BACKEND_CERTIFICATE = "unverified-backend-certificate" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-295", "OWASP-SLS:S6", "CSA:SAS-3"],
        also_known_as: &[],
        run: unverified_backend_certificate,
    }
}

fn unverified_backend_certificate(app: &App, findings: &mut Findings) {
    for integration in app.all(Kind::ApiIntegration) {
        findings.when(integration.flag("skip_certificate_check"), || {
            UNVERIFIED_BACKEND_CERTIFICATE
                .on(
                    integration,
                    "skip_certificate_check",
                    format!("`{}` trusts any certificate", integration.name),
                )
                .fix(Fix::risky("verify the certificate", integration.set("skip_certificate_check", false)))
        });
    }
}
