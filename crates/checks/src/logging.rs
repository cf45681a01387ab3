//! Logging: logs, retention, trails, tracing, alarms.
use crate::registry::area;

area! {
    alarm_without_action,
    disabled_alarm_actions,
    endless_log_retention,
    function_without_log_group,
    short_log_retention,
    silent_trail,
    single_region_trail,
    stopped_trail,
    trail_without_key,
    trail_without_log_group,
    unencrypted_event_store,
    unencrypted_log_group,
    unvalidated_trail,
    unwatched_functions,
}
