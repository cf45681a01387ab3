//! A container that reads a network file system in the clear.
use crate::prelude::*;
use crate::repair::is_terraform;

check! {
    /// # File system mounted without encryption
    ///
    /// Files travel to the container without encryption.
    ///
    /// ## Why it matters
    ///
    /// Whoever sees the traffic inside the network reads the files, and can change them on the way.
    ///
    /// ## What to do
    ///
    /// Set `TransitEncryption` to `ENABLED` for the volume.
    ///
    /// ```yaml fires
    /// Task: { Type: AWS::ECS::TaskDefinition, Properties: { Volumes: [ { Name: v, EFSVolumeConfiguration: { FilesystemId: f } } ] } }
    /// ```
    /// ```yaml quiet
    /// Task: { Type: AWS::ECS::TaskDefinition, Properties: { Volumes: [ { Name: v, EFSVolumeConfiguration: { FilesystemId: f, TransitEncryption: ENABLED } } ] } }
    /// ```
    /// ```hcl fires
    /// resource "aws_ecs_task_definition" "t" {
    ///   volume {
    ///     name = "v"
    ///     efs_volume_configuration {
    ///       file_system_id = "f"
    ///     }
    ///   }
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_ecs_task_definition" "t" {
    ///   volume {
    ///     name = "v"
    ///     efs_volume_configuration {
    ///       file_system_id     = "f"
    ///       transit_encryption = "ENABLED"
    ///     }
    ///   }
    /// }
    /// ```
    PLAIN_FILE_SYSTEM_MOUNT = "plain-file-system-mount" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-319", "OWASP-SLS:S6", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_97"],
        run: plain_file_system_mount,
    }
}

fn plain_file_system_mount(app: &App, findings: &mut Findings) {
    for task in app.all(Kind::Container) {
        for volume in task.list("volumes").iter().filter(|volume| volume.get("efs").is_some()) {
            let path = if is_terraform(task) {
                ["efs_volume_configuration", "transit_encryption"]
            } else {
                ["EFSVolumeConfiguration", "TransitEncryption"]
            };
            let encrypted = volume.get("transit").map_or(Tri::False, |value| match value.as_str() {
                Some(text) => (text == "ENABLED").into(),
                None => Tri::Unknown,
            });
            findings.when(!encrypted, || {
                PLAIN_FILE_SYSTEM_MOUNT
                    .at(task, format!("`{}` mounts files in the clear", task.name))
                    .at(volume.at)
                    .fix(Fix::risky("encrypt it", volume.put(&path, "ENABLED")))
            });
        }
    }
}
