//! Functions: what runs, with which limits and which environment.
use crate::registry::area;

area! {}
