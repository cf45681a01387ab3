//! HTTP without a socket: what to ask, what came back.
use serde::{Deserialize, Deserializer, de::Error};
use url::Url;

/// A request that the caller sends on our behalf.
#[derive(Clone)]
pub struct Ask {
    pub method: &'static str,
    pub url: Url,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// Most bytes of the answer worth reading.
    pub answer_bytes_max: usize,
}

impl std::fmt::Debug for Ask {
    /// Without headers and body: client secrets and tokens stand there.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} {}", self.method, self.url)
    }
}

/// What came back.
#[derive(Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl std::fmt::Debug for Answer {
    /// Without the body: it may hold tokens.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} ({} bytes)", self.status, self.body.len())
    }
}

impl Answer {
    /// All values of a header; the letter case of its name does not count.
    pub fn all(&self, name: &'static str) -> impl Iterator<Item = &str> {
        let named = move |(found, _): &&(String, String)| found.eq_ignore_ascii_case(name);
        self.headers.iter().filter(named).map(|(_, value)| value.as_str())
    }
}

/// Whether credentials or keys may travel to and from an address: `https`, or `http` on this very machine.
#[must_use]
pub fn is_safe(url: &Url) -> bool {
    let is_here = matches!(url.host_str(), Some("127.0.0.1" | "[::1]" | "localhost"));
    let has_user = !url.username().is_empty() || url.password().is_some();
    !has_user && url.host_str().is_some() && (url.scheme() == "https" || url.scheme() == "http" && is_here)
}

/// Reads an address of a configuration; one that is not safe is refused.
pub fn address<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Url, D::Error> {
    let text = String::deserialize(deserializer)?;
    let url = Url::parse(&text).map_err(|error| D::Error::custom(format!("`{text}`: {error}")))?;
    if is_safe(&url) {
        Ok(url)
    } else {
        Err(D::Error::custom(format!("`{text}` must begin with `https://` and hold no password")))
    }
}
