//! Queries over files, data-preparation jobs, brokers and streaming clusters.
use model::{Data, Kind, NodeId, Value};

use crate::lower::{Field, Lowering, Mapping, each, equals, exists, field, flag};
use crate::resource::Resource;

const USERS: &[Field] = &[
    field("name", "Username"),
    field("name", "username"),
    field("password", "Password"),
    field("password", "password"),
    flag("console", "ConsoleAccess"),
    flag("console", "console_access"),
];

pub(super) const MAPPINGS: &[Mapping] = &[
    Mapping::new(
        &["AWS::Athena::WorkGroup"],
        Kind::QueryWorkgroup,
        &[
            field("name", "Name"),
            exists("configured", "WorkGroupConfiguration"),
            flag("enforced", "WorkGroupConfiguration.EnforceWorkGroupConfiguration"),
            field(
                "encryption",
                "WorkGroupConfiguration.ResultConfiguration.EncryptionConfiguration.EncryptionOption",
            ),
            field("key", "WorkGroupConfiguration.ResultConfiguration.EncryptionConfiguration.KmsKey"),
            field("results", "WorkGroupConfiguration.ResultConfiguration.OutputLocation"),
            field("scan_bytes_max", "WorkGroupConfiguration.BytesScannedCutoffPerQuery"),
        ],
    ),
    Mapping::new(
        &["aws_athena_workgroup"],
        Kind::QueryWorkgroup,
        &[
            field("name", "name"),
            exists("configured", "configuration"),
            flag("enforced", "configuration.enforce_workgroup_configuration"),
            field(
                "encryption",
                "configuration.result_configuration.encryption_configuration.encryption_option",
            ),
            field("key", "configuration.result_configuration.encryption_configuration.kms_key_arn"),
            field("results", "configuration.result_configuration.output_location"),
            field("scan_bytes_max", "configuration.bytes_scanned_cutoff_per_query"),
        ],
    ),
    Mapping::new(
        &["aws_athena_database"],
        Kind::QueryWorkgroup,
        &[
            field("name", "name"),
            exists("is_database", ""),
            field("encryption", "encryption_configuration.encryption_option"),
            field("key", "encryption_configuration.kms_key"),
            field("results", "bucket"),
        ],
    ),
    Mapping::new(
        &["AWS::Glue::Job", "AWS::Glue::Crawler", "AWS::Glue::DevEndpoint"],
        Kind::DataJob,
        &[
            field("name", "Name"),
            field("role", "Role"),
            field("role", "RoleArn"),
            field("security", "CrawlerSecurityConfiguration"),
            field("security", "SecurityConfiguration"),
            field("script", "Command.ScriptLocation"),
        ],
    ),
    Mapping::new(
        &["aws_glue_job", "aws_glue_crawler", "aws_glue_dev_endpoint"],
        Kind::DataJob,
        &[
            field("name", "name"),
            field("role", "role_arn"),
            field("role", "role"),
            field("security", "security_configuration"),
            field("script", "command.script_location"),
        ],
    ),
    Mapping::new(
        &["AWS::Glue::SecurityConfiguration"],
        Kind::DataJob,
        &[
            field("name", "Name"),
            field("logs_encryption", "EncryptionConfiguration.CloudWatchEncryption.CloudWatchEncryptionMode"),
            field("logs_key", "EncryptionConfiguration.CloudWatchEncryption.KmsKeyArn"),
            field(
                "bookmarks_encryption",
                "EncryptionConfiguration.JobBookmarksEncryption.JobBookmarksEncryptionMode",
            ),
            field("bookmarks_key", "EncryptionConfiguration.JobBookmarksEncryption.KmsKeyArn"),
            field("store_encryption", "EncryptionConfiguration.S3Encryptions.S3EncryptionMode"),
            field("store_encryption", "EncryptionConfiguration.S3Encryptions"),
        ],
    ),
    Mapping::new(
        &["aws_glue_security_configuration"],
        Kind::DataJob,
        &[
            field("name", "name"),
            field(
                "logs_encryption",
                "encryption_configuration.cloudwatch_encryption.cloudwatch_encryption_mode",
            ),
            field("logs_key", "encryption_configuration.cloudwatch_encryption.kms_key_arn"),
            field(
                "bookmarks_encryption",
                "encryption_configuration.job_bookmarks_encryption.job_bookmarks_encryption_mode",
            ),
            field("bookmarks_key", "encryption_configuration.job_bookmarks_encryption.kms_key_arn"),
            field("store_encryption", "encryption_configuration.s3_encryption.s3_encryption_mode"),
        ],
    ),
    Mapping::new(
        &["AWS::Glue::DataCatalogEncryptionSettings"],
        Kind::DataJob,
        &[
            field(
                "catalog_encryption",
                "DataCatalogEncryptionSettings.EncryptionAtRest.CatalogEncryptionMode",
            ),
            field("catalog_key", "DataCatalogEncryptionSettings.EncryptionAtRest.SseAwsKmsKeyId"),
            flag(
                "passwords_encrypted",
                "DataCatalogEncryptionSettings.ConnectionPasswordEncryption.ReturnConnectionPasswordEncrypted",
            ),
            field("passwords_key", "DataCatalogEncryptionSettings.ConnectionPasswordEncryption.KmsKeyId"),
        ],
    ),
    Mapping::new(
        &["aws_glue_data_catalog_encryption_settings"],
        Kind::DataJob,
        &[
            field(
                "catalog_encryption",
                "data_catalog_encryption_settings.encryption_at_rest.catalog_encryption_mode",
            ),
            field("catalog_key", "data_catalog_encryption_settings.encryption_at_rest.sse_aws_kms_key_id"),
            flag(
                "passwords_encrypted",
                "data_catalog_encryption_settings.connection_password_encryption.return_connection_password_encrypted",
            ),
            field(
                "passwords_key",
                "data_catalog_encryption_settings.connection_password_encryption.aws_kms_key_id",
            ),
        ],
    ),
    Mapping::new(
        &["AWS::Glue::Connection", "aws_glue_connection"],
        Kind::DataJob,
        &[
            field("name", "ConnectionInput.Name"),
            field("name", "name"),
            field("connection", "ConnectionInput.ConnectionProperties"),
            field("connection", "connection_properties"),
        ],
    ),
    Mapping::new(
        &["AWS::AmazonMQ::Broker"],
        Kind::Broker,
        &[
            field("name", "BrokerName"),
            field("engine", "EngineType"),
            field("engine_version", "EngineVersion"),
            flag("public", "PubliclyAccessible"),
            flag("general_log", "Logs.General"),
            flag("audit_log", "Logs.Audit"),
            flag("minor_upgrades", "AutoMinorVersionUpgrade"),
            flag("provider_key", "EncryptionOptions.UseAwsOwnedKey"),
            field("key", "EncryptionOptions.KmsKeyId"),
            each("users", "Users", USERS),
            field("subnets", "SubnetIds"),
            field("security_groups", "SecurityGroups"),
            field("tags", "Tags"),
        ],
    ),
    Mapping::new(
        &["aws_mq_broker", "aws_mq_configuration"],
        Kind::Broker,
        &[
            field("name", "broker_name"),
            field("name", "name"),
            field("engine", "engine_type"),
            field("engine_version", "engine_version"),
            flag("public", "publicly_accessible"),
            flag("general_log", "logs.general"),
            flag("audit_log", "logs.audit"),
            flag("minor_upgrades", "auto_minor_version_upgrade"),
            flag("provider_key", "encryption_options.use_aws_owned_key"),
            field("key", "encryption_options.kms_key_id"),
            each("users", "user", USERS),
            field("subnets", "subnet_ids"),
            field("security_groups", "security_groups"),
            field("tags", "tags"),
        ],
    ),
    Mapping::new(
        &["AWS::MSK::Cluster"],
        Kind::Broker,
        &[
            field("name", "ClusterName"),
            field("engine_version", "KafkaVersion"),
            equals(
                "public",
                "BrokerNodeGroupInfo.ConnectivityInfo.PublicAccess.Type",
                "SERVICE_PROVIDED_EIPS",
            ),
            field("public_access", "BrokerNodeGroupInfo.ConnectivityInfo.PublicAccess.Type"),
            exists("encryption", "EncryptionInfo"),
            field("key", "EncryptionInfo.EncryptionAtRest.DataVolumeKMSKeyId"),
            field("client_tls", "EncryptionInfo.EncryptionInTransit.ClientBroker"),
            flag("cluster_tls", "EncryptionInfo.EncryptionInTransit.InCluster"),
            flag("cloud_logs", "LoggingInfo.BrokerLogs.CloudWatchLogs.Enabled"),
            field("log_group", "LoggingInfo.BrokerLogs.CloudWatchLogs.LogGroup"),
            flag("iam_auth", "ClientAuthentication.Sasl.Iam.Enabled"),
            flag("scram_auth", "ClientAuthentication.Sasl.Scram.Enabled"),
            flag("tls_auth", "ClientAuthentication.Tls.Enabled"),
            flag("unauthenticated", "ClientAuthentication.Unauthenticated.Enabled"),
            field("subnets", "BrokerNodeGroupInfo.ClientSubnets"),
            field("security_groups", "BrokerNodeGroupInfo.SecurityGroups"),
            field("monitoring", "EnhancedMonitoring"),
            field("tags", "Tags"),
        ],
    )
    .hook(kafka),
    Mapping::new(
        &["aws_msk_cluster"],
        Kind::Broker,
        &[
            field("name", "cluster_name"),
            field("engine_version", "kafka_version"),
            equals(
                "public",
                "broker_node_group_info.connectivity_info.public_access.type",
                "SERVICE_PROVIDED_EIPS",
            ),
            field("public_access", "broker_node_group_info.connectivity_info.public_access.type"),
            exists("encryption", "encryption_info"),
            field("key", "encryption_info.encryption_at_rest_kms_key_arn"),
            field("client_tls", "encryption_info.encryption_in_transit.client_broker"),
            flag("cluster_tls", "encryption_info.encryption_in_transit.in_cluster"),
            flag("cloud_logs", "logging_info.broker_logs.cloudwatch_logs.enabled"),
            field("log_group", "logging_info.broker_logs.cloudwatch_logs.log_group"),
            flag("iam_auth", "client_authentication.sasl.iam"),
            flag("scram_auth", "client_authentication.sasl.scram"),
            exists("tls_auth", "client_authentication.tls"),
            flag("unauthenticated", "client_authentication.unauthenticated"),
            field("subnets", "broker_node_group_info.client_subnets"),
            field("security_groups", "broker_node_group_info.security_groups"),
            field("monitoring", "enhanced_monitoring"),
            field("tags", "tags"),
        ],
    )
    .hook(kafka),
    Mapping::new(
        &["AWS::MSK::ServerlessCluster", "aws_msk_serverless_cluster"],
        Kind::Broker,
        &[
            field("name", "ClusterName"),
            field("name", "cluster_name"),
            flag("iam_auth", "ClientAuthentication.Sasl.Iam.Enabled"),
            flag("iam_auth", "client_authentication.sasl.iam.enabled"),
            field("subnets", "VpcConfigs.SubnetIds"),
            field("subnets", "vpc_config.subnet_ids"),
            field("security_groups", "VpcConfigs.SecurityGroups"),
            field("security_groups", "vpc_config.security_group_ids"),
        ],
    ),
];

const KAFKA_LOGS: &[&str] = &[
    "LoggingInfo.BrokerLogs.CloudWatchLogs.Enabled",
    "LoggingInfo.BrokerLogs.Firehose.Enabled",
    "LoggingInfo.BrokerLogs.S3.Enabled",
    "logging_info.broker_logs.cloudwatch_logs.enabled",
    "logging_info.broker_logs.firehose.enabled",
    "logging_info.broker_logs.s3.enabled",
];

/// A streaming cluster keeps a log when one of its three ways is on.
fn kafka(lowering: &mut Lowering<'_>, resource: &Resource, id: NodeId) {
    lowering.set(id, "engine", Value::new(resource.span, Data::from("kafka")));
    let ways = KAFKA_LOGS.iter().filter_map(|path| resource.properties.path(path));
    // What is on decides; else what is not known.
    let best = ways.max_by_key(|value| match value.truth() {
        model::Tri::True => 2,
        model::Tri::Unknown => 1,
        model::Tri::False => 0,
    });
    if let Some(value) = best.cloned() {
        lowering.set(id, "any_log", value);
    }
}
