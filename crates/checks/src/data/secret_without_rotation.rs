//! No rotation is attached to this secret.
use crate::prelude::*;

const TYPES: &[&str] = &["AWS::SecretsManager::Secret", "aws_secretsmanager_secret"];

check! {
    /// # Secret that never changes
    ///
    /// No rotation is attached to this secret.
    ///
    /// ## Why it matters
    ///
    /// A secret that leaked once, in a log or a copy of a laptop, opens the door for ever.
    ///
    /// ## What to do
    ///
    /// Attach a rotation schedule. Where a partner's key cannot rotate by itself, change it by hand on a
    /// fixed day and suppress the finding with that reason.
    ///
    /// ```yaml fires
    /// Db:
    ///   Type: AWS::SecretsManager::Secret
    /// ```
    /// ```hcl fires
    /// resource "aws_secretsmanager_secret" "db" {
    ///   name = "db"
    /// }
    /// ```
    /// ```yaml quiet
    /// Db:
    ///   Type: AWS::SecretsManager::Secret
    /// Turn:
    ///   Type: AWS::SecretsManager::RotationSchedule
    ///   Properties: { SecretId: !Ref Db, RotationRules: { AutomaticallyAfterDays: 30 } }
    /// ```
    /// ```hcl quiet
    /// resource "aws_secretsmanager_secret" "db" {
    ///   name = "db"
    /// }
    /// resource "aws_secretsmanager_secret_rotation" "db" {
    ///   secret_id = aws_secretsmanager_secret.db.id
    ///   rotation_rules {
    ///     automatically_after_days = 30
    ///   }
    /// }
    /// ```
    SECRET_WITHOUT_ROTATION = "secret-without-rotation" {
        since: "0.1.0",
        severity: Low,
        confidence: Likely,
        controls: &["CWE-262", "OWASP-SLS:S2", "CSA:SAS-7"],
        also_known_as: &["CKV2_AWS_57", "SECRETSMANAGER_ROTATION_ENABLED_CHECK"],
        run: secret_without_rotation,
    }
}

fn secret_without_rotation(app: &App, findings: &mut Findings) {
    for node in app.of_type(TYPES) {
        findings.unless_on(node, "rotates", || {
            SECRET_WITHOUT_ROTATION.on(node, "rotates", format!("`{}` never changes", node.name))
        });
    }
}
