//! The smallest pieces of XML: names, spaces, quoted values, references.
use super::Fault;

/// A place in a text.
#[derive(Clone, Copy)]
pub(super) struct Scanner<'t> {
    pub(super) text: &'t str,
    pub(super) at: usize,
}

/// What an ampersand begins.
pub(super) enum Reference<'t> {
    Char(char),
    Entity(&'t str),
}

impl<'t> Scanner<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, at: 0 }
    }

    #[inline]
    pub(super) fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    #[inline]
    pub(super) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    #[inline]
    pub(super) fn is_at_end(&self) -> bool {
        self.at >= self.text.len()
    }

    /// Goes over a word if it stands here.
    #[inline]
    pub(super) fn eat(&mut self, word: &str) -> bool {
        let found = self.rest().starts_with(word);
        self.at += if found { word.len() } else { 0 };
        found
    }

    pub(super) fn expect(&mut self, word: &'static str) -> Result<(), Fault> {
        if self.eat(word) {
            return Ok(());
        }
        Err(if self.is_at_end() { Fault::End } else { Fault::Expected(word) })
    }

    /// Goes over white space; says whether there was any.
    #[inline]
    pub(super) fn spaces(&mut self) -> bool {
        let count =
            self.rest().bytes().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n')).count();
        self.at += count;
        count > 0
    }

    pub(super) fn name(&mut self) -> Result<&'t str, Fault> {
        let rest = self.rest();
        if !rest.chars().next().is_some_and(is_name_start) {
            return Err(if rest.is_empty() { Fault::End } else { Fault::Name });
        }
        let end = name_length(rest);
        self.at += end;
        Ok(rest.get(..end).unwrap_or_default())
    }

    /// A name that may begin with any of its characters (`Nmtoken`).
    pub(super) fn token(&mut self) -> Result<&'t str, Fault> {
        let rest = self.rest();
        let end = name_length(rest);
        if end == 0 {
            return Err(if rest.is_empty() { Fault::End } else { Fault::Name });
        }
        self.at += end;
        Ok(rest.get(..end).unwrap_or_default())
    }

    /// The text up to a word, which is gone over too.
    pub(super) fn until(&mut self, word: &str) -> Result<&'t str, Fault> {
        let (text, _) = self.rest().split_once(word).ok_or(Fault::End)?;
        self.at += text.len() + word.len();
        Ok(text)
    }

    /// A literal between quotes, as it stands.
    pub(super) fn quoted(&mut self) -> Result<&'t str, Fault> {
        match self.peek() {
            Some(b'"') => {
                self.at += 1;
                self.until("\"")
            }
            Some(b'\'') => {
                self.at += 1;
                self.until("'")
            }
            Some(_) => Err(Fault::Expected("\"")),
            None => Err(Fault::End),
        }
    }

    /// What follows an ampersand, which has been gone over.
    pub(super) fn reference(&mut self) -> Result<Reference<'t>, Fault> {
        if !self.eat("#") {
            let name = self.name()?;
            self.expect(";")?;
            return Ok(Reference::Entity(name));
        }
        let radix = if self.eat("x") { 16 } else { 10 };
        let rest = self.rest();
        let length = rest.find(|char: char| !char.is_digit(radix)).unwrap_or(rest.len());
        let digits = rest.get(..length).unwrap_or_default();
        self.at += length;
        self.expect(";")?;
        let point = u32::from_str_radix(digits, radix).ok().and_then(char::from_u32);
        point.filter(|char| is_char(*char)).map(Reference::Char).ok_or(Fault::Character)
    }
}

/// The character that a predefined entity stands for.
pub(super) fn predefined(name: &str) -> Option<char> {
    Some(match name {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "quot" => '"',
        "apos" => '\'',
        _ => return None,
    })
}

/// Whether all characters are allowed (XML 1.0, 2.2).
pub(super) fn check(text: &str) -> Result<(), Fault> {
    if first_bad(text).is_none() { Ok(()) } else { Err(Fault::Character) }
}

/// Where the first character stands that is not allowed.
pub(super) fn first_bad(text: &str) -> Option<usize> {
    // Almost every text has nothing but these: one pass over bytes.
    if text.bytes().all(|byte| matches!(byte, b' '..0x80 | b'\t' | b'\n' | b'\r')) {
        return None;
    }
    text.find(|char| !is_char(char))
}

/// How many bytes of a name stand here.
fn name_length(text: &str) -> usize {
    let plain = text.bytes().take_while(|byte| byte.is_ascii() && is_name(char::from(*byte))).count();
    match text.as_bytes().get(plain) {
        Some(0x80..) => {
            let rest = text.get(plain..).unwrap_or_default();
            plain + rest.find(|char| !is_name(char)).unwrap_or(rest.len())
        }
        _ => plain,
    }
}

pub(super) fn is_char(char: char) -> bool {
    !matches!(char, '\0'..='\x08' | '\x0B' | '\x0C' | '\x0E'..='\x1F' | '\u{FFFE}' | '\u{FFFF}')
}

/// XML 1.0 (fifth edition), 2.3.
fn is_name_start(char: char) -> bool {
    match char {
        'a'..='z' | 'A'..='Z' | '_' | ':' => true,
        '\0'..='\x7F' => false,
        _ => matches!(char,
            '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{2FF}' | '\u{370}'..='\u{37D}'
            | '\u{37F}'..='\u{1FFF}' | '\u{200C}'..='\u{200D}' | '\u{2070}'..='\u{218F}' | '\u{2C00}'..='\u{2FEF}'
            | '\u{3001}'..='\u{D7FF}' | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFFD}' | '\u{10000}'..='\u{EFFFF}'),
    }
}

fn is_name(char: char) -> bool {
    match char {
        'a'..='z' | 'A'..='Z' | '_' | ':' | '0'..='9' | '-' | '.' => true,
        '\0'..='\x7F' => false,
        _ => {
            is_name_start(char) || matches!(char, '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}'..='\u{2040}')
        }
    }
}
