//! Events: queues, topics, streams, buses, schedules.
use crate::registry::area;

area! {
    public_event_bus,
    queue_without_dead_letters,
    extreme_redrive_count,
    dead_letters_expire_early,
    mismatched_dead_letter_queue,
    subscription_over_http,
    subscription_without_dead_letters,
    short_stream_retention,
    delivery_stream_without_error_log,
    schedule_without_customer_key,
    rule_target_without_dead_letters,
    schedule_without_dead_letters,
    frequent_schedule,
    event_bus_open_to_another_account,
    catch_all_rule,
    pipe_without_log,
    pipe_without_dead_letters,
    endless_event_archive,
    secret_in_event_connection,
}
