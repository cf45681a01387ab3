//! A custom domain that accepts TLS 1.0.
use crate::prelude::*;

check! {
    /// # API domain with old TLS
    ///
    /// The API's host name accepts TLS versions with known weaknesses.
    ///
    /// ## Why it matters
    ///
    /// TLS 1.0 and 1.1 fall to attacks on their ciphers and hashes; standards such as PCI DSS forbid
    /// them. API Gateway keeps TLS 1.0 for a REST domain that names no security policy.
    ///
    /// ## What to do
    ///
    /// Set the security policy to TLS 1.2 or later.
    ///
    /// ```yaml fires
    /// Domain: { Type: AWS::ApiGateway::DomainName, Properties: { DomainName: api.example.com, SecurityPolicy: TLS_1_0 } }
    /// ```
    /// ```yaml quiet
    /// Domain: { Type: AWS::ApiGateway::DomainName, Properties: { DomainName: api.example.com, SecurityPolicy: TLS_1_2 } }
    /// ```
    /// ```hcl fires
    /// resource "aws_api_gateway_domain_name" "api" {
    ///   domain_name = "api.example.com"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_api_gateway_domain_name" "api" {
    ///   domain_name     = "api.example.com"
    ///   security_policy = "TLS_1_2"
    /// }
    /// ```
    OLD_TLS_API_DOMAIN = "old-tls-api-domain" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-326", "OWASP-SLS:S6", "OWASP-API-2023:API8", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_206"],
        run: old_tls_api_domain,
    }
}

fn old_tls_api_domain(app: &App, findings: &mut Findings) {
    const DOMAINS: &[&str] = &["AWS::ApiGateway::DomainName", "aws_api_gateway_domain_name"];
    for domain in app.of_type(DOMAINS) {
        let strong = domain.get("tls").map_or(Tri::False, |value| match value.as_str() {
            Some(policy) => is_strong(policy).into(),
            None => Tri::Unknown,
        });
        findings.when(!strong, || {
            OLD_TLS_API_DOMAIN
                .on(domain, "tls", format!("`{}` accepts TLS 1.0", domain.name))
                .fix(Fix::risky("ask for TLS 1.2", domain.set("tls", "TLS_1_2")))
        });
    }
}

/// `TLS_1_2`, and the newer names that carry their version: `SecurityPolicy_TLS13_1_3_2025_09`.
fn is_strong(policy: &str) -> bool {
    policy == "TLS_1_2"
        || policy.starts_with("SecurityPolicy_TLS12_")
        || policy.starts_with("SecurityPolicy_TLS13_")
}
