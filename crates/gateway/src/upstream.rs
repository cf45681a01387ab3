//! Places that answer requests: addresses, their health, and connections to them.
pub(crate) mod connect;
pub(crate) mod headers;
mod health;
pub(crate) mod http1;
mod keys;
pub(crate) mod lambda;
pub(crate) mod pool;
pub(crate) mod spare;
pub(crate) mod stream;
pub(crate) mod token;

use crate::config::{self, Config, ConfigError};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

pub(crate) use health::Health;

/// One upstream made ready. Lives on over reloads as long as its settings stay.
#[derive(Debug)]
pub(crate) struct Upstream {
    pub(crate) name: String,
    pub(crate) settings: config::Upstream,
    pub(crate) addresses: Vec<Arc<Address>>,
    pub(crate) signer: Option<lambda::Signer>,
    /// What we show it.
    pub(crate) tokens: Option<token::Tokens>,
    /// As many requests at once as it can take.
    pub(crate) places: Option<crate::layers::concurrency::Places>,
    /// Requests under way.
    running: AtomicUsize,
    /// Hundredths of a retry that may be made.
    budget: AtomicI64,
}

/// One address of an upstream.
#[derive(Debug)]
pub(crate) struct Address {
    /// Differs for every address ever made in this process.
    pub(crate) id: usize,
    /// `host:port` as it stands in `Host`.
    pub(crate) authority: http::HeaderValue,
    pub(crate) text: String,
    pub(crate) host: String,
    pub(crate) port: u16,
    /// What stands before every path, without a slash at its end.
    pub(crate) prefix: String,
    pub(crate) tls: Option<connect::ClientTls>,
    pub(crate) http2: bool,
    pub(crate) health: Health,
    pub(crate) times: Times,
}

/// How long things may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Times {
    pub(crate) connect: Duration,
    pub(crate) first_byte: Duration,
    pub(crate) idle: Duration,
    pub(crate) keep_alive: Duration,
    pub(crate) idle_connections_max: usize,
}

/// Retries that a quiet upstream may save up, in hundredths.
const BUDGET_MAX: i64 = 1_000;

impl Upstream {
    /// Makes an upstream ready.
    pub(crate) fn build(
        config: &Config,
        name: &str,
        settings: &config::Upstream,
    ) -> Result<Self, ConfigError> {
        let at = format!("upstream.{name}");
        if settings.addresses.is_empty() {
            return Err(ConfigError::setting(at, "no address is given; add `addresses = [\"http://…\"]`"));
        }
        if settings.kind == config::Kind::Invoke && settings.function.is_none() {
            return Err(ConfigError::setting(at, "no function is named; add `function = \"NAME\"`"));
        }
        if settings.streamed && settings.kind != config::Kind::Invoke {
            let message = "is for `kind = \"invoke\"`; answers of every other kind stream by themselves";
            return Err(ConfigError::setting(format!("{at}.streamed"), message));
        }
        if settings.sign.is_some() && settings.keep_host {
            return Err(ConfigError::setting(
                format!("{at}.keep-host"),
                "a signed request names the upstream's own host",
            ));
        }
        let signer =
            settings.sign.as_ref().map(|sign| lambda::Signer::build(config, &at, sign)).transpose()?;
        if settings.sign.is_some() && settings.token.is_some() {
            return Err(ConfigError::setting(
                format!("{at}.token"),
                "both it and `sign` want `Authorization`",
            ));
        }
        let tokens =
            settings.token.as_ref().map(|own| token::Tokens::build(config, &format!("{at}.token"), own));
        let places = settings.concurrency.as_ref().map(|own| {
            let at = format!("{at}.concurrency");
            if own.per_identity.is_some() {
                let message = "is for the section `[concurrency]`; an upstream counts all requests alike";
                return Err(ConfigError::setting(format!("{at}.per-identity"), message));
            }
            if own.shared {
                let message =
                    "is for the section `[concurrency]`; an upstream's places are each gateway's own";
                return Err(ConfigError::setting(format!("{at}.shared"), message));
            }
            crate::layers::concurrency::Places::build(&at, own, usize::MAX)
        });
        let addresses = settings.addresses.iter().map(|text| Address::build(config, &at, text, settings));
        Ok(Self {
            name: name.to_owned(),
            settings: settings.clone(),
            addresses: addresses.collect::<Result<_, _>>()?,
            signer,
            tokens: tokens.transpose()?,
            places: places.transpose()?,
            running: AtomicUsize::new(0),
            budget: AtomicI64::new(BUDGET_MAX),
        })
    }

    /// An address to use: of two taken at random among the healthy ones, the one with fewer requests. `None`: all rest.
    pub(crate) fn pick(&self, now: u64, avoid: Option<usize>) -> Option<&Arc<Address>> {
        if let [only] = self.addresses.as_slice() {
            return only.health.is_open(now).then_some(only);
        }
        let healthy = |address: &&Arc<Address>| address.health.is_open(now) && avoid != Some(address.id);
        let count = self.addresses.iter().filter(healthy).count();
        let rests =
            self.addresses.len() - self.addresses.iter().filter(|one| one.health.is_open(now)).count();
        let most = self.addresses.len() * self.settings.breaker.ejected_percent_max.min(100) as usize / 100;
        // Too many rest: the fault is rather ours or everybody's, and each gets its share again.
        let everybody = count == 0 || rests > most;
        let list: Vec<_> = self
            .addresses
            .iter()
            .filter(|address| everybody || healthy(address))
            .filter(|one| avoid != Some(one.id) || self.addresses.len() == 1)
            .collect();
        let random = random();
        let one = list.get(random as usize % list.len().max(1))?;
        let two = list.get((random >> 32) as usize % list.len())?;
        Some(if one.health.running() <= two.health.running() { one } else { two })
    }

    /// Whether requests become events.
    pub(crate) fn invokes(&self) -> bool {
        matches!(self.settings.kind, config::Kind::Invoke | config::Kind::Local)
    }

    /// A place among the requests under way; `None`: there are too many.
    pub(crate) fn enter(self: &Arc<Self>) -> Option<Place> {
        let earlier = self.running.fetch_add(1, Relaxed);
        let place = Place(Arc::clone(self));
        (earlier < self.settings.breaker.requests_max).then_some(place)
    }

    /// A request saves up a part of a retry.
    pub(crate) fn save_up(&self) {
        let part = i64::from(self.settings.retry.percent_max.min(100));
        if self.budget.load(Relaxed) < BUDGET_MAX {
            self.budget.fetch_add(part, Relaxed);
        }
    }

    /// Whether a retry may be made; it is paid then.
    pub(crate) fn may_retry(&self) -> bool {
        let paid = self.budget.fetch_sub(100, Relaxed) >= 100;
        if !paid {
            self.budget.fetch_add(100, Relaxed);
        }
        paid
    }
}

/// A request's place, given back when it ends.
#[derive(Debug)]
pub(crate) struct Place(Arc<Upstream>);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.running.fetch_sub(1, Relaxed);
    }
}

/// Numbers without a pattern that matters; no secret depends on them.
fn random() -> u64 {
    thread_local!(static STATE: std::cell::Cell<u64> = const { std::cell::Cell::new(0x9e37_79b9_7f4a_7c15) });
    STATE.with(|state| {
        let mut value = state.get();
        value ^= value << 13;
        value ^= value >> 7;
        value ^= value << 17;
        state.set(value);
        value
    })
}

impl Address {
    fn build(
        config: &Config,
        at: &str,
        text: &str,
        settings: &config::Upstream,
    ) -> Result<Arc<Self>, ConfigError> {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let wrong = |message: &str| ConfigError::setting(at, format!("`{text}` {message}"));
        let url = url::Url::parse(text).map_err(|_| wrong("is no URL; write `http://host:port`"))?;
        let tls = match url.scheme() {
            "http" => None,
            "https" => Some(connect::ClientTls::build(config, at, settings)?),
            _ => return Err(wrong("is neither http nor https")),
        };
        if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() {
            return Err(wrong("holds more than a host, a port and a path"));
        }
        let host = url.host_str().ok_or_else(|| wrong("has no host"))?.to_owned();
        let port = url.port_or_known_default().unwrap_or(80);
        let authority = match url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.clone(),
        };
        let times = Times {
            connect: Duration::from_millis(settings.connect_ms),
            first_byte: Duration::from_millis(settings.first_byte_ms),
            idle: Duration::from_millis(settings.idle_ms),
            keep_alive: Duration::from_millis(settings.keep_alive_ms),
            idle_connections_max: settings.idle_connections_max,
        };
        Ok(Arc::new(Self {
            id: COUNT.fetch_add(1, Relaxed),
            authority: http::HeaderValue::from_str(&authority).map_err(|_| wrong("has an odd host"))?,
            text: text.trim_end_matches('/').to_owned(),
            host: host.trim_start_matches('[').trim_end_matches(']').to_owned(),
            port,
            prefix: url.path().trim_end_matches('/').to_owned(),
            tls,
            http2: settings.http2,
            health: Health::new(&settings.breaker),
            times,
        }))
    }
}
