//! JSON (RFC 8259), read once from front to back, with the argument names of ModSecurity version 3.
//!
//! A member is `json.a.b`, an element `json.a.array_0`, a member of an element `json.array_0.a`, a lone scalar `json`; an empty
//! name reads `empty-key`; containers without scalars give nothing; `null` is an empty value, numbers stay as they were written.
//!
//! What ModSecurity's reader (yajl) refuses ends the reading here too. What it takes but the standard does not (overlong
//! UTF-8, half surrogates) is an error or an oddity, and reading goes on. Differences: a byte order mark is an error after
//! which reading goes on; half a surrogate pair becomes `?` as there, but takes nothing of what follows with it.
//!
//! INVARIANT: names take at most [`NAME_BYTES_PER_BYTE`] times the body and [`NAME_BYTES_FREE`]; past that only the last part of a name is given.
mod keys;
#[cfg(test)]
mod tests;
mod text;

use super::{Body, shown};
use crate::Limits;
use keys::{Keys, Repeat};
use text::Scanner;

/// Bytes of argument names that one byte of the body may cause.
pub(super) const NAME_BYTES_PER_BYTE: usize = 8;
/// Bytes of argument names that every body may cause.
pub(super) const NAME_BYTES_FREE: usize = 16 << 10;

/// Why reading ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Fault {
    #[error("the text ends too early")]
    End,
    #[error("a value is expected")]
    Value,
    #[error("a name in double quotes is expected")]
    Name,
    #[error("a colon is expected after a name")]
    Colon,
    #[error("a comma or the end of the object is expected")]
    Member,
    #[error("a comma or the end of the array is expected")]
    Element,
    #[error("a number is malformed")]
    Number,
    #[error("a control character stands in a string")]
    Control,
    #[error("an escape in a string is invalid")]
    Escape,
    #[error("a string is not UTF-8")]
    Utf8,
    #[error("something follows the value")]
    Trailing,
    #[error("containers are nested too deep")]
    Depth,
    #[error("there are too many arguments")]
    Arguments,
}

pub(super) fn read(body: &[u8], limits: &Limits, out: &mut Body) {
    if body.is_empty() {
        return; // as in ModSecurity: no body is no error
    }
    let mut reader = Reader {
        scanner: Scanner::new(body),
        path: Vec::with_capacity(128),
        containers: Vec::with_capacity(16),
        keys: Keys::new(body),
        name_bytes: body.len().saturating_mul(NAME_BYTES_PER_BYTE).saturating_add(NAME_BYTES_FREE),
        names_cut: false,
        limits,
        out,
    };
    if let Err(fault) = reader.document() {
        let at = reader.scanner.at();
        reader.out.fail(|| format!("JSON parsing error: {fault} (byte {at})"));
    }
}

struct Container {
    /// Where its part of the path begins and, with its dot or `.array_`, ends.
    path_from: usize,
    path_to: usize,
    is_array: bool,
    /// Elements or members that are done.
    done: usize,
    /// The first of its keys in [`Keys`].
    keys_from: keys::Mark,
}

struct Reader<'t, 'o> {
    scanner: Scanner<'t>,
    /// The path of the innermost container; of a member while its value is read.
    path: Vec<u8>,
    containers: Vec<Container>,
    keys: Keys<'t>,
    /// Bytes of names that may still be given.
    name_bytes: usize,
    names_cut: bool,
    limits: &'o Limits,
    out: &'o mut Body,
}

impl Reader<'_, '_> {
    fn document(&mut self) -> Result<(), Fault> {
        if self.scanner.byte_order_mark() {
            self.out.tell(0, || "a byte order mark before the JSON text".to_owned());
            self.out.fail(|| "JSON parsing error: a byte order mark before the text".to_owned());
        }
        self.value()?;
        while let Some(container) = self.containers.last() {
            let (is_array, is_first) = (container.is_array, container.done == 0);
            let close = if is_array { b']' } else { b'}' };
            match self.scanner.next_token()? {
                found if found == close => {
                    self.scanner.step();
                    self.close();
                    continue;
                }
                b',' if !is_first => {
                    self.scanner.step();
                    self.scanner.next_token()?;
                }
                _ if is_first => {}
                _ => return Err(if is_array { Fault::Element } else { Fault::Member }),
            }
            if is_array { self.value()? } else { self.member()? }
        }
        if self.scanner.next_token().is_ok() { Err(Fault::Trailing) } else { Ok(()) }
    }

    /// One scalar, or the beginning of a container.
    fn value(&mut self) -> Result<(), Fault> {
        match self.scanner.next_token()? {
            b'{' => return self.open(false),
            b'[' => return self.open(true),
            b'"' => self.string()?,
            b'-' | b'0'..=b'9' => {
                let number = self.scanner.number()?;
                self.push(number)?;
            }
            b't' => self.literal(b"true", b"true")?,
            b'f' => self.literal(b"false", b"false")?,
            b'n' => self.literal(b"null", b"")?,
            _ => return Err(Fault::Value),
        }
        self.done();
        Ok(())
    }

    fn member(&mut self) -> Result<(), Fault> {
        let at = self.scanner.at();
        let key = self.scanner.string(Fault::Name)?;
        let start = self.path.len();
        key.append_to(&mut self.path);
        self.oddities_of(&key, at);
        if self.path.len() == start {
            self.path.extend_from_slice(b"empty-key");
            self.keys.push(b"", None, at);
        } else {
            self.keys.push(self.path.get(start..).unwrap_or_default(), key.place(at), at);
        }
        if self.scanner.next_token()? != b':' {
            return Err(Fault::Colon);
        }
        self.scanner.step();
        self.value()
    }

    fn literal(&mut self, word: &[u8], value: &[u8]) -> Result<(), Fault> {
        self.scanner.literal(word)?;
        self.push(value)
    }

    fn string(&mut self) -> Result<(), Fault> {
        let at = self.scanner.at();
        let text = self.scanner.string(Fault::Value)?;
        self.oddities_of(&text, at);
        self.room()?;
        let name_from = self.name();
        let name = self.path.get(name_from..).unwrap_or_default();
        self.out.arguments.push_with(|bytes| {
            bytes.extend_from_slice(name);
            let middle = bytes.len();
            text.append_to(bytes);
            middle
        });
        Ok(())
    }

    fn push(&mut self, value: &[u8]) -> Result<(), Fault> {
        self.room()?;
        let name_from = self.name();
        self.out.arguments.push(self.path.get(name_from..).unwrap_or_default(), value);
        Ok(())
    }

    fn room(&self) -> Result<(), Fault> {
        if self.out.arguments.len() >= self.limits.arguments_max { Err(Fault::Arguments) } else { Ok(()) }
    }

    /// Completes the path of a scalar; gives the place where its name begins, which is 0 until names took too much.
    fn name(&mut self) -> usize {
        let last_part = match self.containers.last() {
            None => {
                self.path.extend_from_slice(b"json");
                0
            }
            Some(container) if container.is_array => {
                push_decimal(&mut self.path, container.done);
                container.path_to.saturating_sub(b"array_".len())
            }
            Some(container) => container.path_to,
        };
        if self.path.len() <= self.name_bytes {
            self.name_bytes -= self.path.len();
            return 0;
        }
        if !self.names_cut {
            self.names_cut = true;
            let at = self.scanner.at();
            self.out.tell(at, || "from here on only the last part of each name is given".to_owned());
            self.out.fail(|| format!("JSON parsing error: names take too much room (byte {at})"));
        }
        last_part
    }

    fn open(&mut self, is_array: bool) -> Result<(), Fault> {
        self.scanner.step();
        let path_from = self.containers.last().map_or(0, |parent| parent.path_to);
        match self.containers.last() {
            None => self.path.extend_from_slice(b"json"),
            Some(parent) if parent.is_array => push_decimal(&mut self.path, parent.done),
            Some(_) => {}
        }
        self.path.extend_from_slice(if is_array { b".array_" } else { b"." });
        let path_to = self.path.len();
        let keys_from = self.keys.mark();
        self.containers.push(Container { path_from, path_to, is_array, done: 0, keys_from });
        if self.containers.len() > self.limits.depth_max { Err(Fault::Depth) } else { Ok(()) }
    }

    fn close(&mut self) {
        let Some(container) = self.containers.pop() else { return };
        if !container.is_array {
            let out = &mut *self.out;
            self.keys.close(container.keys_from, |repeat, key, at| match repeat {
                Repeat::Same => out.tell(at, || format!("key `{}` stands twice in one object", shown(key))),
                Repeat::OtherCase => {
                    out.tell(at, || {
                        format!("key `{}` stands twice in one object, in other case", shown(key))
                    });
                }
            });
        }
        self.path.truncate(container.path_from);
        self.done();
    }

    /// A value of the innermost container is complete.
    fn done(&mut self) {
        if let Some(container) = self.containers.last_mut() {
            container.done += 1;
            self.path.truncate(container.path_to);
        }
    }

    fn oddities_of(&mut self, text: &text::Text<'_>, at: usize) {
        if text.bad_utf8 {
            self.out.tell(at, || "a string holds UTF-8 that is overlong or no character".to_owned());
            self.out.fail(|| format!("JSON parsing error: {} (byte {at})", Fault::Utf8));
        }
        if text.half_surrogate {
            self.out.tell(at, || "a string holds half of a surrogate pair".to_owned());
        }
    }
}

fn push_decimal(out: &mut Vec<u8>, number: usize) {
    let mut digits = [b'0'; 20];
    let mut rest = number;
    let mut used = 0;
    for digit in digits.iter_mut().rev() {
        *digit += u8::try_from(rest % 10).unwrap_or_default();
        rest /= 10;
        used += 1;
        if rest == 0 {
            break;
        }
    }
    out.extend_from_slice(digits.get(digits.len() - used..).unwrap_or_default());
}
