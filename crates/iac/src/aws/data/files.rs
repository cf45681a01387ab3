//! Network file systems and the ways into them.
use model::{Data, Kind, NodeId, Value};

use crate::lower::{Lowering, Mapping, equals, exists, field, flag, policy};
use crate::resource::Resource;

pub(super) const MAPPINGS: &[Mapping] = &[
    Mapping::new(
        &["AWS::EFS::FileSystem"],
        Kind::FileSystem,
        &[
            flag("encrypted", "Encrypted"),
            field("key", "KmsKeyId"),
            equals("backup", "BackupPolicy.Status", "ENABLED"),
            field("lifecycle", "LifecyclePolicies"),
            flag("bypass_policy_check", "BypassPolicyLockoutSafetyCheck"),
            policy("FileSystemPolicy"),
            field("tags", "FileSystemTags"),
        ],
    ),
    Mapping::new(
        &["aws_efs_file_system"],
        Kind::FileSystem,
        &[
            field("name", "creation_token"),
            flag("encrypted", "encrypted"),
            field("key", "kms_key_id"),
            field("lifecycle", "lifecycle_policy"),
            field("tags", "tags"),
        ],
    ),
    Mapping::new(
        &["aws_efs_file_system_policy"],
        Kind::ResourcePolicy,
        &[field("target", "file_system_id"), policy("policy")],
    )
    .merge_into("target"),
    Mapping::new(
        &[
            "aws_fsx_lustre_file_system",
            "aws_fsx_ontap_file_system",
            "aws_fsx_openzfs_file_system",
            "aws_fsx_windows_file_system",
        ],
        Kind::FileSystem,
        &[
            field("key", "kms_key_id"),
            field("backup_days", "automatic_backup_retention_days"),
            field("tags", "tags"),
        ],
    ),
    Mapping::new(
        &["AWS::FSx::FileSystem"],
        Kind::FileSystem,
        &[field("key", "KmsKeyId"), field("tags", "Tags")],
    ),
    Mapping::new(
        &["AWS::EFS::AccessPoint", "aws_efs_access_point"],
        Kind::FileSystemAccess,
        &[
            field("file_system", "FileSystemId"),
            field("file_system", "file_system_id"),
            field("root", "RootDirectory.Path"),
            field("root", "root_directory.path"),
            field("user", "PosixUser.Uid"),
            field("user", "posix_user.uid"),
            field("group", "PosixUser.Gid"),
            field("group", "posix_user.gid"),
            field("permissions", "RootDirectory.CreationInfo.Permissions"),
            field("permissions", "root_directory.creation_info.permissions"),
            exists("access_point", ""),
        ],
    )
    .owner("file_system"),
    Mapping::new(
        &["AWS::EFS::MountTarget", "aws_efs_mount_target"],
        Kind::FileSystemAccess,
        &[
            field("file_system", "FileSystemId"),
            field("file_system", "file_system_id"),
            field("subnet", "SubnetId"),
            field("subnet", "subnet_id"),
            field("security_groups", "SecurityGroups"),
            field("security_groups", "security_groups"),
        ],
    )
    .owner("file_system"),
    Mapping::new(&["aws_efs_backup_policy"], Kind::Other, &[]).hook(backs_up),
];

/// The switch of automatic backups, written beside its file system.
fn backs_up(lowering: &mut Lowering<'_>, resource: &Resource, _id: NodeId) {
    let properties = &resource.properties;
    let system = properties.get("file_system_id").and_then(|value| lowering.target(value));
    let (Some(system), Some(status)) = (system, properties.path("backup_policy.status")) else { return };
    if lowering.node(system).is_some_and(|node| node.kind == Kind::FileSystem) {
        let data = match &status.data {
            Data::Text(text) => Data::Bool(text == "ENABLED"),
            other => other.clone(),
        };
        lowering.set(system, "backup", Value::new(status.at, data));
    }
}
