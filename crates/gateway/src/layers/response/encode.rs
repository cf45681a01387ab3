//! JSON that no browser takes for markup.

/// Writes `<`, `>` and `&` as escapes; `None` when there are none. They stand in JSON only within strings, where an escape means
/// the same (RFC 8259, section 7).
pub(super) fn json(bytes: &[u8]) -> Option<Vec<u8>> {
    let is_risky = |byte: &u8| matches!(byte, b'<' | b'>' | b'&');
    let count = bytes.iter().filter(|byte| is_risky(byte)).count();
    if count == 0 {
        return None;
    }
    let mut out = Vec::with_capacity(bytes.len() + count * 5);
    for byte in bytes {
        match byte {
            b'<' => out.extend_from_slice(b"\\u003c"),
            b'>' => out.extend_from_slice(b"\\u003e"),
            b'&' => out.extend_from_slice(b"\\u0026"),
            other => out.push(*other),
        }
    }
    Some(out)
}
