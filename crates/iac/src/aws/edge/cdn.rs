//! CloudFront, web application firewalls and certificates.
use model::Kind;

use crate::lower::{Field, Mapping, each, exists, field, flag};

pub(super) const MAPPINGS: &[Mapping] = &[
    Mapping::new(
        &["AWS::CloudFront::Distribution"],
        Kind::Cdn,
        &[
            flag("enabled", "DistributionConfig.Enabled"),
            field("aliases", "DistributionConfig.Aliases"),
            field("root_object", "DistributionConfig.DefaultRootObject"),
            field("viewer_protocol", "DistributionConfig.DefaultCacheBehavior.ViewerProtocolPolicy"),
            field("response_headers", "DistributionConfig.DefaultCacheBehavior.ResponseHeadersPolicyId"),
            field("allowed_methods", "DistributionConfig.DefaultCacheBehavior.AllowedMethods"),
            field("functions", "DistributionConfig.DefaultCacheBehavior.LambdaFunctionAssociations"),
            each(
                "behaviors",
                "DistributionConfig.CacheBehaviors",
                &[
                    field("path", "PathPattern"),
                    field("viewer_protocol", "ViewerProtocolPolicy"),
                    field("response_headers", "ResponseHeadersPolicyId"),
                    field("functions", "LambdaFunctionAssociations"),
                ],
            ),
            field("certificate", "DistributionConfig.ViewerCertificate.AcmCertificateArn"),
            field("certificate", "DistributionConfig.ViewerCertificate.IamCertificateId"),
            flag("default_certificate", "DistributionConfig.ViewerCertificate.CloudFrontDefaultCertificate"),
            field("tls", "DistributionConfig.ViewerCertificate.MinimumProtocolVersion"),
            field("log_bucket", "DistributionConfig.Logging.Bucket"),
            field("firewall", "DistributionConfig.WebACLId"),
            each(
                "origins",
                "DistributionConfig.Origins",
                &[
                    field("id", "Id"),
                    field("host", "DomainName"),
                    field("bucket", "S3OriginConfig"),
                    field("identity", "S3OriginConfig.OriginAccessIdentity"),
                    field("access_control", "OriginAccessControlId"),
                    field("custom", "CustomOriginConfig"),
                    field("protocol", "CustomOriginConfig.OriginProtocolPolicy"),
                    field("tls", "CustomOriginConfig.OriginSSLProtocols"),
                ],
            ),
            field("origin", "DistributionConfig.Origins"),
            each(
                "origin_groups",
                "DistributionConfig.OriginGroups.Items",
                &[field("failover", "FailoverCriteria"), field("members", "Members.Items")],
            ),
            field("geo_restriction", "DistributionConfig.Restrictions.GeoRestriction.RestrictionType"),
        ],
    ),
    Mapping::new(
        &["aws_cloudfront_distribution"],
        Kind::Cdn,
        &[
            flag("enabled", "enabled"),
            field("aliases", "aliases"),
            field("root_object", "default_root_object"),
            field("viewer_protocol", "default_cache_behavior.viewer_protocol_policy"),
            field("response_headers", "default_cache_behavior.response_headers_policy_id"),
            field("allowed_methods", "default_cache_behavior.allowed_methods"),
            field("functions", "default_cache_behavior.lambda_function_association"),
            each(
                "behaviors",
                "ordered_cache_behavior",
                &[
                    field("path", "path_pattern"),
                    field("viewer_protocol", "viewer_protocol_policy"),
                    field("response_headers", "response_headers_policy_id"),
                    field("functions", "lambda_function_association"),
                ],
            ),
            field("certificate", "viewer_certificate.acm_certificate_arn"),
            field("certificate", "viewer_certificate.iam_certificate_id"),
            flag("default_certificate", "viewer_certificate.cloudfront_default_certificate"),
            field("tls", "viewer_certificate.minimum_protocol_version"),
            field("log_bucket", "logging_config.bucket"),
            field("firewall", "web_acl_id"),
            each(
                "origins",
                "origin",
                &[
                    field("id", "origin_id"),
                    field("host", "domain_name"),
                    field("bucket", "s3_origin_config"),
                    field("identity", "s3_origin_config.origin_access_identity"),
                    field("access_control", "origin_access_control_id"),
                    field("custom", "custom_origin_config"),
                    field("protocol", "custom_origin_config.origin_protocol_policy"),
                    field("tls", "custom_origin_config.origin_ssl_protocols"),
                ],
            ),
            field("origin", "origin"),
            each(
                "origin_groups",
                "origin_group",
                &[field("failover", "failover_criteria"), field("members", "member")],
            ),
            field("geo_restriction", "restrictions.geo_restriction.restriction_type"),
        ],
    ),
    Mapping::new(
        &["AWS::CloudFront::ResponseHeadersPolicy"],
        Kind::ResponseHeaders,
        &[
            field("name", "ResponseHeadersPolicyConfig.Name"),
            field("hsts", "ResponseHeadersPolicyConfig.SecurityHeadersConfig.StrictTransportSecurity"),
            field(
                "hsts_seconds",
                "ResponseHeadersPolicyConfig.SecurityHeadersConfig.StrictTransportSecurity.AccessControlMaxAgeSec",
            ),
            flag(
                "hsts_subdomains",
                "ResponseHeadersPolicyConfig.SecurityHeadersConfig.StrictTransportSecurity.IncludeSubdomains",
            ),
            flag(
                "hsts_preload",
                "ResponseHeadersPolicyConfig.SecurityHeadersConfig.StrictTransportSecurity.Preload",
            ),
            flag(
                "hsts_override",
                "ResponseHeadersPolicyConfig.SecurityHeadersConfig.StrictTransportSecurity.Override",
            ),
            field("security", "ResponseHeadersPolicyConfig.SecurityHeadersConfig"),
            field("cors_origins", "ResponseHeadersPolicyConfig.CorsConfig.AccessControlAllowOrigins.Items"),
            flag("cors_credentials", "ResponseHeadersPolicyConfig.CorsConfig.AccessControlAllowCredentials"),
        ],
    ),
    Mapping::new(
        &["aws_cloudfront_response_headers_policy"],
        Kind::ResponseHeaders,
        &[
            field("name", "name"),
            field("hsts", "security_headers_config.strict_transport_security"),
            field(
                "hsts_seconds",
                "security_headers_config.strict_transport_security.access_control_max_age_sec",
            ),
            flag("hsts_subdomains", "security_headers_config.strict_transport_security.include_subdomains"),
            flag("hsts_preload", "security_headers_config.strict_transport_security.preload"),
            flag("hsts_override", "security_headers_config.strict_transport_security.override"),
            field("security", "security_headers_config"),
            field("cors_origins", "cors_config.access_control_allow_origins.items"),
            flag("cors_credentials", "cors_config.access_control_allow_credentials"),
        ],
    ),
    Mapping::new(
        &["AWS::WAFv2::WebACL"],
        Kind::Waf,
        &[
            field("name", "Name"),
            field("scope", "Scope"),
            each("rules", "Rules", CLOUDFORMATION_RULE),
            field("default_action", "DefaultAction"),
        ],
    ),
    Mapping::new(
        &["AWS::WAFv2::RuleGroup"],
        Kind::Waf,
        &[field("name", "Name"), field("scope", "Scope"), each("rules", "Rules", CLOUDFORMATION_RULE)],
    )
    .hook(super::rule_group),
    Mapping::new(
        &["AWS::WAF::WebACL", "AWS::WAFRegional::WebACL"],
        Kind::Waf,
        &[
            field("name", "Name"),
            each("rules", "Rules", &[field("action", "Action"), field("override", "OverrideAction")]),
            field("default_action", "DefaultAction"),
        ],
    ),
    Mapping::new(
        &["aws_wafv2_web_acl"],
        Kind::Waf,
        &[
            field("name", "name"),
            field("scope", "scope"),
            each("rules", "rule", TERRAFORM_RULE),
            each("rules", "rules", TERRAFORM_RULE),
            field("default_action", "default_action"),
        ],
    ),
    Mapping::new(
        &["aws_waf_web_acl", "aws_wafregional_web_acl"],
        Kind::Waf,
        &[
            field("name", "name"),
            each("rules", "rules", TERRAFORM_RULE),
            each("rules", "rule", TERRAFORM_RULE),
            field("default_action", "default_action"),
            field("log_destination", "logging_configuration.log_destination"),
        ],
    ),
    Mapping::new(
        &["aws_wafv2_rule_group", "aws_waf_rule_group", "aws_wafregional_rule_group"],
        Kind::Waf,
        &[
            field("name", "name"),
            field("scope", "scope"),
            each("rules", "rule", TERRAFORM_RULE),
            each("rules", "rules", TERRAFORM_RULE),
            each("rules", "activated_rule", TERRAFORM_RULE),
        ],
    )
    .hook(super::rule_group),
    Mapping::new(
        &["AWS::WAFv2::WebACLAssociation", "AWS::WAFRegional::WebACLAssociation"],
        Kind::WafAssociation,
        &[field("waf", "WebACLArn"), field("waf", "WebACLId"), field("target", "ResourceArn")],
    ),
    Mapping::new(
        &["aws_wafv2_web_acl_association", "aws_wafregional_web_acl_association"],
        Kind::WafAssociation,
        &[field("waf", "web_acl_arn"), field("waf", "web_acl_id"), field("target", "resource_arn")],
    ),
    Mapping::new(
        &["AWS::WAFv2::LoggingConfiguration"],
        Kind::LogConfig,
        &[field("target", "ResourceArn"), field("log_destination", "LogDestinationConfigs")],
    )
    .merge_into("target"),
    Mapping::new(
        &["aws_wafv2_web_acl_logging_configuration"],
        Kind::LogConfig,
        &[field("target", "resource_arn"), field("log_destination", "log_destination_configs")],
    )
    .merge_into("target"),
    Mapping::new(
        &["AWS::CertificateManager::Certificate"],
        Kind::Certificate,
        &[
            field("domain", "DomainName"),
            field("names", "SubjectAlternativeNames"),
            field("validation", "ValidationMethod"),
            field("transparency", "CertificateTransparencyLoggingPreference"),
            field("authority", "CertificateAuthorityArn"),
        ],
    ),
    Mapping::new(
        &["aws_acm_certificate"],
        Kind::Certificate,
        &[
            field("domain", "domain_name"),
            field("names", "subject_alternative_names"),
            field("validation", "validation_method"),
            field("transparency", "options.certificate_transparency_logging_preference"),
            field("authority", "certificate_authority_arn"),
            exists("imported", "certificate_body"),
        ],
    )
    .hook(super::lifecycle),
];

const CLOUDFORMATION_RULE: &[Field] = &[
    field("id", "RuleId"),
    field("name", "Name"),
    field("action", "Action"),
    field("override", "OverrideAction"),
    field("override_none", "OverrideAction.None"),
    field("managed", "Statement.ManagedRuleGroupStatement.Name"),
    field("excluded", "Statement.ManagedRuleGroupStatement.ExcludedRules"),
    field("rate_limit", "Statement.RateBasedStatement.Limit"),
    field("group", "Statement.RuleGroupReferenceStatement"),
];

const TERRAFORM_RULE: &[Field] = &[
    field("id", "rule_id"),
    field("name", "name"),
    field("action", "action"),
    field("override", "override_action"),
    field("override_none", "override_action.none"),
    field("managed", "statement.managed_rule_group_statement.name"),
    field("excluded", "statement.managed_rule_group_statement.excluded_rule"),
    field("rate_limit", "statement.rate_based_statement.limit"),
    field("group", "statement.rule_group_reference_statement"),
];
