//! The account does not ask for an uppercase letter in passwords.
use crate::prelude::*;

check! {
    /// # Passwords without an uppercase letter
    ///
    /// The account does not ask for an uppercase letter in passwords.
    ///
    /// ## Why it matters
    ///
    /// Weak and old passwords are guessed from lists of leaked ones.
    ///
    /// ## What to do
    ///
    /// Set `require_uppercase_characters = true`. Better still, have people sign in through IAM
    /// Identity Center.
    ///
    /// ```hcl fires
    /// resource "aws_iam_account_password_policy" "p" {
    ///   require_uppercase_characters = false
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_iam_account_password_policy" "p" {
    ///   require_uppercase_characters = true
    /// }
    /// ```
    PASSWORD_WITHOUT_UPPERCASE = "password-without-uppercase" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Safe,
        controls: &["CWE-521", "OWASP-SLS:S2", "CSA:SAS-2"],
        also_known_as: &["CKV_AWS_15", "IAM_PASSWORD_POLICY"],
        run: password_without_uppercase,
    }
}

fn password_without_uppercase(app: &App, findings: &mut Findings) {
    for policy in app.all(Kind::PasswordPolicy) {
        findings.unless_on(policy, "uppercase", || {
            PASSWORD_WITHOUT_UPPERCASE
                .on(
                    policy,
                    "uppercase",
                    format!(
                        "`{}`: the account does not ask for an uppercase letter in passwords",
                        policy.name
                    ),
                )
                .fix(Fix::safe("require it", policy.set("uppercase", true)))
        });
    }
}
