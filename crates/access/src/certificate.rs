//! Identities of client certificates.
