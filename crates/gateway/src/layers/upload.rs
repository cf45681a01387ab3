//! What files may be sent: type by content, size, archives, metadata of images.
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
pub(crate) struct Upload {}

impl Layer for Upload {
    const NAME: &'static str = "upload";

    fn build(config: &Config, before: Option<&Self>) -> Result<Self, ConfigError> {
        let _ = (&config.upload, before);
        Ok(Self {})
    }
}
