//! Where the cluster is, how to prove who we are, and what the bucket must be.
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// How a gateway proves who it is.
#[derive(Clone, Default)]
pub enum Credentials {
    #[default]
    None,
    Token(String),
    UserPassword {
        user: String,
        password: String,
    },
    /// The seed of an nkey (`SU…`): it signs the server's nonce and never leaves this process.
    Nkey(String),
    /// The text of a credentials file: a JWT and its nkey's seed.
    File(String),
}

impl fmt::Debug for Credentials {
    /// Their kind, never themselves.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::None => "no credentials",
            Self::Token(_) => "a token",
            Self::UserPassword { .. } => "a user and a password",
            Self::Nkey(_) => "an nkey",
            Self::File(_) => "a credentials file",
        })
    }
}

/// How the connection is protected.
#[derive(Clone, Debug, Default)]
pub struct Tls {
    /// Refuse to talk without. Addresses with `tls://` refuse it, too.
    pub required: bool,
    /// Certificates of authorities to trust, in PEM, instead of the system's.
    pub roots: Option<PathBuf>,
    /// Our certificate and its key, in PEM.
    pub client: Option<(PathBuf, PathBuf)>,
}

/// How to reach a cluster, and the bucket in it.
#[derive(Clone, Debug)]
pub struct Options {
    /// `host:port`, `nats://host:port` or `tls://host:port`; without credentials.
    pub servers: Vec<String>,
    pub credentials: Credentials,
    pub tls: Tls,
    /// Letters, digits, `-` and `_`.
    pub bucket: String,
    /// Nodes that keep each entry: 1, 3 or 5.
    pub replicas: usize,
    /// Most bytes of the bucket on each node; more is [`StateError::TooLarge`](crate::StateError::TooLarge).
    pub store_bytes_max: i64,
    /// Every call answers within this time.
    pub call_time_max: Duration,
}

impl Options {
    /// A bucket with three replicas, 1 GiB, calls of at most five seconds, no credentials.
    #[must_use]
    pub fn new(servers: Vec<String>, bucket: &str) -> Self {
        Self {
            servers,
            credentials: Credentials::None,
            tls: Tls::default(),
            bucket: bucket.to_owned(),
            replicas: 3,
            store_bytes_max: 1 << 30,
            call_time_max: Duration::from_secs(5),
        }
    }
}

/// Why a cluster cannot be used, whatever its state.
#[derive(Debug, thiserror::Error)]
pub enum OptionsError {
    #[error("no server is named")]
    NoServer,
    /// Without the address: it may hold a password.
    #[error("server {number} is no address: `host:port`, `nats://host:port` or `tls://host:port`")]
    Address { number: usize },
    #[error("server {number} has credentials in its address: they would stand in logs; configure them apart")]
    CredentialsInAddress { number: usize },
    #[error("`{bucket}` is no bucket's name: letters, digits, `-` and `_`")]
    Bucket { bucket: String },
    #[error("a bucket has 1, 3 or 5 replicas, not {0}")]
    Replicas(usize),
    #[error("the credentials cannot be read: {0}")]
    Credentials(&'static str),
}

impl Options {
    pub(super) fn addresses(&self) -> Result<Vec<async_nats::ServerAddr>, OptionsError> {
        if self.servers.is_empty() {
            return Err(OptionsError::NoServer);
        }
        if self.bucket.is_empty()
            || !self.bucket.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c))
        {
            return Err(OptionsError::Bucket { bucket: self.bucket.clone() });
        }
        if ![1, 3, 5].contains(&self.replicas) {
            return Err(OptionsError::Replicas(self.replicas));
        }
        let mut addresses = Vec::new();
        for (at, server) in self.servers.iter().enumerate() {
            let number = at + 1;
            let address: async_nats::ServerAddr =
                server.parse().map_err(|_| OptionsError::Address { number })?;
            if server.contains('@') || address.has_user_pass() {
                return Err(OptionsError::CredentialsInAddress { number });
            }
            addresses.push(address);
        }
        Ok(addresses)
    }

    pub(super) fn connect(&self) -> Result<async_nats::ConnectOptions, OptionsError> {
        let options = async_nats::ConnectOptions::new();
        let options = match &self.credentials {
            Credentials::None => options,
            Credentials::Token(token) => options.token(token.clone()),
            Credentials::UserPassword { user, password } => {
                options.user_and_password(user.clone(), password.clone())
            }
            Credentials::Nkey(seed) => options.nkey(seed.trim().to_owned()),
            Credentials::File(text) => options
                .credentials(text)
                .map_err(|_| OptionsError::Credentials("it is not the text of a credentials file"))?,
        };
        let mut options = super::switch::in_turn(options)
            .name("buckler")
            .retry_on_initial_connect()
            .max_reconnects(None)
            .connection_timeout(Duration::from_secs(2))
            .ping_interval(Duration::from_secs(2))
            .request_timeout(Some(self.call_time_max))
            .reconnect_delay_callback(|attempts| {
                Duration::from_millis(
                    u64::try_from(attempts).unwrap_or(u64::MAX).saturating_mul(50).min(1_000),
                )
            })
            .require_tls(self.tls.required);
        if let Some(roots) = &self.tls.roots {
            options = options.add_root_certificates(roots.clone());
        }
        if let Some((certificate, key)) = &self.tls.client {
            options = options.add_client_certificate(certificate.clone(), key.clone());
        }
        Ok(options)
    }
}
