//! Tokens of a GraphQL document (October 2021, section 2.1).
use super::GraphQlError;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token<'t> {
    /// `...` is given as a dot.
    Sign(u8),
    Name(&'t str),
    /// `Int` or `Float`, as written.
    Number(&'t str),
    /// Between the quotes, not unescaped.
    Text(&'t str),
    Block(&'t str),
    End,
}

pub(super) struct Lexer<'t> {
    text: &'t str,
    at: usize,
    left: usize,
    max: usize,
}

impl<'t> Lexer<'t> {
    pub(super) fn new(text: &'t str, tokens_max: usize) -> Self {
        Self { text, at: 0, left: tokens_max, max: tokens_max }
    }

    pub(super) fn at(&self) -> usize {
        self.at
    }

    pub(super) fn next(&mut self) -> Result<Token<'t>, GraphQlError> {
        self.skip();
        let rest = self.text.get(self.at..).unwrap_or_default();
        let Some(first) = rest.as_bytes().first() else { return Ok(Token::End) };
        self.left = self.left.checked_sub(1).ok_or(GraphQlError::Tokens { max: self.max })?;
        let start = self.at;
        match first {
            b'!' | b'$' | b'&' | b'(' | b')' | b':' | b'=' | b'@' | b'[' | b']' | b'{' | b'|' | b'}' => {
                self.at += 1;
                Ok(Token::Sign(*first))
            }
            b'.' if rest.starts_with("...") => {
                self.at += 3;
                Ok(Token::Sign(b'.'))
            }
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => {
                self.at += length(rest, |byte| byte.is_ascii_alphanumeric() || byte == b'_');
                Ok(Token::Name(self.text.get(start..self.at).unwrap_or_default()))
            }
            b'-' | b'0'..=b'9' => {
                self.number(rest)?;
                Ok(Token::Number(self.text.get(start..self.at).unwrap_or_default()))
            }
            b'"' if rest.starts_with("\"\"\"") => self.block(),
            b'"' => self.string(),
            _ => Err(GraphQlError::Syntax { expected: "a token", at: self.at }),
        }
    }

    /// Goes over what is ignored: white space, line ends, commas, comments, byte order marks.
    fn skip(&mut self) {
        loop {
            let rest = self.text.get(self.at..).unwrap_or_default();
            let blank = length(rest, |byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b','));
            self.at += blank;
            let rest = rest.get(blank..).unwrap_or_default();
            if rest.starts_with('#') {
                self.at += length(rest, |byte| !matches!(byte, b'\r' | b'\n'));
            } else if rest.starts_with('\u{FEFF}') {
                self.at += '\u{FEFF}'.len_utf8();
            } else {
                return;
            }
        }
    }

    fn number(&mut self, rest: &str) -> Result<(), GraphQlError> {
        let mut used = usize::from(rest.starts_with('-'));
        let digits = |from: usize| length(rest.get(from..).unwrap_or_default(), |byte| byte.is_ascii_digit());
        let error = |at| Err(GraphQlError::Syntax { expected: "a number", at });
        let whole = digits(used);
        if whole == 0 || whole > 1 && rest.get(used..).is_some_and(|rest| rest.starts_with('0')) {
            return error(self.at);
        }
        used += whole;
        if rest.get(used..).is_some_and(|rest| rest.starts_with('.')) {
            let fraction = digits(used + 1);
            if fraction == 0 {
                return error(self.at + used);
            }
            used += 1 + fraction;
        }
        if rest.get(used..).is_some_and(|rest| rest.starts_with(['e', 'E'])) {
            used += 1;
            used += usize::from(rest.get(used..).is_some_and(|rest| rest.starts_with(['+', '-'])));
            let exponent = digits(used);
            if exponent == 0 {
                return error(self.at + used);
            }
            used += exponent;
        }
        let next = rest.as_bytes().get(used);
        if next.is_some_and(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'.')) {
            return error(self.at + used);
        }
        self.at += used;
        Ok(())
    }

    fn string(&mut self) -> Result<Token<'t>, GraphQlError> {
        let start = self.at + 1;
        let mut at = start;
        let bytes = self.text.as_bytes();
        loop {
            match bytes.get(at) {
                Some(b'"') => break,
                Some(b'\\') => at += 2,
                Some(b'\r' | b'\n') | None => return Err(GraphQlError::Syntax { expected: "\"", at }),
                Some(_) => at += 1,
            }
        }
        self.at = at + 1;
        Ok(Token::Text(self.text.get(start..at).unwrap_or_default()))
    }

    fn block(&mut self) -> Result<Token<'t>, GraphQlError> {
        let start = self.at + 3;
        let mut at = start;
        loop {
            let rest = self.text.get(at..).unwrap_or_default();
            let Some(end) = rest.find("\"\"\"") else {
                return Err(GraphQlError::Syntax { expected: "\"\"\"", at });
            };
            at += end;
            if !rest.get(..end).is_some_and(|before| before.ends_with('\\')) {
                break;
            }
            at += 3;
        }
        self.at = at + 3;
        Ok(Token::Block(self.text.get(start..at).unwrap_or_default()))
    }
}

fn length(text: &str, is_in: impl Fn(u8) -> bool) -> usize {
    text.bytes().position(|byte| !is_in(byte)).unwrap_or(text.len())
}

/// Appends a string without its escapes (section 2.9.4); what is no escape stays.
pub(super) fn unescape(raw: &str, out: &mut Vec<u8>) {
    let mut rest = raw;
    while let Some((plain, escape)) = rest.split_once('\\') {
        out.extend_from_slice(plain.as_bytes());
        let mut chars = escape.chars();
        let char = match chars.next() {
            Some('b') => '\u{8}',
            Some('f') => '\u{C}',
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some('u') => {
                rest = unicode(chars.as_str(), out);
                continue;
            }
            Some(other) => other,
            None => break,
        };
        out.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes());
        rest = chars.as_str();
    }
    if !rest.starts_with('\\') {
        out.extend_from_slice(rest.as_bytes());
    }
}

/// Appends the character of `XXXX`, of a pair of them, or of `{X…}`; gives what follows.
fn unicode<'t>(digits: &'t str, out: &mut Vec<u8>) -> &'t str {
    let mut push = |point: u32| {
        let char = char::from_u32(point).unwrap_or(char::REPLACEMENT_CHARACTER);
        out.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes());
    };
    if let Some((inner, after)) = digits.strip_prefix('{').and_then(|rest| rest.split_once('}')) {
        push(u32::from_str_radix(inner, 16).unwrap_or(u32::MAX));
        return after;
    }
    let unit = |text: &str| text.get(..4).and_then(|four| u32::from_str_radix(four, 16).ok());
    let after = digits.get(4..).unwrap_or_default();
    let Some(high) = unit(digits) else { return digits };
    let low = after.strip_prefix("\\u").and_then(unit).filter(|low| (0xDC00..0xE000).contains(low));
    if let (0xD800..0xDC00, Some(low)) = (high, low) {
        push(0x1_0000 + ((high & 0x3FF) << 10 | low & 0x3FF));
        return after.get(6..).unwrap_or_default();
    }
    push(high);
    after
}
