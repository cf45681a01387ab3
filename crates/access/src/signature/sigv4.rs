//! AWS Signature Version 4: signing requests to AWS, and verifying requests that clients sign so.
mod canonical;
mod given;
mod sign;
#[cfg(test)]
mod tests;
mod verify;

pub use given::{Given, GivenError, profile};
pub use sign::{Credentials, Payload, presign, sign};
pub use verify::{Config, Key, SigV4Error, Verified, VerifiedPayload, verify};

use aws_lc_rs::hmac;

use crate::encode;
use crate::moment;

pub(crate) const ALGORITHM: &str = "AWS4-HMAC-SHA256";
pub(crate) const TERMINATOR: &str = "aws4_request";
const UNSIGNED: &str = "UNSIGNED-PAYLOAD";

/// For which region and service a signature is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scope<'a> {
    pub region: &'a str,
    pub service: &'a str,
}

/// How the path enters the signature.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PathStyle {
    /// Dots and slashes normalised, encoded once more: every service but S3.
    #[default]
    Standard,
    /// As it stands, encoded once more.
    Unnormalised,
    /// As it stands, encoded once: S3.
    S3,
}

impl Scope<'_> {
    fn text(&self, stamp: &str) -> String {
        let day = stamp.get(..8).unwrap_or_default();
        format!("{day}/{}/{}/{TERMINATOR}", self.region, self.service)
    }
}

/// The signature over a canonical request (the last two steps of the algorithm).
fn signature(secret: &[u8], scope: Scope<'_>, seconds: u64, canonical: &str) -> [u8; 32] {
    let stamp = moment::basic(seconds);
    let day = stamp.get(..8).unwrap_or_default();
    let hash = encode::hex(&encode::sha256(canonical.as_bytes()));
    let text = format!("{ALGORITHM}\n{stamp}\n{}\n{hash}", scope.text(&stamp));
    let mut first = zeroize::Zeroizing::new(b"AWS4".to_vec());
    first.extend_from_slice(secret);
    let mut key = hmac::Key::new(hmac::HMAC_SHA256, &first);
    for part in [day, scope.region, scope.service, TERMINATOR] {
        key = hmac::Key::new(hmac::HMAC_SHA256, hmac::sign(&key, part.as_bytes()).as_ref());
    }
    let mut bytes = [0; 32];
    for (to, from) in bytes.iter_mut().zip(hmac::sign(&key, text.as_bytes()).as_ref()) {
        *to = *from;
    }
    bytes
}
