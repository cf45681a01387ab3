//! In-memory caches.
use model::{Data, Kind, NodeId, Value};

use crate::lower::{Lowering, Mapping, equals, field, flag};
use crate::resource::Resource;

pub(super) const MAPPINGS: &[Mapping] = &[
    Mapping::new(
        &[
            "AWS::ElastiCache::ReplicationGroup",
            "AWS::ElastiCache::CacheCluster",
            "AWS::ElastiCache::ServerlessCache",
        ],
        Kind::Cache,
        &[
            field("name", "ReplicationGroupId"),
            field("name", "ClusterName"),
            field("name", "ServerlessCacheName"),
            field("engine", "Engine"),
            field("engine_version", "EngineVersion"),
            flag("encrypted", "AtRestEncryptionEnabled"),
            field("key", "KmsKeyId"),
            flag("tls", "TransitEncryptionEnabled"),
            field("auth_token", "AuthToken"),
            field("user_groups", "UserGroupIds"),
            field("user_groups", "UserGroupId"),
            flag("failover", "AutomaticFailoverEnabled"),
            flag("multi_zone", "MultiAZEnabled"),
            equals("multi_zone", "AZMode", "cross-az"),
            field("snapshot_days", "SnapshotRetentionLimit"),
            flag("minor_upgrades", "AutoMinorVersionUpgrade"),
            field("port", "Port"),
            field("subnet_group", "CacheSubnetGroupName"),
            field("security_groups", "SecurityGroupIds"),
            field("security_groups", "VpcSecurityGroupIds"),
            field("parameters", "CacheParameterGroupName"),
            field("logs", "LogDeliveryConfigurations"),
            field("tags", "Tags"),
        ],
    ),
    Mapping::new(
        &["aws_elasticache_replication_group", "aws_elasticache_cluster", "aws_elasticache_serverless_cache"],
        Kind::Cache,
        &[
            field("name", "replication_group_id"),
            field("name", "cluster_id"),
            field("name", "name"),
            field("engine", "engine"),
            field("engine_version", "engine_version"),
            flag("encrypted", "at_rest_encryption_enabled"),
            field("key", "kms_key_id"),
            flag("tls", "transit_encryption_enabled"),
            field("auth_token", "auth_token"),
            field("user_groups", "user_group_ids"),
            field("user_groups", "user_group_id"),
            flag("failover", "automatic_failover_enabled"),
            flag("multi_zone", "multi_az_enabled"),
            equals("multi_zone", "az_mode", "cross-az"),
            field("snapshot_days", "snapshot_retention_limit"),
            flag("minor_upgrades", "auto_minor_version_upgrade"),
            field("port", "port"),
            field("subnet_group", "subnet_group_name"),
            field("security_groups", "security_group_ids"),
            field("parameters", "parameter_group_name"),
            field("logs", "log_delivery_configuration"),
            field("tags", "tags"),
        ],
    ),
    Mapping::new(
        &["AWS::DAX::Cluster"],
        Kind::Cache,
        &[
            field("name", "ClusterName"),
            flag("encrypted", "SSESpecification.SSEEnabled"),
            field("endpoint_encryption", "ClusterEndpointEncryptionType"),
            field("subnet_group", "SubnetGroupName"),
            field("security_groups", "SecurityGroupIds"),
            field("parameters", "ParameterGroupName"),
            field("tags", "Tags"),
        ],
    )
    .hook(dax),
    Mapping::new(
        &["aws_dax_cluster"],
        Kind::Cache,
        &[
            field("name", "cluster_name"),
            flag("encrypted", "server_side_encryption.enabled"),
            field("endpoint_encryption", "cluster_endpoint_encryption_type"),
            field("subnet_group", "subnet_group_name"),
            field("security_groups", "security_group_ids"),
            field("parameters", "parameter_group_name"),
            field("tags", "tags"),
        ],
    )
    .hook(dax),
    Mapping::new(
        &["AWS::MemoryDB::Cluster"],
        Kind::Cache,
        &[
            field("name", "ClusterName"),
            field("engine", "Engine"),
            field("engine_version", "EngineVersion"),
            field("key", "KmsKeyId"),
            flag("tls", "TLSEnabled"),
            field("access_list", "ACLName"),
            field("snapshot_days", "SnapshotRetentionLimit"),
            flag("minor_upgrades", "AutoMinorVersionUpgrade"),
            field("subnet_group", "SubnetGroupName"),
            field("security_groups", "SecurityGroupIds"),
            field("tags", "Tags"),
        ],
    ),
    Mapping::new(
        &["aws_memorydb_cluster"],
        Kind::Cache,
        &[
            field("name", "name"),
            field("engine", "engine"),
            field("engine_version", "engine_version"),
            field("key", "kms_key_arn"),
            flag("tls", "tls_enabled"),
            field("access_list", "acl_name"),
            field("snapshot_days", "snapshot_retention_limit"),
            flag("minor_upgrades", "auto_minor_version_upgrade"),
            field("subnet_group", "subnet_group_name"),
            field("security_groups", "security_group_ids"),
            field("tags", "tags"),
        ],
    ),
    Mapping::new(
        &["aws_memorydb_snapshot"],
        Kind::Cache,
        &[field("name", "name"), field("key", "kms_key_arn"), field("of", "cluster_name")],
    ),
];

/// DAX has no engine to choose.
fn dax(lowering: &mut Lowering<'_>, resource: &Resource, id: NodeId) {
    lowering.set(id, "engine", Value::new(resource.span, Data::from("dax")));
}
