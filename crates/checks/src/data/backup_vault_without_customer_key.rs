//! Backups in this vault are encrypted with the provider's shared key.
use super::facts::written;
use crate::prelude::*;
use crate::repair::with_own_key;

check! {
    /// # Backup vault without a customer key
    ///
    /// Backups in this vault are encrypted with the provider's shared key.
    ///
    /// ## Why it matters
    ///
    /// Backups hold everything that the originals hold. With a key of your own, restoring needs a
    /// permission on the key too.
    ///
    /// ## What to do
    ///
    /// Name a key of your own.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::Backup::BackupVault
    ///   Properties: { BackupVaultName: v }
    /// ```
    /// ```hcl fires
    /// resource "aws_backup_vault" "store" {
    ///   name = "v"
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::Backup::BackupVault
    ///   Properties: { BackupVaultName: v, EncryptionKeyArn: k }
    /// ```
    /// ```hcl quiet
    /// resource "aws_backup_vault" "store" {
    ///   name = "v"
    ///   kms_key_arn = "k"
    /// }
    /// ```
    BACKUP_VAULT_WITHOUT_CUSTOMER_KEY = "backup-vault-without-customer-key" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-326", "OWASP-SLS:S3", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_166"],
        run: backup_vault_without_customer_key,
    }
}

fn backup_vault_without_customer_key(app: &App, findings: &mut Findings) {
    for node in app.all(Kind::BackupVault) {
        if !written(node, "key") {
            findings.push(
                BACKUP_VAULT_WITHOUT_CUSTOMER_KEY
                    .on(node, "key", format!("`{}` is encrypted with the shared key", node.name))
                    .fix(with_own_key(app, node, "key", "encrypt with a customer key (replaces the vault)")),
            );
        }
    }
}
