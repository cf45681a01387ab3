//! Fetching the keys of issuers: one small blocking client, for a thread beside the events.
use access::{Answer, Ask};
use std::sync::Arc;
use std::time::Duration;
use ureq::Agent;
use ureq::tls::{RootCerts, TlsConfig, TlsProvider};

/// The whole of one request. An event waits for it only where no key is known at all.
const TIMEOUT: Duration = Duration::from_secs(3);

/// Sends a request for keys.
///
/// # Errors
/// Nothing came back, or too much.
pub(super) fn fetch(ask: &Ask) -> Result<Answer, String> {
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
    let mut request = Agent::new_with_config(config).get(ask.url.as_str());
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
