//! The template creates a user with long-lived credentials instead of sign-in with roles.
use crate::prelude::*;

check! {
    /// # Long-lived user
    ///
    /// The template creates a user with long-lived credentials instead of sign-in with roles.
    ///
    /// ## Why it matters
    ///
    /// Keys and passwords of users do not expire, are copied and leak. Single sign-on and roles give
    /// credentials for an hour.
    ///
    /// ## What to do
    ///
    /// Let people sign in through IAM Identity Center, and let programs assume roles (OpenID Connect
    /// for a build server).
    ///
    /// ```hcl fires
    /// resource "aws_iam_user" "ci" {
    ///   name = "ci"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_iam_group" "team" {
    ///   name = "team"
    /// }
    /// ```
    /// ```yaml fires
    /// U: { Type: AWS::IAM::User }
    /// ```
    /// ```yaml quiet
    /// G: { Type: AWS::IAM::Group }
    /// ```
    LONG_LIVED_USER = "long-lived-user" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        controls: &["CWE-798", "OWASP-SLS:S2", "CSA:SAS-2"],
        also_known_as: &["CKV_AWS_273"],
        run: long_lived_user,
    }
}

fn long_lived_user(app: &App, findings: &mut Findings) {
    for user in app.all(Kind::User) {
        findings
            .push(LONG_LIVED_USER.at(user, format!("`{}` is a user with long-lived credentials", user.name)));
    }
}
