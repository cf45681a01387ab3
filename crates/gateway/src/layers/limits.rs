//! Sizes, odd heads and odd paths.
use super::Layer;
use crate::config::{Config, ConfigError};
use crate::exchange::{Exchange, Flow};
use http::StatusCode;

/// The layer.
#[derive(Debug)]
pub(crate) struct Limits {}

impl Layer for Limits {
    const NAME: &'static str = "limits";

    fn build(config: &Config, before: Option<&Self>) -> Result<Self, ConfigError> {
        let _ = (&config.limits, before);
        Ok(Self {})
    }

    async fn request(&self, exchange: &mut Exchange<'_>) -> Flow {
        let limits = &exchange.gate.config.limits;
        if exchange.head.headers.len() > limits.headers_max {
            let reason = format!("more than {} header fields", limits.headers_max);
            return exchange.refuse(Self::NAME, StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, reason);
        }
        Flow::Continue(())
    }
}
