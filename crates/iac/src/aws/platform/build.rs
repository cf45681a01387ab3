//! Image registries, builds, pipelines, mail, file transfer.
use model::{Kind, NodeId};

use super::{kind_of, mark};
use crate::lower::{Lowering, Mapping, each, field, flag, policy};
use crate::resource::Resource;

pub(super) const MAPPINGS: &[Mapping] = &[
    Mapping::new(
        &["AWS::ECR::Repository"],
        Kind::ImageRegistry,
        &[
            field("name", "RepositoryName"),
            field("mutability", "ImageTagMutability"),
            flag("scan", "ImageScanningConfiguration.ScanOnPush"),
            field("encryption", "EncryptionConfiguration.EncryptionType"),
            field("key", "EncryptionConfiguration.KmsKey"),
            field("lifecycle", "LifecyclePolicy"),
            policy("RepositoryPolicyText"),
        ],
    ),
    Mapping::new(
        &["aws_ecr_repository"],
        Kind::ImageRegistry,
        &[
            field("name", "name"),
            field("mutability", "image_tag_mutability"),
            flag("scan", "image_scanning_configuration.scan_on_push"),
            field("encryption", "encryption_configuration.encryption_type"),
            field("key", "encryption_configuration.kms_key"),
        ],
    ),
    Mapping::new(
        &["aws_ecr_repository_policy"],
        Kind::ResourcePolicy,
        &[field("target", "repository"), policy("policy")],
    )
    .merge_into("target"),
    Mapping::new(
        &["AWS::ECR::PublicRepository"],
        Kind::ImageRegistry,
        &[field("name", "RepositoryName"), policy("RepositoryPolicyText")],
    )
    .hook(public),
    Mapping::new(&["aws_ecrpublic_repository"], Kind::ImageRegistry, &[field("name", "repository_name")])
        .hook(public),
    Mapping::new(
        &["AWS::CodeBuild::Project"],
        Kind::Build,
        &[
            field("name", "Name"),
            field("role", "ServiceRole"),
            field("artifacts", "Artifacts.Type"),
            flag("artifacts_unencrypted", "Artifacts.EncryptionDisabled"),
            field("key", "EncryptionKey"),
            field("logs", "LogsConfig"),
            field("cloud_logs", "LogsConfig.CloudWatchLogs"),
            field("bucket_logs", "LogsConfig.S3Logs"),
            flag("bucket_logs_unencrypted", "LogsConfig.S3Logs.EncryptionDisabled"),
            flag("privileged", "Environment.PrivilegedMode"),
            field("image", "Environment.Image"),
            each(
                "environment",
                "Environment.EnvironmentVariables",
                &[field("name", "Name"), field("value", "Value"), field("type", "Type")],
            ),
            field("source", "Source.Type"),
            field("subnets", "VpcConfig.Subnets"),
            field("security_groups", "VpcConfig.SecurityGroupIds"),
        ],
    )
    .hook(kind_of),
    Mapping::new(
        &["aws_codebuild_project"],
        Kind::Build,
        &[
            field("name", "name"),
            field("role", "service_role"),
            field("artifacts", "artifacts.type"),
            flag("artifacts_unencrypted", "artifacts.encryption_disabled"),
            field("key", "encryption_key"),
            field("logs", "logs_config"),
            field("cloud_logs", "logs_config.cloudwatch_logs"),
            field("bucket_logs", "logs_config.s3_logs"),
            flag("bucket_logs_unencrypted", "logs_config.s3_logs.encryption_disabled"),
            flag("privileged", "environment.privileged_mode"),
            field("image", "environment.image"),
            each(
                "environment",
                "environment.environment_variable",
                &[field("name", "name"), field("value", "value"), field("type", "type")],
            ),
            field("source", "source.type"),
            field("subnets", "vpc_config.subnets"),
            field("security_groups", "vpc_config.security_group_ids"),
        ],
    )
    .hook(kind_of),
    Mapping::new(
        &["AWS::CodePipeline::Pipeline"],
        Kind::Build,
        &[
            field("name", "Name"),
            field("role", "RoleArn"),
            field("artifacts", "ArtifactStore.Type"),
            field("key", "ArtifactStore.EncryptionKey.Id"),
            field("key_type", "ArtifactStore.EncryptionKey.Type"),
        ],
    )
    .hook(kind_of),
    Mapping::new(
        &["aws_codepipeline"],
        Kind::Build,
        &[
            field("name", "name"),
            field("role", "role_arn"),
            field("artifacts", "artifact_store.type"),
            field("key", "artifact_store.encryption_key.id"),
            field("key_type", "artifact_store.encryption_key.type"),
        ],
    )
    .hook(kind_of),
    Mapping::new(
        &["AWS::CodeCommit::Repository"],
        Kind::Build,
        &[field("name", "RepositoryName"), field("key", "KmsKeyId")],
    )
    .hook(kind_of),
    Mapping::new(
        &["aws_codecommit_repository"],
        Kind::Build,
        &[field("name", "repository_name"), field("key", "kms_key_id")],
    )
    .hook(kind_of),
    Mapping::new(
        &["AWS::CodeArtifact::Domain"],
        Kind::Build,
        &[field("name", "DomainName"), field("key", "EncryptionKey"), policy("PermissionsPolicyDocument")],
    )
    .hook(kind_of),
    Mapping::new(
        &["aws_codeartifact_domain"],
        Kind::Build,
        &[field("name", "domain"), field("key", "encryption_key")],
    )
    .hook(kind_of),
    Mapping::new(
        &["AWS::SES::ConfigurationSet"],
        Kind::Email,
        &[
            field("tls", "DeliveryOptions.TlsPolicy"),
            flag("reputation", "ReputationOptions.ReputationMetricsEnabled"),
        ],
    )
    .hook(kind_of),
    Mapping::new(
        &["aws_ses_configuration_set", "aws_sesv2_configuration_set"],
        Kind::Email,
        &[field("tls", "delivery_options.tls_policy"), flag("reputation", "reputation_metrics_enabled")],
    )
    .hook(kind_of),
    Mapping::new(
        &["AWS::SES::ReceiptRule"],
        Kind::Email,
        &[
            flag("scan", "Rule.ScanEnabled"),
            field("rule_tls", "Rule.TlsPolicy"),
            field("function", "Rule.Actions"),
        ],
    )
    .hook(kind_of),
    Mapping::new(
        &["aws_ses_receipt_rule"],
        Kind::Email,
        &[
            flag("scan", "scan_enabled"),
            field("rule_tls", "tls_policy"),
            field("function", "lambda_action.function_arn"),
        ],
    )
    .hook(kind_of),
    Mapping::new(&["AWS::SES::EmailIdentity"], Kind::Email, &[field("domain", "EmailIdentity")]),
    Mapping::new(&["aws_ses_domain_identity"], Kind::Email, &[field("domain", "domain")]),
    Mapping::new(&["aws_ses_email_identity"], Kind::Email, &[field("domain", "email")]),
    Mapping::new(
        &["AWS::Transfer::Server"],
        Kind::FileTransfer,
        &[
            field("endpoint", "EndpointType"),
            field("protocols", "Protocols"),
            field("tls", "SecurityPolicyName"),
            field("log_role", "LoggingRole"),
        ],
    ),
    Mapping::new(
        &["aws_transfer_server"],
        Kind::FileTransfer,
        &[
            field("endpoint", "endpoint_type"),
            field("protocols", "protocols"),
            field("tls", "security_policy_name"),
            field("log_role", "logging_role"),
        ],
    ),
];

fn public(lowering: &mut Lowering<'_>, resource: &Resource, id: NodeId) {
    mark(lowering, resource, id, "public");
}
