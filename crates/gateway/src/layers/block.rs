//! Who is not let in at all.
use super::Layer;
use crate::config::{Config, ConfigError};
use crate::exchange::{Exchange, Flow};
use serde::Deserialize;

/// Settings of the layer.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Settings {}

/// The layer.
#[derive(Debug)]
pub(crate) struct Block {}

impl Layer for Block {
    const NAME: &'static str = "block";

    fn build(config: &Config, before: Option<&Self>) -> Result<Self, ConfigError> {
        let _ = (&config.block, before);
        Ok(Self {})
    }
}

impl Block {
    /// The same once the identity is known.
    pub(crate) fn identified(&self, exchange: &mut Exchange<'_>) -> Flow {
        let _ = exchange;
        Flow::Continue(())
    }
}
