//! The configuration: TOML in, checked settings out. Every setting has its default here.
mod error;
mod limits;
mod listen;
mod route;
mod upstream;

use crate::layers;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

pub use error::ConfigError;
pub use limits::Limits;
pub use listen::{Certificate, ClientCertificates, ClientMode, Listen, Tls, TlsVersion};
pub use route::{Mode, PathOddity, Route};
pub use upstream::{Breaker, KeysFrom, Kind, Retry, Sign, Upstream};

/// Everything that a gateway is told.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Config {
    /// Threads that serve; 0: one for each processor.
    pub workers: usize,
    /// Seconds between looks at the time of the configuration's file and of certificates; 0: only on SIGHUP and when the
    /// administrator asks.
    pub watch_seconds: u64,
    /// Where clients connect.
    pub listen: Vec<Listen>,
    /// The administrator's listener; none when left out.
    pub admin: Option<Admin>,
    pub limits: Limits,
    /// Who the client is, behind proxies that are trusted.
    pub client_address: layers::address::Settings,
    pub block: layers::block::Settings,
    /// Rate limits.
    pub rate: layers::rate::Settings,
    /// What one may ask for in an hour, a day, a month.
    pub quota: layers::quota::Settings,
    /// Requests at once; not counted when left out.
    pub concurrency: Option<layers::concurrency::Settings>,
    /// Where proof of identity comes from.
    pub authentication: layers::authenticate::Settings,
    pub authorization: layers::authorize::Settings,
    pub waf: layers::waf::Settings,
    /// Where requests go, by name.
    pub upstream: BTreeMap<String, Upstream>,
    /// Which requests go where; the first that fits wins.
    pub route: Vec<Route>,
    /// What several gateways share; none when left out.
    pub state: Option<crate::state::Settings>,
    pub log: Log,
    pub trace: Trace,
    // Layers that stand beside the main stack.
    pub acme: layers::acme::Settings,
    pub login: layers::login::Settings,
    pub challenge: layers::challenge::Settings,
    pub schema: layers::schema::Settings,
    pub upload: layers::upload::Settings,
    pub response: layers::response::Settings,
    pub cache: layers::cache::Settings,
    /// Where relative paths start: the folder of the file. Set by the caller.
    #[serde(skip)]
    pub folder: PathBuf,
    /// The file itself, to read it again. Set by [`Config::from_file`].
    #[serde(skip)]
    pub file: Option<PathBuf>,
}

/// The administrator's listener.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Admin {
    /// Loopback is meant.
    #[serde(default = "Admin::address")]
    pub address: SocketAddr,
    /// SHA-256 of the bearer token, 64 hexadecimal digits.
    pub token_sha256: String,
}

impl Admin {
    fn address() -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], 9901))
    }
}

/// What is written where; `-` is standard output.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Log {
    /// One JSON line a request.
    pub access: Option<PathBuf>,
    /// One JSON line a rule that matched.
    pub matches: Option<PathBuf>,
    /// One OCSF event a decision.
    pub events: Option<PathBuf>,
    /// Events of requests that passed, too.
    pub events_of_passed: bool,
    /// Names of query parameters, headers and fields whose values are never written.
    pub secret_names: Vec<String>,
    /// Bytes that wait for the disk at most; what comes then is dropped and counted.
    pub waiting_bytes_max: usize,
}

impl Default for Log {
    fn default() -> Self {
        let secret = [
            "access_token",
            "api_key",
            "apikey",
            "authorization",
            "auth",
            "client_secret",
            "code",
            "cookie",
            "id_token",
            "key",
            "password",
            "passwd",
            "pwd",
            "refresh_token",
            "secret",
            "session",
            "sig",
            "signature",
            "token",
            "x-amz-credential",
            "x-amz-security-token",
            "x-amz-signature",
        ];
        Self {
            access: None,
            matches: None,
            events: None,
            events_of_passed: false,
            secret_names: secret.iter().map(|name| (*name).to_owned()).collect(),
            waiting_bytes_max: 16 << 20,
        }
    }
}

/// OpenTelemetry traces.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Trace {
    /// Where spans go with OTLP over HTTP as JSON (`http://127.0.0.1:4318/v1/traces`); none: contexts are only handed on.
    pub endpoint: Option<String>,
    /// Requests without a sampled parent that are traced, in a thousand.
    pub sampled_per_mille: u16,
    /// Spans that wait to be sent at most; what comes then is dropped and counted.
    pub waiting_max: usize,
}

impl Default for Trace {
    fn default() -> Self {
        Self { endpoint: None, sampled_per_mille: 10, waiting_max: 4096 }
    }
}

impl Config {
    /// Reads TOML. Relative paths start in `folder`.
    ///
    /// # Errors
    /// What is not TOML, unknown names and wrong types, with their line.
    pub fn from_toml(text: &str, folder: &Path) -> Result<Self, ConfigError> {
        let mut config: Self = toml::from_str(text).map_err(|error| ConfigError::from_toml(&error, text))?;
        folder.clone_into(&mut config.folder);
        Ok(config)
    }

    /// What each route asks for: `[authorization]`, where a route's own `authorization` takes the place of what stands there.
    #[must_use]
    pub fn permissions(&self) -> access::policy::Config {
        let mut settings = self.authorization.clone();
        let own = |route: &Route| Some((route.name.clone(), route.authorization.clone()?));
        settings.routes.extend(self.route.iter().filter_map(own));
        settings
    }

    /// Reads a file of TOML; relative paths start beside it.
    ///
    /// # Errors
    /// A file that cannot be read, and those of [`Config::from_toml`].
    pub fn from_file(path: &Path) -> Result<Self, ConfigError> {
        let wrong = |error: String| ConfigError::file("configuration", path, error);
        let bytes = layers::waf::read_file(path).map_err(wrong)?;
        let text = String::from_utf8(bytes).map_err(|error| wrong(error.to_string()))?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut config = Self::from_toml(&text, folder)?;
        config.file = Some(path.to_owned());
        Ok(config)
    }

    /// Looks at the times of requests, and gives the shortest in milliseconds.
    pub(crate) fn total_ms_min(&self) -> Result<u64, ConfigError> {
        let of_routes = self.route.iter().flat_map(|route| {
            let at = |name: &str| format!("route.{}.{name}", route.name);
            [(at("request-total-ms"), route.request_total_ms), (at("stream-total-ms"), route.stream_total_ms)]
        });
        let general = [
            ("limits.request-total-ms".to_owned(), Some(self.limits.request_total_ms)),
            ("limits.stream-total-ms".to_owned(), Some(self.limits.stream_total_ms)),
        ];
        let mut shortest = limits::TOTAL_MS_MAX;
        for (setting, given) in general.into_iter().chain(of_routes) {
            match given {
                Some(given) if given > limits::TOTAL_MS_MAX => {
                    let message = format!("is more than {} (30 days); 0: no bound", limits::TOTAL_MS_MAX);
                    return Err(ConfigError::setting(setting, message));
                }
                Some(given @ 1..) => shortest = shortest.min(given),
                Some(0) | None => {}
            }
        }
        Ok(shortest)
    }

    /// A path of the configuration, from the folder where the configuration stands.
    #[must_use]
    pub fn path(&self, path: &Path) -> PathBuf {
        self.folder.join(path)
    }
}
