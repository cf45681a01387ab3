//! Encoded bodies, made plain for inspection only: what goes on is what was sent.
use http::header::{CONTENT_ENCODING, HeaderMap, HeaderValue};
use std::borrow::Cow;
use waf::Limits;
use waf::body::{DecompressError, decompress};

#[cfg(test)]
mod tests;

/// Takes off what `Content-Encoding` names; at most `most` bytes come out.
pub(in crate::layers) fn decode<'a>(
    headers: &HeaderMap,
    body: &'a [u8],
    most: usize,
) -> Result<Cow<'a, [u8]>, DecompressError> {
    if body.is_empty() || !headers.contains_key(CONTENT_ENCODING) {
        return Ok(Cow::Borrowed(body));
    }
    let codings: Vec<&[u8]> = headers.get_all(CONTENT_ENCODING).iter().map(HeaderValue::as_bytes).collect();
    let limits = Limits { decompressed_bytes_max: most, ..Limits::default() };
    decompress(&codings.join(&b","[..]), body, &limits).map(Cow::Owned)
}
