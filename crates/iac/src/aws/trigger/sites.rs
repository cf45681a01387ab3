//! Where other resources name the function that they start.

/// Properties of some types that name a function.
#[derive(Clone, Copy)]
pub(super) struct Site {
    pub types: &'static [&'static str],
    /// What starts the function, in the words of the schema.
    pub event: &'static str,
    /// The function; every list on the way is walked through.
    pub function: &'static str,
    /// Where its events come from; `""` is the resource itself.
    pub source: &'static str,
    /// Further attributes of the trigger: name, and path from the resource.
    pub more: &'static [(&'static str, &'static str)],
}

const fn site(
    types: &'static [&'static str],
    event: &'static str,
    function: &'static str,
    source: &'static str,
) -> Site {
    Site { types, event, function, source, more: &[] }
}

impl Site {
    const fn more(mut self, more: &'static [(&'static str, &'static str)]) -> Self {
        self.more = more;
        self
    }
}

pub(super) const SITES: &[Site] = &[
    site(&["AWS::S3::Bucket"], "object-store", "NotificationConfiguration.LambdaConfigurations.Function", ""),
    site(&["aws_s3_bucket_notification"], "object-store", "lambda_function.lambda_function_arn", "bucket"),
    site(&["AWS::SNS::Subscription"], "topic", "Endpoint", "TopicArn")
        .more(&[("filter", "FilterPolicy"), ("on_failure", "RedrivePolicy.deadLetterTargetArn")]),
    site(&["aws_sns_topic_subscription"], "topic", "endpoint", "topic_arn")
        .more(&[("filter", "filter_policy")]),
    site(&["AWS::SNS::Topic"], "topic", "Subscription.Endpoint", ""),
    site(&["AWS::Events::Rule"], "event-bus", "Targets.Arn", "").more(&[
        ("schedule", "ScheduleExpression"),
        ("pattern", "EventPattern"),
        ("on_failure", "Targets.DeadLetterConfig.Arn"),
    ]),
    site(&["aws_cloudwatch_event_target"], "event-bus", "arn", "rule")
        .more(&[("on_failure", "dead_letter_config.arn")]),
    site(&["AWS::Scheduler::Schedule"], "schedule", "Target.Arn", "")
        .more(&[("schedule", "ScheduleExpression"), ("on_failure", "Target.DeadLetterConfig.Arn")]),
    site(&["aws_scheduler_schedule"], "schedule", "target.arn", "")
        .more(&[("schedule", "schedule_expression"), ("on_failure", "target.dead_letter_config.arn")]),
    site(&["AWS::Logs::SubscriptionFilter"], "logs", "DestinationArn", "LogGroupName")
        .more(&[("filter", "FilterPattern")]),
    site(&["aws_cloudwatch_log_subscription_filter"], "logs", "destination_arn", "log_group_name")
        .more(&[("filter", "filter_pattern")]),
    site(&["AWS::Cognito::UserPool"], "identity-pool", "LambdaConfig.*", ""),
    site(&["aws_cognito_user_pool"], "identity-pool", "lambda_config.*", ""),
    site(&["AWS::ApiGateway::Authorizer"], "authorizer", "AuthorizerUri", "RestApiId"),
    site(&["AWS::ApiGatewayV2::Authorizer"], "authorizer", "AuthorizerUri", "ApiId"),
    site(&["aws_api_gateway_authorizer"], "authorizer", "authorizer_uri", "rest_api_id"),
    site(&["aws_apigatewayv2_authorizer"], "authorizer", "authorizer_uri", "api_id"),
    site(&["AWS::AppSync::DataSource"], "graphql", "LambdaConfig.LambdaFunctionArn", "ApiId"),
    site(&["aws_appsync_datasource"], "graphql", "lambda_config.function_arn", "api_id"),
    site(&["AWS::IoT::TopicRule"], "iot", "TopicRulePayload.Actions.Lambda.FunctionArn", "")
        .more(&[("pattern", "TopicRulePayload.Sql")]),
    site(&["aws_iot_topic_rule"], "iot", "lambda.function_arn", "").more(&[("pattern", "sql")]),
    site(&["AWS::ElasticLoadBalancingV2::TargetGroup"], "load-balancer", "Targets.Id", ""),
    site(&["aws_lb_target_group_attachment"], "load-balancer", "target_id", "target_group_arn"),
    site(
        &["AWS::CloudFront::Distribution"],
        "cdn",
        "DistributionConfig.DefaultCacheBehavior.LambdaFunctionAssociations.LambdaFunctionARN",
        "",
    ),
    site(
        &["AWS::CloudFront::Distribution"],
        "cdn",
        "DistributionConfig.CacheBehaviors.LambdaFunctionAssociations.LambdaFunctionARN",
        "",
    ),
    site(
        &["aws_cloudfront_distribution"],
        "cdn",
        "default_cache_behavior.lambda_function_association.lambda_arn",
        "",
    ),
    site(
        &["aws_cloudfront_distribution"],
        "cdn",
        "ordered_cache_behavior.lambda_function_association.lambda_arn",
        "",
    ),
    site(&["AWS::VpcLattice::TargetGroup"], "direct", "Targets.Id", ""),
    site(&["AWS::SES::ReceiptRule"], "email", "Rule.Actions.LambdaAction.FunctionArn", ""),
    site(&["aws_ses_receipt_rule"], "email", "lambda_action.function_arn", ""),
    site(&["AWS::Config::ConfigRule"], "config", "Source.SourceIdentifier", ""),
    site(&["aws_config_config_rule"], "config", "source.source_identifier", ""),
    site(&["AWS::SecretsManager::RotationSchedule"], "secret-rotation", "RotationLambdaARN", "SecretId"),
    site(&["aws_secretsmanager_secret_rotation"], "secret-rotation", "rotation_lambda_arn", "secret_id"),
    site(&["AWS::CloudFormation::CustomResource"], "custom-resource", "ServiceToken", ""),
    site(
        &["AWS::KinesisFirehose::DeliveryStream"],
        "delivery-stream",
        "ExtendedS3DestinationConfiguration.ProcessingConfiguration.Processors.Parameters.ParameterValue",
        "",
    ),
    site(
        &["aws_kinesis_firehose_delivery_stream"],
        "delivery-stream",
        "extended_s3_configuration.processing_configuration.processors.parameters.parameter_value",
        "",
    ),
];

/// Services that invoke by permission, and what their events are called.
pub(super) const SERVICES: &[(&str, &str)] = &[
    ("apigateway", "rest-api"),
    ("s3", "object-store"),
    ("sns", "topic"),
    ("events", "event-bus"),
    ("scheduler", "schedule"),
    ("logs", "logs"),
    ("cognito-idp", "identity-pool"),
    ("cognito-sync", "identity-pool"),
    ("elasticloadbalancing", "load-balancer"),
    ("iot", "iot"),
    ("iotevents", "iot"),
    ("ses", "email"),
    ("config", "config"),
    ("secretsmanager", "secret-rotation"),
    ("alexa-appkit", "voice"),
    ("alexa-connectedhome", "voice"),
    ("lex", "voice"),
    ("lexv2", "voice"),
    ("connect", "voice"),
    ("appsync", "graphql"),
    ("edgelambda", "cdn"),
    ("replicator.lambda", "cdn"),
    ("vpc-lattice", "http-api"),
    ("states", "state-machine"),
];
