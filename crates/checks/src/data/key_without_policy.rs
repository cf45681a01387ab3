//! The configuration writes no policy for this key.
use crate::prelude::*;
use crate::repair::{key_for_account, policy_of, put_property};

const TYPES: &[&str] = &["aws_kms_key", "AWS::KMS::Key"];

check! {
    /// # Key without a policy of its own
    ///
    /// The configuration writes no policy for this key.
    ///
    /// ## Why it matters
    ///
    /// The default policy leaves everything to identity policies: whoever may administer IAM may use the
    /// key.
    ///
    /// ## What to do
    ///
    /// Write a policy that names who administers the key and who uses it.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::KMS::Key
    ///   Properties: { Description: orders }
    /// ```
    /// ```hcl fires
    /// resource "aws_kms_key" "store" {
    ///   description = "orders"
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::KMS::Key
    ///   Properties: { KeyPolicy: { Statement: [{ Effect: Allow, Principal: { AWS: "111122223333" }, Action: "kms:*", Resource: "*" }] } }
    /// ```
    /// ```hcl quiet
    /// resource "aws_kms_key" "store" {
    ///   policy = jsonencode({ Statement = [{ Effect = "Allow", Principal = { AWS = "111122223333" }, Action = "kms:*", Resource = "*" }] })
    /// }
    /// ```
    KEY_WITHOUT_POLICY = "key-without-policy" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Safe,
        controls: &["CWE-732", "OWASP-SLS:S5", "CSA:SAS-4"],
        also_known_as: &["CKV2_AWS_64"],
        run: key_without_policy,
    }
}

fn key_without_policy(app: &App, findings: &mut Findings) {
    for node in app.of_type(TYPES) {
        findings.unless_on(node, "policy", || {
            KEY_WITHOUT_POLICY.on(node, "policy", format!("`{}` has no policy of its own", node.name)).fix_if(
                put_property(node, &["KeyPolicy"], policy_of([key_for_account()]))
                    .map(|patch| Fix::safe("write the policy that it has", patch)),
            )
        });
    }
}
