//! A connection to an upstream: name, socket, TLS.
use super::Address;
use crate::config::{self, Config, ConfigError};
use crate::server::tls;
use rustls::crypto::aws_lc_rs;
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::ServerName;
use std::io;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

/// TLS towards an upstream.
#[derive(Clone, Debug)]
pub(crate) struct ClientTls(Arc<ClientConfig>);

/// Where systems keep the authorities that they trust.
const BUNDLES: [&str; 4] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/cert.pem",
    "/etc/ssl/ca-bundle.pem",
];

impl ClientTls {
    /// With the authorities that the system trusts, for HTTP/1.1.
    pub(crate) fn of_system(at: &str) -> Result<Self, ConfigError> {
        let mut client = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
            .map_err(|error| ConfigError::setting(at, error.to_string()))?
            .with_root_certificates(system_roots(at)?)
            .with_no_client_auth();
        client.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self(Arc::new(client)))
    }

    pub(crate) fn build(config: &Config, at: &str, settings: &config::Upstream) -> Result<Self, ConfigError> {
        let wrong = |message: String| ConfigError::setting(format!("{at}.authorities"), message);
        let roots = match &settings.authorities {
            Some(path) => tls::roots("upstream.authorities", &config.path(path))?,
            None => system_roots(at)?,
        };
        let certificate =
            settings.certificate.as_ref().map(|one| tls::chain_and_key(config, one)).transpose()?;
        let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
            .map_err(|error| wrong(error.to_string()))?
            .with_root_certificates(roots);
        let mut client = match certificate {
            Some((chain, key)) => {
                builder.with_client_auth_cert(chain, key).map_err(|error| wrong(error.to_string()))?
            }
            None => builder.with_no_client_auth(),
        };
        client.alpn_protocols = vec![if settings.http2 { b"h2".to_vec() } else { b"http/1.1".to_vec() }];
        Ok(Self(Arc::new(client)))
    }
}

fn system_roots(at: &str) -> Result<RootCertStore, ConfigError> {
    // OpenSSL's name for "these, and not the system's": how a private authority is trusted for every request of ours.
    let named = std::env::var_os("SSL_CERT_FILE").filter(|path| !path.is_empty());
    roots(named.as_deref().map(Path::new), at)
}

fn roots(named: Option<&Path>, at: &str) -> Result<RootCertStore, ConfigError> {
    let kept = || BUNDLES.map(Path::new).into_iter().find(|path| path.exists());
    match (named, kept()) {
        (Some(named), _) => tls::roots("SSL_CERT_FILE", named),
        (None, Some(kept)) => tls::roots("upstream.authorities", kept),
        (None, None) => Err(ConfigError::setting(
            at,
            "this system has no bundle of authorities; give `authorities`, or name one in SSL_CERT_FILE",
        )),
    }
}

/// Plain or TLS, towards an upstream.
pub(crate) enum Line {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

/// Connects, with the handshake.
pub(crate) async fn connect(address: &Address) -> io::Result<Line> {
    let line = open(&address.host, address.port, address.tls.as_ref()).await?;
    match &line {
        Line::Tls(stream) if address.http2 && stream.get_ref().1.alpn_protocol() != Some(b"h2") => {
            Err(io::Error::other("the upstream does not speak HTTP/2"))
        }
        _ => Ok(line),
    }
}

/// Connects to a host, with the handshake where there is to be one.
pub(crate) async fn open(host: &str, port: u16, tls: Option<&ClientTls>) -> io::Result<Line> {
    let stream = match host.parse::<std::net::IpAddr>() {
        Ok(ip) => TcpStream::connect((ip, port)).await?,
        Err(_) => TcpStream::connect((host, port)).await?,
    };
    stream.set_nodelay(true)?;
    let Some(ClientTls(config)) = tls else { return Ok(Line::Plain(stream)) };
    let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
    let stream = tokio_rustls::TlsConnector::from(Arc::clone(config)).connect(name, stream).await?;
    Ok(Line::Tls(Box::new(stream)))
}

impl AsyncRead for Line {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match &mut *self {
            Self::Plain(stream) => Pin::new(stream).poll_read(cx, buffer),
            Self::Tls(stream) => Pin::new(&mut **stream).poll_read(cx, buffer),
        }
    }
}

impl AsyncWrite for Line {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match &mut *self {
            Self::Plain(stream) => Pin::new(stream).poll_write(cx, bytes),
            Self::Tls(stream) => Pin::new(&mut **stream).poll_write(cx, bytes),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut *self {
            Self::Plain(_) => Poll::Ready(Ok(())),
            Self::Tls(stream) => Pin::new(&mut **stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut *self {
            Self::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Self::Tls(stream) => Pin::new(&mut **stream).poll_shutdown(cx),
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match &mut *self {
            Self::Plain(stream) => Pin::new(stream).poll_write_vectored(cx, bytes),
            Self::Tls(stream) => Pin::new(&mut **stream).poll_write_vectored(cx, bytes),
        }
    }

    fn is_write_vectored(&self) -> bool {
        match self {
            Self::Plain(_) => true,
            Self::Tls(stream) => stream.is_write_vectored(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_named_bundle_stands_in_the_place_of_the_systems() {
        let path = std::env::temp_dir().join(format!("buckler-roots-{}.pem", std::process::id()));
        let key = rcgen::KeyPair::generate().unwrap();
        let own =
            rcgen::CertificateParams::new(vec!["ca.example".to_owned()]).unwrap().self_signed(&key).unwrap();
        #[expect(clippy::disallowed_methods, reason = "a test makes its own files")]
        std::fs::write(&path, own.pem()).unwrap();
        assert_eq!(roots(Some(&path), "fetch").unwrap().len(), 1);
        std::fs::remove_file(&path).unwrap();
        let gone = roots(Some(&path), "fetch").unwrap_err().to_string();
        assert!(gone.contains("SSL_CERT_FILE"), "{gone}");
    }
}
