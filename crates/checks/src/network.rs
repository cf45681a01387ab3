//! Networks: subnets, security groups, endpoints, load balancers.
use crate::registry::area;

mod rules;

area! {
    acl_all_ports,
    acl_public_ftp_data_port,
    acl_public_ftp_port,
    acl_public_rdp_port,
    acl_public_ssh_port,
    all_ports_public,
    default_network,
    function_in_public_subnet,
    missing_network_endpoint,
    network_without_flow_log,
    open_default_security_group,
    open_egress,
    open_endpoint_policy,
    open_peering_route,
    public_database_port,
    public_http_port,
    public_rdp_port,
    public_ssh_port,
    public_subnet_addresses,
    unasked_endpoint_consumers,
    unattached_security_group,
    undescribed_security_rule,
}
