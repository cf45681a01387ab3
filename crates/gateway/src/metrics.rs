//! Counters, in the form that Prometheus reads.
use crate::route::Routes;
use http::StatusCode;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use std::sync::{Mutex, PoisonError};

/// One route and one class of statuses.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    route: String,
    class: String,
}

/// One layer's decisions.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Decided {
    layer: String,
    refused: String,
}

/// One upstream's events.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct UpstreamEvent {
    upstream: String,
    event: String,
}

const CLASSES: [&str; 6] = ["0xx", "1xx", "2xx", "3xx", "4xx", "5xx"];

/// Every metric.
#[derive(Debug)]
pub(crate) struct Metrics {
    registry: Mutex<Registry>,
    answered: Family<Answered, Counter>,
    /// The same counters, found without a look at labels: one row a route.
    rows: arc_swap::ArcSwap<Vec<[Counter; 6]>>,
    decided: Family<Decided, Counter>,
    upstream: Family<UpstreamEvent, Counter>,
    pub(crate) connections: Counter,
    pub(crate) connections_refused: Counter,
    pub(crate) handshakes_failed: Counter,
    pub(crate) framing_refused: Counter,
    /// Requests that took longer than they may.
    pub(crate) requests_late: Counter,
    pub(crate) reloads: Counter,
    pub(crate) reloads_failed: Counter,
    pub(crate) certificates_renewed: Counter,
    pub(crate) certificates_failed: Counter,
    /// Shared state that could not be read.
    pub(crate) state_problems: Counter,
    /// From a request's head to its answer's last byte.
    pub(crate) seconds: Histogram,
}

impl Metrics {
    pub(crate) fn new(routes: &Routes) -> Self {
        let bounds =
            [0.000_25, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
        let metrics = Self {
            registry: Mutex::new(Registry::with_prefix("buckler_gateway")),
            answered: Family::default(),
            rows: arc_swap::ArcSwap::default(),
            decided: Family::default(),
            upstream: Family::default(),
            connections: Counter::default(),
            connections_refused: Counter::default(),
            handshakes_failed: Counter::default(),
            framing_refused: Counter::default(),
            requests_late: Counter::default(),
            reloads: Counter::default(),
            reloads_failed: Counter::default(),
            certificates_renewed: Counter::default(),
            certificates_failed: Counter::default(),
            state_problems: Counter::default(),
            seconds: Histogram::new(bounds),
        };
        let mut registry = metrics.registry.lock().unwrap_or_else(PoisonError::into_inner);
        registry.register("requests", "Requests answered", metrics.answered.clone());
        registry.register("decisions", "Decisions of layers", metrics.decided.clone());
        registry.register("upstream_events", "Retries, failures, ejections", metrics.upstream.clone());
        registry.register("connections", "Connections accepted", metrics.connections.clone());
        registry.register(
            "connections_refused",
            "Connections past a limit",
            metrics.connections_refused.clone(),
        );
        registry.register(
            "handshakes_failed",
            "TLS handshakes that failed",
            metrics.handshakes_failed.clone(),
        );
        registry.register(
            "framing_refused",
            "Connections with unclean framing",
            metrics.framing_refused.clone(),
        );
        registry.register("requests_late", "Requests past their time", metrics.requests_late.clone());
        registry.register("reloads", "Configurations put in place", metrics.reloads.clone());
        registry.register("reloads_failed", "Configurations refused", metrics.reloads_failed.clone());
        let renewed = metrics.certificates_renewed.clone();
        registry.register("certificates_renewed", "Certificates had by ACME", renewed);
        let failed = metrics.certificates_failed.clone();
        registry.register("certificates_failed", "Orders by ACME that failed", failed);
        registry.register(
            "state_problems",
            "Shared state that could not be read",
            metrics.state_problems.clone(),
        );
        registry.register("request_seconds", "Time of a request", metrics.seconds.clone());
        drop(registry);
        metrics.routes(routes);
        metrics
    }

    /// Makes the counters of a configuration's routes ready.
    pub(crate) fn routes(&self, routes: &Routes) {
        let row = |route: &crate::route::Route| {
            CLASSES.map(|class| {
                let labels = Answered { route: route.settings.name.clone(), class: class.to_owned() };
                self.answered.get_or_create(&labels).clone()
            })
        };
        self.rows.store(std::sync::Arc::new(routes.all().iter().map(row).collect()));
    }

    /// A request was answered.
    pub(crate) fn answered(&self, route: usize, status: StatusCode) {
        let class = usize::from(status.as_u16() / 100);
        if let Some(counter) = self.rows.load().get(route).and_then(|row| row.get(class)) {
            counter.inc();
        }
    }

    /// A layer decided.
    pub(crate) fn decided(&self, layer: &str, refused: bool) {
        let labels = Decided { layer: layer.to_owned(), refused: refused.to_string() };
        self.decided.get_or_create(&labels).inc();
    }

    /// Something happened to an upstream.
    pub(crate) fn upstream(&self, upstream: &str, event: &str) {
        let labels = UpstreamEvent { upstream: upstream.to_owned(), event: event.to_owned() };
        self.upstream.get_or_create(&labels).inc();
    }

    /// The text that Prometheus reads.
    pub(crate) fn text(&self, now: &[(&str, u64)]) -> String {
        let mut text = String::new();
        let registry = self.registry.lock().unwrap_or_else(PoisonError::into_inner);
        if prometheus_client::encoding::text::encode(&mut text, &registry).is_err() {
            text.clear();
        }
        let end = text.trim_end_matches("# EOF\n").len();
        text.truncate(end);
        for (name, value) in now {
            text.push_str(&format!("# TYPE buckler_gateway_{name} gauge\nbuckler_gateway_{name} {value}\n"));
        }
        text.push_str("# EOF\n");
        text
    }
}
