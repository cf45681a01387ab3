//! Key-value and document tables.
use model::{Data, Kind, NodeId, Value};

use crate::lower::{Field, Lowering, Mapping, each, equals, exists, field, flag, policy};
use crate::resource::Resource;

const REPLICAS: &[Field] = &[
    field("region", "Region"),
    field("region", "region_name"),
    flag("pitr", "PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled"),
    flag("pitr", "point_in_time_recovery"),
    flag("deletion_protection", "DeletionProtectionEnabled"),
    field("key", "SSESpecification.KMSMasterKeyId"),
    field("key", "kms_key_arn"),
];

pub(super) const MAPPINGS: &[Mapping] = &[
    Mapping::new(
        &["AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable"],
        Kind::Table,
        &[
            field("name", "TableName"),
            flag("encrypted", "SSESpecification.SSEEnabled"),
            field("encryption", "SSESpecification.SSEType"),
            field("key", "SSESpecification.KMSMasterKeyId"),
            flag("pitr", "PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled"),
            flag("deletion_protection", "DeletionProtectionEnabled"),
            field("billing", "BillingMode"),
            field("read_capacity", "ProvisionedThroughput.ReadCapacityUnits"),
            field("write_capacity", "ProvisionedThroughput.WriteCapacityUnits"),
            field("read_max", "OnDemandThroughput.MaxReadRequestUnits"),
            flag("ttl", "TimeToLiveSpecification.Enabled"),
            field("stream", "StreamSpecification.StreamViewType"),
            exists("stream_on", "StreamSpecification"),
            field("attributes", "AttributeDefinitions"),
            field("key_schema", "KeySchema"),
            field("indexes", "GlobalSecondaryIndexes"),
            field("local_indexes", "LocalSecondaryIndexes"),
            each("replicas", "Replicas", REPLICAS),
            policy("ResourcePolicy.PolicyDocument"),
            field("tags", "Tags"),
        ],
    ),
    Mapping::new(
        &["AWS::Serverless::SimpleTable"],
        Kind::Table,
        &[
            field("name", "TableName"),
            flag("encrypted", "SSESpecification.SSEEnabled"),
            field("encryption", "SSESpecification.SSEType"),
            field("key", "SSESpecification.KMSMasterKeyId"),
            flag("pitr", "PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled"),
            field("read_capacity", "ProvisionedThroughput.ReadCapacityUnits"),
            field("write_capacity", "ProvisionedThroughput.WriteCapacityUnits"),
            field("key_schema", "PrimaryKey"),
            field("tags", "Tags"),
        ],
    ),
    Mapping::new(
        &["aws_dynamodb_table"],
        Kind::Table,
        &[
            field("name", "name"),
            flag("encrypted", "server_side_encryption.enabled"),
            field("key", "server_side_encryption.kms_key_arn"),
            flag("pitr", "point_in_time_recovery.enabled"),
            flag("deletion_protection", "deletion_protection_enabled"),
            field("billing", "billing_mode"),
            field("read_capacity", "read_capacity"),
            field("write_capacity", "write_capacity"),
            field("read_max", "on_demand_throughput.max_read_request_units"),
            flag("ttl", "ttl.enabled"),
            field("stream", "stream_view_type"),
            flag("stream_on", "stream_enabled"),
            field("attributes", "attribute"),
            field("hash_key", "hash_key"),
            field("range_key", "range_key"),
            field("indexes", "global_secondary_index"),
            field("local_indexes", "local_secondary_index"),
            each("replicas", "replica", REPLICAS),
            field("tags", "tags"),
        ],
    ),
    Mapping::new(
        &["aws_dynamodb_global_table"],
        Kind::Table,
        &[field("name", "name"), each("replicas", "replica", REPLICAS)],
    ),
    Mapping::new(
        &["aws_dynamodb_table_replica"],
        Kind::Table,
        &[
            field("source", "global_table_arn"),
            field("key", "kms_key_arn"),
            flag("pitr", "point_in_time_recovery"),
            flag("deletion_protection", "deletion_protection_enabled"),
            field("tags", "tags"),
        ],
    )
    .owner("source"),
    Mapping::new(
        &["aws_dynamodb_resource_policy"],
        Kind::ResourcePolicy,
        &[field("target", "resource_arn"), policy("policy")],
    )
    .merge_into("target"),
    Mapping::new(
        &["AWS::Cassandra::Table"],
        Kind::Table,
        &[
            field("name", "TableName"),
            field("encryption", "EncryptionSpecification.EncryptionType"),
            field("key", "EncryptionSpecification.KmsKeyIdentifier"),
            flag("pitr", "PointInTimeRecoveryEnabled"),
            field("billing", "BillingMode.Mode"),
            field("tags", "Tags"),
        ],
    ),
    Mapping::new(
        &["aws_keyspaces_table"],
        Kind::Table,
        &[
            field("name", "table_name"),
            field("encryption", "encryption_specification.type"),
            field("key", "encryption_specification.kms_key_identifier"),
            equals("pitr", "point_in_time_recovery.status", "ENABLED"),
            field("billing", "capacity_specification.throughput_mode"),
            equals("ttl", "ttl.status", "ENABLED"),
            field("tags", "tags"),
        ],
    ),
    Mapping::new(
        &["AWS::ApplicationAutoScaling::ScalingPolicy", "aws_appautoscaling_policy"],
        Kind::Other,
        &[],
    )
    .hook(scales),
];

/// A scaling policy is about a target, and the target about a table: then the table scales.
fn scales(lowering: &mut Lowering<'_>, resource: &Resource, _id: NodeId) {
    let subject = |properties: &Value, keys: &[&str]| {
        let value = keys.iter().find_map(|key| properties.get(key))?;
        value.first_reference().map(|reference| reference.target.clone())
    };
    let from_policy = ["ScalingTargetId", "ResourceId", "resource_id"];
    let Some(target) = subject(&resource.properties, &from_policy) else { return };
    let named = lowering.resources.get(&target);
    let table = named.and_then(|target| subject(&target.properties, &["ResourceId", "resource_id"]));
    let table = lowering.find(&table.unwrap_or(target));
    if let Some(id) = table.filter(|id| lowering.node(*id).is_some_and(|node| node.kind == Kind::Table)) {
        lowering.set(id, "scales", Value::new(resource.span, Data::Bool(true)));
    }
}
