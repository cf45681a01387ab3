//! Archives from `https` addresses.
use std::time::Duration;

use ureq::Agent;

/// Bytes of one download.
const BYTES_MAX: u64 = 4 << 30;

/// The whole of one download.
const TIMEOUT: Duration = Duration::from_secs(1_800);

/// Downloads an archive. What the server says of its last change is not taken for the age of the data: a
/// copy of old data has a new date.
pub(super) fn get(address: &str) -> Result<Vec<u8>, String> {
    let config = Agent::config_builder()
        .https_only(true)
        .tls_config(crate::http::tls())
        .timeout_global(Some(TIMEOUT))
        .build();
    let mut response = Agent::new_with_config(config).get(address).call().map_err(|why| why.to_string())?;
    let body = response.body_mut().with_config().limit(BYTES_MAX).read_to_vec();
    body.map_err(|why| why.to_string())
}

#[cfg(test)]
mod tests {
    #[test]
    fn plain_addresses_are_refused() {
        assert!(super::get("http://localhost/all.zip").is_err());
    }
}
