//! Where the request goes: the last layer, which answers what no layer before it answered.
use super::Layer;
use crate::config::{Config, ConfigError};
use crate::exchange::{Answer, Exchange, plain};
use http::StatusCode;

/// What the layer remembers of a request until its answer comes.
#[derive(Debug, Default)]
pub(crate) struct Ticket {}

/// The layer.
#[derive(Debug)]
pub(crate) struct Upstream {}

impl Layer for Upstream {
    const NAME: &'static str = "upstream";

    fn build(config: &Config, before: Option<&Self>) -> Result<Self, ConfigError> {
        let _ = (&config.upstream, before);
        Ok(Self {})
    }
}

impl Upstream {
    /// Sends the request and gives the head of the answer.
    pub(crate) async fn send(&self, exchange: &mut Exchange<'_>) -> Answer {
        exchange.answered_by = Self::NAME;
        plain(StatusCode::NOT_FOUND)
    }
}
