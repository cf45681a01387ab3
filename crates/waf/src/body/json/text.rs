//! The tokens of a JSON text.
use super::Fault;
use crate::body::form::nibble;
use std::ops::Range;

pub(super) struct Scanner<'t> {
    text: &'t [u8],
    at: usize,
}

/// A string between its quotes, checked, not yet unescaped.
pub(super) struct Text<'t> {
    raw: &'t [u8],
    escaped: bool,
    /// Overlong forms, surrogates and numbers past U+10FFFF: yajl takes them, RFC 3629 does not.
    pub(super) bad_utf8: bool,
    pub(super) half_surrogate: bool,
}

impl<'t> Scanner<'t> {
    pub(super) fn new(text: &'t [u8]) -> Self {
        Self { text, at: 0 }
    }

    #[inline]
    pub(super) fn at(&self) -> usize {
        self.at
    }

    #[inline]
    pub(super) fn step(&mut self) {
        self.at += 1;
    }

    /// Goes over a byte order mark; says whether there was one.
    pub(super) fn byte_order_mark(&mut self) -> bool {
        let found = self.text.starts_with(b"\xEF\xBB\xBF");
        self.at += if found { 3 } else { 0 };
        found
    }

    /// Goes over white space to the next byte.
    #[inline]
    pub(super) fn next_token(&mut self) -> Result<u8, Fault> {
        loop {
            match self.peek() {
                Some(b' ' | b'\t' | b'\r' | b'\n') => self.at += 1,
                Some(other) => return Ok(other),
                None => return Err(Fault::End),
            }
        }
    }

    pub(super) fn literal(&mut self, word: &[u8]) -> Result<(), Fault> {
        if !self.rest().starts_with(word) {
            return Err(Fault::Value);
        }
        self.at += word.len();
        Ok(())
    }

    /// A number as it was written (RFC 8259, 6).
    pub(super) fn number(&mut self) -> Result<&'t [u8], Fault> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        if self.peek() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(self.text.get(start..self.at).unwrap_or_default())
    }

    fn digits(&mut self) -> Result<(), Fault> {
        let count = self.rest().iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.at += count;
        if count == 0 { Err(Fault::Number) } else { Ok(()) }
    }

    /// A string with its quotes; `otherwise` when none begins here.
    pub(super) fn string(&mut self, otherwise: Fault) -> Result<Text<'t>, Fault> {
        if self.peek() != Some(b'"') {
            return Err(otherwise);
        }
        self.at += 1;
        let start = self.at;
        let mut text = Text { raw: b"", escaped: false, bad_utf8: false, half_surrogate: false };
        let mut has_high_bytes = false;
        loop {
            self.at += plain_length(self.rest());
            match self.peek() {
                None => return Err(Fault::End),
                Some(b'"') => break,
                Some(b'\\') => {
                    text.escaped = true;
                    self.escape(&mut text)?;
                }
                Some(0x80..) => {
                    has_high_bytes = true;
                    self.at += 1;
                }
                Some(0..0x20) => return Err(Fault::Control),
                Some(_) => self.at += 1,
            }
        }
        text.raw = self.text.get(start..self.at).unwrap_or_default();
        if has_high_bytes && std::str::from_utf8(text.raw).is_err() {
            if !has_utf8_shape(text.raw) {
                return Err(Fault::Utf8);
            }
            text.bad_utf8 = true;
        }
        self.at += 1;
        Ok(text)
    }

    fn escape(&mut self, text: &mut Text<'t>) -> Result<(), Fault> {
        self.at += 1;
        match self.peek() {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.at += 1,
            Some(b'u') => {
                let unit = code_unit(self.rest()).ok_or(Fault::Escape)?;
                self.at += 5;
                if (0xD800..0xDC00).contains(&unit) {
                    let low = self.rest().strip_prefix(b"\\").and_then(code_unit);
                    if low.is_some_and(|low| (0xDC00..0xE000).contains(&low)) {
                        self.at += 6;
                    } else {
                        text.half_surrogate = true;
                    }
                } else if (0xDC00..0xE000).contains(&unit) {
                    text.half_surrogate = true;
                }
            }
            Some(_) => return Err(Fault::Escape),
            None => return Err(Fault::End),
        }
        Ok(())
    }

    #[inline]
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    #[inline]
    fn rest(&self) -> &'t [u8] {
        self.text.get(self.at..).unwrap_or_default()
    }
}

impl Text<'_> {
    /// Where it stands in the body, its opening quote being at `at`; none when it has escapes.
    pub(super) fn place(&self, at: usize) -> Option<Range<usize>> {
        (!self.escaped).then(|| at + 1..at + 1 + self.raw.len())
    }

    /// Appends the string without its escapes.
    #[inline]
    pub(super) fn append_to(&self, out: &mut Vec<u8>) {
        if !self.escaped {
            out.extend_from_slice(self.raw);
            return;
        }
        let mut rest = self.raw;
        while let Some(plain) = memchr::memchr(b'\\', rest) {
            let (head, tail) = rest.split_at(plain);
            out.extend_from_slice(head);
            rest = unescape(tail.get(1..).unwrap_or_default(), out);
        }
        out.extend_from_slice(rest);
    }
}

/// Appends what an escape stands for; gives what follows it. The escape has been checked.
fn unescape<'t>(escape: &'t [u8], out: &mut Vec<u8>) -> &'t [u8] {
    let [kind, after @ ..] = escape else { return escape };
    out.push(match kind {
        b'b' => 8,
        b'f' => 12,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'u' => return unescape_unit(escape, out),
        other => *other,
    });
    after
}

fn unescape_unit<'t>(escape: &'t [u8], out: &mut Vec<u8>) -> &'t [u8] {
    let Some(unit) = code_unit(escape) else { return b"" };
    let after = escape.get(5..).unwrap_or_default();
    match unit {
        0xD800..0xDC00 => {
            let low = after.strip_prefix(b"\\").and_then(code_unit);
            let Some(low) = low.filter(|low| (0xDC00..0xE000).contains(low)) else {
                out.push(b'?');
                return after;
            };
            let point = 0x1_0000 + ((u32::from(unit) & 0x3FF) << 10 | u32::from(low) & 0x3FF);
            push_char(point, out);
            after.get(6..).unwrap_or_default()
        }
        // The second half alone, as the three bytes that its number gives: so yajl does.
        0xDC00..0xE000 => {
            let [high, low] = unit.to_be_bytes();
            out.extend_from_slice(&[0xED, 0x80 | (high & 0xF) << 2 | low >> 6, 0x80 | low & 0x3F]);
            after
        }
        _ => {
            push_char(u32::from(unit), out);
            after
        }
    }
}

fn push_char(point: u32, out: &mut Vec<u8>) {
    let mut buffer = [0; 4];
    let char = char::from_u32(point).unwrap_or(char::REPLACEMENT_CHARACTER);
    out.extend_from_slice(char.encode_utf8(&mut buffer).as_bytes());
}

/// The number of `u` and four hexadecimal digits.
fn code_unit(escape: &[u8]) -> Option<u16> {
    let [b'u', digits @ ..] = escape else { return None };
    let digits: [u8; 4] = *digits.first_chunk()?;
    if !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    Some(digits.iter().fold(0, |unit, digit| unit << 4 | u16::from(nibble(*digit))))
}

/// How many bytes from here are neither quote, backslash, control nor above 127; perhaps told too few, never too many.
fn plain_length(text: &[u8]) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGHS: u64 = 0x8080_8080_8080_8080;
    const QUOTES: u64 = ONES * 0x22;
    const BACKSLASHES: u64 = ONES * 0x5C;
    let zero_bytes = |word: u64| word.wrapping_sub(ONES) & !word;
    let (words, tail) = text.as_chunks::<8>();
    let mut plain = 0;
    for word in words {
        let word = u64::from_le_bytes(*word);
        let controls = word.wrapping_sub(ONES * 0x20);
        let found = (zero_bytes(word ^ QUOTES) | zero_bytes(word ^ BACKSLASHES) | controls | word) & HIGHS;
        if found != 0 {
            return plain + found.trailing_zeros() as usize / 8;
        }
        plain += 8;
    }
    plain
        + tail
            .iter()
            .take_while(|byte| matches!(**byte, 0x20..0x80) && !matches!(**byte, b'"' | b'\\'))
            .count()
}

/// Whether each leading byte has as many following bytes as it says, whatever they mean: all that yajl asks.
fn has_utf8_shape(text: &[u8]) -> bool {
    let mut rest = text;
    while let [first, after @ ..] = rest {
        let following = match first {
            0..0x80 => 0,
            0xC0..0xE0 => 1,
            0xE0..0xF0 => 2,
            0xF0..0xF8 => 3,
            _ => return false,
        };
        let Some((tail, next)) = after.split_at_checked(following) else { return false };
        if tail.iter().any(|byte| byte & 0xC0 != 0x80) {
            return false;
        }
        rest = next;
    }
    true
}
