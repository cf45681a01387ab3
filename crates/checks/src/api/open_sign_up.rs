//! A user pool in which everybody may create an account.
use crate::prelude::*;

check! {
    /// # Open sign-up
    ///
    /// Anyone may create an account in this pool.
    ///
    /// ## Why it matters
    ///
    /// That is right for a public product. For an internal or customer-only application it makes
    /// every stranger an authenticated user, and every authorizer that only asks for a valid token
    /// lets them in.
    ///
    /// ## What to do
    ///
    /// Let administrators create users only, or check sign-ups in a `PreSignUp` trigger.
    ///
    /// ```yaml fires
    /// Pool: { Type: AWS::Cognito::UserPool, Properties: { UserPoolName: p } }
    /// ```
    /// ```yaml quiet
    /// Pool: { Type: AWS::Cognito::UserPool, Properties: { AdminCreateUserConfig: { AllowAdminCreateUserOnly: true } } }
    /// ```
    /// ```hcl fires
    /// resource "aws_cognito_user_pool" "p" {
    ///   name = "p"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_cognito_user_pool" "p" {
    ///   name = "p"
    ///   admin_create_user_config {
    ///     allow_admin_create_user_only = true
    ///   }
    /// }
    /// ```
    OPEN_SIGN_UP = "open-sign-up" {
        since: "0.1.0",
        severity: Info,
        confidence: Possible,
        fix: Risky,
        controls: &["CWE-284", "OWASP-SLS:S2", "OWASP-API-2023:API6", "CSA:SAS-9"],
        also_known_as: &[],
        run: open_sign_up,
    }
}

fn open_sign_up(app: &App, findings: &mut Findings) {
    for pool in app.all(Kind::UserPool) {
        let map = pool.get("lambda_triggers").map(|triggers| triggers.only().unwrap_or(triggers));
        if map.is_some_and(|map| map.get("PreSignUp").or_else(|| map.get("pre_sign_up")).is_some()) {
            continue;
        }
        findings.unless_on(pool, "admin_creates_users", || {
            OPEN_SIGN_UP
                .on(pool, "admin_creates_users", format!("anyone may create an account in `{}`", pool.name))
                .fix(Fix::risky("let administrators create users", pool.set("admin_creates_users", true)))
        });
    }
}
