//! The layers, a file each.
//!
//! A layer is made from the configuration ([`Layer::build`]), looks at a request on its way in and goes on or answers
//! ([`Layer::request`]), and may change the answer on its way back ([`Layer::response`]). What it must remember between the
//! two stands in a `Ticket` in [`Exchange`]. Its settings, general and of a route, stand beside it.
use crate::config::{Config, ConfigError};
use crate::exchange::{Answer, Exchange, Flow};

pub mod acme;
pub mod address;
pub mod authenticate;
pub mod authorize;
pub mod block;
pub mod cache;
pub mod challenge;
pub mod concurrency;
pub(crate) mod limits;
pub mod login;
pub mod quota;
pub mod rate;
pub mod response;
pub mod schema;
pub mod upload;
pub(crate) mod upstream;
pub mod waf;

/// One layer of the stack.
pub(crate) trait Layer: Sized {
    /// Its name in logs, metrics and events.
    const NAME: &'static str;

    /// Makes the layer ready. It gets the layer that it replaces, to carry over what must outlive a reload (counters,
    /// connections, caches).
    fn build(config: &Config, before: Option<&Self>) -> Result<Self, ConfigError>;

    /// On the way in: go on, or answer.
    fn request(&self, exchange: &mut Exchange<'_>) -> impl Future<Output = Flow> + Send {
        let _ = exchange;
        std::future::ready(Flow::Continue(()))
    }

    /// On the way back. The answer stays where it is: it is some hundred bytes that every layer would move.
    fn response(&self, exchange: &mut Exchange<'_>, answer: &mut Answer) -> impl Future<Output = ()> + Send {
        let _ = (exchange, answer);
        std::future::ready(())
    }
}
