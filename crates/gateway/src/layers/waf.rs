//! What rules find.
use super::Layer;
use crate::config::{Config, ConfigError};
use crate::exchange::Exchange;
use serde::Deserialize;

/// Settings of the layer.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {}

/// The layer.
#[derive(Debug)]
pub(crate) struct Waf {}

impl Layer for Waf {
    const NAME: &'static str = "waf";

    fn build(config: &Config, before: Option<&Self>) -> Result<Self, ConfigError> {
        let _ = (&config.waf, before);
        Ok(Self {})
    }
}

impl Waf {
    /// The last phase, and the log of matches.
    pub(crate) fn finish(&self, exchange: &mut Exchange<'_>) {
        let _ = exchange;
    }
}
