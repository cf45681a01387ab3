//! The template makes an access key.
use crate::prelude::*;

check! {
    /// # Access key in the template
    ///
    /// The template makes an access key.
    ///
    /// ## Why it matters
    ///
    /// The key does not expire, and its secret stands in the state file or in the outputs of the stack.
    ///
    /// ## What to do
    ///
    /// Let the program assume a role instead.
    ///
    /// ```yaml fires
    /// K: { Type: AWS::IAM::AccessKey, Properties: { UserName: ci } }
    /// ```
    /// ```yaml quiet
    /// K: { Type: AWS::IAM::AccessKey, Properties: { UserName: ci, Status: Inactive } }
    /// ```
    /// ```hcl fires
    /// resource "aws_iam_access_key" "k" {
    ///   user = "ci"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_iam_access_key" "k" {
    ///   user   = "ci"
    ///   status = "Inactive"
    /// }
    /// ```
    LONG_LIVED_ACCESS_KEY = "long-lived-access-key" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-798", "CWE-522", "OWASP-SLS:S2", "CSA:SAS-7"],
        also_known_as: &[],
        run: long_lived_access_key,
    }
}

fn long_lived_access_key(app: &App, findings: &mut Findings) {
    for key in app.all(Kind::AccessKey).filter(|key| !key.flag("password").is_true()) {
        let encrypted = key.has("pgp_key");
        findings.when(!key.is("status", "Inactive") & (!encrypted).into(), || {
            LONG_LIVED_ACCESS_KEY
                .at(key, format!("`{}` is a key that does not expire", key.name))
                .fix(Fix::risky("switch the key off", key.set("status", "Inactive")))
        });
    }
}
