//! The account remembers fewer than 24 earlier passwords.
use crate::prelude::*;

check! {
    /// # Passwords used again
    ///
    /// The account remembers fewer than 24 earlier passwords.
    ///
    /// ## Why it matters
    ///
    /// Weak and old passwords are guessed from lists of leaked ones.
    ///
    /// ## What to do
    ///
    /// Set `password_reuse_prevention = 24`. Better still, have people sign in through IAM Identity
    /// Center.
    ///
    /// ```hcl fires
    /// resource "aws_iam_account_password_policy" "p" {
    ///   password_reuse_prevention = 5
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_iam_account_password_policy" "p" {
    ///   password_reuse_prevention = 24
    /// }
    /// ```
    REUSABLE_PASSWORD = "reusable-password" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Safe,
        controls: &["CWE-521", "OWASP-SLS:S2", "CSA:SAS-2"],
        also_known_as: &["CKV_AWS_13", "IAM_PASSWORD_POLICY"],
        run: reusable_password,
    }
}

fn reusable_password(app: &App, findings: &mut Findings) {
    for policy in app.all(Kind::PasswordPolicy) {
        let weak = match (policy.get("reuse_prevention"), policy.int("reuse_prevention")) {
            (_, Some(number)) => (number < 24).into(),
            (None, None) => Tri::True,
            (Some(_), None) => Tri::Unknown,
        };
        findings.when(weak, || {
            REUSABLE_PASSWORD
                .on(
                    policy,
                    "reuse_prevention",
                    format!("`{}`: the account remembers fewer than 24 earlier passwords", policy.name),
                )
                .fix(Fix::safe("set 24", policy.set("reuse_prevention", 24_i64)))
        });
    }
}
