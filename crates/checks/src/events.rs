//! Events: queues, topics, streams, schedules, event sources, state machines.
use crate::registry::area;

area! {}
