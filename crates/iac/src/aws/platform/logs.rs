//! Logs, trails, alarms and records of traffic.
use model::{Kind, NodeId};

use super::mark;
use crate::lower::{Lowering, Mapping, field, flag};
use crate::resource::Resource;

pub(super) const MAPPINGS: &[Mapping] = &[
    Mapping::new(
        &["AWS::Logs::LogGroup"],
        Kind::LogGroup,
        &[
            field("name", "LogGroupName"),
            field("retention_days", "RetentionInDays"),
            field("key", "KmsKeyId"),
            field("class", "LogGroupClass"),
            field("data_protection", "DataProtectionPolicy"),
            field("tags", "Tags"),
        ],
    ),
    Mapping::new(
        &["aws_cloudwatch_log_group"],
        Kind::LogGroup,
        &[
            field("name", "name"),
            field("retention_days", "retention_in_days"),
            field("key", "kms_key_id"),
            field("class", "log_group_class"),
            field("tags", "tags"),
        ],
    ),
    Mapping::new(
        &["AWS::CloudTrail::Trail"],
        Kind::Trail,
        &[
            field("name", "TrailName"),
            field("bucket", "S3BucketName"),
            field("log_group", "CloudWatchLogsLogGroupArn"),
            field("key", "KMSKeyId"),
            flag("validation", "EnableLogFileValidation"),
            flag("multi_region", "IsMultiRegionTrail"),
            flag("logging", "IsLogging"),
            field("topic", "SnsTopicName"),
            flag("global_events", "IncludeGlobalServiceEvents"),
            field("selectors", "EventSelectors"),
            field("selectors", "AdvancedEventSelectors"),
        ],
    ),
    Mapping::new(
        &["aws_cloudtrail"],
        Kind::Trail,
        &[
            field("name", "name"),
            field("bucket", "s3_bucket_name"),
            field("log_group", "cloud_watch_logs_group_arn"),
            field("key", "kms_key_id"),
            flag("validation", "enable_log_file_validation"),
            flag("multi_region", "is_multi_region_trail"),
            flag("logging", "enable_logging"),
            field("topic", "sns_topic_name"),
            flag("global_events", "include_global_service_events"),
            field("selectors", "event_selector"),
            field("selectors", "advanced_event_selector"),
        ],
    ),
    Mapping::new(
        &["AWS::CloudTrail::EventDataStore"],
        Kind::Trail,
        &[field("name", "Name"), field("key", "KmsKeyId"), flag("multi_region", "MultiRegionEnabled")],
    )
    .hook(store),
    Mapping::new(
        &["aws_cloudtrail_event_data_store"],
        Kind::Trail,
        &[field("name", "name"), field("key", "kms_key_id"), flag("multi_region", "multi_region_enabled")],
    )
    .hook(store),
    Mapping::new(
        &["AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm"],
        Kind::Alarm,
        &[
            field("name", "AlarmName"),
            field("namespace", "Namespace"),
            field("metric", "MetricName"),
            field("dimensions", "Dimensions"),
            field("metrics", "Metrics"),
            field("actions", "AlarmActions"),
            flag("actions_enabled", "ActionsEnabled"),
        ],
    ),
    Mapping::new(
        &["aws_cloudwatch_metric_alarm", "aws_cloudwatch_composite_alarm"],
        Kind::Alarm,
        &[
            field("name", "alarm_name"),
            field("namespace", "namespace"),
            field("metric", "metric_name"),
            field("dimensions", "dimensions"),
            field("metrics", "metric_query"),
            field("actions", "alarm_actions"),
            flag("actions_enabled", "actions_enabled"),
        ],
    ),
    Mapping::new(
        &["AWS::EC2::FlowLog"],
        Kind::FlowLog,
        &[
            field("target", "ResourceId"),
            field("log_destination", "LogDestination"),
            field("log_destination", "LogGroupName"),
            field("traffic", "TrafficType"),
        ],
    ),
    Mapping::new(
        &["aws_flow_log"],
        Kind::FlowLog,
        &[
            field("target", "vpc_id"),
            field("target", "subnet_id"),
            field("target", "eni_id"),
            field("log_destination", "log_destination"),
            field("log_destination", "log_group_name"),
            field("traffic", "traffic_type"),
        ],
    ),
    Mapping::new(
        &["aws_route53_query_log"],
        Kind::LogConfig,
        &[field("target", "zone_id"), field("log_destination", "cloudwatch_log_group_arn")],
    )
    .owner("target"),
    Mapping::new(
        &["AWS::CloudFormation::Stack"],
        Kind::NestedStack,
        &[
            field("template", "TemplateURL"),
            field("parameters", "Parameters"),
            field("topics", "NotificationARNs"),
        ],
    ),
    Mapping::new(
        &["aws_cloudformation_stack"],
        Kind::NestedStack,
        &[
            field("template", "template_url"),
            field("template", "template_body"),
            field("parameters", "parameters"),
            field("topics", "notification_arns"),
        ],
    ),
];

fn store(lowering: &mut Lowering<'_>, resource: &Resource, id: NodeId) {
    mark(lowering, resource, id, "is_store");
}
