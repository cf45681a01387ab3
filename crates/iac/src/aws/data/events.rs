//! Event buses, rules, schedules and pipes.
use model::{Data, Entry, Key, Kind, NodeId, PolicyOrigin, Value};

use crate::lower::{Field, Lowering, Mapping, each, equals, exists, field, flag, policy, read_policy};
use crate::resource::Resource;

const TARGETS: &[Field] = &[
    field("target", "Arn"),
    field("target", "arn"),
    field("id", "Id"),
    field("id", "target_id"),
    field("dead_letters", "DeadLetterConfig.Arn"),
    field("dead_letters", "dead_letter_config.arn"),
    field("retries", "RetryPolicy.MaximumRetryAttempts"),
    field("retries", "retry_policy.maximum_retry_attempts"),
    field("event_age_seconds", "RetryPolicy.MaximumEventAgeInSeconds"),
    field("event_age_seconds", "retry_policy.maximum_event_age_in_seconds"),
    field("role", "RoleArn"),
    field("role", "role_arn"),
    field("input", "Input"),
    field("input", "InputTransformer"),
    field("input", "InputPath"),
    field("input", "input"),
    field("input", "input_transformer"),
    field("input", "input_path"),
];

pub(super) const MAPPINGS: &[Mapping] = &[
    Mapping::new(
        &["AWS::Events::EventBus"],
        Kind::EventBus,
        &[
            field("name", "Name"),
            field("key", "KmsKeyIdentifier"),
            field("dead_letters", "DeadLetterConfig.Arn"),
            field("source", "EventSourceName"),
            policy("Policy"),
            field("tags", "Tags"),
        ],
    ),
    Mapping::new(
        &["aws_cloudwatch_event_bus"],
        Kind::EventBus,
        &[
            field("name", "name"),
            field("key", "kms_key_identifier"),
            field("dead_letters", "dead_letter_config.arn"),
            field("source", "event_source_name"),
            field("tags", "tags"),
        ],
    ),
    Mapping::new(
        &["AWS::Events::Archive", "aws_cloudwatch_event_archive"],
        Kind::EventBus,
        &[
            field("archive_of", "SourceArn"),
            field("archive_of", "event_source_arn"),
            field("retention_days", "RetentionDays"),
            field("retention_days", "retention_days"),
            field("key", "KmsKeyIdentifier"),
            field("key", "kms_key_identifier"),
        ],
    ),
    Mapping::new(
        &["AWS::Events::Connection"],
        Kind::Integration,
        &[
            field("name", "Name"),
            field("authorization", "AuthorizationType"),
            field("password", "AuthParameters.BasicAuthParameters.Password"),
            field("api_key", "AuthParameters.ApiKeyAuthParameters.ApiKeyValue"),
            field("client_secret", "AuthParameters.OAuthParameters.ClientParameters.ClientSecret"),
            field("key", "KmsKeyIdentifier"),
        ],
    ),
    Mapping::new(
        &["aws_cloudwatch_event_connection"],
        Kind::Integration,
        &[
            field("name", "name"),
            field("authorization", "authorization_type"),
            field("password", "auth_parameters.basic.password"),
            field("api_key", "auth_parameters.api_key.value"),
            field("client_secret", "auth_parameters.oauth.client_parameters.client_secret"),
            field("key", "kms_key_identifier"),
        ],
    ),
    Mapping::new(
        &["AWS::Events::ApiDestination"],
        Kind::Integration,
        &[field("name", "Name"), field("url", "InvocationEndpoint"), field("connection", "ConnectionArn")],
    ),
    Mapping::new(
        &["aws_cloudwatch_event_api_destination"],
        Kind::Integration,
        &[field("name", "name"), field("url", "invocation_endpoint"), field("connection", "connection_arn")],
    ),
    // What Terraform itself signs in with.
    Mapping::new(
        &["provider.aws"],
        Kind::Integration,
        &[field("access_key", "access_key"), field("client_secret", "secret_key")],
    ),
    Mapping::new(&["AWS::Events::EventBusPolicy"], Kind::ResourcePolicy, &[field("target", "EventBusName")])
        .merge_into("target")
        .hook(bus_permission),
    Mapping::new(
        &["aws_cloudwatch_event_permission"],
        Kind::ResourcePolicy,
        &[field("target", "event_bus_name")],
    )
    .merge_into("target")
    .hook(bus_permission),
    Mapping::new(
        &["aws_cloudwatch_event_bus_policy"],
        Kind::ResourcePolicy,
        &[field("target", "event_bus_name"), policy("policy")],
    )
    .merge_into("target"),
    Mapping::new(
        &["AWS::Events::Rule"],
        Kind::EventRule,
        &[
            field("name", "Name"),
            field("bus", "EventBusName"),
            field("pattern", "EventPattern"),
            field("schedule", "ScheduleExpression"),
            equals("enabled", "State", "ENABLED"),
            each("targets", "Targets", TARGETS),
            field("role", "RoleArn"),
        ],
    ),
    Mapping::new(
        &["aws_cloudwatch_event_rule"],
        Kind::EventRule,
        &[
            field("name", "name"),
            field("bus", "event_bus_name"),
            field("pattern", "event_pattern"),
            field("schedule", "schedule_expression"),
            equals("enabled", "state", "ENABLED"),
            flag("enabled", "is_enabled"),
            field("role", "role_arn"),
        ],
    ),
    Mapping::new(
        &["aws_cloudwatch_event_target"],
        Kind::EventRule,
        &[
            field("rule", "rule"),
            field("bus", "event_bus_name"),
            each("targets", "", TARGETS),
            field("dead_letters", "dead_letter_config.arn"),
            field("role", "role_arn"),
        ],
    )
    .owner("rule"),
    Mapping::new(
        &["AWS::Scheduler::Schedule"],
        Kind::Schedule,
        &[
            field("schedule", "ScheduleExpression"),
            equals("enabled", "State", "ENABLED"),
            field("target", "Target.Arn"),
            field("role", "Target.RoleArn"),
            field("key", "KmsKeyArn"),
            field("dead_letters", "Target.DeadLetterConfig.Arn"),
            field("retries", "Target.RetryPolicy.MaximumRetryAttempts"),
            field("event_age_seconds", "Target.RetryPolicy.MaximumEventAgeInSeconds"),
            field("input", "Target.Input"),
            field("flexible", "FlexibleTimeWindow.Mode"),
            field("group", "GroupName"),
        ],
    ),
    Mapping::new(
        &["aws_scheduler_schedule"],
        Kind::Schedule,
        &[
            field("schedule", "schedule_expression"),
            equals("enabled", "state", "ENABLED"),
            field("target", "target.arn"),
            field("role", "target.role_arn"),
            field("key", "kms_key_arn"),
            field("dead_letters", "target.dead_letter_config.arn"),
            field("retries", "target.retry_policy.maximum_retry_attempts"),
            field("event_age_seconds", "target.retry_policy.maximum_event_age_in_seconds"),
            field("input", "target.input"),
            field("flexible", "flexible_time_window.mode"),
            field("group", "group_name"),
        ],
    ),
    Mapping::new(
        &["AWS::Pipes::Pipe"],
        Kind::Schedule,
        &[
            exists("pipe", ""),
            field("source", "Source"),
            field("target", "Target"),
            field("enrichment", "Enrichment"),
            field("role", "RoleArn"),
            equals("enabled", "DesiredState", "RUNNING"),
            field("filter", "SourceParameters.FilterCriteria"),
            field("dead_letters", "SourceParameters.DynamoDBStreamParameters.DeadLetterConfig.Arn"),
            field("dead_letters", "SourceParameters.KinesisStreamParameters.DeadLetterConfig.Arn"),
            field("retries", "SourceParameters.DynamoDBStreamParameters.MaximumRetryAttempts"),
            field("retries", "SourceParameters.KinesisStreamParameters.MaximumRetryAttempts"),
            field("key", "KmsKeyIdentifier"),
            exists("logging", "LogConfiguration"),
        ],
    ),
    Mapping::new(
        &["aws_pipes_pipe"],
        Kind::Schedule,
        &[
            exists("pipe", ""),
            field("source", "source"),
            field("target", "target"),
            field("enrichment", "enrichment"),
            field("role", "role_arn"),
            equals("enabled", "desired_state", "RUNNING"),
            field("filter", "source_parameters.filter_criteria"),
            field("dead_letters", "source_parameters.dynamodb_stream_parameters.dead_letter_config.arn"),
            field("dead_letters", "source_parameters.kinesis_stream_parameters.dead_letter_config.arn"),
            field("retries", "source_parameters.dynamodb_stream_parameters.maximum_retry_attempts"),
            field("retries", "source_parameters.kinesis_stream_parameters.maximum_retry_attempts"),
            field("key", "kms_key_identifier"),
            exists("logging", "log_configuration"),
        ],
    ),
];

/// A permission on a bus, written as a statement or in the older form of principal and action.
fn bus_permission(lowering: &mut Lowering<'_>, resource: &Resource, id: NodeId) {
    let properties = &resource.properties;
    let statement = properties.get("Statement").cloned().unwrap_or_else(|| older_statement(properties));
    let key = Key { text: "Statement".to_owned(), at: statement.at };
    let document = Value::new(statement.at, Data::Map(vec![Entry { key, value: statement }]));
    let policy = read_policy("", &document, PolicyOrigin::Resource);
    if let Some(node) = lowering.node_mut(id) {
        node.resource_policies.push(policy);
    }
}

/// `Principal` is an account or `*`; `Condition` names an organisation.
fn older_statement(properties: &Value) -> Value {
    let at = properties.at;
    let entry = |key: &str, value: Value| Entry { key: Key { text: key.to_owned(), at: value.at }, value };
    let written = |cfn: &str, tf: &str| properties.get(cfn).or_else(|| properties.get(tf));
    let action = written("Action", "action").cloned();
    let mut entries = vec![
        entry("Effect", Value::text(at, "Allow")),
        entry("Action", action.unwrap_or_else(|| Value::text(at, "events:PutEvents"))),
    ];
    if let Some(principal) = written("Principal", "principal") {
        let account = Value::new(principal.at, Data::Map(vec![entry("AWS", principal.clone())]));
        entries.push(entry("Principal", account));
    }
    if let Some(condition) = written("Condition", "condition") {
        let part = |cfn: &str, tf: &str| condition.path(cfn).or_else(|| condition.path(tf)).cloned();
        if let (Some(operator), Some(name), Some(value)) =
            (part("Type", "type"), part("Key", "key"), part("Value", "value"))
        {
            let inner = Value::new(condition.at, Data::Map(vec![entry(&name.display(), value)]));
            let outer = Value::new(condition.at, Data::Map(vec![entry(&operator.display(), inner)]));
            entries.push(entry("Condition", outer));
        }
    }
    Value::new(at, Data::Map(entries))
}
