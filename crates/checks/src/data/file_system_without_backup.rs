//! No backup of this file system is configured.
use crate::prelude::*;

check! {
    /// # File system outside of every backup plan
    ///
    /// No backup of this file system is configured.
    ///
    /// ## Why it matters
    ///
    /// What is deleted or encrypted by an attacker is gone.
    ///
    /// ## What to do
    ///
    /// Switch automatic backups on, or select the file system in a backup plan.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::EFS::FileSystem
    ///   Properties: { Encrypted: true }
    /// ```
    /// ```hcl fires
    /// resource "aws_efs_file_system" "f" {
    ///   encrypted = true
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::EFS::FileSystem
    ///   Properties: { BackupPolicy: { Status: ENABLED } }
    /// ```
    /// ```hcl quiet
    /// resource "aws_efs_file_system" "f" {
    ///   encrypted = true
    /// }
    /// resource "aws_efs_backup_policy" "f" {
    ///   file_system_id = aws_efs_file_system.f.id
    ///   backup_policy {
    ///     status = "ENABLED"
    ///   }
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_efs_file_system" "f" {
    ///   encrypted = true
    /// }
    /// resource "aws_backup_selection" "s" {
    ///   plan_id   = "p"
    ///   resources = [aws_efs_file_system.f.arn]
    /// }
    /// ```
    FILE_SYSTEM_WITHOUT_BACKUP = "file-system-without-backup" {
        since: "0.1.0",
        severity: Low,
        confidence: Likely,
        fix: Safe,
        controls: &["CWE-693", "OWASP-SLS:S6", "CSA:SAS-3"],
        also_known_as: &["CKV2_AWS_18", "EFS_IN_BACKUP_PLAN"],
        run: file_system_without_backup,
    }
}

fn file_system_without_backup(app: &App, findings: &mut Findings) {
    for node in app.of_type(&["AWS::EFS::FileSystem", "aws_efs_file_system"]) {
        let selected = app.sources(node, Relation::Protects).any(|other| other.kind == Kind::BackupSelection);
        if !selected {
            findings.unless_on(node, "backup", || {
                let finding =
                    FILE_SYSTEM_WITHOUT_BACKUP.at(node, format!("no backup plan names `{}`", node.name));
                // In Terraform the switch is a resource of its own.
                if node.provider_type == "AWS::EFS::FileSystem" {
                    return finding.fix(Fix::safe("switch automatic backups on", node.set("backup", true)));
                }
                finding
            });
        }
    }
}
