//! Logging: logs, retention, trails, tracing, alarms.
use crate::registry::area;

area! {}
