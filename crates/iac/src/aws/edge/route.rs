//! Routes, what answers them, who may call them, and the domains in front.
use model::Kind;

use crate::lower::{Mapping, each, field, flag, policy};

pub(super) const MAPPINGS: &[Mapping] = &[
    Mapping::new(
        &["AWS::ApiGateway::Method"],
        Kind::ApiRoute,
        &[
            field("api", "RestApiId"),
            field("resource", "ResourceId"),
            field("method", "HttpMethod"),
            field("authorization", "AuthorizationType"),
            field("authorizer", "AuthorizerId"),
            field("scopes", "AuthorizationScopes"),
            flag("api_key_required", "ApiKeyRequired"),
            field("validator", "RequestValidatorId"),
            field("models", "RequestModels"),
            field("parameters", "RequestParameters"),
            field("integration", "Integration.Uri"),
            field("integration_type", "Integration.Type"),
            field("connection", "Integration.ConnectionId"),
        ],
    )
    .owner("api"),
    Mapping::new(
        &["aws_api_gateway_method"],
        Kind::ApiRoute,
        &[
            field("api", "rest_api_id"),
            field("resource", "resource_id"),
            field("method", "http_method"),
            field("authorization", "authorization"),
            field("authorizer", "authorizer_id"),
            field("scopes", "authorization_scopes"),
            flag("api_key_required", "api_key_required"),
            field("validator", "request_validator_id"),
            field("models", "request_models"),
            field("parameters", "request_parameters"),
        ],
    )
    .owner("api"),
    Mapping::new(
        &["AWS::ApiGatewayV2::Route"],
        Kind::ApiRoute,
        &[
            field("api", "ApiId"),
            field("key", "RouteKey"),
            field("authorization", "AuthorizationType"),
            field("authorizer", "AuthorizerId"),
            field("scopes", "AuthorizationScopes"),
            flag("api_key_required", "ApiKeyRequired"),
            field("models", "RequestModels"),
            field("parameters", "RequestParameters"),
            field("integration", "Target"),
        ],
    )
    .owner("api"),
    Mapping::new(
        &["aws_apigatewayv2_route"],
        Kind::ApiRoute,
        &[
            field("api", "api_id"),
            field("key", "route_key"),
            field("authorization", "authorization_type"),
            field("authorizer", "authorizer_id"),
            field("scopes", "authorization_scopes"),
            flag("api_key_required", "api_key_required"),
            field("models", "request_models"),
            field("parameters", "request_parameter"),
            field("integration", "target"),
        ],
    )
    .owner("api"),
    Mapping::new(
        &["AWS::ApiGatewayV2::Integration"],
        Kind::ApiIntegration,
        &[
            field("api", "ApiId"),
            field("target", "IntegrationUri"),
            field("type", "IntegrationType"),
            field("connection", "ConnectionId"),
            field("role", "CredentialsArn"),
        ],
    )
    .owner("api"),
    Mapping::new(
        &["aws_apigatewayv2_integration"],
        Kind::ApiIntegration,
        &[
            field("api", "api_id"),
            field("target", "integration_uri"),
            field("type", "integration_type"),
            field("connection", "connection_id"),
            field("role", "credentials_arn"),
        ],
    )
    .owner("api"),
    Mapping::new(
        &["aws_api_gateway_integration"],
        Kind::ApiIntegration,
        &[
            field("api", "rest_api_id"),
            field("resource", "resource_id"),
            field("method", "http_method"),
            field("target", "uri"),
            field("type", "type"),
            field("connection", "connection_id"),
            field("role", "credentials"),
            flag("skip_certificate_check", "tls_config.insecure_skip_verification"),
        ],
    )
    .owner("api"),
    Mapping::new(
        &["AWS::ApiGateway::Authorizer"],
        Kind::Authorizer,
        &[
            field("api", "RestApiId"),
            field("name", "Name"),
            field("type", "Type"),
            field("function", "AuthorizerUri"),
            field("user_pools", "ProviderARNs"),
            field("identity_source", "IdentitySource"),
            field("cache_seconds", "AuthorizerResultTtlInSeconds"),
            field("validation", "IdentityValidationExpression"),
            field("role", "AuthorizerCredentials"),
        ],
    )
    .owner("api"),
    Mapping::new(
        &["AWS::ApiGatewayV2::Authorizer"],
        Kind::Authorizer,
        &[
            field("api", "ApiId"),
            field("name", "Name"),
            field("type", "AuthorizerType"),
            field("function", "AuthorizerUri"),
            field("issuer", "JwtConfiguration.Issuer"),
            field("audience", "JwtConfiguration.Audience"),
            field("identity_source", "IdentitySource"),
            field("cache_seconds", "AuthorizerResultTtlInSeconds"),
            field("validation", "IdentityValidationExpression"),
            field("role", "AuthorizerCredentialsArn"),
        ],
    )
    .owner("api"),
    Mapping::new(
        &["aws_api_gateway_authorizer"],
        Kind::Authorizer,
        &[
            field("api", "rest_api_id"),
            field("name", "name"),
            field("type", "type"),
            field("function", "authorizer_uri"),
            field("user_pools", "provider_arns"),
            field("identity_source", "identity_source"),
            field("cache_seconds", "authorizer_result_ttl_in_seconds"),
            field("validation", "identity_validation_expression"),
            field("role", "authorizer_credentials"),
        ],
    )
    .owner("api"),
    Mapping::new(
        &["aws_apigatewayv2_authorizer"],
        Kind::Authorizer,
        &[
            field("api", "api_id"),
            field("name", "name"),
            field("type", "authorizer_type"),
            field("function", "authorizer_uri"),
            field("issuer", "jwt_configuration.issuer"),
            field("audience", "jwt_configuration.audience"),
            field("identity_source", "identity_sources"),
            field("cache_seconds", "authorizer_result_ttl_in_seconds"),
            field("role", "authorizer_credentials_arn"),
        ],
    )
    .owner("api"),
    Mapping::new(
        &["AWS::ApiGateway::DomainName"],
        Kind::ApiDomain,
        &[
            field("name", "DomainName"),
            field("tls", "SecurityPolicy"),
            field("certificate", "RegionalCertificateArn"),
            field("certificate", "CertificateArn"),
            field("mutual_tls", "MutualTlsAuthentication"),
            field("endpoint_types", "EndpointConfiguration.Types"),
        ],
    ),
    Mapping::new(
        &["AWS::ApiGatewayV2::DomainName"],
        Kind::ApiDomain,
        &[
            field("name", "DomainName"),
            each(
                "endpoints",
                "DomainNameConfigurations",
                &[
                    field("tls", "SecurityPolicy"),
                    field("certificate", "CertificateArn"),
                    field("type", "EndpointType"),
                ],
            ),
            field("mutual_tls", "MutualTlsAuthentication"),
        ],
    ),
    Mapping::new(
        &["aws_api_gateway_domain_name"],
        Kind::ApiDomain,
        &[
            field("name", "domain_name"),
            field("tls", "security_policy"),
            field("certificate", "regional_certificate_arn"),
            field("certificate", "certificate_arn"),
            field("mutual_tls", "mutual_tls_authentication"),
            field("endpoint_types", "endpoint_configuration.types"),
        ],
    ),
    Mapping::new(
        &["aws_apigatewayv2_domain_name"],
        Kind::ApiDomain,
        &[
            field("name", "domain_name"),
            each(
                "endpoints",
                "domain_name_configuration",
                &[
                    field("tls", "security_policy"),
                    field("certificate", "certificate_arn"),
                    field("type", "endpoint_type"),
                ],
            ),
            field("mutual_tls", "mutual_tls_authentication"),
        ],
    ),
    Mapping::new(
        &["AWS::ApiGateway::Resource"],
        Kind::ApiPart,
        &[field("api", "RestApiId"), field("parent", "ParentId"), field("path_part", "PathPart")],
    )
    .owner("api"),
    Mapping::new(
        &["aws_api_gateway_resource"],
        Kind::ApiPart,
        &[field("api", "rest_api_id"), field("parent", "parent_id"), field("path_part", "path_part")],
    )
    .owner("api"),
    Mapping::new(
        &["AWS::ApiGateway::RequestValidator"],
        Kind::ApiPart,
        &[
            field("api", "RestApiId"),
            field("name", "Name"),
            flag("validate_body", "ValidateRequestBody"),
            flag("validate_parameters", "ValidateRequestParameters"),
        ],
    )
    .owner("api"),
    Mapping::new(
        &["aws_api_gateway_request_validator"],
        Kind::ApiPart,
        &[
            field("api", "rest_api_id"),
            field("name", "name"),
            flag("validate_body", "validate_request_body"),
            flag("validate_parameters", "validate_request_parameters"),
        ],
    )
    .owner("api"),
    Mapping::new(
        &["AWS::ApiGateway::BasePathMapping"],
        Kind::ApiPart,
        &[field("api", "RestApiId"), field("domain", "DomainName"), field("stage", "Stage")],
    )
    .owner("api"),
    Mapping::new(
        &["AWS::ApiGatewayV2::ApiMapping"],
        Kind::ApiPart,
        &[field("api", "ApiId"), field("domain", "DomainName"), field("stage", "Stage")],
    )
    .owner("api"),
    Mapping::new(
        &["aws_api_gateway_base_path_mapping"],
        Kind::ApiPart,
        &[field("api", "api_id"), field("domain", "domain_name"), field("stage", "stage_name")],
    )
    .owner("api"),
    Mapping::new(
        &["aws_apigatewayv2_api_mapping"],
        Kind::ApiPart,
        &[field("api", "api_id"), field("domain", "domain_name"), field("stage", "stage")],
    )
    .owner("api"),
    Mapping::new(
        &["AWS::ApiGateway::Model", "AWS::ApiGateway::GatewayResponse", "AWS::ApiGateway::DocumentationPart"],
        Kind::ApiPart,
        &[field("api", "RestApiId"), field("name", "Name")],
    )
    .owner("api"),
    Mapping::new(
        &[
            "AWS::ApiGatewayV2::Model",
            "AWS::ApiGatewayV2::RouteResponse",
            "AWS::ApiGatewayV2::IntegrationResponse",
        ],
        Kind::ApiPart,
        &[field("api", "ApiId"), field("name", "Name")],
    )
    .owner("api"),
    Mapping::new(
        &[
            "aws_api_gateway_model",
            "aws_api_gateway_gateway_response",
            "aws_api_gateway_method_response",
            "aws_api_gateway_integration_response",
        ],
        Kind::ApiPart,
        &[field("api", "rest_api_id"), field("name", "name")],
    )
    .owner("api"),
    Mapping::new(
        &[
            "aws_apigatewayv2_model",
            "aws_apigatewayv2_route_response",
            "aws_apigatewayv2_integration_response",
        ],
        Kind::ApiPart,
        &[field("api", "api_id"), field("name", "name")],
    )
    .owner("api"),
    Mapping::new(
        &["aws_api_gateway_rest_api_policy"],
        Kind::ApiPart,
        &[field("api", "rest_api_id"), policy("policy")],
    )
    .merge_into("api"),
    Mapping::new(
        &["AWS::ApiGateway::ApiKey"],
        Kind::ApiPart,
        &[field("name", "Name"), field("value", "Value"), flag("enabled", "Enabled")],
    ),
    Mapping::new(
        &["aws_api_gateway_api_key"],
        Kind::ApiPart,
        &[field("name", "name"), field("value", "value"), flag("enabled", "enabled")],
    ),
    Mapping::new(
        &["AWS::ApiGateway::UsagePlanKey", "AWS::ApiGateway::ClientCertificate"],
        Kind::ApiPart,
        &[],
    ),
    Mapping::new(
        &["aws_api_gateway_usage_plan_key", "aws_api_gateway_client_certificate"],
        Kind::ApiPart,
        &[],
    ),
    Mapping::new(&["AWS::ApiGateway::Account"], Kind::ApiPart, &[field("role", "CloudWatchRoleArn")]),
    Mapping::new(&["aws_api_gateway_account"], Kind::ApiPart, &[field("role", "cloudwatch_role_arn")]),
    Mapping::new(
        &["AWS::ApiGatewayV2::VpcLink"],
        Kind::ApiPart,
        &[field("name", "Name"), field("subnets", "SubnetIds"), field("security_groups", "SecurityGroupIds")],
    ),
    Mapping::new(
        &["aws_apigatewayv2_vpc_link"],
        Kind::ApiPart,
        &[
            field("name", "name"),
            field("subnets", "subnet_ids"),
            field("security_groups", "security_group_ids"),
        ],
    ),
    Mapping::new(
        &["AWS::ApiGateway::VpcLink"],
        Kind::ApiPart,
        &[field("name", "Name"), field("targets", "TargetArns")],
    ),
    Mapping::new(
        &["aws_api_gateway_vpc_link"],
        Kind::ApiPart,
        &[field("name", "name"), field("targets", "target_arns")],
    ),
];
