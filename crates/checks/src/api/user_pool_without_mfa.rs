//! A user pool that asks for nothing but a password.
use crate::prelude::*;
use crate::repair::{is_terraform, put_property};

check! {
    /// # User pool without MFA
    ///
    /// A password is all that it takes to sign in.
    ///
    /// ## Why it matters
    ///
    /// Passwords are reused, guessed and stolen in bulk. A second factor stops nearly all of the
    /// sign-ins that are tried with such lists.
    ///
    /// ## What to do
    ///
    /// Set MFA to `ON`, or to `OPTIONAL` with an application that offers it, and allow authenticator
    /// apps or passkeys.
    ///
    /// ```yaml fires
    /// Pool: { Type: AWS::Cognito::UserPool, Properties: { UserPoolName: p } }
    /// ```
    /// ```yaml quiet
    /// Pool: { Type: AWS::Cognito::UserPool, Properties: { UserPoolName: p, MfaConfiguration: "ON", EnabledMfas: [ SOFTWARE_TOKEN_MFA ] } }
    /// ```
    /// ```hcl fires
    /// resource "aws_cognito_user_pool" "p" {
    ///   name = "p"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_cognito_user_pool" "p" {
    ///   name              = "p"
    ///   mfa_configuration = "OPTIONAL"
    /// }
    /// ```
    USER_POOL_WITHOUT_MFA = "user-pool-without-mfa" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-308", "OWASP-SLS:S2", "OWASP-API-2023:API2", "CSA:SAS-2"],
        also_known_as: &["F78"],
        run: user_pool_without_mfa,
    }
}

fn user_pool_without_mfa(app: &App, findings: &mut Findings) {
    for pool in app.all(Kind::UserPool) {
        // YAML 1.1 reads an unquoted ON as true.
        let on = pool.is("mfa", "ON") | pool.is("mfa", "OPTIONAL") | yaml_on(pool);
        findings.when(!on, || {
            USER_POOL_WITHOUT_MFA
                .on(pool, "mfa", format!("a password alone opens accounts of `{}`", pool.name))
                .fix_if(offer(pool))
        });
    }
}

fn yaml_on(pool: &Node) -> Tri {
    matches!(pool.get("mfa").map(|value| &value.data), Some(Data::Bool(true))).into()
}

fn offer(pool: &Node) -> Option<Fix> {
    let fix = Fix::risky("offer a second factor", pool.set("mfa", "OPTIONAL"));
    let factor = if is_terraform(pool) {
        let path = vec!["software_token_mfa_configuration", "enabled"];
        Some(model::Patch::Put { at: pool.span, path, value: true.into() })
    } else {
        put_property(pool, &["EnabledMfas"], Data::list(["SOFTWARE_TOKEN_MFA".into()]))
    };
    Some(fix.and(factor?))
}
