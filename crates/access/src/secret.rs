//! Secrets: kept out of every output, wiped when dropped, compared in constant time.
use std::fmt;

use serde::Deserialize;
use zeroize::Zeroizing;

/// Bytes that must never be shown: a client secret, a shared key, a refresh token.
#[derive(Clone)]
pub struct Secret(Zeroizing<Vec<u8>>);

impl Secret {
    #[must_use]
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        Self(Zeroizing::new(bytes.into()))
    }

    /// The bytes, for the one place that needs them.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// The bytes as text, where they are UTF-8.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        std::str::from_utf8(&self.0).ok()
    }

    /// Whether both are equal, in a time that tells only the length.
    #[must_use]
    pub fn matches(&self, other: &[u8]) -> bool {
        same(&self.0, other)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

/// Where a secret is read from. A configuration file never holds one itself.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SecretFrom {
    /// An environment variable's name.
    Env(String),
    /// A file's path; one line end at its end is not part of the secret.
    File(String),
}

/// Compares in a time that tells only the length.
#[must_use]
pub fn same(left: &[u8], right: &[u8]) -> bool {
    aws_lc_rs::constant_time::verify_slices_are_equal(left, right).is_ok()
}

/// No random bytes could be had from the system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the system gave no random bytes")]
pub struct RandomError;

/// Random bytes of the system's generator.
pub fn random<const BYTES: usize>() -> Result<[u8; BYTES], RandomError> {
    let mut bytes = [0; BYTES];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| RandomError)?;
    Ok(bytes)
}
