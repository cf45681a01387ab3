//! Answers kept, as RFC 9111 allows.
use super::Layer;
use crate::config::{Config, ConfigError};
use serde::Deserialize;

/// Settings of the layer.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Settings {}

/// Settings of a route.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct RouteSettings {}

/// What the layer remembers of a request until its answer comes.
#[derive(Debug, Default)]
pub(crate) struct Ticket {}

/// The layer.
#[derive(Debug)]
pub(crate) struct Cache {}

impl Layer for Cache {
    const NAME: &'static str = "cache";

    fn build(config: &Config, before: Option<&Self>) -> Result<Self, ConfigError> {
        let _ = (&config.cache, before);
        Ok(Self {})
    }
}
