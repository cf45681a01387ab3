//! How much one may ask for.
use super::Layer;
use crate::config::{Config, ConfigError};
use crate::exchange::{Answer, Exchange, Flow};
use crate::state;
use access::limit::{self, Facts, LimitDecision, Limiter, Plan, Stage, Verdict, headers};
use http::StatusCode;
use http::header::{HeaderMap, HeaderName, HeaderValue};
use std::sync::Arc;

/// Settings of the layer.
pub type Settings = limit::Config;

/// What the layer remembers of a request until its answer comes.
#[derive(Debug, Default)]
pub(crate) struct Ticket {
    /// Where the client stands, for the answer's headers; of the stage that was decided last.
    decision: Option<Box<LimitDecision>>,
}

/// The layer.
#[derive(Debug)]
pub(crate) struct Rate {
    limiter: Arc<Limiter>,
    /// Budgets that other gateways spend from, too.
    shared: Option<Arc<state::Shared>>,
    /// In the order of the routes.
    plans: Vec<Plan>,
    /// Whether any limit is configured.
    on: bool,
    /// Whether a limit needs an identity.
    after: bool,
}

impl Layer for Rate {
    const NAME: &'static str = "rate";

    fn build(config: &Config, before: Option<&Self>) -> Result<Self, ConfigError> {
        let wrong = |error: limit::ConfigError| ConfigError::setting("rate", error.to_string());
        let limiter =
            Limiter::renewed(config.rate.clone(), before.map(|before| &*before.limiter)).map_err(wrong)?;
        let routes = config.route.iter();
        let plan = |route: &crate::config::Route| {
            limiter.plan_with(&route.name, &route.rate, route.cost).map_err(wrong)
        };
        let mut plans = routes.map(plan).collect::<Result<Vec<_>, _>>()?;
        plans.push(limiter.plan(crate::route::NONE));
        let on = !config.rate.limits.is_empty();
        let after = config.rate.limits.iter().any(|limit| !limit.is_before());
        Ok(Self { limiter: Arc::new(limiter), shared: None, plans, on, after })
    }

    async fn request(&self, exchange: &mut Exchange<'_>) -> Flow {
        if !self.on {
            return Flow::Continue(());
        }
        self.decide(exchange, Stage::Before).await
    }

    async fn response(&self, exchange: &mut Exchange<'_>, answer: &mut Answer) {
        if let Some(decision) = exchange.rate.decision.take()
            && self.limiter.config().headers
        {
            extend(answer.headers_mut(), &self.limiter, &decision);
        }
        if self.on
            && answer.status() == StatusCode::UNAUTHORIZED
            && let Some(plan) = self.plans.get(exchange.route.index)
        {
            self.limiter.failed(plan, &facts(exchange), exchange.moment.steady);
        }
    }
}

impl Rate {
    /// Takes part in limits of several gateways.
    pub(crate) fn share(&mut self, state: Option<&Arc<state::Shared>>) -> Result<(), ConfigError> {
        let any = self.limiter.config().limits.iter().any(|limit| limit.shared);
        if any && state.is_none() {
            let message = "shared limits need a section `[state]`; add it, or leave `shared` out";
            return Err(ConfigError::setting("rate.limits", message));
        }
        self.shared = state.filter(|_| any).map(Arc::clone);
        Ok(())
    }

    /// Limits by identity, once it is known.
    pub(crate) async fn identified(&self, exchange: &mut Exchange<'_>) -> Flow {
        if !self.after {
            return Flow::Continue(());
        }
        self.decide(exchange, Stage::After).await
    }

    async fn decide(&self, exchange: &mut Exchange<'_>, stage: Stage) -> Flow {
        let Some(plan) = self.plans.get(exchange.route.index) else { return Flow::Continue(()) };
        let now = exchange.moment.steady;
        let decision = match &self.shared {
            Some(shared) => {
                let facts = facts(exchange);
                shared.limiter.decide(&self.limiter, (plan, stage), &facts, now).await
            }
            None => self.limiter.decide(plan, stage, &facts(exchange), now),
        };
        for limit in decision.reported() {
            let name = self.limiter.config().limits.get(limit).map_or("", |limit| limit.name.as_str());
            exchange.note(Self::NAME, format!("limit `{name}` would have refused"));
        }
        let flow = match &decision.verdict {
            Verdict::Admitted => Flow::Continue(()),
            Verdict::Refused { limit, .. } => {
                let name = self.limiter.config().limits.get(*limit).map_or("", |limit| limit.name.as_str());
                let reason = format!("limit `{name}`");
                exchange.refuse(Self::NAME, StatusCode::TOO_MANY_REQUESTS, reason)
            }
            Verdict::Lease(_) => {
                let reason = "the shared budget could not be asked in time";
                exchange.refuse(Self::NAME, StatusCode::SERVICE_UNAVAILABLE, reason)
            }
        };
        if !decision.standings().is_empty() || flow.is_break() {
            exchange.rate.decision = Some(Box::new(decision));
        }
        flow
    }
}

fn facts<'a>(exchange: &'a Exchange<'_>) -> Facts<'a> {
    Facts {
        address: exchange.client,
        route: &exchange.route.settings.name,
        identity: exchange.identity.as_ref(),
        cost: exchange.cost,
        fingerprint: exchange.fingerprint.as_deref(),
    }
}

fn extend(fields: &mut HeaderMap, limiter: &Limiter, decision: &LimitDecision) {
    for (name, value) in headers::of(limiter, decision) {
        if let Ok(value) = HeaderValue::from_str(&value) {
            fields.insert(HeaderName::from_static(name), value);
        }
    }
}
