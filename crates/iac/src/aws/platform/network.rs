//! Networks: subnets, security groups, access lists, endpoints, routes, names.
use model::{Kind, NodeId};

use super::{label, mark};
use crate::lower::{Field, Lowering, Mapping, each, field, flag, policy};
use crate::resource::Resource;

pub(super) const MAPPINGS: &[Mapping] = &[
    Mapping::new(
        &["AWS::EC2::VPC"],
        Kind::Network,
        &[field("cidr", "CidrBlock"), flag("dns", "EnableDnsSupport")],
    ),
    Mapping::new(
        &["aws_vpc"],
        Kind::Network,
        &[field("cidr", "cidr_block"), flag("dns", "enable_dns_support")],
    ),
    Mapping::new(&["aws_default_vpc"], Kind::Network, &[flag("dns", "enable_dns_support")]).hook(default),
    Mapping::new(
        &["AWS::EC2::Subnet"],
        Kind::Subnet,
        &[
            field("network", "VpcId"),
            field("cidr", "CidrBlock"),
            flag("public_addresses", "MapPublicIpOnLaunch"),
        ],
    )
    .owner("network"),
    Mapping::new(
        &["aws_subnet"],
        Kind::Subnet,
        &[
            field("network", "vpc_id"),
            field("cidr", "cidr_block"),
            flag("public_addresses", "map_public_ip_on_launch"),
        ],
    )
    .owner("network"),
    Mapping::new(
        &["aws_default_subnet"],
        Kind::Subnet,
        &[flag("public_addresses", "map_public_ip_on_launch")],
    )
    .hook(default),
    Mapping::new(
        &["AWS::EC2::SecurityGroup"],
        Kind::SecurityGroup,
        &[
            field("name", "GroupName"),
            field("description", "GroupDescription"),
            field("network", "VpcId"),
            each("ingress", "SecurityGroupIngress", CLOUDFORMATION_INGRESS),
            each("egress", "SecurityGroupEgress", CLOUDFORMATION_EGRESS),
        ],
    ),
    Mapping::new(
        &["aws_security_group"],
        Kind::SecurityGroup,
        &[
            field("name", "name"),
            field("description", "description"),
            field("network", "vpc_id"),
            each("ingress", "ingress", TERRAFORM_RULE),
            each("egress", "egress", TERRAFORM_RULE),
        ],
    ),
    Mapping::new(
        &["aws_default_security_group"],
        Kind::SecurityGroup,
        &[
            field("network", "vpc_id"),
            each("ingress", "ingress", TERRAFORM_RULE),
            each("egress", "egress", TERRAFORM_RULE),
        ],
    )
    .hook(default),
    Mapping::new(&["AWS::EC2::SecurityGroupIngress"], Kind::SecurityGroupRule, CLOUDFORMATION_INGRESS_RULE)
        .owner("group")
        .hook(ingress),
    Mapping::new(&["AWS::EC2::SecurityGroupEgress"], Kind::SecurityGroupRule, CLOUDFORMATION_EGRESS_RULE)
        .owner("group")
        .hook(egress),
    Mapping::new(
        &["aws_security_group_rule"],
        Kind::SecurityGroupRule,
        &[
            field("group", "security_group_id"),
            field("direction", "type"),
            field("protocol", "protocol"),
            field("from_port", "from_port"),
            field("to_port", "to_port"),
            field("cidrs", "cidr_blocks"),
            field("cidrs6", "ipv6_cidr_blocks"),
            field("groups", "source_security_group_id"),
            field("prefix_lists", "prefix_list_ids"),
            field("self", "self"),
            field("description", "description"),
        ],
    )
    .owner("group"),
    Mapping::new(&["aws_vpc_security_group_ingress_rule"], Kind::SecurityGroupRule, TERRAFORM_SINGLE_RULE)
        .owner("group")
        .hook(ingress),
    Mapping::new(&["aws_vpc_security_group_egress_rule"], Kind::SecurityGroupRule, TERRAFORM_SINGLE_RULE)
        .owner("group")
        .hook(egress),
    Mapping::new(&["AWS::EC2::NetworkAcl"], Kind::NetworkAcl, &[field("network", "VpcId")]),
    Mapping::new(
        &["aws_network_acl", "aws_default_network_acl"],
        Kind::NetworkAcl,
        &[
            field("network", "vpc_id"),
            field("subnets", "subnet_ids"),
            each("ingress", "ingress", ACL_RULE),
            each("egress", "egress", ACL_RULE),
        ],
    ),
    Mapping::new(
        &["AWS::EC2::NetworkAclEntry"],
        Kind::NetworkAclRule,
        &[
            field("acl", "NetworkAclId"),
            field("number", "RuleNumber"),
            field("action", "RuleAction"),
            flag("egress", "Egress"),
            field("protocol", "Protocol"),
            field("from_port", "PortRange.From"),
            field("to_port", "PortRange.To"),
            field("cidr", "CidrBlock"),
            field("cidr6", "Ipv6CidrBlock"),
        ],
    )
    .owner("acl"),
    Mapping::new(
        &["aws_network_acl_rule"],
        Kind::NetworkAclRule,
        &[
            field("acl", "network_acl_id"),
            field("number", "rule_number"),
            field("action", "rule_action"),
            flag("egress", "egress"),
            field("protocol", "protocol"),
            field("from_port", "from_port"),
            field("to_port", "to_port"),
            field("cidr", "cidr_block"),
            field("cidr6", "ipv6_cidr_block"),
        ],
    )
    .owner("acl"),
    Mapping::new(
        &["AWS::EC2::VPCEndpoint"],
        Kind::NetworkEndpoint,
        &[
            field("network", "VpcId"),
            field("service", "ServiceName"),
            field("type", "VpcEndpointType"),
            field("subnets", "SubnetIds"),
            field("security_groups", "SecurityGroupIds"),
            flag("private_dns", "PrivateDnsEnabled"),
            policy("PolicyDocument"),
        ],
    ),
    Mapping::new(
        &["aws_vpc_endpoint"],
        Kind::NetworkEndpoint,
        &[
            field("network", "vpc_id"),
            field("service", "service_name"),
            field("type", "vpc_endpoint_type"),
            field("subnets", "subnet_ids"),
            field("security_groups", "security_group_ids"),
            flag("private_dns", "private_dns_enabled"),
            policy("policy"),
        ],
    ),
    Mapping::new(
        &["AWS::EC2::VPCEndpointService"],
        Kind::NetworkEndpoint,
        &[flag("acceptance", "AcceptanceRequired")],
    )
    .hook(service),
    Mapping::new(
        &["aws_vpc_endpoint_service"],
        Kind::NetworkEndpoint,
        &[flag("acceptance", "acceptance_required")],
    )
    .hook(service),
    Mapping::new(&["AWS::EC2::RouteTable"], Kind::Route, &[field("network", "VpcId")]),
    Mapping::new(
        &["AWS::EC2::Route"],
        Kind::Route,
        &[
            field("table", "RouteTableId"),
            field("cidr", "DestinationCidrBlock"),
            field("cidr6", "DestinationIpv6CidrBlock"),
            field("gateway", "GatewayId"),
            field("nat", "NatGatewayId"),
            field("instance", "InstanceId"),
            field("peering", "VpcPeeringConnectionId"),
        ],
    ),
    Mapping::new(
        &["AWS::EC2::SubnetRouteTableAssociation"],
        Kind::Route,
        &[field("table", "RouteTableId"), field("subnet", "SubnetId")],
    ),
    Mapping::new(
        &["aws_route_table", "aws_default_route_table"],
        Kind::Route,
        &[
            field("network", "vpc_id"),
            each(
                "routes",
                "route",
                &[
                    field("cidr", "cidr_block"),
                    field("cidr6", "ipv6_cidr_block"),
                    field("gateway", "gateway_id"),
                    field("nat", "nat_gateway_id"),
                    field("instance", "instance_id"),
                    field("peering", "vpc_peering_connection_id"),
                ],
            ),
        ],
    ),
    Mapping::new(
        &["aws_route"],
        Kind::Route,
        &[
            field("table", "route_table_id"),
            field("cidr", "destination_cidr_block"),
            field("cidr6", "destination_ipv6_cidr_block"),
            field("gateway", "gateway_id"),
            field("nat", "nat_gateway_id"),
            field("instance", "instance_id"),
            field("peering", "vpc_peering_connection_id"),
        ],
    ),
    Mapping::new(
        &["aws_route_table_association"],
        Kind::Route,
        &[field("table", "route_table_id"), field("subnet", "subnet_id")],
    ),
    Mapping::new(
        &["AWS::Route53::HostedZone"],
        Kind::DnsZone,
        &[field("name", "Name"), field("networks", "VPCs"), field("query_log", "QueryLoggingConfig")],
    ),
    Mapping::new(
        &["AWS::Route53::DNSSEC", "AWS::Route53::KeySigningKey"],
        Kind::DnsRecord,
        &[field("zone", "HostedZoneId"), field("name", "Name")],
    )
    .owner("zone")
    .hook(signature),
    Mapping::new(
        &["aws_route53_hosted_zone_dnssec", "aws_route53_key_signing_key"],
        Kind::DnsRecord,
        &[field("zone", "hosted_zone_id"), field("name", "name")],
    )
    .owner("zone")
    .hook(signature),
    Mapping::new(&["aws_route53_zone_association"], Kind::DnsRecord, &[field("zone", "zone_id")])
        .owner("zone")
        .hook(association),
    Mapping::new(&["aws_route53_zone"], Kind::DnsZone, &[field("name", "name"), field("networks", "vpc")]),
    Mapping::new(
        &["AWS::Route53::RecordSet"],
        Kind::DnsRecord,
        &[
            field("zone", "HostedZoneId"),
            field("name", "Name"),
            field("type", "Type"),
            field("alias", "AliasTarget.DNSName"),
            field("records", "ResourceRecords"),
        ],
    ),
    Mapping::new(
        &["aws_route53_record"],
        Kind::DnsRecord,
        &[
            field("zone", "zone_id"),
            field("name", "name"),
            field("type", "type"),
            field("alias", "alias.name"),
            field("records", "records"),
        ],
    ),
];

const CLOUDFORMATION_INGRESS: &[Field] = &[
    field("protocol", "IpProtocol"),
    field("from_port", "FromPort"),
    field("to_port", "ToPort"),
    field("cidrs", "CidrIp"),
    field("cidrs6", "CidrIpv6"),
    field("groups", "SourceSecurityGroupId"),
    field("groups", "SourceSecurityGroupName"),
    field("prefix_lists", "SourcePrefixListId"),
    field("description", "Description"),
];

const CLOUDFORMATION_EGRESS: &[Field] = &[
    field("protocol", "IpProtocol"),
    field("from_port", "FromPort"),
    field("to_port", "ToPort"),
    field("cidrs", "CidrIp"),
    field("cidrs6", "CidrIpv6"),
    field("groups", "DestinationSecurityGroupId"),
    field("prefix_lists", "DestinationPrefixListId"),
    field("description", "Description"),
];

const CLOUDFORMATION_INGRESS_RULE: &[Field] = &[
    field("group", "GroupId"),
    field("group", "GroupName"),
    field("protocol", "IpProtocol"),
    field("from_port", "FromPort"),
    field("to_port", "ToPort"),
    field("cidrs", "CidrIp"),
    field("cidrs6", "CidrIpv6"),
    field("groups", "SourceSecurityGroupId"),
    field("groups", "SourceSecurityGroupName"),
    field("prefix_lists", "SourcePrefixListId"),
    field("description", "Description"),
];

const CLOUDFORMATION_EGRESS_RULE: &[Field] = &[
    field("group", "GroupId"),
    field("protocol", "IpProtocol"),
    field("from_port", "FromPort"),
    field("to_port", "ToPort"),
    field("cidrs", "CidrIp"),
    field("cidrs6", "CidrIpv6"),
    field("groups", "DestinationSecurityGroupId"),
    field("prefix_lists", "DestinationPrefixListId"),
    field("description", "Description"),
];

const TERRAFORM_RULE: &[Field] = &[
    field("protocol", "protocol"),
    field("from_port", "from_port"),
    field("to_port", "to_port"),
    field("cidrs", "cidr_blocks"),
    field("cidrs6", "ipv6_cidr_blocks"),
    field("groups", "security_groups"),
    field("prefix_lists", "prefix_list_ids"),
    field("self", "self"),
    field("description", "description"),
];

const TERRAFORM_SINGLE_RULE: &[Field] = &[
    field("group", "security_group_id"),
    field("protocol", "ip_protocol"),
    field("from_port", "from_port"),
    field("to_port", "to_port"),
    field("cidrs", "cidr_ipv4"),
    field("cidrs6", "cidr_ipv6"),
    field("groups", "referenced_security_group_id"),
    field("prefix_lists", "prefix_list_id"),
    field("description", "description"),
];

const ACL_RULE: &[Field] = &[
    field("number", "rule_no"),
    field("action", "action"),
    field("protocol", "protocol"),
    field("from_port", "from_port"),
    field("to_port", "to_port"),
    field("cidr", "cidr_block"),
    field("cidr6", "ipv6_cidr_block"),
];

fn default(lowering: &mut Lowering<'_>, resource: &Resource, id: NodeId) {
    mark(lowering, resource, id, "default");
}

fn service(lowering: &mut Lowering<'_>, resource: &Resource, id: NodeId) {
    mark(lowering, resource, id, "is_service");
}

fn signature(lowering: &mut Lowering<'_>, resource: &Resource, id: NodeId) {
    label(lowering, resource, id, "type", "signature");
}

/// Another network that sees the zone: such a zone is private.
fn association(lowering: &mut Lowering<'_>, resource: &Resource, id: NodeId) {
    label(lowering, resource, id, "type", "association");
}

fn ingress(lowering: &mut Lowering<'_>, resource: &Resource, id: NodeId) {
    label(lowering, resource, id, "direction", "ingress");
}

fn egress(lowering: &mut Lowering<'_>, resource: &Resource, id: NodeId) {
    label(lowering, resource, id, "direction", "egress");
}
