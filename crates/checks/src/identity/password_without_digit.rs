//! The account does not ask for a digit in passwords.
use crate::prelude::*;

check! {
    /// # Passwords without a digit
    ///
    /// The account does not ask for a digit in passwords.
    ///
    /// ## Why it matters
    ///
    /// Weak and old passwords are guessed from lists of leaked ones.
    ///
    /// ## What to do
    ///
    /// Set `require_numbers = true`. Better still, have people sign in through IAM Identity Center.
    ///
    /// ```hcl fires
    /// resource "aws_iam_account_password_policy" "p" {
    ///   require_numbers = false
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_iam_account_password_policy" "p" {
    ///   require_numbers = true
    /// }
    /// ```
    PASSWORD_WITHOUT_DIGIT = "password-without-digit" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Safe,
        controls: &["CWE-521", "OWASP-SLS:S2", "CSA:SAS-2"],
        also_known_as: &["CKV_AWS_12", "IAM_PASSWORD_POLICY"],
        run: password_without_digit,
    }
}

fn password_without_digit(app: &App, findings: &mut Findings) {
    for policy in app.all(Kind::PasswordPolicy) {
        findings.unless_on(policy, "numbers", || {
            PASSWORD_WITHOUT_DIGIT
                .on(
                    policy,
                    "numbers",
                    format!("`{}`: the account does not ask for a digit in passwords", policy.name),
                )
                .fix(Fix::safe("require it", policy.set("numbers", true)))
        });
    }
}
