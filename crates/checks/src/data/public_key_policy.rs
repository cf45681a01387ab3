//! The policy of this key names everyone, and no condition narrows that.
use super::policies::{Guarded, held, open_statement, what};
use crate::prelude::*;
use crate::repair::own_account_only;

check! {
    /// # Key policy that lets everyone in
    ///
    /// The policy of this key names everyone, and no condition narrows that.
    ///
    /// ## Why it matters
    ///
    /// Any account may decrypt with the key, or may lock its owner out, as the actions allow.
    ///
    /// ## What to do
    ///
    /// Name the account's root and the roles that use the key, or narrow the statement with
    /// `kms:CallerAccount` and `kms:ViaService`.
    ///
    /// ```yaml fires
    /// Shared:
    ///   Type: AWS::KMS::Key
    ///   Properties:
    ///     KeyPolicy: { Statement: [{ Effect: Allow, Principal: "*", Action: "kms:*", Resource: "*" }] }
    /// ```
    /// ```hcl fires
    /// resource "aws_kms_key" "shared" {
    ///   policy = jsonencode({ Statement = [{ Effect = "Allow", Principal = { AWS = "*" }, Action = "kms:*", Resource = "*" }] })
    /// }
    /// ```
    /// ```yaml quiet
    /// Own:
    ///   Type: AWS::KMS::Key
    ///   Properties:
    ///     KeyPolicy: { Statement: [{ Effect: Allow, Principal: { AWS: !Sub "arn:aws:iam::${AWS::AccountId}:root" }, Action: "kms:*", Resource: "*" }] }
    /// ```
    PUBLIC_KEY_POLICY = "public-key-policy" {
        since: "0.1.0",
        severity: High,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-732", "OWASP-SLS:S5", "CSA:SAS-4"],
        also_known_as: &["CKV_AWS_33", "F76"],
        run: public_key_policy,
    }
}

fn public_key_policy(app: &App, findings: &mut Findings) {
    for held in held(app).filter(|held| held.guarded == Guarded::Key) {
        let (open, statement) = open_statement(held.policy);
        findings.when(open, || {
            PUBLIC_KEY_POLICY
                .at(
                    held.node,
                    format!("the policy of `{}` lets everyone {}", held.node.name, what(statement)),
                )
                .at(statement.map_or(held.policy.at, |statement| statement.at))
                .fix_if(statement.and_then(|statement| own_account_only(held.node, statement)))
        });
    }
}
