//! The rules of ours, embedded.

/// Name and text of each file, in the order in which they are to be loaded.
pub const FILES: &[(&str, &str)] = &[];

/// Name and text of each file of rule tests (go-ftw format).
pub const TESTS: &[(&str, &str)] = &[];
