//! Friction for bots: proof of work and a challenge page; off by default.
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

/// The layer.
#[derive(Debug)]
pub(crate) struct Challenge {}

impl Layer for Challenge {
    const NAME: &'static str = "challenge";

    fn build(config: &Config, before: Option<&Self>) -> Result<Self, ConfigError> {
        let _ = (&config.challenge, before);
        Ok(Self {})
    }
}
