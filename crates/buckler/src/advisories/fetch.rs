//! Archives from `https` addresses.
use std::sync::Arc;
use std::time::Duration;

use model::Date;
use ureq::Agent;
use ureq::tls::{RootCerts, TlsConfig, TlsProvider};

/// Bytes of one download.
const BYTES_MAX: u64 = 4 << 30;

/// The whole of one download.
const TIMEOUT: Duration = Duration::from_secs(1_800);

/// Downloads an archive; its day is what the server says of its last change.
pub(super) fn get(address: &str) -> Result<(Vec<u8>, Option<Date>), String> {
    let tls = TlsConfig::builder()
        .provider(TlsProvider::Rustls)
        .root_certs(RootCerts::PlatformVerifier)
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .build();
    let config =
        Agent::config_builder().https_only(true).tls_config(tls).timeout_global(Some(TIMEOUT)).build();
    let mut response = Agent::new_with_config(config).get(address).call().map_err(|why| why.to_string())?;
    let date = response.headers().get("last-modified").and_then(|value| value.to_str().ok()).and_then(day);
    let body = response.body_mut().with_config().limit(BYTES_MAX).read_to_vec();
    Ok((body.map_err(|why| why.to_string())?, date))
}

/// `Sun, 22 Nov 2026 08:12:31 GMT`.
fn day(header: &str) -> Option<Date> {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let mut words = header.split_once(", ")?.1.split(' ');
    let (day, month, year) = (words.next()?, words.next()?, words.next()?);
    let month = MONTHS.iter().position(|known| *known == month)? + 1;
    format!("{year}-{month:02}-{day:0>2}").parse().ok()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_day_of_a_header() {
        let day = |text| super::day(text).map(|day| day.to_string());
        assert_eq!(day("Sun, 22 Nov 2026 08:12:31 GMT").as_deref(), Some("2026-11-22"));
        assert_eq!(day("yesterday"), None);
    }

    #[test]
    fn plain_addresses_are_refused() {
        assert!(super::get("http://localhost/all.zip").is_err());
    }
}
