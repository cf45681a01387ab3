//! Callers of this access point see the whole file system.
use crate::prelude::*;

check! {
    /// # Access point at the root of a file system
    ///
    /// Callers of this access point see the whole file system.
    ///
    /// ## Why it matters
    ///
    /// A function that was taken over reads the files of every other one.
    ///
    /// ## What to do
    ///
    /// Give each application a folder of its own.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::EFS::AccessPoint
    ///   Properties: { FileSystemId: f }
    /// ```
    /// ```hcl fires
    /// resource "aws_efs_access_point" "store" {
    ///   file_system_id = "f"
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::EFS::AccessPoint
    ///   Properties: { FileSystemId: f, RootDirectory: { Path: /app } }
    /// ```
    /// ```hcl quiet
    /// resource "aws_efs_access_point" "store" {
    ///   file_system_id = "f"
    ///   root_directory {
    ///     path = "/app"
    ///   }
    /// }
    /// ```
    FILE_SYSTEM_ACCESS_AT_ROOT = "file-system-access-at-root" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        controls: &["CWE-732", "OWASP-SLS:S5", "CSA:SAS-4"],
        also_known_as: &["CKV_AWS_329", "EFS_ACCESS_POINT_ENFORCE_ROOT_DIRECTORY"],
        run: file_system_access_at_root,
    }
}

fn file_system_access_at_root(app: &App, findings: &mut Findings) {
    for node in app.all(Kind::FileSystemAccess).filter(|node| node.has("access_point")) {
        let at_root = if node.has("root") { node.is("root", "/") } else { Tri::True };
        findings.when(at_root, || {
            FILE_SYSTEM_ACCESS_AT_ROOT.on(
                node,
                "root",
                format!("`{}` shows the whole file system", node.name),
            )
        });
    }
}
