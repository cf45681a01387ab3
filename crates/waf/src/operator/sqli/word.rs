//! Words, numbers, variables, and strings with a letter before them.
use super::Reader;
use super::table::lookup;
use super::token::{Kind, TEXT_BYTES_MAX, Token, is_white};
use memchr::memmem;

/// What a word ends at.
fn ends_word(byte: u8) -> bool {
    is_white(byte)
        || matches!(
            byte,
            b'[' | b']'
                | b'{'
                | b'}'
                | b'<'
                | b'>'
                | b':'
                | b'\\'
                | b'?'
                | b'='
                | b'@'
                | b'!'
                | b'#'
                | b'~'
                | b'+'
                | b'-'
                | b'*'
                | b'/'
                | b'&'
                | b'|'
                | b'^'
                | b'%'
                | b'('
                | b')'
                | b','
                | b'\''
                | b';'
                | b'"'
        )
}

/// What a variable ends at.
fn ends_variable(byte: u8) -> bool {
    matches!(
        byte,
        0 | b' ' | b'\t'
            ..=b'\r'
                | b'<'
                | b'>'
                | b':'
                | b'\\'
                | b'?'
                | b'='
                | b'@'
                | b'!'
                | b'#'
                | b'~'
                | b'+'
                | b'-'
                | b'*'
                | b'/'
                | b'&'
                | b'|'
                | b'^'
                | b'%'
                | b'('
                | b')'
                | b','
                | b'\''
                | b';'
                | b'`'
                | b'"'
    )
}

/// How many bytes belong. A NUL belongs to every set of digits, as it does in C.
fn run(text: &[u8], belongs: impl Fn(u8) -> bool) -> usize {
    text.iter().position(|&byte| byte != 0 && !belongs(byte)).unwrap_or(text.len())
}

impl Reader<'_> {
    /// A word, or a string with a letter before it.
    pub(super) fn word_like(&mut self, byte: u8) -> Token {
        let next = self.byte(self.at + 1);
        let quoted = next == Some(b'\'') && self.byte(self.at + 2).is_some();
        match byte {
            b'b' | b'B' if quoted => self.digits_string(|byte| matches!(byte, b'0' | b'1')),
            b'x' | b'X' if quoted => self.digits_string(|byte| byte.is_ascii_hexdigit()),
            b'e' | b'E' | b'n' | b'N' if quoted => self.string(b'\'', 2),
            b'n' | b'N' => self.oracle_string(1),
            b'q' | b'Q' => self.oracle_string(0),
            b'u' | b'U' if next == Some(b'&') && self.byte(self.at + 2) == Some(b'\'') => {
                self.at += 2;
                let token = self.string(b'\'', 1);
                let close = if token.close == b'\'' { b'u' } else { token.close };
                Token { open: b'u', close, ..token }
            }
            _ => self.word(),
        }
    }

    fn word(&mut self) -> Token {
        let rest = self.from(self.at);
        let length = rest.iter().position(|&byte| ends_word(byte)).unwrap_or(rest.len());
        let word = rest.get(..length).unwrap_or(rest);
        let kept = word.get(..TEXT_BYTES_MAX).unwrap_or(word);
        // `SELECT.1`, or SELECT`column`
        for at in memchr::memchr2_iter(b'.', b'`', kept) {
            if let Some(kind) =
                lookup(word.get(..at).unwrap_or_default()).filter(|&kind| kind != Kind::BAREWORD)
            {
                return self.take(kind, at);
            }
        }
        let kind = if length > TEXT_BYTES_MAX { None } else { lookup(word) };
        self.take(kind.unwrap_or(Kind::BAREWORD), length)
    }

    /// `b'01'`, `x'ff'`
    fn digits_string(&mut self, belongs: impl Fn(u8) -> bool) -> Token {
        let body = self.from(self.at + 2);
        let length = run(body, belongs);
        if body.get(length) == Some(&b'\'') { self.take(Kind::NUMBER, length + 3) } else { self.word() }
    }

    /// Oracle's `q'(text)'`, after `offset` bytes.
    fn oracle_string(&mut self, offset: usize) -> Token {
        let start = self.at + offset;
        let open = match self.from(start) {
            [b'q' | b'Q', b'\'', open, ..] if (33..128).contains(open) => *open,
            _ => return self.word(),
        };
        let close = match open {
            b'(' => b')',
            b'[' => b']',
            b'{' => b'}',
            b'<' => b'>',
            other => other,
        };
        self.delimited(start + 3, &[close, b'\''], b'q')
    }

    /// A string from `start` to a mark.
    fn delimited(&mut self, start: usize, mark: &[u8], quote: u8) -> Token {
        let body = self.from(start);
        match memmem::find(body, mark) {
            Some(length) => {
                self.at = start + length + mark.len();
                let text = body.get(..length).unwrap_or(body);
                Token { open: quote, close: quote, ..Token::new(Kind::STRING, text) }
            }
            None => {
                self.at = self.text.len();
                Token { open: quote, ..Token::new(Kind::STRING, body) }
            }
        }
    }

    /// A word in backticks is a bare word, whatever it says, unless it is a function.
    pub(super) fn tick(&mut self) -> Token {
        let token = self.string(b'`', 1);
        let function = lookup(token.text()) == Some(Kind::FUNCTION);
        Token { kind: if function { Kind::FUNCTION } else { Kind::BAREWORD }, ..token }
    }

    /// `@name`, `@@name`, `@'name'`
    pub(super) fn variable(&mut self) -> Token {
        self.at += 1;
        if self.byte(self.at) == Some(b'@') {
            self.at += 1;
        }
        let token = match self.byte(self.at) {
            Some(b'`') => self.tick(),
            Some(quote @ (b'\'' | b'"')) => self.string(quote, 1),
            _ => {
                let rest = self.from(self.at);
                let length = rest.iter().position(|&byte| ends_variable(byte)).unwrap_or(rest.len());
                self.take(Kind::VARIABLE, length)
            }
        };
        Token { kind: Kind::VARIABLE, ..token }
    }

    /// `$1,000.00`, or PostgreSQL's `$$text$$` and `$tag$text$tag$`.
    pub(super) fn money(&mut self) -> Token {
        let after = self.from(self.at + 1);
        let length = run(after, |byte| matches!(byte, b'0'..=b'9' | b'.' | b','));
        match (length, after) {
            (_, []) => return self.take(Kind::BAREWORD, 1),
            (1, [b'.', ..]) => return self.word(),
            (0, [b'$', ..]) => return self.delimited(self.at + 2, b"$$", b'$'),
            (0, _) => {}
            _ => return self.take(Kind::NUMBER, length + 1),
        }
        let name = run(after, |byte| byte.is_ascii_alphabetic());
        if name == 0 || after.get(name) != Some(&b'$') {
            return self.take(Kind::BAREWORD, 1);
        }
        let tag = self.slice(self.at, self.at + name + 2);
        self.delimited(self.at + name + 2, tag, b'$')
    }

    pub(super) fn number(&mut self) -> Token {
        let rest = self.from(self.at);
        if let [b'0', mark @ (b'x' | b'X' | b'b' | b'B'), digits @ ..] = rest {
            let hex = mark.eq_ignore_ascii_case(&b'x');
            let length =
                run(digits, |byte| if hex { byte.is_ascii_hexdigit() } else { matches!(byte, b'0' | b'1') });
            return self.take(if length == 0 { Kind::BAREWORD } else { Kind::NUMBER }, length + 2);
        }
        let byte = |at: usize| rest.get(at).copied();
        let digits = |at: usize| {
            rest.get(at..).unwrap_or_default().iter().take_while(|byte| byte.is_ascii_digit()).count()
        };
        let mut at = digits(0);
        if byte(at) == Some(b'.') {
            at += 1;
            at += digits(at);
            if at == 1 {
                return self.take(Kind::DOT, 1);
            }
        }
        let mut exponent = true;
        if matches!(byte(at), Some(b'e' | b'E')) {
            at += 1;
            if matches!(byte(at), Some(b'+' | b'-')) {
                at += 1;
            }
            let length = digits(at);
            exponent = length > 0;
            at += length;
        }
        // Oracle's suffixes; `1fUNION` reads as `1f UNION`
        if matches!(byte(at), Some(b'd' | b'D' | b'f' | b'F'))
            && byte(at + 1).is_none_or(|after| is_white(after) || matches!(after, b';' | b'u' | b'U'))
        {
            at += 1;
        }
        self.take(if exponent { Kind::NUMBER } else { Kind::BAREWORD }, at)
    }
}
