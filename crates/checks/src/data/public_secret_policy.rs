//! The policy of this secret names everyone, and no condition narrows that.
use super::policies::{Guarded, held, open_statement, what};
use crate::prelude::*;
use crate::repair::own_account_only;

check! {
    /// # Secret policy that lets everyone in
    ///
    /// The policy of this secret names everyone, and no condition narrows that.
    ///
    /// ## Why it matters
    ///
    /// Any account may read the secret, if its key lets it. What it opens has to be treated as known.
    ///
    /// ## What to do
    ///
    /// Name the roles that read the secret, and set `BlockPublicPolicy`.
    ///
    /// ```yaml fires
    /// Open:
    ///   Type: AWS::SecretsManager::ResourcePolicy
    ///   Properties:
    ///     SecretId: s
    ///     ResourcePolicy: { Statement: [{ Effect: Allow, Principal: "*", Action: "secretsmanager:GetSecretValue", Resource: "*" }] }
    /// ```
    /// ```hcl fires
    /// resource "aws_secretsmanager_secret_policy" "open" {
    ///   secret_arn = "s"
    ///   policy = jsonencode({ Statement = [{ Effect = "Allow", Principal = { AWS = "*" }, Action = "secretsmanager:GetSecretValue", Resource = "*" }] })
    /// }
    /// ```
    /// ```yaml quiet
    /// Own:
    ///   Type: AWS::SecretsManager::ResourcePolicy
    ///   Properties:
    ///     SecretId: s
    ///     ResourcePolicy:
    ///       Statement:
    ///         - { Effect: Allow, Principal: "*", Action: "secretsmanager:GetSecretValue", Resource: "*", Condition: { ArnEquals: { "aws:SourceArn": "arn:aws:sns:eu-west-1:111122223333:t" } } }
    /// ```
    PUBLIC_SECRET_POLICY = "public-secret-policy" {
        since: "0.1.0",
        severity: High,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-732", "OWASP-SLS:S5", "CSA:SAS-4"],
        also_known_as: &[],
        run: public_secret_policy,
    }
}

fn public_secret_policy(app: &App, findings: &mut Findings) {
    for held in held(app).filter(|held| held.guarded == Guarded::Secret) {
        let (open, statement) = open_statement(held.policy);
        findings.when(open, || {
            PUBLIC_SECRET_POLICY
                .at(held.node, format!("the policy `{}` lets everyone {}", held.node.name, what(statement)))
                .at(statement.map_or(held.policy.at, |statement| statement.at))
                .fix_if(statement.and_then(|statement| own_account_only(held.node, statement)))
        });
    }
}
