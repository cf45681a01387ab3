//! What an application stands on: networks, logs, events, builds, containers.
use super::attributes;

attributes! {}
