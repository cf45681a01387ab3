//! Keeping: three interfaces (`State`, later `Stream` and `Lake`), each embedded and clustered.
//!
//! [`State`] is keys with revisions, expiry and watch: `redb` in one folder, or NATS JetStream's
//! key-value buckets. One conformance suite runs against both.
//!
//! Deliberately absent: replication, consensus or a query engine of our own; any knowledge of what is kept.
mod state;

pub use state::{Change, Entry, Expect, Key, KeyError, Pending, Put, Revision, State, StateError, Watch};
