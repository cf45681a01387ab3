//! Container clusters, services and tasks.
use model::Kind;

use super::kind_of;
use crate::lower::{Field, Mapping, each, equals, field, flag};

pub(super) const MAPPINGS: &[Mapping] = &[
    Mapping::new(
        &["AWS::ECS::Cluster"],
        Kind::Container,
        &[
            each("insights", "ClusterSettings", &[field("name", "Name"), field("value", "Value")]),
            field("exec", "Configuration.ExecuteCommandConfiguration"),
            field("exec_logging", "Configuration.ExecuteCommandConfiguration.Logging"),
            field("exec_key", "Configuration.ExecuteCommandConfiguration.KmsKeyId"),
            flag(
                "exec_logs_encrypted",
                "Configuration.ExecuteCommandConfiguration.LogConfiguration.CloudWatchEncryptionEnabled",
            ),
            flag(
                "exec_bucket_encrypted",
                "Configuration.ExecuteCommandConfiguration.LogConfiguration.S3EncryptionEnabled",
            ),
        ],
    )
    .hook(kind_of),
    Mapping::new(
        &["aws_ecs_cluster"],
        Kind::Container,
        &[
            each("insights", "setting", &[field("name", "name"), field("value", "value")]),
            field("exec", "configuration.execute_command_configuration"),
            field("exec_logging", "configuration.execute_command_configuration.logging"),
            field("exec_key", "configuration.execute_command_configuration.kms_key_id"),
            flag(
                "exec_logs_encrypted",
                "configuration.execute_command_configuration.log_configuration.cloud_watch_encryption_enabled",
            ),
            flag(
                "exec_bucket_encrypted",
                "configuration.execute_command_configuration.log_configuration.s3_bucket_encryption_enabled",
            ),
        ],
    )
    .hook(kind_of),
    Mapping::new(
        &["AWS::ECS::Service"],
        Kind::Container,
        &[
            field("launch", "LaunchType"),
            field("platform", "PlatformVersion"),
            equals("public_address", "NetworkConfiguration.AwsvpcConfiguration.AssignPublicIp", "ENABLED"),
            field("subnets", "NetworkConfiguration.AwsvpcConfiguration.Subnets"),
            field("security_groups", "NetworkConfiguration.AwsvpcConfiguration.SecurityGroups"),
            field("role", "Role"),
            field("task", "TaskDefinition"),
            field("cluster", "Cluster"),
            field("load_balancers", "LoadBalancers"),
        ],
    )
    .hook(kind_of),
    Mapping::new(
        &["aws_ecs_service"],
        Kind::Container,
        &[
            field("launch", "launch_type"),
            field("platform", "platform_version"),
            flag("public_address", "network_configuration.assign_public_ip"),
            field("subnets", "network_configuration.subnets"),
            field("security_groups", "network_configuration.security_groups"),
            field("role", "iam_role"),
            field("task", "task_definition"),
            field("cluster", "cluster"),
            field("load_balancers", "load_balancer"),
        ],
    )
    .hook(kind_of),
    Mapping::new(
        &["AWS::ECS::TaskDefinition"],
        Kind::Container,
        &[
            field("role", "TaskRoleArn"),
            field("execution_role", "ExecutionRoleArn"),
            each(
                "containers",
                "ContainerDefinitions",
                &[
                    field("name", "Name"),
                    field("image", "Image"),
                    flag("privileged", "Privileged"),
                    flag("read_only", "ReadonlyRootFilesystem"),
                    field("environment", "Environment"),
                    field("user", "User"),
                ],
            ),
            field("pid", "PidMode"),
            field("network_mode", "NetworkMode"),
            each(
                "volumes",
                "Volumes",
                &[
                    field("name", "Name"),
                    field("efs", "EFSVolumeConfiguration"),
                    field("transit", "EFSVolumeConfiguration.TransitEncryption"),
                ],
            ),
        ],
    )
    .hook(kind_of),
    Mapping::new(
        &["aws_ecs_task_definition"],
        Kind::Container,
        &[
            field("role", "task_role_arn"),
            field("execution_role", "execution_role_arn"),
            each("containers", "container_definitions", TERRAFORM_CONTAINER),
            field("pid", "pid_mode"),
            field("network_mode", "network_mode"),
            each(
                "volumes",
                "volume",
                &[
                    field("name", "name"),
                    field("efs", "efs_volume_configuration"),
                    field("transit", "efs_volume_configuration.transit_encryption"),
                ],
            ),
        ],
    )
    .hook(kind_of),
];

/// Container definitions are JSON, also in Terraform.
const TERRAFORM_CONTAINER: &[Field] = &[
    field("name", "name"),
    field("image", "image"),
    flag("privileged", "privileged"),
    field("pid", "pidMode"),
    flag("read_only", "readonlyRootFilesystem"),
    field("environment", "environment"),
    field("user", "user"),
];
