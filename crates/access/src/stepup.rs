//! Stronger authentication on demand.
