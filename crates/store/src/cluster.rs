//! The clustered form: a key-value bucket of NATS JetStream (2.11 or later), by default on three nodes.
//!
//! Changes go through the stream's leader and are acknowledged by a majority. Reads ask the leader, too: other nodes
//! may be behind. A leader that lost its majority notices within about ten seconds and may answer reads (never
//! changes) until then.
mod bucket;
mod call;
mod follow;
mod options;
mod seen;
mod switch;
#[cfg(test)]
mod tests;

use crate::{
    Change, Entry, Expect, KEYS_MAX, Key, Pending, Put, Revision, State, StateError, VALUE_BYTES_MAX, Watch,
};
use async_nats::jetstream::context::{Context, ContextBuilder};
use async_nats::jetstream::stream::Stream;
pub use options::{Credentials, Options, OptionsError, Tls};
use seen::Seen;
use std::fmt;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::AtomicU64;
use std::time::Duration;
use switch::{Kind, Switch};
use tokio::sync::OnceCell;
use tokio::time::Instant;

/// How long the bucket remembers that a key was removed or has expired.
const MARKERS: Duration = Duration::from_hours(1);
/// The header with the id of a change.
const ATTEMPT: &str = "Buckler-Attempt";
/// The headers of markers: ours and the tools', the server's.
const EXPIRED_OR_REMOVED: [&str; 2] = ["KV-Operation", "Nats-Marker-Reason"];

/// Keys in a bucket of a cluster.
pub struct Cluster {
    client: async_nats::Client,
    context: Context,
    stream: Stream<()>,
    options: Options,
    /// The bucket is there.
    found: OnceCell<()>,
    seen: Mutex<Seen>,
    /// Unique among all handles.
    name: String,
    attempts: AtomicU64,
    switch: Arc<Switch>,
}

impl fmt::Debug for Cluster {
    /// Without servers and credentials.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "bucket `{}` of a cluster, {}", self.options.bucket, self.client.connection_state())
    }
}

impl Cluster {
    /// A handle that connects, and connects again, in the background. The first call that reaches the cluster makes
    /// the bucket; none waits longer than [`Options::call_time_max`].
    pub async fn connect(options: Options) -> Result<Self, OptionsError> {
        let addresses = options.addresses()?;
        let client = options.connect()?.connect(addresses).await.map_err(|_| {
            OptionsError::Credentials("the client could not start: are the certificates' files there?")
        })?;
        let context = ContextBuilder::new().timeout(options.call_time_max).build(client.clone());
        let stream = context
            .get_stream_no_info(bucket::stream(&options.bucket))
            .await
            .map_err(|_| OptionsError::Bucket { bucket: options.bucket.clone() })?;
        let name = client.new_inbox();
        let found = OnceCell::new();
        let (seen, attempts, switch) = (Mutex::default(), AtomicU64::new(0), Arc::default());
        Ok(Self { client, context, stream, options, found, seen, name, attempts, switch })
    }

    fn deadline(&self) -> Instant {
        Instant::now() + self.options.call_time_max
    }

    fn subject(&self, key: &Key) -> String {
        format!("{}{key}", bucket::prefix(&self.options.bucket))
    }

    /// Waits for the connection and the bucket.
    async fn ready(&self, deadline: Instant) -> Result<(), StateError> {
        self.switch.turn(&self.client).await;
        let made = self.found.get_or_try_init(|| bucket::ensure(&self.context, &self.options));
        match tokio::time::timeout_at(deadline, made).await {
            Ok(made) => made.copied(),
            Err(_) => Err(late()),
        }
    }

    async fn list(&self, prefix: &str) -> Result<Vec<Key>, StateError> {
        Key::check_prefix(prefix)?;
        let deadline = self.deadline();
        self.ready(deadline).await?;
        let mut follower = self.follower(prefix, true);
        let mut keys = std::collections::BTreeSet::new();
        loop {
            let next = tokio::time::timeout_at(deadline, follower.next()).await.map_err(|_| late())?;
            match next {
                Some(Ok(Change::Put(entry))) => {
                    keys.insert(entry.key);
                }
                Some(Ok(Change::Removed { key, .. })) => {
                    keys.remove(&key);
                }
                Some(Ok(Change::UpToDate)) | None => return Ok(keys.into_iter().collect()),
                Some(Err(StateError::StartOver { .. })) => keys.clear(),
                Some(Err(why)) => return Err(why),
            }
            if keys.len() > KEYS_MAX {
                let reason =
                    format!("more than {KEYS_MAX} keys begin with `{prefix}`: ask for a longer prefix");
                return Err(StateError::Unavailable { reason });
            }
        }
    }

    fn follower(&self, prefix: &str, headers_only: bool) -> follow::Follower {
        let Options { bucket, call_time_max, .. } = &self.options;
        let followed =
            follow::Followed { switch: Arc::clone(&self.switch), prefix: prefix.to_owned(), headers_only };
        follow::Follower::new(self.context.clone(), bucket, *call_time_max, followed)
    }

    async fn delete(&self, key: &Key, expect: Expect) -> Result<(), StateError> {
        let call = self.switch.begin(Kind::Change);
        let deadline = self.deadline();
        self.ready(deadline).await?;
        call.end(
            self.change(&call::Wanted { key, expect, write: call::Write::Marker }, deadline).await.map(drop),
        )
    }
}

impl State for Cluster {
    fn get<'a>(&'a self, key: &'a Key) -> Pending<'a, Result<Option<Entry>, StateError>> {
        Box::pin(async move {
            let call = self.switch.begin(Kind::Read);
            let deadline = self.deadline();
            self.ready(deadline).await?;
            call.end(self.read(key, deadline).await)
        })
    }

    fn put<'a>(
        &'a self,
        key: &'a Key,
        value: &'a [u8],
        how: Put,
    ) -> Pending<'a, Result<Revision, StateError>> {
        Box::pin(async move {
            if value.len() > VALUE_BYTES_MAX {
                let reason = format!("{} bytes; {VALUE_BYTES_MAX} is the most", value.len());
                return Err(StateError::TooLarge { key: key.clone(), reason });
            }
            let call = self.switch.begin(Kind::Change);
            call.end(self.write(key, value, how).await)
        })
    }

    fn remove<'a>(&'a self, key: &'a Key, expect: Expect) -> Pending<'a, Result<(), StateError>> {
        Box::pin(self.delete(key, expect))
    }

    fn keys<'a>(&'a self, prefix: &'a str) -> Pending<'a, Result<Vec<Key>, StateError>> {
        Box::pin(self.list(prefix))
    }

    fn watch<'a>(&'a self, prefix: &'a str) -> Pending<'a, Result<Box<dyn Watch>, StateError>> {
        Box::pin(async move {
            Key::check_prefix(prefix)?;
            let deadline = self.deadline();
            self.ready(deadline).await?;
            let mut follower = self.follower(prefix, false);
            tokio::time::timeout_at(deadline, follower.start()).await.map_err(|_| late())??;
            Ok(Box::new(follower) as Box<dyn Watch>)
        })
    }
}

/// The cluster's words. They name streams and nodes, never credentials.
fn unavailable(why: &dyn fmt::Display) -> StateError {
    StateError::Unavailable { reason: why.to_string() }
}

fn late() -> StateError {
    StateError::Unavailable { reason: "no answer in time".to_owned() }
}
