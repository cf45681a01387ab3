//! Who the client is, behind proxies that are trusted.
use super::Layer;
use crate::config::{Config, ConfigError};
use serde::Deserialize;
use std::net::IpAddr;

/// Settings of the layer.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Settings {}

/// The layer.
#[derive(Debug)]
pub(crate) struct Address {}

impl Layer for Address {
    const NAME: &'static str = "address";

    fn build(config: &Config, before: Option<&Self>) -> Result<Self, ConfigError> {
        let _ = (&config.client_address, before);
        Ok(Self {})
    }
}

impl Address {
    /// Whether a peer is a proxy that is trusted.
    pub(crate) fn is_trusted(&self, peer: IpAddr) -> bool {
        let _ = peer;
        false
    }
}
