//! Object stores: buckets, their settings, access points.
use model::{Data, Kind, NodeId, Value};

use crate::lower::{Field, Lowering, Mapping, each, equals, exists, field, flag, policy};
use crate::resource::Resource;

const TARGETS: &[Field] = &[
    field("target", "Function"),
    field("target", "Queue"),
    field("target", "Topic"),
    field("target", "lambda_function_arn"),
    field("target", "queue_arn"),
    field("target", "topic_arn"),
    field("events", "Event"),
    field("events", "events"),
    field("filter", "Filter"),
    field("filter", "filter_prefix"),
    field("filter", "filter_suffix"),
];

const RULES: &[Field] = &[
    field("id", "Id"),
    field("id", "id"),
    flag("enabled", "Status"),
    flag("enabled", "status"),
    flag("enabled", "enabled"),
    field("filter", "Prefix"),
    field("filter", "TagFilters"),
    field("filter", "filter"),
    field("filter", "prefix"),
    field("abort_uploads", "AbortIncompleteMultipartUpload"),
    field("abort_uploads", "abort_incomplete_multipart_upload"),
    field("abort_uploads", "abort_incomplete_multipart_upload_days"),
    exists("expires", "ExpirationInDays"),
    exists("expires", "expiration"),
    exists("expires", "NoncurrentVersionExpiration"),
    exists("expires", "noncurrent_version_expiration"),
];

const REPLICATION: &[Field] = &[
    flag("enabled", "Status"),
    flag("enabled", "status"),
    field("target", "Destination.Bucket"),
    field("target", "destination.bucket"),
];

const CORS: &[Field] = &[
    field("origins", "AllowedOrigins"),
    field("origins", "allowed_origins"),
    field("methods", "AllowedMethods"),
    field("methods", "allowed_methods"),
    field("headers", "AllowedHeaders"),
    field("headers", "allowed_headers"),
];

const GRANTS: &[Field] = &[
    field("grantee", "grantee.uri"),
    field("grantee", "uri"),
    field("permission", "permission"),
    field("permission", "permissions"),
];

const SSE: &str =
    "BucketEncryption.ServerSideEncryptionConfiguration.ServerSideEncryptionByDefault.SSEAlgorithm";
const SSE_KEY: &str =
    "BucketEncryption.ServerSideEncryptionConfiguration.ServerSideEncryptionByDefault.KMSMasterKeyID";
const TF_SSE: &str =
    "server_side_encryption_configuration.rule.apply_server_side_encryption_by_default.sse_algorithm";
const TF_SSE_KEY: &str =
    "server_side_encryption_configuration.rule.apply_server_side_encryption_by_default.kms_master_key_id";

const PUBLIC_ACCESS_CFN: &[Field] = &[
    field("bucket", "Bucket"),
    flag("block_public_acls", "PublicAccessBlockConfiguration.BlockPublicAcls"),
    flag("ignore_public_acls", "PublicAccessBlockConfiguration.IgnorePublicAcls"),
    flag("block_public_policy", "PublicAccessBlockConfiguration.BlockPublicPolicy"),
    flag("restrict_public_buckets", "PublicAccessBlockConfiguration.RestrictPublicBuckets"),
    field("access_block", "PublicAccessBlockConfiguration"),
    exists("network", "VpcConfiguration"),
    field("name", "Name"),
    policy("Policy"),
];

const PUBLIC_ACCESS: &[Field] = &[
    field("bucket", "bucket"),
    exists("public_access_block", ""),
    flag("block_public_acls", "block_public_acls"),
    flag("ignore_public_acls", "ignore_public_acls"),
    flag("block_public_policy", "block_public_policy"),
    flag("restrict_public_buckets", "restrict_public_buckets"),
];

pub(super) const MAPPINGS: &[Mapping] = &[
    Mapping::new(
        &["AWS::S3::Bucket"],
        Kind::Bucket,
        &[
            field("name", "BucketName"),
            field("acl", "AccessControl"),
            field("ownership", "OwnershipControls.Rules.ObjectOwnership"),
            equals("versioning", "VersioningConfiguration.Status", "Enabled"),
            field("encryption", SSE),
            field("key", SSE_KEY),
            exists("logging", "LoggingConfiguration"),
            field("log_target", "LoggingConfiguration.DestinationBucketName"),
            exists("public_access_block", "PublicAccessBlockConfiguration"),
            flag("block_public_acls", "PublicAccessBlockConfiguration.BlockPublicAcls"),
            flag("ignore_public_acls", "PublicAccessBlockConfiguration.IgnorePublicAcls"),
            flag("block_public_policy", "PublicAccessBlockConfiguration.BlockPublicPolicy"),
            flag("restrict_public_buckets", "PublicAccessBlockConfiguration.RestrictPublicBuckets"),
            each("lifecycle", "LifecycleConfiguration.Rules", RULES),
            exists("notifications", "NotificationConfiguration"),
            each("notify_functions", "NotificationConfiguration.LambdaConfigurations", TARGETS),
            each("notify_queues", "NotificationConfiguration.QueueConfigurations", TARGETS),
            each("notify_topics", "NotificationConfiguration.TopicConfigurations", TARGETS),
            flag("notify_bus", "NotificationConfiguration.EventBridgeConfiguration.EventBridgeEnabled"),
            exists("notify_bus", "NotificationConfiguration.EventBridgeConfiguration"),
            flag("object_lock", "ObjectLockEnabled"),
            flag("object_lock", "ObjectLockConfiguration.ObjectLockEnabled"),
            each("replication", "ReplicationConfiguration.Rules", REPLICATION),
            field("website", "WebsiteConfiguration"),
            each("cors", "CorsConfiguration.CorsRules", CORS),
            field("tags", "Tags"),
        ],
    ),
    Mapping::new(
        &["aws_s3_bucket"],
        Kind::Bucket,
        &[
            field("name", "bucket"),
            field("acl", "acl"),
            each("grants", "grant", GRANTS),
            flag("versioning", "versioning.enabled"),
            flag("mfa_delete", "versioning.mfa_delete"),
            field("encryption", TF_SSE),
            field("key", TF_SSE_KEY),
            exists("logging", "logging"),
            field("log_target", "logging.target_bucket"),
            each("lifecycle", "lifecycle_rule", RULES),
            flag("object_lock", "object_lock_enabled"),
            flag("object_lock", "object_lock_configuration.object_lock_enabled"),
            each("replication", "replication_configuration.rules", REPLICATION),
            field("website", "website"),
            each("cors", "cors_rule", CORS),
            flag("force_destroy", "force_destroy"),
            policy("policy"),
            field("tags", "tags"),
        ],
    ),
    Mapping::new(&["aws_s3_bucket_public_access_block"], Kind::PublicAccessBlock, PUBLIC_ACCESS)
        .merge_into("bucket")
        .hook(literal_bucket),
    Mapping::new(&["aws_s3_account_public_access_block"], Kind::PublicAccessBlock, PUBLIC_ACCESS),
    Mapping::new(
        &[
            "aws_s3_bucket_versioning",
            "aws_s3_bucket_server_side_encryption_configuration",
            "aws_s3_bucket_acl",
            "aws_s3_bucket_ownership_controls",
        ],
        Kind::BucketSetting,
        &[
            field("bucket", "bucket"),
            field("acl", "acl"),
            each("grants", "access_control_policy.grant", GRANTS),
            field("ownership", "rule.object_ownership"),
            equals("versioning", "versioning_configuration.status", "Enabled"),
            flag("mfa_delete", "versioning_configuration.mfa_delete"),
            field("encryption", "rule.apply_server_side_encryption_by_default.sse_algorithm"),
            field("key", "rule.apply_server_side_encryption_by_default.kms_master_key_id"),
        ],
    )
    .merge_into("bucket")
    .hook(literal_bucket),
    Mapping::new(
        &["aws_s3_bucket_logging"],
        Kind::BucketSetting,
        &[field("bucket", "bucket"), exists("logging", ""), field("log_target", "target_bucket")],
    )
    .merge_into("bucket")
    .hook(literal_bucket),
    Mapping::new(
        &["aws_s3_bucket_lifecycle_configuration"],
        Kind::BucketSetting,
        &[field("bucket", "bucket"), each("lifecycle", "rule", RULES)],
    )
    .merge_into("bucket")
    .hook(literal_bucket),
    Mapping::new(
        &["aws_s3_bucket_notification"],
        Kind::BucketSetting,
        &[
            field("bucket", "bucket"),
            exists("notifications", ""),
            each("notify_functions", "lambda_function", TARGETS),
            each("notify_queues", "queue", TARGETS),
            each("notify_topics", "topic", TARGETS),
            flag("notify_bus", "eventbridge"),
        ],
    )
    .merge_into("bucket")
    .hook(literal_bucket),
    Mapping::new(
        &["aws_s3_bucket_object_lock_configuration"],
        Kind::BucketSetting,
        &[field("bucket", "bucket"), exists("object_lock", "")],
    )
    .merge_into("bucket")
    .hook(literal_bucket),
    Mapping::new(
        &["aws_s3_bucket_replication_configuration"],
        Kind::BucketSetting,
        &[field("bucket", "bucket"), each("replication", "rule", REPLICATION)],
    )
    .merge_into("bucket")
    .hook(literal_bucket),
    Mapping::new(
        &["aws_s3_bucket_website_configuration"],
        Kind::BucketSetting,
        &[field("bucket", "bucket"), field("website", "")],
    )
    .merge_into("bucket")
    .hook(literal_bucket),
    Mapping::new(
        &["aws_s3_bucket_cors_configuration"],
        Kind::BucketSetting,
        &[field("bucket", "bucket"), each("cors", "cors_rule", CORS)],
    )
    .merge_into("bucket")
    .hook(literal_bucket),
    Mapping::new(&["AWS::S3::AccessPoint"], Kind::BucketSetting, PUBLIC_ACCESS_CFN).owner("bucket"),
    Mapping::new(
        &["aws_s3_access_point"],
        Kind::BucketSetting,
        &[
            field("bucket", "bucket"),
            field("name", "name"),
            field("access_block", "public_access_block_configuration"),
            flag("block_public_acls", "public_access_block_configuration.block_public_acls"),
            flag("ignore_public_acls", "public_access_block_configuration.ignore_public_acls"),
            flag("block_public_policy", "public_access_block_configuration.block_public_policy"),
            flag("restrict_public_buckets", "public_access_block_configuration.restrict_public_buckets"),
            exists("network", "vpc_configuration"),
            policy("policy"),
        ],
    )
    .owner("bucket"),
    Mapping::new(
        &["AWS::S3::BucketPolicy"],
        Kind::ResourcePolicy,
        &[field("target", "Bucket"), policy("PolicyDocument")],
    )
    .merge_into("target")
    .hook(literal_bucket),
    Mapping::new(
        &["aws_s3_bucket_policy"],
        Kind::ResourcePolicy,
        &[field("target", "bucket"), policy("policy")],
    )
    .merge_into("target")
    .hook(literal_bucket),
];

/// A setting that calls its bucket by name belongs to the bucket with that name. Two expressions that
/// are not known, but written alike, are the same name.
fn literal_bucket(lowering: &mut Lowering<'_>, _resource: &Resource, id: NodeId) {
    let attr = match lowering.node(id) {
        Some(node) if node.kind == Kind::ResourcePolicy => "target",
        Some(_) => "bucket",
        None => return,
    };
    let Some(written) = lowering.node(id).and_then(|node| node.get(attr)).cloned() else { return };
    let name = written.display();
    if name.is_empty() || written.first_reference().is_some() {
        return;
    }
    let named = |node: &&model::Node| {
        node.kind == Kind::Bucket && node.get("name").is_some_and(|value| value.display() == name)
    };
    let Some(target) = lowering.app.nodes.iter().find(named).map(|node| node.name.clone()) else { return };
    lowering.set(id, attr, Value::new(written.at, Data::Ref(model::Ref { target, attribute: None })));
}
