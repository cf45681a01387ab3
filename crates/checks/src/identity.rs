//! Identity: roles, policies, trust, users.
use crate::registry::area;

area! {}
