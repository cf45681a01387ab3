//! What is written: access log, log of matches, events. A JSON line each.
use crate::config::{Config, ConfigError};
use crate::exchange::{Answer, Exchange};
use crate::server::Seen;
use http::header::{REFERER, USER_AGENT};
use serde::Serialize;
use std::collections::BTreeSet;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

#[cfg(test)]
mod tests;

/// Between two writes of what has gathered.
const GATHER: Duration = Duration::from_millis(50);

/// Every log of the gateway.
#[derive(Debug)]
pub(crate) struct Logs {
    access: Option<Arc<Sink>>,
    matches: Option<Arc<Sink>>,
    events: Option<Arc<Sink>>,
    /// Who is told of events beside the file.
    told: Option<Told>,
    secret_names: BTreeSet<String>,
}

/// Told of every event at once, on the thread of the request: it must not wait.
#[derive(Clone)]
pub struct Told(Arc<dyn Fn(&serde_json::Value) + Send + Sync>);

impl Told {
    /// Events go to this function.
    pub fn new(to: impl Fn(&serde_json::Value) + Send + Sync + 'static) -> Self {
        Self(Arc::new(to))
    }
}

impl std::fmt::Debug for Told {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Told")
    }
}

/// One file of lines, or standard output.
pub(crate) struct Sink {
    path: PathBuf,
    waiting: Mutex<Vec<u8>>,
    file: Mutex<Box<dyn Write + Send>>,
    most: usize,
    lost: AtomicU64,
}

impl std::fmt::Debug for Sink {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}", self.path.display())
    }
}

fn open(path: &Path) -> Result<Box<dyn Write + Send>, ConfigError> {
    if path == Path::new("-") {
        return Ok(Box::new(std::io::stdout()));
    }
    let file = OpenOptions::new().append(true).create(true).open(path);
    file.map(|file| Box::new(file) as Box<dyn Write + Send>)
        .map_err(|error| ConfigError::file("log", path, error))
}

impl Sink {
    fn new(config: &Config, path: Option<&PathBuf>) -> Result<Option<Arc<Self>>, ConfigError> {
        let Some(path) = path else { return Ok(None) };
        let path = if path == Path::new("-") { path.clone() } else { config.path(path) };
        let file = Mutex::new(open(&path)?);
        let most = config.log.waiting_bytes_max;
        let sink = Arc::new(Self { path, waiting: Mutex::default(), file, most, lost: AtomicU64::new(0) });
        let weak = Arc::downgrade(&sink);
        let writer = move || {
            while let Some(sink) = weak.upgrade() {
                sink.write_waiting();
                drop(sink);
                std::thread::sleep(GATHER);
            }
        };
        std::thread::Builder::new()
            .name("gateway-log".to_owned())
            .spawn(writer)
            .map_err(|error| ConfigError::setting("log", error.to_string()))?;
        Ok(Some(sink))
    }

    /// Hands a line to the writer. Never waits: when the disk is too slow, lines are dropped and counted.
    pub(crate) fn line(&self, line: &[u8]) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() + line.len() > self.most {
            self.lost.fetch_add(1, Relaxed);
        } else {
            waiting.extend_from_slice(line);
        }
    }

    /// Writes lines at once, after those that wait.
    fn now(&self, lines: &[u8]) {
        self.line(lines);
        self.write_waiting();
    }

    fn write_waiting(&self) {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes = std::mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner));
        if !bytes.is_empty() && file.write_all(&bytes).and_then(|()| file.flush()).is_err() {
            self.lost.fetch_add(1, Relaxed);
        }
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.write_waiting();
    }
}

/// What the access log says of a request.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Record {
    time_micros: u64,
    id: String,
    client: std::net::IpAddr,
    peer: std::net::IpAddr,
    method: String,
    host: String,
    target: String,
    protocol: &'static str,
    status: u16,
    route: String,
    answered_by: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    upstream: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    identity: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ja4: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_agent: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    referer: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    decisions: Vec<String>,
    trace: String,
    #[serde(skip)]
    pub(crate) context: crate::trace::Context,
}

impl Record {
    pub(crate) fn of(exchange: &Exchange<'_>, answer: &Answer, seen: Seen<'_>) -> Self {
        let (method, uri, headers) = seen;
        let names = &exchange.shared.logs.secret_names;
        let text = |name| headers.get(name).map(|value: &http::HeaderValue| short(value.as_bytes()));
        Self {
            time_micros: exchange.moment.micros,
            id: exchange.id.clone(),
            client: exchange.client,
            peer: exchange.connection.peer.ip(),
            method: method.as_str().to_owned(),
            host: exchange.host.clone(),
            target: mask(uri.path_and_query().map_or("", |target| target.as_str()), names),
            protocol: protocol(exchange.head.version),
            status: answer.status().as_u16(),
            route: exchange.route.settings.name.clone(),
            answered_by: exchange.answered_by,
            upstream: exchange.upstream.address.as_ref().map(|address| address.text.clone()),
            identity: exchange.identity.as_ref().map(|identity| identity.subject.clone()),
            ja4: exchange.fingerprint.as_deref().map(str::to_owned),
            user_agent: text(USER_AGENT),
            referer: text(REFERER).map(|referer| mask(&referer, names)),
            decisions: exchange
                .decisions
                .iter()
                .map(|decision| format!("{}: {}", decision.layer, decision.reason))
                .collect(),
            trace: format!("{:032x}", exchange.trace.trace),
            context: exchange.trace,
        }
    }

    /// What a span says of it.
    pub(crate) fn facts(&self) -> (&str, &str, u16) {
        (&self.method, &self.route, self.status)
    }
}

/// As CRS and logs write it.
pub(crate) fn protocol(version: http::Version) -> &'static str {
    match version {
        http::Version::HTTP_10 => "HTTP/1.0",
        http::Version::HTTP_2 => "HTTP/2.0",
        _ => "HTTP/1.1",
    }
}

fn short(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes.get(..bytes.len().min(300)).unwrap_or_default()).into_owned()
}

/// Values of parameters with secret names, replaced.
pub(crate) fn mask(target: &str, names: &BTreeSet<String>) -> String {
    let Some((path, query)) = target.split_once('?') else { return target.to_owned() };
    let mut out = String::with_capacity(target.len());
    out.push_str(path);
    let mut mark = '?';
    for pair in query.split('&') {
        out.push(mark);
        mark = '&';
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let plain: String = url::form_urlencoded::parse(name.as_bytes()).map(|(name, _)| name).collect();
        out.push_str(name);
        if names.contains(&plain.to_ascii_lowercase()) {
            out.push_str("=***");
        } else if pair.len() > name.len() {
            out.push('=');
            out.push_str(value);
        }
    }
    out
}

impl Logs {
    /// Opens the files.
    ///
    /// # Errors
    /// A file that cannot be opened for appending.
    pub(crate) fn open(config: &Config, told: Option<Told>) -> Result<Self, ConfigError> {
        Ok(Self {
            told,
            access: Sink::new(config, config.log.access.as_ref())?,
            matches: Sink::new(config, config.log.matches.as_ref())?,
            events: Sink::new(config, config.log.events.as_ref())?,
            secret_names: config.log.secret_names.iter().map(|name| name.to_ascii_lowercase()).collect(),
        })
    }

    /// Opens the files anew, after somebody moved them away.
    pub(crate) fn reopen(&self, config: &Config) -> Result<(), ConfigError> {
        let paths = [&config.log.access, &config.log.matches, &config.log.events];
        for (sink, path) in [&self.access, &self.matches, &self.events].into_iter().zip(paths) {
            let same = sink.as_ref().map(|sink| &sink.path)
                == path
                    .as_ref()
                    .map(|path| if path == Path::new("-") { path.clone() } else { config.path(path) })
                    .as_ref();
            if !same {
                return Err(ConfigError::setting("log", "files change their names with a restart only"));
            }
            if let Some(sink) = sink {
                let fresh = open(&sink.path)?;
                sink.write_waiting();
                *sink.file.lock().unwrap_or_else(PoisonError::into_inner) = fresh;
            }
        }
        Ok(())
    }

    pub(crate) fn wants_access(&self) -> bool {
        self.access.is_some()
    }

    pub(crate) fn wants_events(&self) -> bool {
        self.events.is_some() || self.told.is_some()
    }

    pub(crate) fn wants_matches(&self) -> bool {
        self.matches.is_some()
    }

    /// A request has ended.
    pub(crate) fn access(&self, record: &Record, bytes: u64, took: Duration, whole: bool) {
        #[derive(Serialize)]
        struct Line<'a> {
            #[serde(flatten)]
            record: &'a Record,
            bytes: u64,
            micros: u64,
            whole: bool,
        }
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        if let Some(sink) = &self.access {
            sink.line(&line(&Line { record, bytes, micros, whole }));
        }
    }

    /// Lines of the log of matches: on disk before the answer goes, in the order of the requests' ends.
    pub(crate) fn matches(&self, lines: &[u8]) {
        if let Some(sink) = &self.matches {
            sink.now(lines);
        }
    }

    /// One event.
    pub(crate) fn event(&self, event: &serde_json::Value) {
        if let Some(told) = &self.told {
            told.0(event);
        }
        if let Some(sink) = &self.events {
            sink.line(&line(event));
        }
    }

    /// Lines that were dropped, since the disk was too slow or full.
    pub(crate) fn lost(&self) -> u64 {
        let sinks = [&self.access, &self.matches, &self.events];
        sinks.into_iter().flatten().map(|sink| sink.lost.load(Relaxed)).sum()
    }

    /// Writes what waits.
    pub(crate) fn flush(&self) {
        for sink in [&self.access, &self.matches, &self.events].into_iter().flatten() {
            sink.write_waiting();
        }
    }

    pub(crate) fn secret_names(&self) -> &BTreeSet<String> {
        &self.secret_names
    }
}

/// One JSON line.
pub(crate) fn line(value: &impl Serialize) -> Vec<u8> {
    let mut line = serde_json::to_vec(value).unwrap_or_default();
    line.push(b'\n');
    line
}
