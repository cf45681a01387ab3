//! The account allows passwords with fewer than 14 characters.
use crate::prelude::*;

check! {
    /// # Short passwords
    ///
    /// The account allows passwords with fewer than 14 characters.
    ///
    /// ## Why it matters
    ///
    /// Weak and old passwords are guessed from lists of leaked ones.
    ///
    /// ## What to do
    ///
    /// Set `minimum_password_length = 14`. Better still, have people sign in through IAM Identity
    /// Center.
    ///
    /// ```hcl fires
    /// resource "aws_iam_account_password_policy" "p" {
    ///   minimum_password_length = 8
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_iam_account_password_policy" "p" {
    ///   minimum_password_length = 14
    /// }
    /// ```
    SHORT_PASSWORD = "short-password" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Safe,
        controls: &["CWE-521", "OWASP-SLS:S2", "CSA:SAS-2"],
        also_known_as: &["CKV_AWS_10", "IAM_PASSWORD_POLICY"],
        run: short_password,
    }
}

fn short_password(app: &App, findings: &mut Findings) {
    for policy in app.all(Kind::PasswordPolicy) {
        let weak = match (policy.get("length_min"), policy.int("length_min")) {
            (_, Some(number)) => (number < 14).into(),
            (None, None) => Tri::True,
            (Some(_), None) => Tri::Unknown,
        };
        findings.when(weak, || {
            SHORT_PASSWORD
                .on(
                    policy,
                    "length_min",
                    format!("`{}`: the account allows passwords with fewer than 14 characters", policy.name),
                )
                .fix(Fix::safe("set 14", policy.set("length_min", 14_i64)))
        });
    }
}
