//! A user pool that does not watch for stolen passwords.
use crate::prelude::*;

check! {
    /// # User pool without threat protection
    ///
    /// Sign-ins with leaked passwords or from odd places are let through.
    ///
    /// ## Why it matters
    ///
    /// Threat protection compares passwords with known leaks and the sign-in with the user's habits.
    /// It needs the pool's Plus plan.
    ///
    /// ## What to do
    ///
    /// Set the advanced security mode to `ENFORCED`; start with `AUDIT` to see what it would do.
    ///
    /// ```yaml fires
    /// Pool: { Type: AWS::Cognito::UserPool, Properties: { UserPoolName: p } }
    /// ```
    /// ```yaml quiet
    /// Pool: { Type: AWS::Cognito::UserPool, Properties: { UserPoolAddOns: { AdvancedSecurityMode: ENFORCED } } }
    /// ```
    /// ```hcl fires
    /// resource "aws_cognito_user_pool" "p" {
    ///   name = "p"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_cognito_user_pool" "p" {
    ///   name = "p"
    ///   user_pool_add_ons {
    ///     advanced_security_mode = "AUDIT"
    ///   }
    /// }
    /// ```
    USER_POOL_WITHOUT_THREAT_PROTECTION = "user-pool-without-threat-protection" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-307", "OWASP-SLS:S2", "OWASP-API-2023:API2", "CSA:SAS-2"],
        also_known_as: &[],
        run: user_pool_without_threat_protection,
    }
}

fn user_pool_without_threat_protection(app: &App, findings: &mut Findings) {
    for pool in app.all(Kind::UserPool) {
        let on = pool.is("threat_protection", "ENFORCED") | pool.is("threat_protection", "AUDIT");
        findings.when(!on, || {
            USER_POOL_WITHOUT_THREAT_PROTECTION
                .on(pool, "threat_protection", format!("`{}` lets leaked passwords through", pool.name))
                .fix(Fix::risky("switch threat protection on", pool.set("threat_protection", "ENFORCED")))
        });
    }
}
