//! The template makes an access key for the root user.
use crate::prelude::*;

check! {
    /// # Access key of the root user
    ///
    /// The template makes an access key for the root user.
    ///
    /// ## Why it matters
    ///
    /// The root user cannot be limited by any policy. Its key is the account.
    ///
    /// ## What to do
    ///
    /// Delete the key, and use a role.
    ///
    /// ```hcl fires
    /// resource "aws_iam_access_key" "k" {
    ///   user = "root"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_iam_access_key" "k" {
    ///   user = "ci"
    /// }
    /// ```
    ROOT_ACCESS_KEY = "root-access-key" {
        since: "0.1.0",
        severity: Critical,
        confidence: Certain,
        controls: &["CWE-250", "CWE-798", "OWASP-SLS:S5", "CSA:SAS-4"],
        also_known_as: &["CKV_AWS_348", "IAM_ROOT_ACCESS_KEY_CHECK"],
        run: root_access_key,
    }
}

fn root_access_key(app: &App, findings: &mut Findings) {
    for key in app.all(Kind::AccessKey).filter(|key| !key.flag("password").is_true()) {
        if key.text("user") == Some("root") {
            findings.push(ROOT_ACCESS_KEY.on(
                key,
                "user",
                format!("`{}` is a key of the root user", key.name),
            ));
        }
    }
}
