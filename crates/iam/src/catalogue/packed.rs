//! Facts as they lie in the binary: the length of a text, then the text deflated.
use flate2::read::DeflateDecoder;
use std::io::Read as _;

/// The text. Empty when the bytes are not ours, which a test rules out for every table.
pub(super) fn text(packed: &[u8]) -> String {
    let Some((length, body)) = packed.split_first_chunk::<4>() else { return String::new() };
    let length = u64::from(u32::from_le_bytes(*length));
    let mut text = String::with_capacity(usize::try_from(length).unwrap_or_default());
    match DeflateDecoder::new(body).take(length).read_to_string(&mut text) {
        Ok(_) => text,
        Err(_) => String::new(),
    }
}
