//! Certificates by ACME: answers to challenges of the authority.
use super::Layer;
use crate::config::{Config, ConfigError};
use serde::Deserialize;

/// Settings of the layer.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Settings {}

/// The layer.
#[derive(Debug)]
pub(crate) struct Acme {}

impl Layer for Acme {
    const NAME: &'static str = "acme";

    fn build(config: &Config, before: Option<&Self>) -> Result<Self, ConfigError> {
        let _ = (&config.acme, before);
        Ok(Self {})
    }
}
