//! AppSync: GraphQL APIs, their data sources and caches.
use model::Kind;

use crate::lower::{Mapping, each, field, flag};

pub(super) const MAPPINGS: &[Mapping] = &[
    Mapping::new(
        &["AWS::AppSync::GraphQLApi"],
        Kind::GraphqlApi,
        &[
            field("name", "Name"),
            field("auth", "AuthenticationType"),
            field("authorizer", "LambdaAuthorizerConfig.AuthorizerUri"),
            field("user_pool", "UserPoolConfig.UserPoolId"),
            field("default_action", "UserPoolConfig.DefaultAction"),
            each("more_auth", "AdditionalAuthenticationProviders", &[field("auth", "AuthenticationType")]),
            field("log_role", "LogConfig.CloudWatchLogsRoleArn"),
            field("log_level", "LogConfig.FieldLogLevel"),
            flag("log_everything_but_content", "LogConfig.ExcludeVerboseContent"),
            flag("tracing", "XrayEnabled"),
            field("introspection", "IntrospectionConfig"),
            field("depth", "QueryDepthLimit"),
            field("resolvers", "ResolverCountLimit"),
            field("visibility", "Visibility"),
            field("type", "ApiType"),
        ],
    ),
    Mapping::new(
        &["AWS::Serverless::GraphQLApi"],
        Kind::GraphqlApi,
        &[
            field("name", "Name"),
            field("auth", "Auth.Type"),
            field("authorizer", "Auth.LambdaAuthorizer.AuthorizerUri"),
            field("user_pool", "Auth.UserPool.UserPoolId"),
            field("default_action", "Auth.UserPool.DefaultAction"),
            each("more_auth", "Auth.Additional", &[field("auth", "Type")]),
            field("log_role", "Logging.CloudWatchLogsRoleArn"),
            field("log_level", "Logging.FieldLogLevel"),
            flag("log_everything_but_content", "Logging.ExcludeVerboseContent"),
            flag("tracing", "XrayEnabled"),
            field("introspection", "IntrospectionConfig"),
            field("depth", "QueryDepthLimit"),
            field("resolvers", "ResolverCountLimit"),
            field("visibility", "Visibility"),
            field("schema", "SchemaInline"),
        ],
    ),
    Mapping::new(
        &["aws_appsync_graphql_api"],
        Kind::GraphqlApi,
        &[
            field("name", "name"),
            field("auth", "authentication_type"),
            field("authorizer", "lambda_authorizer_config.authorizer_uri"),
            field("user_pool", "user_pool_config.user_pool_id"),
            field("default_action", "user_pool_config.default_action"),
            each("more_auth", "additional_authentication_provider", &[field("auth", "authentication_type")]),
            field("log_role", "log_config.cloudwatch_logs_role_arn"),
            field("log_level", "log_config.field_log_level"),
            flag("log_everything_but_content", "log_config.exclude_verbose_content"),
            flag("tracing", "xray_enabled"),
            field("introspection", "introspection_config"),
            field("depth", "query_depth_limit"),
            field("resolvers", "resolver_count_limit"),
            field("visibility", "visibility"),
            field("type", "api_type"),
            field("schema", "schema"),
        ],
    ),
    Mapping::new(
        &["AWS::AppSync::ApiCache"],
        Kind::ApiCache,
        &[
            field("api", "ApiId"),
            flag("at_rest", "AtRestEncryptionEnabled"),
            flag("in_transit", "TransitEncryptionEnabled"),
            field("type", "Type"),
            field("ttl_seconds", "Ttl"),
        ],
    )
    .owner("api"),
    Mapping::new(
        &["aws_appsync_api_cache"],
        Kind::ApiCache,
        &[
            field("api", "api_id"),
            flag("at_rest", "at_rest_encryption_enabled"),
            flag("in_transit", "transit_encryption_enabled"),
            field("type", "type"),
            field("ttl_seconds", "ttl"),
        ],
    )
    .owner("api"),
    Mapping::new(
        &["AWS::AppSync::DataSource"],
        Kind::ApiPart,
        &[
            field("api", "ApiId"),
            field("name", "Name"),
            field("type", "Type"),
            field("function", "LambdaConfig.LambdaFunctionArn"),
            field("role", "ServiceRoleArn"),
        ],
    )
    .owner("api"),
    Mapping::new(
        &["aws_appsync_datasource"],
        Kind::ApiPart,
        &[
            field("api", "api_id"),
            field("name", "name"),
            field("type", "type"),
            field("function", "lambda_config.function_arn"),
            field("role", "service_role_arn"),
        ],
    )
    .owner("api"),
    Mapping::new(
        &["AWS::AppSync::Resolver", "AWS::AppSync::FunctionConfiguration"],
        Kind::ApiPart,
        &[field("api", "ApiId"), field("name", "FieldName"), field("source", "DataSourceName")],
    )
    .owner("api"),
    Mapping::new(
        &["aws_appsync_resolver", "aws_appsync_function"],
        Kind::ApiPart,
        &[field("api", "api_id"), field("name", "field"), field("source", "data_source")],
    )
    .owner("api"),
    Mapping::new(
        &["AWS::AppSync::ApiKey"],
        Kind::ApiPart,
        &[field("api", "ApiId"), field("expires", "Expires")],
    )
    .owner("api"),
    Mapping::new(
        &["aws_appsync_api_key"],
        Kind::ApiPart,
        &[field("api", "api_id"), field("expires", "expires")],
    )
    .owner("api"),
    Mapping::new(&["AWS::AppSync::GraphQLSchema"], Kind::ApiPart, &[field("api", "ApiId")]).owner("api"),
    Mapping::new(
        &["AWS::AppSync::DomainName"],
        Kind::ApiDomain,
        &[field("name", "DomainName"), field("certificate", "CertificateArn")],
    ),
    Mapping::new(
        &["aws_appsync_domain_name"],
        Kind::ApiDomain,
        &[field("name", "domain_name"), field("certificate", "certificate_arn")],
    ),
    Mapping::new(
        &["AWS::AppSync::DomainNameApiAssociation"],
        Kind::ApiPart,
        &[field("api", "ApiId"), field("domain", "DomainName")],
    )
    .owner("api"),
];
