//! Learning: later.
