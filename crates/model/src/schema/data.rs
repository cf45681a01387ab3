//! Stores: buckets, tables, queues, topics, streams, databases, caches, secrets, keys.
use super::attributes;

attributes! {}
