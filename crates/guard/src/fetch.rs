//! Fetching the keys of issuers and the policy: one small blocking client, for a start and for a thread beside the events.
use crate::names;
use access::{Answer, Ask};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use ureq::Agent;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::tls::{RootCerts, TlsConfig, TlsProvider};
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};

/// The whole of one request. An event waits for it only where no key is known at all.
const TIMEOUT: Duration = Duration::from_secs(3);

/// Sends a request.
///
/// # Errors
/// Nothing came back, or too much.
pub(crate) fn fetch(ask: &Ask) -> Result<Answer, String> {
    let tls = TlsConfig::builder()
        .provider(TlsProvider::Rustls)
        .root_certs(RootCerts::PlatformVerifier)
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
        .build();
    let config = Agent::config_builder()
        .tls_config(tls)
        .timeout_global(Some(TIMEOUT))
        .max_redirects(0)
        .http_status_as_error(false)
        .proxy(None)
        .build();
    let agent = Agent::with_parts(config, DefaultConnector::default(), Names);
    let mut request = agent.get(ask.url.as_str());
    for (name, value) in &ask.headers {
        request = request.header(name, value);
    }
    let mut response = request.call().map_err(|why| why.to_string())?;
    let headers = response
        .headers()
        .iter()
        .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect();
    let limit = u64::try_from(ask.answer_bytes_max).unwrap_or(u64::MAX);
    let body = response.body_mut().with_config().limit(limit).read_to_vec().map_err(|why| why.to_string())?;
    Ok(Answer { status: response.status().as_u16(), headers, body })
}

/// Our own resolver, for the client.
#[derive(Debug)]
struct Names;

/// Addresses that the client takes.
const ADDRESSES_MAX: usize = 16;

impl Resolver for Names {
    fn resolve(
        &self,
        uri: &Uri,
        _config: &Config,
        _timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let port = uri.port_u16().unwrap_or(if uri.scheme_str() == Some("http") { 80 } else { 443 });
        let host = uri.host().ok_or(ureq::Error::HostNotFound)?;
        let mut out = self.empty();
        for address in names::addresses(host, TIMEOUT)?.into_iter().take(ADDRESSES_MAX) {
            out.push(SocketAddr::new(address, port));
        }
        Ok(out)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::TcpListener;

    /// Answers each request with the next of these, over HTTP on loopback; gives its origin.
    pub(crate) fn served(answers: Vec<(u16, Vec<u8>)>) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        std::thread::spawn(move || {
            for (status, body) in answers {
                let (mut stream, _) = listener.accept().unwrap();
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    let mut byte = [0];
                    stream.read_exact(&mut byte).unwrap();
                    head.push(byte[0]);
                }
                write!(
                    stream,
                    "HTTP/1.1 {status} x\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                    body.len()
                )
                .unwrap();
                stream.write_all(&body).unwrap();
            }
        });
        address
    }
}
