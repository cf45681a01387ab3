//! Where clients connect, and TLS.
use serde::Deserialize;
use std::net::SocketAddr;
use std::path::PathBuf;

/// One address that clients connect to.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Listen {
    pub address: SocketAddr,
    /// TLS off when left out.
    #[serde(default)]
    pub tls: Option<Tls>,
    /// HTTP/2 (with TLS by ALPN, without by prior knowledge).
    #[serde(default = "yes")]
    pub http2: bool,
    /// The length of the queue of connections not yet accepted.
    #[serde(default = "backlog")]
    pub backlog: u32,
}

fn yes() -> bool {
    true
}

fn backlog() -> u32 {
    1024
}

/// TLS of one listener.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Tls {
    /// Chosen by the name that the client asks for (SNI); the first where no name fits.
    pub certificate: Vec<Certificate>,
    pub minimum: TlsVersion,
    /// Client certificates.
    pub client: Option<ClientCertificates>,
    /// Seconds between looks at the files' times; 0: only on reload.
    pub watch_seconds: u64,
}

/// One certificate and its key, in PEM.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Certificate {
    /// The chain, the server's own first.
    pub chain: PathBuf,
    pub key: PathBuf,
    /// Host names; those of the certificate where left out.
    #[serde(default)]
    pub names: Vec<String>,
}

/// The oldest version that is accepted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub enum TlsVersion {
    #[default]
    #[serde(rename = "1.2")]
    Tls12,
    #[serde(rename = "1.3")]
    Tls13,
}

/// Client certificates (mutual TLS).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ClientCertificates {
    /// Authorities that are trusted, in PEM.
    pub authorities: PathBuf,
    #[serde(default)]
    pub mode: ClientMode,
    /// Certificate revocation lists, in PEM.
    #[serde(default)]
    pub revoked: Option<PathBuf>,
}

/// Whether a client must show a certificate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClientMode {
    #[default]
    Required,
    Optional,
}
