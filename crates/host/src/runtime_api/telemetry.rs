//! The Telemetry API (2022-07-01; the Logs API 2020-08-15 beside it): who wants to be told what, and telling it.
use super::{Api, refuse};
use crate::clock;
use crate::wire::{self, HttpClient, Reply};
use http::Request;
use hyper::body::Incoming;
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use tokio::sync::Notify;

/// Records that wait for a subscriber; the oldest go first, and are counted.
const RECORDS_MAX: usize = 10_000;
/// Records that are kept for subscribers who come during the init phase.
const EARLY_MAX: usize = 256;
const BODY_BYTES_MAX: usize = 64 * 1024;

/// One who wants to be told.
#[derive(Debug)]
struct Subscriber {
    uri: String,
    types: Vec<String>,
    items_max: usize,
    timeout: Duration,
    waiting: Mutex<VecDeque<Value>>,
    more: Notify,
}

/// The records of an environment.
#[derive(Debug)]
pub(crate) struct Telemetry {
    subscribers: Mutex<Vec<Arc<Subscriber>>>,
    early: Mutex<VecDeque<Value>>,
    started: Mutex<Option<u64>>,
    client: HttpClient,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // INVARIANT: no code between lock and unlock can panic.
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

impl Telemetry {
    pub(super) fn new() -> Self {
        Self {
            subscribers: Mutex::default(),
            early: Mutex::default(),
            started: Mutex::default(),
            client: wire::client(),
        }
    }

    pub(super) fn set_started(&self, now_ms: u64) {
        *lock(&self.started) = Some(now_ms);
        let record = json!({"initializationType": "on-demand", "phase": "init"});
        self.record("platform.initStart", record);
    }

    /// The runtime asked for work; `true`: for the first time, its init phase is over.
    pub(super) fn runtime_ready(&self) -> bool {
        let started = lock(&self.started).take();
        if let Some(started) = started {
            let spent = clock::now_ms().saturating_sub(started);
            let done = json!({"initializationType": "on-demand", "phase": "init", "status": "success"});
            self.record("platform.initRuntimeDone", done);
            let report = json!({"initializationType": "on-demand", "phase": "init", "status": "success",
                "metrics": {"durationMs": spent}});
            self.record("platform.initReport", report);
        }
        started.is_some()
    }

    /// Tells everybody who wants it. `function` and `extension` records are texts, the platform's are objects.
    pub(crate) fn record(&self, kind: &str, record: Value) {
        let record = json!({"time": clock::iso(clock::now_ms()), "type": kind, "record": record});
        let family = kind.split('.').next().unwrap_or(kind);
        {
            let mut early = lock(&self.early);
            if early.len() >= EARLY_MAX {
                early.pop_front();
            }
            early.push_back(record.clone());
        }
        for subscriber in lock(&self.subscribers).iter() {
            if subscriber.types.iter().any(|wanted| wanted == family) {
                subscriber.put(record.clone());
            }
        }
    }
}

impl Subscriber {
    fn put(&self, record: Value) {
        let mut waiting = lock(&self.waiting);
        if waiting.len() >= RECORDS_MAX {
            waiting.pop_front();
        }
        waiting.push_back(record);
        self.more.notify_one();
    }

    async fn run(self: Arc<Self>, client: HttpClient) {
        loop {
            self.more.notified().await;
            if lock(&self.waiting).len() < self.items_max {
                tokio::time::sleep(self.timeout).await;
            }
            loop {
                let batch: Vec<Value> = {
                    let mut waiting = lock(&self.waiting);
                    let count = waiting.len().min(self.items_max);
                    waiting.drain(..count).collect()
                };
                if batch.is_empty() {
                    break;
                }
                let Ok(request) = Request::post(&self.uri)
                    .header("content-type", "application/json")
                    .body(wire::whole(Value::Array(batch).to_string()))
                else {
                    return;
                };
                // A subscriber that does not listen loses the batch, as in Lambda.
                drop(tokio::time::timeout(Duration::from_secs(2), client.request(request)).await);
            }
        }
    }
}

impl Api {
    pub(super) async fn subscribe(&self, request: Request<Incoming>) -> Reply {
        let id = match super::extensions::identifier(&request) {
            Ok(id) => id,
            Err(reply) => return *reply,
        };
        let Some(name) = self.extensions.name_of(&id) else { return super::extensions::unknown(&id) };
        let body = wire::read(request.into_body(), BODY_BYTES_MAX).await.unwrap_or_default();
        let Ok(wanted) = serde_json::from_slice::<Value>(&body) else {
            return refuse(400, "ValidationError", "the body is not JSON");
        };
        let uri = wanted.pointer("/destination/URI").and_then(Value::as_str).unwrap_or_default();
        let local = uri.replacen("://sandbox.localdomain", "://127.0.0.1", 1).replacen(
            "://sandbox:",
            "://127.0.0.1:",
            1,
        );
        let is_http = wanted.pointer("/destination/protocol").and_then(Value::as_str) == Some("HTTP");
        if !is_http || !local.starts_with("http://127.0.0.1:") && !local.starts_with("http://localhost:") {
            let message = "the destination must be `HTTP` at `http://sandbox.localdomain:PORT`";
            return refuse(400, "ValidationError", message);
        }
        let types: Vec<String> = wanted
            .get("types")
            .and_then(Value::as_array)
            .map(|list| list.iter().filter_map(Value::as_str).map(str::to_owned).collect())
            .unwrap_or_default();
        let number = |name: &str, otherwise: u64| {
            wanted.pointer(&format!("/buffering/{name}")).and_then(Value::as_u64).unwrap_or(otherwise)
        };
        let subscriber = Arc::new(Subscriber {
            uri: local,
            types,
            items_max: usize::try_from(number("maxItems", 10_000)).unwrap_or(1).clamp(1, 10_000),
            timeout: Duration::from_millis(number("timeoutMs", 1_000).clamp(25, 30_000)),
            waiting: Mutex::default(),
            more: Notify::new(),
        });
        for record in lock(&self.telemetry.early).iter() {
            let family = record.get("type").and_then(Value::as_str).and_then(|kind| kind.split('.').next());
            if subscriber.types.iter().any(|wanted| Some(wanted.as_str()) == family) {
                subscriber.put(record.clone());
            }
        }
        let described = json!({"name": name, "state": "Subscribed", "types": subscriber.types});
        tokio::spawn(Arc::clone(&subscriber).run(self.telemetry.client.clone()));
        lock(&self.telemetry.subscribers).push(subscriber);
        self.telemetry.record("platform.telemetrySubscription", described);
        wire::reply(200, "text/plain", "OK")
    }
}
