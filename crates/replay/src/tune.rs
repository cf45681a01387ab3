//! Exclusions from recorded traffic that its owner holds to be honest.
