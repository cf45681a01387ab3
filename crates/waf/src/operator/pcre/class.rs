//! Escapes that stand for sets (`\d`, `\h`, …), POSIX names, and bracket expressions.
use super::parse::Parser;
use super::{Bytes, Node, PatternError};

/// `\d`, `\D`, `\h`, …: the sets of PCRE in the C locale.
pub(super) fn set_of_escape(letter: u8) -> Option<Bytes> {
    let set = match letter.to_ascii_lowercase() {
        b'd' => Bytes::of(b'0'..=b'9'),
        b'h' => Bytes::of([b'\t', b' ', 0xa0]),
        b's' => Bytes::of([b'\t', b'\n', 0x0b, 0x0c, b'\r', b' ']),
        b'v' => Bytes::of([b'\n', 0x0b, 0x0c, b'\r', 0x85]),
        b'w' => Bytes::of((0..=127u8).filter(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')),
        b'n' if letter == b'N' => return Some(Bytes::of([b'\n']).negated()),
        _ => return None,
    };
    Some(if letter.is_ascii_uppercase() { set.negated() } else { set })
}

/// `[:alpha:]` and its sisters.
fn set_of_posix(name: &[u8]) -> Option<Bytes> {
    let belongs: fn(&u8) -> bool = match name {
        b"alnum" => u8::is_ascii_alphanumeric,
        b"alpha" => u8::is_ascii_alphabetic,
        b"ascii" => u8::is_ascii,
        b"blank" => |byte| matches!(byte, b' ' | b'\t'),
        b"cntrl" => u8::is_ascii_control,
        b"digit" => u8::is_ascii_digit,
        b"graph" => u8::is_ascii_graphic,
        b"lower" => u8::is_ascii_lowercase,
        b"print" => |byte| byte.is_ascii_graphic() || *byte == b' ',
        b"punct" => u8::is_ascii_punctuation,
        b"space" => |byte| matches!(byte, b' ' | b'\t'..=b'\r'),
        b"upper" => u8::is_ascii_uppercase,
        b"word" => |byte| byte.is_ascii_alphanumeric() || *byte == b'_',
        b"xdigit" => u8::is_ascii_hexdigit,
        _ => return None,
    };
    Some(Bytes::of((0..=255).filter(belongs)))
}

/// One item of a bracket expression.
enum Item {
    Byte(u8),
    Set(Bytes),
}

impl Parser<'_> {
    /// A bracket expression, after its `[`.
    pub(super) fn bracket(&mut self) -> Result<Node, PatternError> {
        let negated = self.take(b'^');
        let mut set = Bytes::default();
        let mut first = true;
        loop {
            let Some(byte) = self.next() else { return Err(self.error("a character class is not closed")) };
            if byte == b']' && !first {
                break;
            }
            first = false;
            let item = self.bracket_item(byte)?;
            match item {
                None => {}
                Some(Item::Set(more)) => set = set.union(more),
                Some(Item::Byte(low)) => match self.range_end()? {
                    Some(high) if high < low => return Err(self.error("a range is out of order")),
                    Some(high) => set = set.union(Bytes::of(low..=high)),
                    None => set.insert(low),
                },
            }
        }
        if self.flags.caseless {
            set = set.caseless();
        }
        Ok(Node::Class(if negated { set.negated() } else { set }))
    }

    /// The end of a range; `None`, and nothing taken, when there is no range.
    fn range_end(&mut self) -> Result<Option<u8>, PatternError> {
        let before = self.at;
        if !self.take(b'-') {
            return Ok(None);
        }
        let Some(byte) = self.next().filter(|&byte| byte != b']') else {
            self.at = before;
            return Ok(None);
        };
        match self.bracket_item(byte)? {
            Some(Item::Byte(high)) => Ok(Some(high)),
            Some(Item::Set(_)) | None => Err(self.error("a range ends in a set")),
        }
    }

    fn bracket_item(&mut self, byte: u8) -> Result<Option<Item>, PatternError> {
        match byte {
            b'[' => {
                if let Some((set, length)) = self.posix()? {
                    self.at += length;
                    return Ok(Some(Item::Set(set)));
                }
                Ok(Some(Item::Byte(b'[')))
            }
            b'\\' => {
                let Some(letter) = self.next() else {
                    return Err(self.error("a backslash ends the pattern"));
                };
                if letter == b'E' {
                    return Ok(None);
                }
                if letter == b'Q' {
                    return Err(self.error("`\\Q` in a character class is not supported"));
                }
                if letter == b'b' {
                    return Ok(Some(Item::Byte(8)));
                }
                if matches!(letter, b'B' | b'R' | b'X' | b'N') {
                    return Err(self.error("an escape is not allowed in a character class"));
                }
                if let Some(set) = set_of_escape(letter) {
                    return Ok(Some(Item::Set(set)));
                }
                Ok(Some(Item::Byte(self.byte_escape(letter, true)?)))
            }
            byte => Ok(Some(Item::Byte(byte))),
        }
    }

    /// `:name:]` after the `[` of a POSIX name: its set, and its length.
    fn posix(&self) -> Result<Option<(Bytes, usize)>, PatternError> {
        let rest = self.rest();
        if rest.first() != Some(&b':') {
            return Ok(None);
        }
        let name_at = if rest.get(1) == Some(&b'^') { 2 } else { 1 };
        let name = rest.get(name_at..).unwrap_or_default();
        let length = name.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
        if !name.get(length..).unwrap_or_default().starts_with(b":]") {
            return Ok(None);
        }
        match set_of_posix(name.get(..length).unwrap_or_default()) {
            None => Err(self.error("an unknown POSIX class")),
            Some(set) => {
                let set = if name_at == 2 { set.negated() } else { set };
                Ok(Some((set, name_at + length + 2)))
            }
        }
    }
}
