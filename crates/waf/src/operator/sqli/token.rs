//! Tokens of SQL, and how they are read where no word stands.
use super::table::lookup;
use super::{Quote, Reader};
use memchr::{memchr, memmem};

/// Bytes of a token's text that are kept.
pub(super) const TEXT_BYTES_MAX: usize = 31;

/// The type of a token: its letter in a fingerprint.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Kind(pub(super) u8);

impl Kind {
    pub(super) const NONE: Self = Self(0);
    pub(super) const KEYWORD: Self = Self(b'k');
    pub(super) const UNION: Self = Self(b'U');
    pub(super) const GROUP: Self = Self(b'B');
    pub(super) const EXPRESSION: Self = Self(b'E');
    pub(super) const SQL_TYPE: Self = Self(b't');
    pub(super) const FUNCTION: Self = Self(b'f');
    pub(super) const BAREWORD: Self = Self(b'n');
    pub(super) const NUMBER: Self = Self(b'1');
    pub(super) const VARIABLE: Self = Self(b'v');
    pub(super) const STRING: Self = Self(b's');
    pub(super) const OPERATOR: Self = Self(b'o');
    pub(super) const LOGIC: Self = Self(b'&');
    pub(super) const COMMENT: Self = Self(b'c');
    pub(super) const COLLATE: Self = Self(b'A');
    pub(super) const LEFT: Self = Self(b'(');
    pub(super) const RIGHT: Self = Self(b')');
    pub(super) const LEFT_BRACE: Self = Self(b'{');
    pub(super) const RIGHT_BRACE: Self = Self(b'}');
    pub(super) const DOT: Self = Self(b'.');
    pub(super) const COMMA: Self = Self(b',');
    pub(super) const COLON: Self = Self(b':');
    pub(super) const SEMICOLON: Self = Self(b';');
    pub(super) const TSQL: Self = Self(b'T');
    pub(super) const UNKNOWN: Self = Self(b'?');
    pub(super) const EVIL: Self = Self(b'X');
    pub(super) const BACKSLASH: Self = Self(b'\\');

    /// A bare word or a number.
    pub(super) fn is_plain(self) -> bool {
        matches!(self, Self::BAREWORD | Self::NUMBER)
    }
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) bytes: [u8; TEXT_BYTES_MAX],
    pub(super) length: u8,
    /// Which quote opens a string; 0 when none stands there.
    pub(super) open: u8,
    pub(super) close: u8,
}

impl Token {
    pub(super) fn new(kind: Kind, text: &[u8]) -> Self {
        let mut token = Self { kind, ..Self::default() };
        let kept = text.get(..TEXT_BYTES_MAX).unwrap_or(text);
        if let Some(bytes) = token.bytes.get_mut(..kept.len()) {
            bytes.copy_from_slice(kept);
            token.length = kept.len() as u8;
        }
        token
    }

    pub(super) fn text(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.length)).unwrap_or_default()
    }

    pub(super) fn is_arithmetic(&self) -> bool {
        self.kind == Kind::OPERATOR && matches!(self.text(), [b'*' | b'/' | b'-' | b'+' | b'%'])
    }

    pub(super) fn is_unary(&self) -> bool {
        self.kind == Kind::OPERATOR
            && (matches!(self.text(), [b'+' | b'-' | b'!' | b'~'] | b"!!")
                || self.text().eq_ignore_ascii_case(b"NOT"))
    }
}

/// White space of SQL, with NUL and Latin-1's no-break space.
pub(super) fn is_white(byte: u8) -> bool {
    matches!(byte, 0 | b' ' | b'\t'..=b'\r' | 0xa0)
}

impl<'a> Reader<'a> {
    pub(super) fn byte(&self, at: usize) -> Option<u8> {
        self.text.get(at).copied()
    }

    pub(super) fn from(&self, at: usize) -> &'a [u8] {
        self.text.get(at..).unwrap_or_default()
    }

    pub(super) fn slice(&self, start: usize, end: usize) -> &'a [u8] {
        self.text.get(start..end).unwrap_or_default()
    }

    /// A token of the next `length` bytes.
    pub(super) fn take(&mut self, kind: Kind, length: usize) -> Token {
        let end = (self.at + length).min(self.text.len());
        let token = Token::new(kind, self.slice(self.at, end));
        self.at = end;
        token
    }

    /// Reads one token into a place; `false` at the end of the value.
    pub(super) fn read(&mut self, place: usize) -> bool {
        let token = self.next();
        self.put(place, token);
        self.count += usize::from(token.kind != Kind::NONE);
        token.kind != Kind::NONE
    }

    fn next(&mut self) -> Token {
        if self.at == 0 && self.quote != Quote::None && !self.text.is_empty() {
            let quote = if self.quote == Quote::Single { b'\'' } else { b'"' };
            return self.string(quote, 0);
        }
        while let Some(byte) = self.byte(self.at) {
            if byte <= 32 || byte == 127 || byte == 0xa0 {
                self.at += 1;
                continue;
            }
            return self.token_at(byte);
        }
        Token::default()
    }

    fn token_at(&mut self, byte: u8) -> Token {
        match byte {
            b'"' | b'\'' => self.string(byte, 1),
            b'#' => {
                self.reads_differently = true;
                if self.mysql { self.line_comment() } else { self.take(Kind::OPERATOR, 1) }
            }
            b'$' => self.money(),
            b'%' | b'+' | b'^' | b'~' => self.take(Kind::OPERATOR, 1),
            b'!' | b'&' | b'*' | b':' | b'<' | b'=' | b'>' | b'|' => self.operator(),
            b'(' | b')' | b',' | b';' | b'{' | b'}' => self.take(Kind(byte), 1),
            b'-' => self.dash(),
            b'.' | b'0'..=b'9' => self.number(),
            b'/' => self.slash(),
            b'?' | b']' => self.take(Kind::UNKNOWN, 1),
            b'@' => self.variable(),
            b'[' => {
                let rest = self.from(self.at);
                let length = memchr(b']', rest).map_or(rest.len(), |end| end + 1);
                self.take(Kind::BAREWORD, length)
            }
            b'\\' => {
                if self.byte(self.at + 1) == Some(b'N') {
                    self.take(Kind::NUMBER, 2)
                } else {
                    self.take(Kind::BACKSLASH, 1)
                }
            }
            b'`' => self.tick(),
            _ => self.word_like(byte),
        }
    }

    fn line_comment(&mut self) -> Token {
        match memchr(b'\n', self.from(self.at)) {
            Some(length) => {
                let token = self.take(Kind::COMMENT, length);
                self.at += 1;
                token
            }
            None => self.take(Kind::COMMENT, usize::MAX - self.at),
        }
    }

    /// `--` begins a comment, in MySQL only with white space or the end after it.
    fn dash(&mut self) -> Token {
        if self.byte(self.at + 1) != Some(b'-') {
            return self.take(Kind::OPERATOR, 1);
        }
        if self.byte(self.at + 2).is_none_or(is_white) {
            return self.line_comment();
        }
        if self.mysql {
            return self.take(Kind::OPERATOR, 1);
        }
        self.reads_differently = true;
        self.line_comment()
    }

    /// A comment. One in another (PostgreSQL) and one that MySQL runs cannot be read surely.
    fn slash(&mut self) -> Token {
        if self.byte(self.at + 1) != Some(b'*') {
            return self.take(Kind::OPERATOR, 1);
        }
        let body = self.from(self.at + 2);
        let end = memmem::find(body, b"*/");
        let nested = end.is_some_and(|end| {
            let inside = body.get(..end + 1).unwrap_or(body);
            memmem::find(inside, b"/*").is_some()
        });
        let evil = nested || body.first() == Some(&b'!');
        let length = end.map_or(body.len() + 2, |end| end + 4);
        self.take(if evil { Kind::EVIL } else { Kind::COMMENT }, length)
    }

    fn operator(&mut self) -> Token {
        let rest = self.from(self.at);
        if rest.starts_with(b"<=>") {
            return self.take(Kind::OPERATOR, 3);
        }
        let pair = rest.get(..2);
        if let Some(kind) = pair.and_then(lookup) {
            return self.take(kind, 2);
        }
        let colon = pair.is_some() && rest.first() == Some(&b':');
        self.take(if colon { Kind::COLON } else { Kind::OPERATOR }, 1)
    }

    /// A string whose opening quote is `offset` bytes long; none stands at the start of a value that is read as quoted.
    pub(super) fn string(&mut self, quote: u8, offset: usize) -> Token {
        let start = self.at + offset;
        let mut from = start;
        let open = if offset > 0 { quote } else { 0 };
        while let Some(found) = memchr(quote, self.from(from)) {
            let end = from + found;
            let before = self.slice(start, end);
            let backslashes = before.iter().rev().take_while(|&&byte| byte == b'\\').count();
            if backslashes % 2 == 1 {
                from = end + 1;
            } else if self.byte(end + 1) == Some(quote) {
                from = end + 2;
            } else {
                self.at = end + 1;
                return Token { open, close: quote, ..Token::new(Kind::STRING, before) };
            }
        }
        let token = Token { open, ..Token::new(Kind::STRING, self.from(start)) };
        self.at = self.text.len();
        token
    }
}
