//! Load balancers, their ports and what stands behind them.
use model::Kind;

use crate::lower::{Field, Mapping, each, equals, exists, field, flag};

pub(super) const MAPPINGS: &[Mapping] = &[
    Mapping::new(
        &["AWS::ElasticLoadBalancingV2::LoadBalancer"],
        Kind::LoadBalancer,
        &[
            field("name", "Name"),
            field("type", "Type"),
            equals("internal", "Scheme", "internal"),
            field("subnets", "Subnets"),
            field("security_groups", "SecurityGroups"),
        ],
    )
    .hook(super::balancer_attributes),
    Mapping::new(
        &["aws_lb", "aws_alb"],
        Kind::LoadBalancer,
        &[
            field("name", "name"),
            field("type", "load_balancer_type"),
            flag("internal", "internal"),
            field("subnets", "subnets"),
            field("security_groups", "security_groups"),
            flag("access_logs", "access_logs.enabled"),
            field("log_bucket", "access_logs.bucket"),
            flag("drop_invalid_headers", "drop_invalid_header_fields"),
            flag("deletion_protection", "enable_deletion_protection"),
            flag("cross_zone", "enable_cross_zone_load_balancing"),
            field("desync", "desync_mitigation_mode"),
        ],
    ),
    Mapping::new(
        &["AWS::ElasticLoadBalancing::LoadBalancer"],
        Kind::LoadBalancer,
        &[
            field("name", "LoadBalancerName"),
            equals("internal", "Scheme", "internal"),
            field("subnets", "Subnets"),
            field("security_groups", "SecurityGroups"),
            flag("access_logs", "AccessLoggingPolicy.Enabled"),
            field("log_bucket", "AccessLoggingPolicy.S3BucketName"),
            flag("cross_zone", "CrossZone"),
            each(
                "listeners",
                "Listeners",
                &[
                    field("protocol", "Protocol"),
                    field("instance_protocol", "InstanceProtocol"),
                    field("certificate", "SSLCertificateId"),
                    field("port", "LoadBalancerPort"),
                ],
            ),
        ],
    )
    .hook(super::classic_balancer),
    Mapping::new(
        &["aws_elb"],
        Kind::LoadBalancer,
        &[
            field("name", "name"),
            flag("internal", "internal"),
            field("subnets", "subnets"),
            field("security_groups", "security_groups"),
            flag("access_logs", "access_logs.enabled"),
            exists("access_logs", "access_logs"),
            field("log_bucket", "access_logs.bucket"),
            flag("cross_zone", "cross_zone_load_balancing"),
            field("desync", "desync_mitigation_mode"),
            each(
                "listeners",
                "listener",
                &[
                    field("protocol", "lb_protocol"),
                    field("instance_protocol", "instance_protocol"),
                    field("certificate", "ssl_certificate_id"),
                    field("port", "lb_port"),
                ],
            ),
        ],
    )
    .hook(super::classic_balancer),
    Mapping::new(
        &["aws_load_balancer_policy", "aws_lb_ssl_negotiation_policy"],
        Kind::TlsPolicy,
        &[
            each("settings", "policy_attribute", &[field("name", "name"), field("value", "value")]),
            each("settings", "attribute", &[field("name", "name"), field("value", "value")]),
        ],
    ),
    Mapping::new(
        &["AWS::ElasticLoadBalancingV2::Listener"],
        Kind::Listener,
        &[
            field("load_balancer", "LoadBalancerArn"),
            field("port", "Port"),
            field("protocol", "Protocol"),
            field("tls", "SslPolicy"),
            field("certificate", "Certificates"),
            each("actions", "DefaultActions", CLOUDFORMATION_ACTION),
            field("target", "DefaultActions"),
        ],
    )
    .owner("load_balancer"),
    Mapping::new(
        &["aws_lb_listener", "aws_alb_listener"],
        Kind::Listener,
        &[
            field("load_balancer", "load_balancer_arn"),
            field("port", "port"),
            field("protocol", "protocol"),
            field("tls", "ssl_policy"),
            field("certificate", "certificate_arn"),
            each("actions", "default_action", TERRAFORM_ACTION),
            field("target", "default_action"),
        ],
    )
    .owner("load_balancer"),
    Mapping::new(
        &["AWS::ElasticLoadBalancingV2::TargetGroup"],
        Kind::TargetGroup,
        &[
            field("name", "Name"),
            field("protocol", "Protocol"),
            field("port", "Port"),
            field("type", "TargetType"),
            field("targets", "Targets"),
            field("health_path", "HealthCheckPath"),
            field("network", "VpcId"),
        ],
    ),
    Mapping::new(
        &["aws_lb_target_group", "aws_alb_target_group"],
        Kind::TargetGroup,
        &[
            field("name", "name"),
            field("protocol", "protocol"),
            field("port", "port"),
            field("type", "target_type"),
            field("health_path", "health_check.path"),
            field("health_check", "health_check"),
            field("network", "vpc_id"),
        ],
    ),
];

const CLOUDFORMATION_ACTION: &[Field] = &[
    field("type", "Type"),
    field("redirect_protocol", "RedirectConfig.Protocol"),
    field("redirect_port", "RedirectConfig.Port"),
    field("target", "TargetGroupArn"),
    field("code", "FixedResponseConfig.StatusCode"),
];

const TERRAFORM_ACTION: &[Field] = &[
    field("type", "type"),
    field("redirect_protocol", "redirect.protocol"),
    field("redirect_port", "redirect.port"),
    field("target", "target_group_arn"),
    field("code", "fixed_response.status_code"),
];
