//! How much one may ask for in an hour, a day or a month of the calendar.
use super::Layer;
use crate::config::{Config, ConfigError};
use crate::exchange::{Exchange, Flow};
use crate::state;
use access::limit::Facts;
use access::quota::{self, QuotaDecision, Quotas};
use access::shared::{SharedQuotaDecision, SharedQuotas};
use http::StatusCode;
use http::header::{HeaderValue, RETRY_AFTER};
use std::sync::Arc;

/// Settings of the layer.
pub type Settings = quota::Config;

/// Seconds after which a client may come back while the store is away.
const AWAY_SECONDS: u64 = 5;

/// The layer.
#[derive(Debug)]
pub(crate) struct Quota {
    settings: Settings,
    /// Used up in this process, where nothing is shared.
    own: Arc<Quotas>,
    shared: Option<Arc<SharedQuotas>>,
}

impl Layer for Quota {
    const NAME: &'static str = "quota";

    fn build(config: &Config, before: Option<&Self>) -> Result<Self, ConfigError> {
        let settings = config.quota.clone();
        for quota in &settings.quotas {
            let at = || format!("quota.quotas.{}", quota.name);
            let unknown = quota
                .routes
                .iter()
                .find(|name| !name.ends_with('*') && !config.route.iter().any(|route| route.name == **name));
            if let Some(unknown) = unknown {
                return Err(ConfigError::setting(at(), format!("no route is called `{unknown}`")));
            }
            let is_name =
                |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte);
            if quota.name.is_empty() || quota.name.len() > 64 || !quota.name.bytes().all(is_name) {
                let message = "a name is of lower-case letters, digits, `-` and `_`, at most 64";
                return Err(ConfigError::setting(at(), message));
            }
        }
        let wrong = |error: quota::QuotaError| ConfigError::setting("quota", error.to_string());
        // What did not change keeps its counts.
        if let Some(before) = before.filter(|before| before.settings == settings) {
            let (own, shared) = (Arc::clone(&before.own), before.shared.clone());
            return Ok(Self { settings, own, shared });
        }
        let own = Arc::new(Quotas::new(settings.clone()).map_err(wrong)?);
        Ok(Self { settings, own, shared: None })
    }

    async fn request(&self, exchange: &mut Exchange<'_>) -> Flow {
        if self.settings.quotas.is_empty() {
            return Flow::Continue(());
        }
        let route = &exchange.route.settings;
        let facts = Facts {
            address: exchange.client,
            route: &route.name,
            identity: exchange.identity.as_ref(),
            cost: Some(exchange.cost.unwrap_or(route.cost)),
            fingerprint: exchange.fingerprint.as_deref(),
        };
        let now = exchange.moment.seconds();
        let decision = match &self.shared {
            Some(shared) => shared.take(&facts, now).await,
            None => SharedQuotaDecision::Decided(self.own.take(&facts, now)),
        };
        let (status, reason, wait) = match decision {
            SharedQuotaDecision::Decided(QuotaDecision::Admitted { .. }) => return Flow::Continue(()),
            SharedQuotaDecision::Decided(QuotaDecision::Refused { quota, until }) => {
                let wait = until.saturating_sub(now).max(1);
                (StatusCode::TOO_MANY_REQUESTS, format!("quota `{quota}` is used up"), wait)
            }
            SharedQuotaDecision::Unavailable(reason) => (
                StatusCode::SERVICE_UNAVAILABLE,
                format!("the quota cannot be asked: {reason}"),
                AWAY_SECONDS,
            ),
        };
        let flow = exchange.refuse(Self::NAME, status, reason);
        let Flow::Break(mut answer) = flow else { return flow };
        answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from(wait));
        Flow::Break(answer)
    }
}

impl Quota {
    /// Spends together with other gateways, and remembers beyond a restart.
    pub(crate) fn share(&mut self, state: Option<&Arc<state::Shared>>) -> Result<(), ConfigError> {
        let Some(state) = state.filter(|_| !self.settings.quotas.is_empty()) else { return Ok(()) };
        if self.shared.is_none() {
            let shared = SharedQuotas::new(self.settings.clone(), Arc::clone(&state.state), state.wait_max)
                .map_err(|error| ConfigError::setting("quota", error.to_string()))?;
            self.shared = Some(Arc::new(shared));
        }
        Ok(())
    }
}
