//! The clustered form.
