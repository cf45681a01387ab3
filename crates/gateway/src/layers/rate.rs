//! How much one may ask for.
use super::Layer;
use crate::config::{Config, ConfigError};
use crate::exchange::{Exchange, Flow};
use serde::Deserialize;

/// Settings of the layer.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Settings {}

/// What the layer remembers of a request until its answer comes.
#[derive(Debug, Default)]
pub(crate) struct Ticket {}

/// The layer.
#[derive(Debug)]
pub(crate) struct Rate {}

impl Layer for Rate {
    const NAME: &'static str = "rate";

    fn build(config: &Config, before: Option<&Self>) -> Result<Self, ConfigError> {
        let _ = (&config.rate, before);
        Ok(Self {})
    }
}

impl Rate {
    /// The same once the identity is known.
    pub(crate) async fn identified(&self, exchange: &mut Exchange<'_>) -> Flow {
        let _ = exchange;
        Flow::Continue(())
    }
}
