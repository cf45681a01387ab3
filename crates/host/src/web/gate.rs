//! The gateway in front of APIs and function URLs: a gateway of its own for each public port, in this process.
//!
//! It is started before the plan is made, since functions are told its address, and takes no request until its routes
//! are there. Behind it stands the host's own small server on another port of loopback, which makes events of requests.
mod identity;
mod merge;
mod routes;
mod throttle;

#[cfg(test)]
mod tests;

use crate::clock;
use crate::host::StartError;
use crate::names::Names;
use crate::plan::{Way, WayKind};
use crate::settings::Settings;
use crate::talk::{Line, Talk};
use gateway::config::Config;
use gateway::{Running, Told};
use model::App;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;

pub(crate) use identity::Pools;

/// The upstream of every route.
const UPSTREAM: &str = "app";
/// Milliseconds that an answer may take: those of API Gateway and some more, and of the longest function.
const API_MS: u64 = 35_000;
const URL_MS: u64 = 905_000;
/// Bytes of a request's body, as at API Gateway and at function URLs.
const API_BYTES_MAX: u64 = 10 << 20;
const URL_BYTES_MAX: u64 = 6 << 20;
/// How many requests of one caller wait for others of its own, and how long.
const IDENTITY_QUEUE: usize = 20;
const IDENTITY_WAIT_MS: u64 = 10_000;

/// One gateway and the address behind it.
#[derive(Debug)]
pub(crate) struct Gate {
    running: Running,
    /// As the configuration says it, with port 0 where any port will do.
    listen: SocketAddr,
    inner: SocketAddr,
}

/// What a configuration is made from.
pub(crate) struct Given<'a> {
    pub(crate) app: &'a App,
    pub(crate) names: &'a Names,
    pub(crate) settings: &'a Settings,
    /// What the owner says.
    pub(crate) own: Option<&'a crate::settings::Gateway>,
    pub(crate) pools: &'a Pools,
    /// Requests that the scarcest function behind the API runs at once.
    pub(crate) capacity: usize,
}

impl Gate {
    /// Starts a gateway that answers nothing yet.
    pub(crate) fn start(way: &str, port: u16, inner: SocketAddr, talk: &Talk) -> Result<Self, StartError> {
        let listen = SocketAddr::from(([127, 0, 0, 1], port));
        let config =
            read(&json!({"workers": 1, "listen": [{"address": listen.to_string()}], "waf": {"on": false}}))
                .and_then(|table| config(table, Path::new(".")))
                .map_err(StartError::Gateway)?;
        let (talk, origin) = (talk.clone(), way.to_owned());
        let told = Told::new(move |event| {
            talk.say(Line::Gateway { origin: origin.clone(), event: event.clone() });
        });
        let running = gateway::start_told(config, told).map_err(|why| match why {
            gateway::StartError::Listen { reason, .. } => {
                StartError::Port { port, option: "--port", why: std::io::Error::other(reason) }
            }
            other => StartError::Gateway(other.to_string()),
        })?;
        Ok(Self { running, listen, inner })
    }

    /// `http://127.0.0.1:3000`
    pub(crate) fn base(&self) -> String {
        let address = self.running.addresses().first().copied().unwrap_or(self.listen);
        format!("http://{address}")
    }

    /// Puts the routes of an application in place, whole or not at all; gives what people should know.
    pub(crate) fn open(&self, way: &Way, given: &Given<'_>) -> Result<Vec<String>, String> {
        let (table, notes) = self.table(way, given)?;
        let folder = given.own.map_or(Path::new("."), |own| own.folder.as_path());
        self.running.reload(config(table, folder)?).map_err(|why| why.to_string())?;
        Ok(notes)
    }

    fn table(&self, way: &Way, given: &Given<'_>) -> Result<(toml::Table, Vec<String>), String> {
        let mut table = read(&base(way, (self.listen, self.inner), given))?;
        let mut notes = Vec::new();
        if let Some(own) = given.own {
            merge::over(&mut table, &own.config, &mut notes);
        }
        Ok((table, notes))
    }
}

/// What the graph says, in the words of `gateway.toml`.
fn base(way: &Way, (listen, inner): (SocketAddr, SocketAddr), given: &Given<'_>) -> Value {
    let identities = identity::of(way, given);
    let throttles = throttle::of(way, given);
    let is_url = way.kind == WayKind::Url;
    let (wait_ms, bytes) = if is_url { (URL_MS, URL_BYTES_MAX) } else { (API_MS, API_BYTES_MAX) };
    let own = (given.capacity / 2).max(1);
    json!({
        "workers": 1,
        "listen": [{"address": listen.to_string()}],
        "limits": {"body-bytes-max": bytes, "request-total-ms": wait_ms + 30_000, "drain-ms": 1_000},
        "concurrency": {"per-identity": own, "per-address": own.max(100), "identity-queue": IDENTITY_QUEUE,
            "wait-ms": IDENTITY_WAIT_MS},
        "authentication": {"jwt": identities.sources, "bare-token": true, "invalid-on-public": "nobody"},
        "rate": {"limits": throttles.limits},
        "waf": {"rules": []},
        "upstream": {UPSTREAM: {
            "kind": "http", "addresses": [format!("http://{inner}")], "keep-host": true, "first-byte-ms": wait_ms,
            "idle-ms": wait_ms, "keep-alive-ms": 5_000,
            // Nothing is asked of a function twice, and one that fails is no reason to leave the others alone.
            "retry": {"times-max": 0}, "breaker": {"failures-max": u32::MAX},
        }},
        // What the guard looks at with knowledge of the function is not looked at twice.
        "response": if given.settings.guard.is_some() { json!({"secrets": "off", "replace-errors": "none"}) } else { json!({}) },
        "route": routes::of(way, &identities, &throttles, given.settings.detect),
    })
}

/// Requests that the scarcest function behind a way in runs at once.
pub(crate) fn capacity(way: &Way, concurrency: &BTreeMap<String, Option<usize>>, otherwise: usize) -> usize {
    let of_function =
        |route: &crate::plan::Route| concurrency.get(&route.function).copied().flatten().unwrap_or(otherwise);
    way.routes.iter().map(of_function).min().unwrap_or(otherwise)
}

/// The identifier of an invocation whose request the gateway called by another name: a UUID that both sides can tell.
pub(crate) fn request_id(of_gateway: &str) -> String {
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, of_gateway.as_bytes());
    let mut bytes = [0; 16];
    for (byte, from) in bytes.iter_mut().zip(hash.as_ref()) {
        *byte = *from;
    }
    clock::uuid_of(bytes)
}

fn read(json: &Value) -> Result<toml::Table, String> {
    toml::Table::try_from(json).map_err(|why| why.to_string())
}

/// The gateway's own reading of a configuration: unknown names and wrong types are its errors.
fn config(table: toml::Table, folder: &Path) -> Result<Config, String> {
    let text = toml::to_string(&table).map_err(|why| why.to_string())?;
    Config::from_toml(&text, folder).map_err(|why| why.to_string())
}
