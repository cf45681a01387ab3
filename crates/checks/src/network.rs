//! Networks: subnets, security groups, endpoints, load balancers.
use crate::registry::area;

area! {}
