//! What a request must look like: OpenAPI, JSON Schema, GraphQL depth and cost.
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
pub(crate) struct Schema {}

impl Layer for Schema {
    const NAME: &'static str = "schema";

    fn build(config: &Config, before: Option<&Self>) -> Result<Self, ConfigError> {
        let _ = (&config.schema, before);
        Ok(Self {})
    }
}
