//! State that several gateways share: where it is kept, and the thread that its connections and proofs live on.
//!
//! It is opened once, at the start; a reload keeps it. What is shared goes through [`access::shared`].
use crate::config::{Config, ConfigError};
use access::shared::{Options, SharedBlocks, SharedLimiter, SharedReplay, SharedState};
use serde::Deserialize;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::{oneshot, watch};

/// Where shared state is kept; without the section every gateway counts for itself.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    pub kind: Kind,
    /// A name that no other gateway has. Left out: the process's number, and random digits.
    #[serde(default)]
    pub name: Option<String>,
    /// The folder of `file`.
    #[serde(default)]
    pub folder: Option<PathBuf>,
    /// `host:port`, `nats://host:port` or `tls://host:port` of each node of `nats`.
    #[serde(default)]
    pub addresses: Vec<String>,
    /// The bucket of `nats`: letters, digits, `-` and `_`.
    #[serde(default = "Settings::bucket")]
    pub bucket: String,
    /// Nodes of `nats` that keep each entry: 1, 3 or 5.
    #[serde(default = "Settings::replicas")]
    pub replicas: usize,
    /// A credentials file of `nats` (a JWT and the seed of an nkey).
    #[serde(default)]
    pub credentials_file: Option<PathBuf>,
    #[serde(default)]
    pub tls: Tls,
    /// The longest that a request waits for the state, in milliseconds. What has no answer then is refused.
    #[serde(default = "Settings::wait")]
    pub wait_ms: u64,
    /// The longest that a starting gateway takes no request, in milliseconds, until it has been told what the others
    /// know: block lists, ended sessions.
    #[serde(default = "Settings::start_wait")]
    pub start_wait_ms: u64,
    /// What it does then with requests, as long as it has not been told.
    #[serde(default)]
    pub start: Start,
}

/// What a gateway does that does not know yet what the others know.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Start {
    /// Every request gets 503.
    #[default]
    Closed,
    /// Requests are answered by what this gateway knows of itself.
    Open,
}

/// What a gateway is told at its start.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Told {
    Blocks = 1,
    Ended = 2,
}

/// How state is kept.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// In this process, until it ends.
    Memory,
    /// In a folder of this machine, of one process.
    File,
    /// In a key-value bucket of NATS JetStream, of any number of gateways.
    Nats,
}

/// How the connection to `nats` is protected.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Tls {
    /// Refuse to talk without.
    pub required: bool,
    /// Certificates of authorities to trust, in PEM, instead of the system's.
    pub authorities: Option<PathBuf>,
    /// Our certificate and its key, in PEM.
    pub certificate: Option<PathBuf>,
    pub key: Option<PathBuf>,
}

/// The longest call of a cluster. What was lost with a node is sent again after a quarter of it; with more, a gateway
/// would look cut off to the others whenever a node dies.
const CALL_TIME_MAX: Duration = Duration::from_secs(1);

impl Settings {
    fn bucket() -> String {
        "buckler".to_owned()
    }

    fn replicas() -> usize {
        3
    }

    fn wait() -> u64 {
        250
    }

    fn start_wait() -> u64 {
        10_000
    }
}

/// The shared state of a gateway that runs. Its thread ends when the last holder drops it.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) state: Arc<dyn store::State>,
    pub(crate) limiter: SharedLimiter,
    pub(crate) replay: SharedReplay,
    /// The longest that a request waits for the state.
    pub(crate) wait_max: Duration,
    settings: Option<Settings>,
    beginning: Beginning,
    /// Dropped, the sender ends the thread.
    thread: Mutex<Option<(oneshot::Sender<()>, JoinHandle<()>)>>,
}

/// The time until a gateway knows what the others know.
#[derive(Debug)]
struct Beginning {
    /// What it was not told yet, as bits of [`Told`].
    missing: watch::Sender<u8>,
    /// It waits no longer.
    over: watch::Sender<bool>,
    /// Requests are answered.
    serves: AtomicBool,
}

impl Beginning {
    fn new() -> Self {
        let missing = watch::Sender::new(Told::Blocks as u8 | Told::Ended as u8);
        Self { missing, over: watch::Sender::new(false), serves: AtomicBool::new(false) }
    }
}

/// Opens what the configuration names, or takes what the caller `given`. `None`: nothing is shared.
pub(crate) fn open(
    config: &Config,
    given: Option<Arc<dyn store::State>>,
) -> Result<Option<Arc<Shared>>, ConfigError> {
    let settings = config.state.clone();
    if settings.is_none() && given.is_none() {
        return Ok(None);
    }
    let options = options(config)?;
    let wrong = |error: &dyn std::fmt::Display| ConfigError::setting("state", error.to_string());
    let (tell, told) = mpsc::sync_channel(1);
    let (end, ended) = oneshot::channel();
    let config = config.clone();
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| wrong(&error))?;
    let life = async move {
        let opened = match given {
            Some(state) => Ok(state),
            None => backend(&config).await,
        };
        let started = opened.and_then(|state| {
            let shared =
                SharedState::start(Arc::clone(&state), options).map_err(|error| error.to_string())?;
            Ok((state, shared))
        });
        let running = started.as_ref().ok().map(|(_, shared)| Arc::clone(shared));
        // The caller waits for it.
        drop(tell.send(started));
        drop(ended.await);
        if let Some(shared) = running {
            // The others find out by themselves when it cannot be told.
            drop(tokio::time::timeout(Duration::from_secs(1), shared.leave()).await);
        }
    };
    let spawned =
        std::thread::Builder::new().name("gateway-state".to_owned()).spawn(move || runtime.block_on(life));
    let thread = spawned.map_err(|error| wrong(&error))?;
    let (state, shared) = match told.recv() {
        Ok(started) => started.map_err(|error| wrong(&error))?,
        Err(_) => return Err(wrong(&"its thread ended at once")),
    };
    let wait_max = shared.options().wait_max;
    let replay = SharedReplay::new(Arc::clone(&state), wait_max);
    let limiter = SharedLimiter::new(shared);
    let thread = Mutex::new(Some((end, thread)));
    let beginning = Beginning::new();
    Ok(Some(Arc::new(Shared { state, limiter, replay, wait_max, settings, beginning, thread })))
}

/// A look at the settings alone, for [`check`](crate::check()) and reloads.
pub(crate) fn check(config: &Config) -> Result<(), ConfigError> {
    let Some(settings) = &config.state else { return Ok(()) };
    let wrong = |setting: &str, message: &str| Err(ConfigError::setting(format!("state.{setting}"), message));
    if settings.kind == Kind::File && settings.folder.is_none() {
        return wrong("folder", "`kind = \"file\"` needs a folder");
    }
    if settings.kind == Kind::Nats && settings.addresses.is_empty() {
        return wrong("addresses", "`kind = \"nats\"` needs the address of a node at least");
    }
    if settings.kind == Kind::Nats
        && settings.name.is_none()
        && config.rate.shared.alone == access::limit::Alone::Local
    {
        return wrong(
            "name",
            "gateways that count alone (`rate.shared.alone = \"local\"`) need names that stay the same",
        );
    }
    if settings.tls.certificate.is_some() != settings.tls.key.is_some() {
        return wrong("tls", "`certificate` and `key` go together");
    }
    Ok(())
}

/// Puts the state before in place after a reload, unless its settings changed.
pub(crate) fn kept(
    config: &Config,
    before: Option<&Arc<Shared>>,
) -> Result<Option<Arc<Shared>>, ConfigError> {
    let was = before.and_then(|before| before.settings.as_ref());
    let is_given = before.is_some_and(|before| before.settings.is_none());
    if was != config.state.as_ref() && !is_given {
        return Err(ConfigError::setting("state", "changes with a restart only"));
    }
    Ok(before.map(Arc::clone))
}

fn options(config: &Config) -> Result<Options, ConfigError> {
    let settings = config.state.as_ref();
    let name = match settings.and_then(|settings| settings.name.clone()) {
        Some(name) => name,
        None => {
            let random = access::secret::random::<6>()
                .map_err(|error| ConfigError::setting("state.name", error.to_string()))?;
            format!("{}-{}", std::process::id(), access::encode::base64url(&random))
        }
    };
    let wait_max = Duration::from_millis(settings.map_or_else(Settings::wait, |settings| settings.wait_ms));
    let shared = &config.rate.shared;
    Ok(Options { alone: shared.alone, gateways: shared.gateways, wait_max, ..Options::new(&name) })
}

async fn backend(config: &Config) -> Result<Arc<dyn store::State>, String> {
    let Some(settings) = &config.state else { return Err("nothing is configured".to_owned()) };
    match settings.kind {
        Kind::Memory => {
            let state = store::Embedded::in_memory(store::embedded::Options::default());
            state.map(|state| Arc::new(state) as Arc<dyn store::State>).map_err(|error| error.to_string())
        }
        Kind::File => {
            let folder = settings.folder.as_ref().map(|folder| config.path(folder)).unwrap_or_default();
            let state = store::Embedded::open(&folder, store::embedded::Options::default()).await;
            state.map(|state| Arc::new(state) as Arc<dyn store::State>).map_err(|error| error.to_string())
        }
        Kind::Nats => {
            let state = store::Cluster::connect(nats(config, settings)?).await;
            state.map(|state| Arc::new(state) as Arc<dyn store::State>).map_err(|error| error.to_string())
        }
    }
}

fn nats(config: &Config, settings: &Settings) -> Result<store::cluster::Options, String> {
    let path = |path: &PathBuf| config.path(path);
    let credentials = match &settings.credentials_file {
        None => store::cluster::Credentials::None,
        Some(file) => {
            let bytes = crate::layers::waf::read_file(&path(file))
                .map_err(|error| format!("`credentials-file`: {error}"))?;
            let text = String::from_utf8(bytes).map_err(|_| "`credentials-file` is no text".to_owned())?;
            store::cluster::Credentials::File(text)
        }
    };
    let client = settings.tls.certificate.as_ref().zip(settings.tls.key.as_ref());
    let tls = store::cluster::Tls {
        required: settings.tls.required,
        roots: settings.tls.authorities.as_ref().map(path),
        client: client.map(|(certificate, key)| (path(certificate), path(key))),
    };
    let replicas = settings.replicas;
    let options = store::cluster::Options::new(settings.addresses.clone(), &settings.bucket);
    Ok(store::cluster::Options { credentials, tls, replicas, call_time_max: CALL_TIME_MAX, ..options })
}

impl Shared {
    /// Says good-bye to the other gateways and ends the thread; waits for about a second at most.
    pub(crate) fn end(&self) {
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some((end, thread)) = thread {
            drop(end);
            drop(thread.join());
        }
    }

    /// Everything of a kind that was there has been told.
    pub(crate) fn told(&self, what: Told) {
        self.beginning.missing.send_modify(|missing| *missing &= !(what as u8));
        if *self.beginning.missing.borrow() == 0 {
            self.beginning.serves.store(true, Ordering::Release);
            self.beginning.over.send_replace(true);
        }
    }

    /// Whether requests may be answered: everything has been told, or need not be.
    pub(crate) fn serves(&self) -> bool {
        self.beginning.serves.load(Ordering::Acquire)
    }

    /// Ends when requests are to be taken.
    pub(crate) async fn begun(&self) {
        // The sender lives as long as `self`.
        drop(self.beginning.over.subscribe().wait_for(|over| *over).await);
    }

    /// Waits as long as the settings say. What then happens to requests, in words, when not everything was told.
    pub(crate) async fn begin(&self) -> Option<&'static str> {
        let settings = self.settings.as_ref();
        let wait = settings.map_or_else(Settings::start_wait, |settings| settings.start_wait_ms);
        if tokio::time::timeout(Duration::from_millis(wait), self.begun()).await.is_ok() {
            return None;
        }
        let start = settings.map_or(Start::Closed, |settings| settings.start);
        if start == Start::Open {
            self.beginning.serves.store(true, Ordering::Release);
        }
        self.beginning.over.send_replace(true);
        Some(match start {
            Start::Closed => "what the others block is not known yet; requests get 503 until it is",
            Start::Open => {
                "what the others block is not known yet; requests are answered without (`state.start`)"
            }
        })
    }

    /// The shared block lists, to follow.
    pub(crate) fn blocks(&self) -> SharedBlocks {
        SharedBlocks::new(Arc::clone(&self.state))
    }
}
