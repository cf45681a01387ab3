//! How many requests at once: of all, of one identity, and as many as the services behind can take.
use super::Layer;
use crate::config::{Config, ConfigError};
use crate::exchange::{Exchange, Flow};
use crate::server::Shared;
use crate::state;
use access::concurrency::{self, AdaptiveConfig, Busy, Concurrency, Permit, Priority, Shares, Who};
use access::limit::Alone;
use access::shared::{NoPlace, PlaceLimits, SharedPlaces};
use http::StatusCode;
use http::header::{HeaderValue, RETRY_AFTER};
use serde::Deserialize;
use std::sync::Arc;
use std::time::Duration;

/// Settings of the layer, and of an upstream.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Settings {
    /// All together. With `adaptive`, the upper bound.
    pub max: usize,
    /// Of one identity, or of one address for nobody; not for an upstream.
    pub per_identity: Option<usize>,
    /// `per-identity` is of all gateways together, which needs `[state]`; not for an upstream.
    pub shared: bool,
    /// What becomes of requests while the state is away: refused, or counted by this gateway alone.
    pub alone: Alone,
    /// Of one address, for nobody; as `per-identity` when left out.
    pub per_address: Option<usize>,
    /// How many of one identity or address may wait until others of its own have ended.
    pub identity_queue: usize,
    /// How many may wait for a place.
    pub queue: usize,
    /// Milliseconds that one waits at most.
    pub wait_ms: u64,
    /// How much of the limit `normal` and `low` routes may use, in percent.
    pub shares: Shares,
    /// Finds the limit from latencies.
    pub adaptive: Option<AdaptiveConfig>,
}

impl Default for Settings {
    fn default() -> Self {
        let own = concurrency::Config::default();
        Self {
            max: own.max,
            per_identity: None,
            shared: false,
            alone: Alone::Refuse,
            per_address: None,
            identity_queue: own.identity_queue,
            queue: own.queue,
            wait_ms: 1_000,
            shares: own.shares,
            adaptive: None,
        }
    }
}

/// How soon a configuration is noticed that shares places for the first time.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// Seconds after which a client may come back.
const RETRY_SECONDS: u64 = 1;

/// Places for requests.
#[derive(Debug)]
pub(crate) struct Places {
    settings: Settings,
    places: Arc<Concurrency>,
    wait: Duration,
}

impl Places {
    /// Makes places ready.
    pub(crate) fn build(at: &str, settings: &Settings, per_identity: usize) -> Result<Self, ConfigError> {
        let wrong = |what: &str, message: &str| Err(ConfigError::setting(format!("{at}.{what}"), message));
        if settings.max == 0 {
            return wrong("max", "is 0, so nothing could pass");
        }
        if settings.per_identity == Some(0) {
            return wrong("per-identity", "is 0, so nothing could pass");
        }
        if settings.per_address == Some(0) {
            return wrong("per-address", "is 0, so nothing could pass");
        }
        if settings.shares.normal > 100 || settings.shares.low > 100 {
            return wrong("shares", "are percent: 100 is the most");
        }
        if settings.wait_ms > 60_000 {
            return wrong("wait-ms", "is more than 60000");
        }
        if let Some(adaptive) = &settings.adaptive {
            if adaptive.min == 0 || adaptive.min > adaptive.max || adaptive.min > settings.max {
                return wrong("adaptive.min", "is 0, or more than `max`");
            }
            if !(1.0..=10.0).contains(&adaptive.tolerance) {
                return wrong("adaptive.tolerance", "is not between 1 and 10");
            }
        }
        let own = concurrency::Config {
            max: settings.max,
            per_identity,
            per_address: settings.per_address,
            identity_queue: settings.identity_queue,
            queue: settings.queue,
            shares: settings.shares,
            adaptive: settings.adaptive,
        };
        let wait = Duration::from_millis(settings.wait_ms);
        Ok(Self { settings: settings.clone(), places: Concurrency::new(own), wait })
    }

    /// A place, perhaps after a wait.
    pub(crate) async fn enter(&self, who: Who<'_>, priority: Priority) -> Result<Permit, Busy> {
        let mut entering = self.places.enter(who, priority);
        match tokio::time::timeout(self.wait, &mut entering).await {
            Ok(entered) => entered,
            Err(_) => Err(entering.late()),
        }
    }

    /// Requests at once now, how many wait, and the limit.
    pub(crate) fn load(&self) -> (usize, usize, usize) {
        self.places.load()
    }
}

/// The layer.
#[derive(Debug)]
pub(crate) struct Layered {
    places: Option<Arc<Places>>,
    /// The same places as the other gateways see them.
    shared: Option<Arc<SharedPlaces>>,
}

impl Layer for Layered {
    const NAME: &'static str = "concurrency";

    fn build(config: &Config, before: Option<&Self>) -> Result<Self, ConfigError> {
        let Some(settings) = &config.concurrency else { return Ok(Self { places: None, shared: None }) };
        if settings.adaptive.is_some() {
            let message = "is found for an upstream: write it in `[upstream.NAME.concurrency]`";
            return Err(ConfigError::setting("concurrency.adaptive", message));
        }
        let kept = before.and_then(|before| Some((before.places.as_ref()?, &before.shared)));
        if let Some((places, shared)) = kept.filter(|(places, _)| places.settings == *settings) {
            return Ok(Self { places: Some(Arc::clone(places)), shared: shared.clone() });
        }
        let places = Places::build("concurrency", settings, settings.of_identity())?;
        Ok(Self { places: Some(Arc::new(places)), shared: None })
    }

    async fn request(&self, exchange: &mut Exchange<'_>) -> Flow {
        let Some(places) = &self.places else { return Flow::Continue(()) };
        let who = match &exchange.identity {
            Some(identity) => Who::Identity(identity),
            None => Who::Address(exchange.client),
        };
        match places.enter(who, exchange.route.settings.priority).await {
            Ok(permit) => {
                let given = self.together(exchange, &places.settings).await;
                exchange.kept.push(Box::new(permit));
                given
            }
            Err(busy) => {
                let status = match busy {
                    Busy::Identity => StatusCode::TOO_MANY_REQUESTS,
                    Busy::Full | Busy::Displaced => StatusCode::SERVICE_UNAVAILABLE,
                };
                let flow = exchange.refuse(Self::NAME, status, busy.to_string());
                let Flow::Break(mut answer) = flow else { return flow };
                answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from(RETRY_SECONDS));
                Flow::Break(answer)
            }
        }
    }
}

impl Settings {
    fn of_identity(&self) -> usize {
        self.per_identity.unwrap_or(concurrency::Config::default().per_identity)
    }
}

impl Layered {
    /// Counts together with the other gateways.
    pub(crate) fn share(&mut self, state: Option<&Arc<state::Shared>>) -> Result<(), ConfigError> {
        let Some(places) = self.places.as_ref().filter(|places| places.settings.shared) else {
            return Ok(());
        };
        let Some(state) = state else {
            let message = "needs a section `[state]`; add it, or leave this out";
            return Err(ConfigError::setting("concurrency.shared", message));
        };
        if self.shared.is_none() {
            let random = access::secret::random::<8>()
                .map_err(|error| ConfigError::setting("concurrency.shared", error.to_string()))?;
            let (me, per_identity) = (u64::from_be_bytes(random), places.settings.of_identity());
            let per_address = places.settings.per_address.unwrap_or(per_identity);
            let limits = PlaceLimits { per_identity, per_address };
            self.shared = Some(SharedPlaces::new(Arc::clone(&state.state), me, limits, state.wait_max));
        }
        Ok(())
    }

    /// A place of the identity's at all gateways.
    async fn together(&self, exchange: &mut Exchange<'_>, settings: &Settings) -> Flow {
        let Some(shared) = &self.shared else { return Flow::Continue(()) };
        let who = match &exchange.identity {
            Some(identity) => Who::Identity(identity),
            None => Who::Address(exchange.client),
        };
        let status = match shared.enter(who, crate::clock::now().steady).await {
            Ok(place) => {
                exchange.kept.push(Box::new(place));
                return Flow::Continue(());
            }
            Err(NoPlace::Away(_)) if settings.alone == Alone::Local => return Flow::Continue(()),
            Err(why @ NoPlace::Away(_)) => (StatusCode::SERVICE_UNAVAILABLE, why),
            Err(why @ NoPlace::Busy) => (StatusCode::TOO_MANY_REQUESTS, why),
        };
        let flow = exchange.refuse(Self::NAME, status.0, status.1.to_string());
        let Flow::Break(mut answer) = flow else { return flow };
        answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from(RETRY_SECONDS));
        Flow::Break(answer)
    }

    /// Gives back and renews what the other gateways know of our places; for ever.
    pub(crate) async fn keep(shared: Arc<Shared>) {
        loop {
            let places = shared.gate.load().stack.concurrency.shared.clone();
            match places {
                Some(places) => places.keep(|| crate::clock::now().steady).await,
                None => tokio::time::sleep(LOOK_EVERY).await,
            }
        }
    }

    /// Requests at once now, how many wait, and the limit.
    pub(crate) fn load(&self) -> Option<(usize, usize, usize)> {
        self.places.as_ref().map(|places| places.load())
    }
}
