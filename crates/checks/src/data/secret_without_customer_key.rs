//! This secret is encrypted with the provider's shared key.
use super::facts::written;
use crate::prelude::*;
use crate::repair::with_own_key;

check! {
    /// # Secret without a customer key
    ///
    /// This secret is encrypted with the provider's shared key.
    ///
    /// ## Why it matters
    ///
    /// Every identity of the account that may read secrets can use the shared key, and it cannot be shared
    /// across accounts or switched off.
    ///
    /// ## What to do
    ///
    /// Name a key of your own.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::SecretsManager::Secret
    ///   Properties: { Name: s }
    /// ```
    /// ```hcl fires
    /// resource "aws_secretsmanager_secret" "store" {
    ///   kms_key_id = "alias/aws/secretsmanager"
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::SecretsManager::Secret
    ///   Properties: { KmsKeyId: alias/app }
    /// ```
    /// ```hcl quiet
    /// resource "aws_secretsmanager_secret" "store" {
    ///   kms_key_id = "alias/app"
    /// }
    /// ```
    SECRET_WITHOUT_CUSTOMER_KEY = "secret-without-customer-key" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-326", "OWASP-SLS:S3", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_149", "W77", "SECRETSMANAGER_USING_CMK"],
        run: secret_without_customer_key,
    }
}

fn secret_without_customer_key(app: &App, findings: &mut Findings) {
    for node in app.of_type(&["AWS::SecretsManager::Secret", "aws_secretsmanager_secret"]) {
        let shared = node.text("key").is_some_and(|key| key.contains("aws/"));
        if !written(node, "key") || shared {
            findings.push(
                SECRET_WITHOUT_CUSTOMER_KEY
                    .on(node, "key", format!("`{}` is encrypted with the shared key", node.name))
                    .fix(with_own_key(app, node, "key", "encrypt with a customer key")),
            );
        }
    }
}
