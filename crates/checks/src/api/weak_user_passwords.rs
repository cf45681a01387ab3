//! A user pool that takes weak passwords.
use crate::prelude::*;

check! {
    /// # Weak user passwords
    ///
    /// Users may choose passwords that are guessed in minutes.
    ///
    /// ## Why it matters
    ///
    /// Sign-in pages of serverless applications are open to the whole internet and to lists of common
    /// passwords. NIST SP 800-63B asks for eight characters at the very least.
    ///
    /// ## What to do
    ///
    /// Ask for 12 characters or more; with fewer, also for different kinds of characters.
    ///
    /// ```yaml fires
    /// Pool: { Type: AWS::Cognito::UserPool, Properties: { Policies: { PasswordPolicy: { MinimumLength: 6 } } } }
    /// ```
    /// ```yaml quiet
    /// Pool: { Type: AWS::Cognito::UserPool, Properties: { Policies: { PasswordPolicy: { MinimumLength: 14 } } } }
    /// Default: { Type: AWS::Cognito::UserPool, Properties: { UserPoolName: p } }
    /// ```
    /// ```hcl fires
    /// resource "aws_cognito_user_pool" "p" {
    ///   name = "p"
    ///   password_policy {
    ///     minimum_length = 8
    ///   }
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_cognito_user_pool" "p" {
    ///   name = "p"
    ///   password_policy {
    ///     minimum_length    = 10
    ///     require_lowercase = true
    ///     require_uppercase = true
    ///     require_numbers   = true
    ///   }
    /// }
    /// ```
    WEAK_USER_PASSWORDS = "weak-user-passwords" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-521", "OWASP-SLS:S2", "OWASP-API-2023:API2", "CSA:SAS-2"],
        also_known_as: &[],
        run: weak_user_passwords,
    }
}

fn weak_user_passwords(app: &App, findings: &mut Findings) {
    /// NIST SP 800-63B, 5.1.1.
    const LENGTH_MIN: i64 = 8;
    /// Long enough without rules about characters.
    const LENGTH_ALONE: i64 = 12;
    for pool in app.all(Kind::UserPool) {
        // Without a policy Cognito's own asks for eight characters of every kind.
        let Some(length) = pool.int("password_length") else { continue };
        let kinds = ["password_lowercase", "password_uppercase", "password_number", "password_symbol"];
        let mixed = kinds.iter().filter(|kind| !pool.flag(kind).is_false()).count() >= 2;
        if length < LENGTH_MIN || length < LENGTH_ALONE && !mixed {
            findings.push(
                WEAK_USER_PASSWORDS
                    .on(pool, "password_length", format!("`{}` takes weak passwords", pool.name))
                    .fix(Fix::risky("ask for 12 characters", pool.set("password_length", LENGTH_ALONE))),
            );
        }
    }
}
