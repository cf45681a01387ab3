//! Passwords of the account stay valid for more than 90 days.
use crate::prelude::*;

check! {
    /// # Passwords that last
    ///
    /// Passwords of the account stay valid for more than 90 days.
    ///
    /// ## Why it matters
    ///
    /// Weak and old passwords are guessed from lists of leaked ones.
    ///
    /// ## What to do
    ///
    /// Set `max_password_age = 90`. Better still, have people sign in through IAM Identity Center.
    ///
    /// ```hcl fires
    /// resource "aws_iam_account_password_policy" "p" {
    ///   max_password_age = 365
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_iam_account_password_policy" "p" {
    ///   max_password_age = 90
    /// }
    /// ```
    LASTING_PASSWORD = "lasting-password" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Safe,
        controls: &["CWE-521", "OWASP-SLS:S2", "CSA:SAS-2"],
        also_known_as: &["CKV_AWS_9", "IAM_PASSWORD_POLICY"],
        run: lasting_password,
    }
}

fn lasting_password(app: &App, findings: &mut Findings) {
    for policy in app.all(Kind::PasswordPolicy) {
        let weak = match (policy.get("age_days_max"), policy.int("age_days_max")) {
            (_, Some(number)) => (!(1..=90).contains(&number)).into(),
            (None, None) => Tri::True,
            (Some(_), None) => Tri::Unknown,
        };
        findings.when(weak, || {
            LASTING_PASSWORD
                .on(
                    policy,
                    "age_days_max",
                    format!("`{}`: passwords of the account stay valid for more than 90 days", policy.name),
                )
                .fix(Fix::safe("set 90", policy.set("age_days_max", 90_i64)))
        });
    }
}
