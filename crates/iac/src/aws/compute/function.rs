//! Functions, and what is written beside them: versions, URLs, permissions, layers, signing.
use model::Kind;

use crate::lower::{Mapping, each, equals, exists, field, flag};

/// Of functions on managed instances.
const AT_ONCE: &str = "CapacityProviderConfig.LambdaManagedInstancesCapacityProviderConfig.PerExecutionEnvironmentMaxConcurrency";

pub(in crate::aws) const MAPPINGS: &[Mapping] = &[
    Mapping::new(
        &["AWS::Lambda::Function"],
        Kind::Function,
        &[
            field("name", "FunctionName"),
            field("description", "Description"),
            field("runtime", "Runtime"),
            field("handler", "Handler"),
            field("code", "Code"),
            field("inline_code", "Code.ZipFile"),
            field("package", "PackageType"),
            field("image", "Code.ImageUri"),
            field("architectures", "Architectures"),
            field("timeout_seconds", "Timeout"),
            field("memory_mb", "MemorySize"),
            field("ephemeral_storage_mb", "EphemeralStorage.Size"),
            field("concurrency", "ReservedConcurrentExecutions"),
            field("invocations_at_once", AT_ONCE),
            field("environment", "Environment.Variables"),
            field("environment_key", "KmsKeyArn"),
            field("role", "Role"),
            field("layers", "Layers"),
            field("subnets", "VpcConfig.SubnetIds"),
            field("security_groups", "VpcConfig.SecurityGroupIds"),
            exists("network", "VpcConfig"),
            field("file_system", "FileSystemConfigs"),
            field("dead_letters", "DeadLetterConfig.TargetArn"),
            equals("tracing", "TracingConfig.Mode", "Active"),
            field("tracing_mode", "TracingConfig.Mode"),
            field("log_group", "LoggingConfig.LogGroup"),
            field("log_format", "LoggingConfig.LogFormat"),
            field("log_level", "LoggingConfig.ApplicationLogLevel"),
            field("signing", "CodeSigningConfigArn"),
            equals("snap_start", "SnapStart.ApplyOn", "PublishedVersions"),
            field("tenancy", "TenancyConfig.TenantIsolationMode"),
            field("recursive_loop", "RecursiveLoop"),
            field("runtime_updates", "RuntimeManagementConfig.UpdateRuntimeOn"),
            field("tags", "Tags"),
        ],
    ),
    Mapping::new(
        &["aws_lambda_function"],
        Kind::Function,
        &[
            field("name", "function_name"),
            field("description", "description"),
            field("runtime", "runtime"),
            field("handler", "handler"),
            field("code", "filename"),
            field("code", "s3_key"),
            field("code", "s3_bucket"),
            field("code", "image_uri"),
            field("package", "package_type"),
            field("image", "image_uri"),
            field("architectures", "architectures"),
            field("timeout_seconds", "timeout"),
            field("memory_mb", "memory_size"),
            field("ephemeral_storage_mb", "ephemeral_storage.size"),
            field("concurrency", "reserved_concurrent_executions"),
            field(
                "invocations_at_once",
                "capacity_provider_config.lambda_managed_instances_capacity_provider_config.per_execution_environment_max_concurrency",
            ),
            field("environment", "environment.variables"),
            // Variables written without `variables`, as people do.
            field("environment", "environment"),
            field("environment_key", "kms_key_arn"),
            field("role", "role"),
            field("layers", "layers"),
            field("subnets", "vpc_config.subnet_ids"),
            field("security_groups", "vpc_config.security_group_ids"),
            exists("network", "vpc_config"),
            field("file_system", "file_system_config"),
            field("dead_letters", "dead_letter_config.target_arn"),
            equals("tracing", "tracing_config.mode", "Active"),
            field("tracing_mode", "tracing_config.mode"),
            field("log_group", "logging_config.log_group"),
            field("log_format", "logging_config.log_format"),
            field("log_level", "logging_config.application_log_level"),
            field("signing", "code_signing_config_arn"),
            equals("snap_start", "snap_start.apply_on", "PublishedVersions"),
            field("tenancy", "tenancy_config.tenant_isolation_mode"),
            field("tags", "tags"),
        ],
    ),
    Mapping::new(
        &["AWS::Lambda::Url"],
        Kind::FunctionUrl,
        &[
            field("function", "TargetFunctionArn"),
            field("auth", "AuthType"),
            field("cors_origins", "Cors.AllowOrigins"),
            flag("cors_credentials", "Cors.AllowCredentials"),
            field("cors_methods", "Cors.AllowMethods"),
            field("cors_headers", "Cors.AllowHeaders"),
            field("cors_exposed", "Cors.ExposeHeaders"),
            field("cors_max_age", "Cors.MaxAge"),
            field("invoke_mode", "InvokeMode"),
        ],
    )
    .owner("function"),
    Mapping::new(
        &["aws_lambda_function_url"],
        Kind::FunctionUrl,
        &[
            field("function", "function_name"),
            field("auth", "authorization_type"),
            field("cors_origins", "cors.allow_origins"),
            flag("cors_credentials", "cors.allow_credentials"),
            field("cors_methods", "cors.allow_methods"),
            field("cors_headers", "cors.allow_headers"),
            field("cors_exposed", "cors.expose_headers"),
            field("cors_max_age", "cors.max_age"),
            field("invoke_mode", "invoke_mode"),
        ],
    )
    .owner("function"),
    Mapping::new(
        &["AWS::Lambda::EventInvokeConfig"],
        Kind::FunctionSetting,
        &[
            field("function", "FunctionName"),
            field("qualifier", "Qualifier"),
            field("on_failure", "DestinationConfig.OnFailure.Destination"),
            field("on_success", "DestinationConfig.OnSuccess.Destination"),
            field("retries", "MaximumRetryAttempts"),
            field("event_age_seconds", "MaximumEventAgeInSeconds"),
        ],
    )
    .merge_into("function"),
    Mapping::new(
        &["aws_lambda_function_event_invoke_config"],
        Kind::FunctionSetting,
        &[
            field("function", "function_name"),
            field("qualifier", "qualifier"),
            field("on_failure", "destination_config.on_failure.destination"),
            field("on_success", "destination_config.on_success.destination"),
            field("retries", "maximum_retry_attempts"),
            field("event_age_seconds", "maximum_event_age_in_seconds"),
        ],
    )
    .merge_into("function"),
    Mapping::new(
        &["aws_lambda_provisioned_concurrency_config"],
        Kind::FunctionSetting,
        &[
            field("function", "function_name"),
            field("qualifier", "qualifier"),
            field("provisioned_concurrency", "provisioned_concurrent_executions"),
        ],
    )
    .merge_into("function"),
    Mapping::new(
        &["aws_lambda_function_recursion_config"],
        Kind::FunctionSetting,
        &[field("function", "function_name"), field("recursive_loop", "recursive_loop")],
    )
    .merge_into("function"),
    Mapping::new(
        &["aws_lambda_runtime_management_config"],
        Kind::FunctionSetting,
        &[
            field("function", "function_name"),
            field("qualifier", "qualifier"),
            field("runtime_updates", "update_runtime_on"),
        ],
    )
    .merge_into("function"),
    Mapping::new(
        &["AWS::Lambda::Version"],
        Kind::FunctionVersion,
        &[
            field("function", "FunctionName"),
            field("description", "Description"),
            field("provisioned_concurrency", "ProvisionedConcurrencyConfig.ProvisionedConcurrentExecutions"),
        ],
    )
    .owner("function"),
    Mapping::new(
        &["AWS::Lambda::Alias"],
        Kind::FunctionVersion,
        &[
            field("function", "FunctionName"),
            field("name", "Name"),
            field("version", "FunctionVersion"),
            field("description", "Description"),
            field("provisioned_concurrency", "ProvisionedConcurrencyConfig.ProvisionedConcurrentExecutions"),
            field("routing", "RoutingConfig.AdditionalVersionWeights"),
        ],
    )
    .owner("function"),
    Mapping::new(
        &["aws_lambda_alias"],
        Kind::FunctionVersion,
        &[
            field("function", "function_name"),
            field("name", "name"),
            field("version", "function_version"),
            field("description", "description"),
            field("routing", "routing_config.additional_version_weights"),
        ],
    )
    .owner("function"),
    Mapping::new(
        &["AWS::Lambda::Permission"],
        Kind::InvokePermission,
        &[
            field("function", "FunctionName"),
            field("principal", "Principal"),
            field("action", "Action"),
            field("source", "SourceArn"),
            field("source_account", "SourceAccount"),
            field("organization", "PrincipalOrgID"),
            field("url_auth", "FunctionUrlAuthType"),
            field("token", "EventSourceToken"),
        ],
    )
    .owner("function"),
    Mapping::new(
        &["aws_lambda_permission"],
        Kind::InvokePermission,
        &[
            field("function", "function_name"),
            field("principal", "principal"),
            field("action", "action"),
            field("source", "source_arn"),
            field("source_account", "source_account"),
            field("organization", "principal_org_id"),
            field("url_auth", "function_url_auth_type"),
            field("token", "event_source_token"),
        ],
    )
    .owner("function"),
    Mapping::new(
        &["AWS::Lambda::LayerVersion"],
        Kind::Layer,
        &[
            field("name", "LayerName"),
            field("description", "Description"),
            field("content", "Content"),
            field("runtimes", "CompatibleRuntimes"),
            field("architectures", "CompatibleArchitectures"),
            field("license", "LicenseInfo"),
        ],
    ),
    Mapping::new(
        &["aws_lambda_layer_version"],
        Kind::Layer,
        &[
            field("name", "layer_name"),
            field("description", "description"),
            field("content", "filename"),
            field("content", "s3_key"),
            field("runtimes", "compatible_runtimes"),
            field("architectures", "compatible_architectures"),
            field("license", "license_info"),
            flag("retained", "skip_destroy"),
        ],
    ),
    Mapping::new(
        &["AWS::Lambda::LayerVersionPermission"],
        Kind::LayerPermission,
        &[
            field("layer", "LayerVersionArn"),
            field("principal", "Principal"),
            field("organization", "OrganizationId"),
        ],
    )
    .owner("layer"),
    Mapping::new(
        &["aws_lambda_layer_version_permission"],
        Kind::LayerPermission,
        &[
            field("layer", "layer_name"),
            field("principal", "principal"),
            field("organization", "organization_id"),
        ],
    )
    .owner("layer"),
    Mapping::new(
        &["AWS::Lambda::CodeSigningConfig"],
        Kind::CodeSigning,
        &[
            field("description", "Description"),
            field("publishers", "AllowedPublishers.SigningProfileVersionArns"),
            field("untrusted", "CodeSigningPolicies.UntrustedArtifactOnDeployment"),
        ],
    ),
    Mapping::new(
        &["aws_lambda_code_signing_config"],
        Kind::CodeSigning,
        &[
            field("description", "description"),
            field("publishers", "allowed_publishers.signing_profile_version_arns"),
            field("untrusted", "policies.untrusted_artifact_on_deployment"),
        ],
    ),
    Mapping::new(
        &["aws_lambda_event_source_mapping"],
        Kind::Trigger,
        &[
            field("function", "function_name"),
            field("source", "event_source_arn"),
            flag("enabled", "enabled"),
            field("batch_size", "batch_size"),
            field("batch_window_seconds", "maximum_batching_window_in_seconds"),
            each("filter", "filter_criteria.filter", &[field("pattern", "pattern")]),
            field("on_failure", "destination_config.on_failure.destination_arn"),
            field("retries", "maximum_retry_attempts"),
            field("record_age_seconds", "maximum_record_age_in_seconds"),
            flag("bisect", "bisect_batch_on_function_error"),
            exists("partial_failures", "function_response_types"),
            field("concurrency", "scaling_config.maximum_concurrency"),
            field("parallelization", "parallelization_factor"),
            field("authentication", "source_access_configuration"),
            field("starting_position", "starting_position"),
            field("key", "kms_key_arn"),
        ],
    )
    .owner("function")
    .hook(crate::aws::trigger::event_source),
    Mapping::new(
        &["AWS::Lambda::EventSourceMapping"],
        Kind::Trigger,
        &[
            field("function", "FunctionName"),
            field("source", "EventSourceArn"),
            flag("enabled", "Enabled"),
            field("batch_size", "BatchSize"),
            field("batch_window_seconds", "MaximumBatchingWindowInSeconds"),
            field("filter", "FilterCriteria.Filters"),
            field("on_failure", "DestinationConfig.OnFailure.Destination"),
            field("retries", "MaximumRetryAttempts"),
            field("record_age_seconds", "MaximumRecordAgeInSeconds"),
            flag("bisect", "BisectBatchOnFunctionError"),
            exists("partial_failures", "FunctionResponseTypes"),
            field("concurrency", "ScalingConfig.MaximumConcurrency"),
            field("parallelization", "ParallelizationFactor"),
            field("authentication", "SourceAccessConfigurations"),
            field("starting_position", "StartingPosition"),
            field("key", "KmsKeyArn"),
        ],
    )
    .owner("function")
    .hook(crate::aws::trigger::event_source),
];
