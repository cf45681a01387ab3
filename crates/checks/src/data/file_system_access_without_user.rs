//! Callers of this access point choose the user that they act as.
use crate::prelude::*;

check! {
    /// # Access point without a user of its own
    ///
    /// Callers of this access point choose the user that they act as.
    ///
    /// ## Why it matters
    ///
    /// A caller that says it is user 0 reads and changes every file.
    ///
    /// ## What to do
    ///
    /// Set the POSIX user and group of the access point.
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
    ///   Properties: { PosixUser: { Uid: '1000', Gid: '1000' } }
    /// ```
    /// ```hcl quiet
    /// resource "aws_efs_access_point" "store" {
    ///   posix_user {
    ///     uid = 1000
    ///     gid = 1000
    ///   }
    /// }
    /// ```
    FILE_SYSTEM_ACCESS_WITHOUT_USER = "file-system-access-without-user" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-732", "OWASP-SLS:S5", "CSA:SAS-4"],
        also_known_as: &["CKV_AWS_330", "EFS_ACCESS_POINT_ENFORCE_USER_IDENTITY"],
        run: file_system_access_without_user,
    }
}

fn file_system_access_without_user(app: &App, findings: &mut Findings) {
    for node in app.all(Kind::FileSystemAccess).filter(|node| node.has("access_point") && !node.has("group"))
    {
        findings.push(
            FILE_SYSTEM_ACCESS_WITHOUT_USER
                .on(node, "group", format!("`{}` lets callers choose their user", node.name))
                .fix(
                    Fix::risky("make every caller user 1000", node.set("user", "1000"))
                        .and(node.set("group", "1000")),
                ),
        );
    }
}
