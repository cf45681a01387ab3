//! Types that are known, and in which nothing can be set that makes them more or less safe: they are
//! in the graph, and no problem is told about them.
use model::Kind;

use crate::lower::Mapping;

pub(super) const MAPPINGS: &[Mapping] = &[
    Mapping::new(
        &[
            "AWS::AppConfig::Application",
            "AWS::AppConfig::DeploymentStrategy",
            "AWS::AppConfig::Environment",
            // What they do is done by their function, which is judged.
            "AWS::CloudFormation::CustomResource",
            "AWS::CloudFormation::WaitCondition",
            "AWS::CloudFormation::WaitConditionHandle",
            "AWS::CloudWatch::Dashboard",
            "AWS::Cognito::UserPoolDomain",
            "AWS::DAX::SubnetGroup",
            "AWS::DMS::ReplicationSubnetGroup",
            "AWS::DocDB::DBSubnetGroup",
            "AWS::EC2::EIP",
            "AWS::EC2::EIPAssociation",
            "AWS::EC2::InternetGateway",
            "AWS::EC2::NatGateway",
            "AWS::EC2::VPCGatewayAttachment",
            "AWS::ElastiCache::SubnetGroup",
            "AWS::Logs::LogStream",
            "AWS::Neptune::DBSubnetGroup",
            "AWS::RDS::DBSubnetGroup",
            "AWS::Redshift::ClusterSubnetGroup",
            "AWS::ResourceGroups::Group",
            "AWS::Route53::HealthCheck",
            "AWS::ServiceDiscovery::PrivateDnsNamespace",
            "AWS::ServiceDiscovery::Service",
        ],
        Kind::Other,
        &[],
    ),
    Mapping::new(
        &[
            "aws_cloudwatch_dashboard",
            "aws_cloudwatch_log_stream",
            "aws_cognito_user_pool_domain",
            "aws_db_subnet_group",
            "aws_docdb_subnet_group",
            "aws_ecr_lifecycle_policy",
            "aws_eip",
            "aws_eip_association",
            "aws_elasticache_subnet_group",
            "aws_internet_gateway",
            "aws_lb_target_group_attachment",
            "aws_nat_gateway",
            "aws_neptune_subnet_group",
            "aws_redshift_subnet_group",
            "aws_route53_health_check",
            "aws_volume_attachment",
        ],
        Kind::Other,
        &[],
    ),
    // Values that Terraform makes up or waits for. What runs programs (`null_resource`) is not among
    // them: what those do, nobody has read.
    Mapping::new(
        &[
            "random_id",
            "random_integer",
            "random_pet",
            "random_shuffle",
            "random_string",
            "random_uuid",
            "time_rotating",
            "time_sleep",
            "time_static",
        ],
        Kind::Other,
        &[],
    ),
];
