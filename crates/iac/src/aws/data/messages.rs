//! Queues, topics, subscriptions, streams and delivery streams.
use model::{Kind, NodeId};

use crate::lower::{Field, Lowering, Mapping, each, embedded, exists, field, flag, policy};
use crate::resource::Resource;

const SUBSCRIPTIONS: &[Field] =
    &[field("target", "Endpoint"), field("endpoint", "Endpoint"), field("protocol", "Protocol")];

pub(super) const MAPPINGS: &[Mapping] = &[
    Mapping::new(
        &["AWS::SQS::Queue"],
        Kind::Queue,
        &[
            field("name", "QueueName"),
            flag("fifo", "FifoQueue"),
            flag("deduplication", "ContentBasedDeduplication"),
            flag("encrypted", "SqsManagedSseEnabled"),
            field("key", "KmsMasterKeyId"),
            field("key_reuse_seconds", "KmsDataKeyReusePeriodSeconds"),
            field("redrive", "RedrivePolicy"),
            field("max_receives", "RedrivePolicy.maxReceiveCount"),
            field("redrive_allow", "RedriveAllowPolicy"),
            field("visibility_seconds", "VisibilityTimeout"),
            field("retention_seconds", "MessageRetentionPeriod"),
            field("delay_seconds", "DelaySeconds"),
            field("wait_seconds", "ReceiveMessageWaitTimeSeconds"),
            field("message_bytes_max", "MaximumMessageSize"),
            field("tags", "Tags"),
        ],
    )
    .hook(redrive),
    Mapping::new(
        &["aws_sqs_queue"],
        Kind::Queue,
        &[
            field("name", "name"),
            flag("fifo", "fifo_queue"),
            flag("deduplication", "content_based_deduplication"),
            flag("encrypted", "sqs_managed_sse_enabled"),
            field("key", "kms_master_key_id"),
            field("key_reuse_seconds", "kms_data_key_reuse_period_seconds"),
            field("redrive", "redrive_policy"),
            field("redrive_allow", "redrive_allow_policy"),
            field("visibility_seconds", "visibility_timeout_seconds"),
            field("retention_seconds", "message_retention_seconds"),
            field("delay_seconds", "delay_seconds"),
            field("wait_seconds", "receive_wait_time_seconds"),
            field("message_bytes_max", "max_message_size"),
            policy("policy"),
            field("tags", "tags"),
        ],
    )
    .hook(redrive),
    Mapping::new(&["aws_sqs_queue_redrive_policy"], Kind::Queue, &[field("redrive", "redrive_policy")])
        .hook(redrive_apart),
    Mapping::new(
        &["AWS::SQS::QueuePolicy"],
        Kind::ResourcePolicy,
        &[field("target", "Queues"), policy("PolicyDocument")],
    )
    .merge_into("target"),
    Mapping::new(
        &["AWS::SQS::QueueInlinePolicy"],
        Kind::ResourcePolicy,
        &[field("target", "Queue"), policy("PolicyDocument")],
    )
    .merge_into("target"),
    Mapping::new(
        &["aws_sqs_queue_policy"],
        Kind::ResourcePolicy,
        &[field("target", "queue_url"), policy("policy")],
    )
    .merge_into("target"),
    Mapping::new(
        &["AWS::SNS::Topic"],
        Kind::Topic,
        &[
            field("name", "TopicName"),
            flag("fifo", "FifoTopic"),
            flag("deduplication", "ContentBasedDeduplication"),
            field("key", "KmsMasterKeyId"),
            each("subscriptions", "Subscription", SUBSCRIPTIONS),
            flag("tracing", "TracingConfig"),
            field("delivery_logging", "DeliveryStatusLogging"),
            field("signature_version", "SignatureVersion"),
            field("tags", "Tags"),
        ],
    ),
    Mapping::new(
        &["aws_sns_topic"],
        Kind::Topic,
        &[
            field("name", "name"),
            flag("fifo", "fifo_topic"),
            flag("deduplication", "content_based_deduplication"),
            field("key", "kms_master_key_id"),
            flag("tracing", "tracing_config"),
            field("delivery_logging", "lambda_failure_feedback_role_arn"),
            field("delivery_logging", "sqs_failure_feedback_role_arn"),
            field("delivery_logging", "http_failure_feedback_role_arn"),
            field("signature_version", "signature_version"),
            policy("policy"),
            field("tags", "tags"),
        ],
    ),
    Mapping::new(
        &["AWS::SNS::TopicPolicy"],
        Kind::ResourcePolicy,
        &[field("target", "Topics"), policy("PolicyDocument")],
    )
    .merge_into("target"),
    Mapping::new(
        &["AWS::SNS::TopicInlinePolicy"],
        Kind::ResourcePolicy,
        &[field("target", "TopicArn"), policy("PolicyDocument")],
    )
    .merge_into("target"),
    Mapping::new(
        &["aws_sns_topic_policy"],
        Kind::ResourcePolicy,
        &[field("target", "arn"), policy("policy")],
    )
    .merge_into("target"),
    Mapping::new(
        &["AWS::SNS::Subscription"],
        Kind::Subscription,
        &[
            field("topic", "TopicArn"),
            field("protocol", "Protocol"),
            field("endpoint", "Endpoint"),
            field("redrive", "RedrivePolicy"),
            field("filter", "FilterPolicy"),
            flag("raw", "RawMessageDelivery"),
            field("role", "SubscriptionRoleArn"),
        ],
    )
    .owner("topic")
    .hook(redrive),
    Mapping::new(
        &["aws_sns_topic_subscription"],
        Kind::Subscription,
        &[
            field("topic", "topic_arn"),
            field("protocol", "protocol"),
            field("endpoint", "endpoint"),
            field("redrive", "redrive_policy"),
            field("filter", "filter_policy"),
            flag("raw", "raw_message_delivery"),
            field("role", "subscription_role_arn"),
        ],
    )
    .owner("topic")
    .hook(redrive),
    Mapping::new(
        &["AWS::Kinesis::Stream"],
        Kind::Stream,
        &[
            field("name", "Name"),
            field("encryption", "StreamEncryption.EncryptionType"),
            field("key", "StreamEncryption.KeyId"),
            field("retention_hours", "RetentionPeriodHours"),
            field("shards", "ShardCount"),
            field("mode", "StreamModeDetails.StreamMode"),
            field("tags", "Tags"),
        ],
    ),
    Mapping::new(
        &["aws_kinesis_stream"],
        Kind::Stream,
        &[
            field("name", "name"),
            field("encryption", "encryption_type"),
            field("key", "kms_key_id"),
            field("retention_hours", "retention_period"),
            field("shards", "shard_count"),
            field("mode", "stream_mode_details.stream_mode"),
            field("tags", "tags"),
        ],
    ),
    Mapping::new(
        &["AWS::Kinesis::StreamConsumer", "aws_kinesis_stream_consumer"],
        Kind::Stream,
        &[field("consumer_of", "StreamARN"), field("consumer_of", "stream_arn")],
    ),
    Mapping::new(
        &["AWS::Kinesis::ResourcePolicy"],
        Kind::ResourcePolicy,
        &[field("target", "ResourceArn"), policy("ResourcePolicy")],
    )
    .merge_into("target"),
    Mapping::new(
        &["aws_kinesis_resource_policy"],
        Kind::ResourcePolicy,
        &[field("target", "resource_arn"), policy("policy")],
    )
    .merge_into("target"),
    Mapping::new(
        &["AWS::KinesisFirehose::DeliveryStream"],
        Kind::DeliveryStream,
        &[
            field("name", "DeliveryStreamName"),
            field("source", "KinesisStreamSourceConfiguration.KinesisStreamARN"),
            field("source", "MSKSourceConfiguration.MSKClusterARN"),
            exists("sourced", "KinesisStreamSourceConfiguration"),
            exists("sourced", "MSKSourceConfiguration"),
            exists("encrypted", "DeliveryStreamEncryptionConfigurationInput"),
            field("key_type", "DeliveryStreamEncryptionConfigurationInput.KeyType"),
            field("key", "DeliveryStreamEncryptionConfigurationInput.KeyARN"),
            field("targets", "ExtendedS3DestinationConfiguration.BucketARN"),
            field("targets", "S3DestinationConfiguration.BucketARN"),
            field("targets", "AmazonopensearchserviceDestinationConfiguration.DomainARN"),
            field("targets", "ElasticsearchDestinationConfiguration.DomainARN"),
            field("targets", "HttpEndpointDestinationConfiguration.EndpointConfiguration.Url"),
            field("role", "ExtendedS3DestinationConfiguration.RoleARN"),
            field("role", "S3DestinationConfiguration.RoleARN"),
            field("role", "HttpEndpointDestinationConfiguration.RoleARN"),
            field("processors", "ExtendedS3DestinationConfiguration.ProcessingConfiguration.Processors"),
            field("processors", "HttpEndpointDestinationConfiguration.ProcessingConfiguration.Processors"),
            field("backup_mode", "ExtendedS3DestinationConfiguration.S3BackupMode"),
            flag("error_logging", "ExtendedS3DestinationConfiguration.CloudWatchLoggingOptions.Enabled"),
            flag("error_logging", "S3DestinationConfiguration.CloudWatchLoggingOptions.Enabled"),
            flag("error_logging", "HttpEndpointDestinationConfiguration.CloudWatchLoggingOptions.Enabled"),
            field("tags", "Tags"),
        ],
    ),
    Mapping::new(
        &["aws_kinesis_firehose_delivery_stream"],
        Kind::DeliveryStream,
        &[
            field("name", "name"),
            field("source", "kinesis_source_configuration.kinesis_stream_arn"),
            field("source", "msk_source_configuration.msk_cluster_arn"),
            exists("sourced", "kinesis_source_configuration"),
            exists("sourced", "msk_source_configuration"),
            flag("encrypted", "server_side_encryption.enabled"),
            field("key_type", "server_side_encryption.key_type"),
            field("key", "server_side_encryption.key_arn"),
            field("destination", "destination"),
            field("targets", "extended_s3_configuration.bucket_arn"),
            field("targets", "opensearch_configuration.domain_arn"),
            field("targets", "http_endpoint_configuration.url"),
            field("role", "extended_s3_configuration.role_arn"),
            field("role", "http_endpoint_configuration.role_arn"),
            field("processors", "extended_s3_configuration.processing_configuration.processors"),
            field("backup_mode", "extended_s3_configuration.s3_backup_mode"),
            flag("error_logging", "extended_s3_configuration.cloudwatch_logging_options.enabled"),
            flag("error_logging", "http_endpoint_configuration.cloudwatch_logging_options.enabled"),
            field("tags", "tags"),
        ],
    ),
];

/// Redrive policies are JSON text in Terraform, and maps or text in CloudFormation.
fn redrive(lowering: &mut Lowering<'_>, _resource: &Resource, id: NodeId) {
    let Some(written) = lowering.node(id).and_then(|node| node.get("redrive")).cloned() else { return };
    let policy = embedded(&written).unwrap_or_else(|| written.clone());
    if let Some(target) = policy.get("deadLetterTargetArn") {
        lowering.set(id, "dead_letters", target.clone());
    } else if policy.entries().is_empty() {
        // Not readable any deeper: something stands there, and may name its target.
        lowering.set(id, "dead_letters", policy.clone());
    }
    if let Some(count) = policy.get("maxReceiveCount")
        && lowering.node(id).is_some_and(|node| node.kind == Kind::Queue)
    {
        lowering.set(id, "max_receives", count.clone());
    }
    lowering.set(id, "redrive", policy);
}

/// A redrive policy as its own resource: its queue gets it.
fn redrive_apart(lowering: &mut Lowering<'_>, resource: &Resource, id: NodeId) {
    let queue = resource.properties.get("queue_url").and_then(|url| lowering.target(url));
    let written = lowering.node(id).and_then(|node| node.get("redrive")).cloned();
    if let (Some(queue), Some(written)) = (queue, written) {
        lowering.set(queue, "redrive", written);
        redrive(lowering, resource, queue);
    }
    // The setting itself is no queue.
    if let Some(node) = lowering.node_mut(id) {
        node.kind = Kind::Other;
        node.attrs.clear();
    }
}
