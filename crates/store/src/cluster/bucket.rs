//! The bucket: a JetStream stream in the shape that `nats kv` knows.
use super::{MARKERS, Options, unavailable};
use crate::{StateError, VALUE_BYTES_MAX};
use async_nats::jetstream::context::{Context, CreateStreamErrorKind};
use async_nats::jetstream::stream::{Config, DiscardPolicy, StorageType};

/// A stream of this name has other settings.
const NAME_IN_USE: u64 = 10_058;
/// Room for headers beside the longest value, in bytes.
const HEADER_BYTES_MAX: usize = 4_096;

/// Makes the bucket, or finds that it is there and fits.
pub(super) async fn ensure(context: &Context, options: &Options) -> Result<(), StateError> {
    let wanted = config(options);
    let name = wanted.name.clone();
    match context.create_stream(wanted).await {
        Ok(_) => return Ok(()),
        Err(why) => match why.kind() {
            CreateStreamErrorKind::JetStream(told) if told.error_code().0 == NAME_IN_USE => {}
            _ => return Err(unavailable(&why)),
        },
    }
    let found = context.get_stream(name).await.map_err(|why| unavailable(&why))?;
    let found = &found.cached_info().config;
    let wrong = if found.max_messages_per_subject != 1 {
        "it keeps a history; one value a key is needed"
    } else if !found.allow_message_ttl || found.subject_delete_marker_ttl.is_none_or(|life| life < MARKERS) {
        "it knows no expiry of single keys with markers of at least an hour (NATS 2.11 or later)"
    } else if found.num_replicas < options.replicas {
        "it has fewer replicas than configured"
    } else {
        return Ok(());
    };
    let reason = format!("bucket `{}` was made by somebody else: {wrong}", options.bucket);
    Err(StateError::Unavailable { reason })
}

fn config(options: &Options) -> Config {
    Config {
        name: stream(&options.bucket),
        description: Some("buckler state".to_owned()),
        subjects: vec![format!("{}>", prefix(&options.bucket))],
        max_bytes: options.store_bytes_max,
        max_messages_per_subject: 1,
        // A full bucket refuses; it never drops what was acknowledged.
        discard: DiscardPolicy::New,
        max_message_size: i32::try_from(VALUE_BYTES_MAX + HEADER_BYTES_MAX).unwrap_or(i32::MAX),
        storage: StorageType::File,
        num_replicas: options.replicas,
        allow_rollup: true,
        deny_delete: true,
        allow_direct: true,
        allow_message_ttl: true,
        subject_delete_marker_ttl: Some(MARKERS),
        ..Config::default()
    }
}

/// The stream behind a bucket.
pub(super) fn stream(bucket: &str) -> String {
    format!("KV_{bucket}")
}

/// What stands before a key in its subject.
pub(super) fn prefix(bucket: &str) -> String {
    format!("$KV.{bucket}.")
}
