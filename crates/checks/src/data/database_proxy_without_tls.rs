//! Clients may talk to this proxy without TLS.
use crate::prelude::*;

check! {
    /// # Database proxy that accepts plain connections
    ///
    /// Clients may talk to this proxy without TLS.
    ///
    /// ## Why it matters
    ///
    /// A function that is set up wrongly sends its password and its data readable to everyone in the
    /// network.
    ///
    /// ## What to do
    ///
    /// Require TLS.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::RDS::DBProxy
    ///   Properties: { DBProxyName: p }
    /// ```
    /// ```hcl fires
    /// resource "aws_db_proxy" "store" {
    ///   name = "p"
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::RDS::DBProxy
    ///   Properties: { DBProxyName: p, RequireTLS: true }
    /// ```
    /// ```hcl quiet
    /// resource "aws_db_proxy" "store" {
    ///   name = "p"
    ///   require_tls = true
    /// }
    /// ```
    DATABASE_PROXY_WITHOUT_TLS = "database-proxy-without-tls" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-319", "OWASP-SLS:S3", "CSA:SAS-3"],
        also_known_as: &[],
        run: database_proxy_without_tls,
    }
}

fn database_proxy_without_tls(app: &App, findings: &mut Findings) {
    for node in app.all(Kind::DatabaseProxy) {
        findings.unless_on(node, "tls_required", || {
            DATABASE_PROXY_WITHOUT_TLS
                .on(node, "tls_required", format!("`{}` accepts connections without TLS", node.name))
                .fix(Fix::risky("require TLS", node.set("tls_required", true)))
        });
    }
}
