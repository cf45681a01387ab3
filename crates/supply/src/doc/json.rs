//! A JSON reader that keeps places and what it read before an error.
use model::{Data, FileId, Value};

use super::{Builder, Read, Trouble};

/// Reads a JSON document. Commas before a closing bracket and `//` comments are let through, as the
/// package managers that write such files do.
pub(crate) fn json(text: &str, file: FileId) -> Read {
    let mut reader = Reader { text, at: 0, builder: Builder::new(file) };
    if text.starts_with('\u{feff}') {
        reader.at = 3;
    }
    if let Err(why) = reader.document() {
        let at = reader.builder.span(reader.at, reader.at);
        let is_told = reader.builder.troubles.iter().any(|trouble| trouble.kind == model::ProblemKind::Limit);
        if !is_told {
            let message = format!("not valid JSON from here on: {why}");
            reader.builder.troubles.push(Trouble::unreadable(at, message));
        }
    }
    reader.builder.finish(text.len())
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    builder: Builder,
}

type Step = Result<(), &'static str>;

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn document(&mut self) -> Step {
        loop {
            self.space();
            if self.builder.is_done() {
                return if self.peek().is_none() { Ok(()) } else { Err("more follows after its end") };
            }
            let Some(next) = self.peek() else { return Err("it ends too early") };
            match next {
                b'}' | b']' => self.close(next)?,
                b',' if self.builder.depth() > 0 => self.at += 1,
                _ if self.builder.wants_key() => self.key()?,
                _ => self.value(next)?,
            }
        }
    }

    fn space(&mut self) {
        while let Some(byte) = self.peek() {
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' => self.at += 1,
                b'/' if self.text.as_bytes().get(self.at + 1) == Some(&b'/') => {
                    let rest = self.text.get(self.at..).unwrap_or_default();
                    self.at += rest.find('\n').unwrap_or(rest.len());
                }
                _ => return,
            }
        }
    }

    fn close(&mut self, bracket: u8) -> Step {
        let fits = if bracket == b']' { self.builder.in_list() } else { self.builder.wants_key() };
        if !fits {
            return Err("a bracket closes what it did not open");
        }
        self.at += 1;
        if self.builder.close(self.at) { Ok(()) } else { Err("a limit") }
    }

    fn key(&mut self) -> Step {
        let (start, end, text) = self.string()?;
        self.space();
        if self.peek() != Some(b':') {
            return Err("a key is followed by no `:`");
        }
        self.at += 1;
        self.builder.key(text, start, end);
        Ok(())
    }

    fn value(&mut self, first: u8) -> Step {
        let start = self.at;
        let (from, to, data) = match first {
            b'{' | b'[' => {
                self.at += 1;
                let is_open =
                    if first == b'{' { self.builder.open_map(start) } else { self.builder.open_list(start) };
                return if is_open { Ok(()) } else { Err("a limit") };
            }
            b'"' => {
                let (from, to, text) = self.string()?;
                (from, to, Data::Text(text))
            }
            _ => {
                let data = literal(self.word())?;
                (start, self.at, data)
            }
        };
        let at = self.builder.span(from, to);
        if self.builder.add(Value::new(at, data)) { Ok(()) } else { Err("a limit") }
    }

    fn word(&mut self) -> &str {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
        let length = rest.bytes().position(|byte| !is_part(byte)).unwrap_or(rest.len());
        self.at += length;
        rest.get(..length).unwrap_or_default()
    }

    /// The string that begins here: range without quotes, and text.
    fn string(&mut self) -> Result<(usize, usize, String), &'static str> {
        if self.peek() != Some(b'"') {
            return Err("a `\"` is missing");
        }
        let start = self.at + 1;
        let mut from = start;
        let mut text = String::new();
        loop {
            let rest = self.text.get(from..).unwrap_or_default();
            let length = rest.bytes().position(|byte| matches!(byte, b'"' | b'\\' | b'\n'));
            let length = length.ok_or("a string does not end")?;
            text.push_str(rest.get(..length).unwrap_or_default());
            from += length;
            match rest.as_bytes().get(length) {
                Some(b'"') => {
                    self.at = from + 1;
                    return Ok((start, from, text));
                }
                Some(b'\\') => from += escape(rest.get(length + 1..).unwrap_or_default(), &mut text)? + 1,
                _ => return Err("a string does not end on its line"),
            }
        }
    }
}

/// Takes one escape, without its backslash; how many bytes it was.
fn escape(rest: &str, text: &mut String) -> Result<usize, &'static str> {
    let plain = match rest.as_bytes().first() {
        Some(b'n') => '\n',
        Some(b't') => '\t',
        Some(b'r') => '\r',
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(byte @ (b'"' | b'\\' | b'/')) => char::from(*byte),
        Some(b'u') => return unicode(rest, text),
        _ => return Err("an escape that JSON does not know"),
    };
    text.push(plain);
    Ok(1)
}

fn unicode(rest: &str, text: &mut String) -> Result<usize, &'static str> {
    let wrong = "an escape that is no character";
    let unit = |from: usize| u32::from_str_radix(rest.get(from..from + 4)?, 16).ok();
    let first = unit(1).ok_or(wrong)?;
    if let Some(letter) = char::from_u32(first) {
        text.push(letter);
        return Ok(5);
    }
    // A pair of surrogates is one character; a lone one is none.
    let second = if rest.get(5..7) == Some("\\u") { unit(7) } else { None };
    let joined = second.filter(|low| (0xDC00..0xE000).contains(low) && first < 0xDC00);
    let joined = joined.and_then(|low| char::from_u32(0x10000 + ((first - 0xD800) << 10) + (low - 0xDC00)));
    text.push(joined.unwrap_or(char::REPLACEMENT_CHARACTER));
    Ok(if joined.is_some() { 11 } else { 5 })
}

fn literal(word: &str) -> Result<Data, &'static str> {
    match word {
        "true" => Ok(Data::Bool(true)),
        "false" => Ok(Data::Bool(false)),
        "null" => Ok(Data::Null),
        _ => match (word.parse::<i64>(), word.parse::<f64>()) {
            (Ok(whole), _) => Ok(Data::Int(whole)),
            (_, Ok(number)) if number.is_finite() => Ok(Data::Float(number)),
            _ => Err("neither value nor bracket"),
        },
    }
}
