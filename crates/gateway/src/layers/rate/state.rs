//! What several gateways know together: the cluster's store, on a thread and a runtime of its own.
use crate::config::{Config, ConfigError};
use crate::layers::authenticate::secret;
use access::SecretFrom;
use access::shared::{Options, SharedLimiter, SharedState};
use serde::Deserialize;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc;
use std::time::Duration;
use store::cluster::{self, Credentials};
use store::{Cluster, State};
use tokio::sync::oneshot;

/// Where gateways keep what they share (NATS JetStream).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// A name that no other gateway has.
    pub gateway: String,
    /// `nats://host:port`, `tls://host:port`
    pub servers: Vec<String>,
    #[serde(default = "Settings::bucket")]
    pub bucket: String,
    /// Nodes that keep each entry: 1, 3 or 5.
    #[serde(default = "Settings::replicas")]
    pub replicas: usize,
    /// The text of a NATS credentials file (a JWT and its nkey's seed).
    #[serde(default)]
    pub credentials: Option<SecretFrom>,
    /// Authorities to trust, in PEM.
    #[serde(default)]
    pub authorities: Option<PathBuf>,
    /// The longest that a request waits for the store.
    #[serde(default = "Settings::wait_ms")]
    pub wait_ms: u64,
}

impl Settings {
    fn bucket() -> String {
        "buckler".to_owned()
    }
    fn replicas() -> usize {
        3
    }
    fn wait_ms() -> u64 {
        250
    }
}

/// A connection to the store, and the thread that it lives on. Dropped: good-bye to the others, then the thread ends.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) limiter: SharedLimiter,
    settings: (Settings, access::limit::SharedConfig),
    /// The thread ends when this goes.
    _alive: oneshot::Sender<()>,
}

/// For the first connection; afterwards the client connects again by itself.
const CONNECT: Duration = Duration::from_secs(10);

impl Shared {
    /// Connects, or takes over the connection of the configuration before.
    pub(super) fn build(config: &Config, before: Option<&Arc<Self>>) -> Result<Arc<Self>, ConfigError> {
        let Some(settings) = &config.state else {
            let message = "shared limits need `[state]`: add `gateway` and `servers`, or leave `shared` out";
            return Err(ConfigError::setting("rate.limits", message));
        };
        let wanted = (settings.clone(), config.rate.shared);
        if let Some(before) = before.filter(|before| before.settings == wanted) {
            return Ok(Arc::clone(before));
        }
        let mut options = cluster::Options::new(settings.servers.clone(), &settings.bucket);
        options.replicas = settings.replicas;
        options.tls.roots = settings.authorities.as_ref().map(|path| config.path(path));
        if let Some(from) = &settings.credentials {
            let text = secret(config, "state.credentials", from)?;
            options.credentials = Credentials::File(text.text().unwrap_or_default().to_owned());
        }
        let part = Options {
            gateway: settings.gateway.clone(),
            alone: config.rate.shared.alone,
            gateways: config.rate.shared.gateways,
            wait_max: Duration::from_millis(settings.wait_ms),
        };
        let (tell, told) = mpsc::channel();
        let (alive, ended) = oneshot::channel();
        let thread = std::thread::Builder::new().name("gateway-state".to_owned());
        let spawned = thread.spawn(move || live(options, part, &tell, ended));
        let wrong = |message: String| ConfigError::setting("state", message);
        spawned.map_err(|error| wrong(error.to_string()))?;
        let shared = told.recv_timeout(CONNECT).map_err(|_| wrong("the store did not answer".to_owned()))?;
        let limiter = SharedLimiter::new(shared.map_err(wrong)?);
        Ok(Arc::new(Self { limiter, settings: wanted, _alive: alive }))
    }
}

type Told = Result<Arc<SharedState>, String>;

/// The thread's life: connect, serve the store's tasks, say good-bye.
fn live(options: cluster::Options, part: Options, tell: &mpsc::Sender<Told>, ended: oneshot::Receiver<()>) {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return drop(tell.send(Err(error.to_string()))),
    };
    runtime.block_on(async {
        let begun = match Cluster::connect(options).await {
            Ok(cluster) => {
                let state: Arc<dyn State> = Arc::new(cluster);
                SharedState::start(state, part).map_err(|error| error.to_string())
            }
            Err(error) => Err(error.to_string()),
        };
        let kept = begun.as_ref().ok().cloned();
        drop(tell.send(begun));
        drop(ended.await);
        if let Some(shared) = kept {
            // When the store cannot be told, the others find out by themselves.
            drop(shared.leave().await);
        }
    });
}
