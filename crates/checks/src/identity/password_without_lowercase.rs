//! The account does not ask for a lowercase letter in passwords.
use crate::prelude::*;

check! {
    /// # Passwords without a lowercase letter
    ///
    /// The account does not ask for a lowercase letter in passwords.
    ///
    /// ## Why it matters
    ///
    /// Weak and old passwords are guessed from lists of leaked ones.
    ///
    /// ## What to do
    ///
    /// Set `require_lowercase_characters = true`. Better still, have people sign in through IAM
    /// Identity Center.
    ///
    /// ```hcl fires
    /// resource "aws_iam_account_password_policy" "p" {
    ///   require_lowercase_characters = false
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_iam_account_password_policy" "p" {
    ///   require_lowercase_characters = true
    /// }
    /// ```
    PASSWORD_WITHOUT_LOWERCASE = "password-without-lowercase" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Safe,
        controls: &["CWE-521", "OWASP-SLS:S2", "CSA:SAS-2"],
        also_known_as: &["CKV_AWS_11", "IAM_PASSWORD_POLICY"],
        run: password_without_lowercase,
    }
}

fn password_without_lowercase(app: &App, findings: &mut Findings) {
    for policy in app.all(Kind::PasswordPolicy) {
        findings.unless_on(policy, "lowercase", || {
            PASSWORD_WITHOUT_LOWERCASE
                .on(
                    policy,
                    "lowercase",
                    format!(
                        "`{}`: the account does not ask for a lowercase letter in passwords",
                        policy.name
                    ),
                )
                .fix(Fix::safe("require it", policy.set("lowercase", true)))
        });
    }
}
