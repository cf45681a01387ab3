//! `@validateByteRange`, `@validateUrlEncoding`, `@validateUtf8Encoding`: they match what is not valid.

/// Which bytes are allowed, a bit each.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ByteRange([u64; 4]);

impl ByteRange {
    pub(super) fn new(ranges: &[(u8, u8)]) -> Self {
        let mut allowed = [0u64; 4];
        for byte in ranges.iter().flat_map(|&(first, last)| first..=last) {
            if let Some(word) = allowed.get_mut(usize::from(byte / 64)) {
                *word |= 1 << (byte % 64);
            }
        }
        Self(allowed)
    }

    pub(super) fn allows(&self, byte: u8) -> bool {
        self.0.get(usize::from(byte / 64)).is_some_and(|word| word >> (byte % 64) & 1 == 1)
    }

    pub(super) fn is_broken_by(&self, value: &[u8]) -> bool {
        value.iter().any(|&byte| !self.allows(byte))
    }
}

/// Whether a `%` is not followed by two hexadecimal digits.
pub(super) fn breaks_url_encoding(value: &[u8]) -> bool {
    memchr::memchr_iter(b'%', value).any(|at| {
        !matches!(value.get(at + 1..), Some([high, low, ..]) if high.is_ascii_hexdigit() && low.is_ascii_hexdigit())
    })
}

/// RFC 3629: also overlong forms, surrogates and numbers past U+10FFFF are wrong.
///
/// ModSecurity lets U+110000 to U+13FFFF pass (first byte 0xF4); those are wrong here too.
pub(super) fn breaks_utf8(value: &[u8]) -> bool {
    std::str::from_utf8(value).is_err()
}
