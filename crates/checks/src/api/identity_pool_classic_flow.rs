//! An identity pool that allows the older sign-in flow.
use crate::prelude::*;

check! {
    /// # Identity pool with classic flow
    ///
    /// Callers may choose the role of their credentials themselves.
    ///
    /// ## Why it matters
    ///
    /// The enhanced flow picks the role and narrows it with a session policy. The classic flow lets
    /// the caller ask for any role that trusts the pool, without that bound.
    ///
    /// ## What to do
    ///
    /// Do not allow the classic flow.
    ///
    /// ```yaml fires
    /// Pool: { Type: AWS::Cognito::IdentityPool, Properties: { AllowUnauthenticatedIdentities: false, AllowClassicFlow: true } }
    /// ```
    /// ```yaml quiet
    /// Pool: { Type: AWS::Cognito::IdentityPool, Properties: { AllowUnauthenticatedIdentities: false } }
    /// ```
    /// ```hcl fires
    /// resource "aws_cognito_identity_pool" "p" {
    ///   identity_pool_name = "p"
    ///   allow_classic_flow = true
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_cognito_identity_pool" "p" {
    ///   identity_pool_name = "p"
    /// }
    /// ```
    IDENTITY_POOL_CLASSIC_FLOW = "identity-pool-classic-flow" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-284", "OWASP-SLS:S2", "CSA:SAS-2"],
        also_known_as: &[],
        run: identity_pool_classic_flow,
    }
}

fn identity_pool_classic_flow(app: &App, findings: &mut Findings) {
    for pool in app.all(Kind::IdentityPool) {
        findings.when(pool.flag("classic_flow"), || {
            IDENTITY_POOL_CLASSIC_FLOW
                .on(pool, "classic_flow", format!("`{}` allows the classic flow", pool.name))
                .fix(Fix::risky("use the enhanced flow only", pool.set("classic_flow", false)))
        });
    }
}
