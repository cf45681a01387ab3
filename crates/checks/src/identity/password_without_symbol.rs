//! The account does not ask for a symbol in passwords.
use crate::prelude::*;

check! {
    /// # Passwords without a symbol
    ///
    /// The account does not ask for a symbol in passwords.
    ///
    /// ## Why it matters
    ///
    /// Weak and old passwords are guessed from lists of leaked ones.
    ///
    /// ## What to do
    ///
    /// Set `require_symbols = true`. Better still, have people sign in through IAM Identity Center.
    ///
    /// ```hcl fires
    /// resource "aws_iam_account_password_policy" "p" {
    ///   require_symbols = false
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_iam_account_password_policy" "p" {
    ///   require_symbols = true
    /// }
    /// ```
    PASSWORD_WITHOUT_SYMBOL = "password-without-symbol" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Safe,
        controls: &["CWE-521", "OWASP-SLS:S2", "CSA:SAS-2"],
        also_known_as: &["CKV_AWS_14", "IAM_PASSWORD_POLICY"],
        run: password_without_symbol,
    }
}

fn password_without_symbol(app: &App, findings: &mut Findings) {
    for policy in app.all(Kind::PasswordPolicy) {
        findings.unless_on(policy, "symbols", || {
            PASSWORD_WITHOUT_SYMBOL
                .on(
                    policy,
                    "symbols",
                    format!("`{}`: the account does not ask for a symbol in passwords", policy.name),
                )
                .fix(Fix::safe("require it", policy.set("symbols", true)))
        });
    }
}
