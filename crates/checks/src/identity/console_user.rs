//! A user may sign in to the console with a password.
use crate::prelude::*;

check! {
    /// # User with a console password
    ///
    /// A user may sign in to the console with a password.
    ///
    /// ## Why it matters
    ///
    /// Passwords are guessed, reused and phished. People belong into single sign-on with a second
    /// factor.
    ///
    /// ## What to do
    ///
    /// Remove the login profile, and let people sign in through IAM Identity Center.
    ///
    /// ```hcl fires
    /// resource "aws_iam_user" "ann" {
    ///   name = "ann"
    /// }
    /// resource "aws_iam_user_login_profile" "ann" {
    ///   user = aws_iam_user.ann.name
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_iam_user" "ci" {
    ///   name = "ci"
    /// }
    /// ```
    /// ```yaml fires
    /// U: { Type: AWS::IAM::User, Properties: { LoginProfile: { Password: !Ref "AWS::NoValue" } } }
    /// ```
    /// ```yaml quiet
    /// U: { Type: AWS::IAM::User }
    /// ```
    CONSOLE_USER = "console-user" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        controls: &["CWE-308", "OWASP-SLS:S2", "CSA:SAS-2"],
        also_known_as: &["CKV2_AWS_22"],
        run: console_user,
    }
}

fn console_user(app: &App, findings: &mut Findings) {
    for user in app.all(Kind::User).filter(|user| user.has("login")) {
        findings.push(CONSOLE_USER.on(user, "login", format!("`{}` may sign in with a password", user.name)));
    }
}
