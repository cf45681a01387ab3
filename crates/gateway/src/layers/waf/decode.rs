//! Encoded bodies, made plain for inspection only: what goes on is what was sent.
use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use http::header::{CONTENT_ENCODING, HeaderMap};
use std::borrow::Cow;
use std::io::Read;

#[cfg(test)]
mod tests;

/// Encodings one inside the other.
const LAYERS_MAX: usize = 2;
/// Bytes out of one byte; more is a bomb.
const RATIO_MAX: usize = 200;

/// Why a body cannot be inspected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(in crate::layers) enum DecodeError {
    #[error("a body in an encoding that cannot be inspected")]
    Unknown,
    #[error("a body whose encoding is broken")]
    Broken,
    #[error("a body that grows without measure when it is decoded")]
    Bomb,
}

/// Takes off what `Content-Encoding` names; at most `most` bytes come out.
pub(in crate::layers) fn decode<'a>(
    headers: &HeaderMap,
    body: &'a [u8],
    most: usize,
) -> Result<Cow<'a, [u8]>, DecodeError> {
    if body.is_empty() || !headers.contains_key(CONTENT_ENCODING) {
        return Ok(Cow::Borrowed(body));
    }
    let mut names = Vec::new();
    for value in headers.get_all(CONTENT_ENCODING) {
        let value = value.to_str().map_err(|_| DecodeError::Unknown)?;
        names.extend(value.split(',').map(|name| name.trim().to_ascii_lowercase()));
    }
    names.retain(|name| !name.is_empty() && name != "identity");
    if names.len() > LAYERS_MAX {
        return Err(DecodeError::Bomb);
    }
    let mut plain = Cow::Borrowed(body);
    for name in names.iter().rev() {
        plain = Cow::Owned(take_off(name, &plain, most)?);
    }
    Ok(plain)
}

fn take_off(name: &str, body: &[u8], most: usize) -> Result<Vec<u8>, DecodeError> {
    let most = most.min(body.len().saturating_mul(RATIO_MAX).max(64 << 10));
    match name {
        "gzip" | "x-gzip" => read(MultiGzDecoder::new(body), most),
        // Two things are called so (RFC 9110, section 8.4.1.2); servers take both.
        "deflate" => read(ZlibDecoder::new(body), most).or_else(|_| read(DeflateDecoder::new(body), most)),
        _ => Err(DecodeError::Unknown),
    }
}

fn read(decoder: impl Read, most: usize) -> Result<Vec<u8>, DecodeError> {
    let mut out = Vec::new();
    decoder.take(most as u64 + 1).read_to_end(&mut out).map_err(|_| DecodeError::Broken)?;
    if out.len() > most { Err(DecodeError::Bomb) } else { Ok(out) }
}
