//! Who somebody is.
use super::Layer;
use crate::config::{Config, ConfigError};
use serde::Deserialize;

/// Settings of the layer.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Settings {}

/// The layer.
#[derive(Debug)]
pub(crate) struct Authenticate {}

impl Layer for Authenticate {
    const NAME: &'static str = "authenticate";

    fn build(config: &Config, before: Option<&Self>) -> Result<Self, ConfigError> {
        let _ = (&config.authentication, before);
        Ok(Self {})
    }
}
