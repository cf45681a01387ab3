//! Keeping: three interfaces (`State`, later `Stream` and `Lake`), each embedded and clustered.
//!
//! [`State`] is keys with revisions, expiry and watch: `redb` in one folder or in memory, or NATS JetStream's
//! key-value buckets. One conformance suite runs against all (`tests/it/suite.rs`).
//!
//! Deliberately absent: replication, consensus or a query engine of our own; any knowledge of what is kept.
mod clock;
#[cfg(feature = "cluster")]
pub mod cluster;
pub mod embedded;
mod key;
mod state;

pub use clock::{Clock, ManualClock, SystemClock};
#[cfg(feature = "cluster")]
pub use cluster::Cluster;
pub use embedded::Embedded;
pub use key::{Key, KeyError};
pub use state::{
    Change, EXPIRES_IN_MAX, Entry, Expect, KEYS_MAX, Pending, Put, Revision, State, StateError,
    VALUE_BYTES_MAX, Watch,
};
