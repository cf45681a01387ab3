//! The proxy in front of functions: one visible stack of layers.
//!
//! Holds no rules of its own: `waf` inspects, `access` decides, `sensitive` masks.
pub mod rules;
