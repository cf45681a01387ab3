//! TLS and credentials.
