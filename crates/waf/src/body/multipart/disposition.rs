//! `Content-Disposition` of a part (RFC 7578, 4.2), as ModSecurity reads it.
use crate::body::form::nibble;

/// Why the header gives no name; the words are those of the user's field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Fault {
    #[error("it is not `form-data`")]
    Kind,
    #[error("a semicolon is missing")]
    Semicolon,
    #[error("a parameter is missing or broken off")]
    Parameter,
    #[error("a quoted value is broken off")]
    Quote,
    #[error("`filename*` is malformed")]
    Extended,
    #[error("a parameter other than `name`, `filename` and `filename*`")]
    Unknown,
    #[error("a parameter stands there twice")]
    Repeated,
    #[error("`filename*` without `filename`")]
    OnlyExtended,
    #[error("no `name`")]
    NoName,
    #[error("`filename` is not followed by an equals sign")]
    Crude,
}

#[derive(Default)]
pub(super) struct Disposition {
    pub(super) name: Vec<u8>,
    pub(super) filename: Vec<u8>,
    /// The value of `filename*` after charset and language, still escaped.
    extended: Vec<u8>,
    charset: Vec<u8>,
    /// All names and file names that were met, also those after which reading failed.
    pub(super) names: Vec<Vec<u8>>,
    pub(super) filenames: Vec<Vec<u8>>,
    pub(super) invalid_quoting: bool,
    /// An escape in quotes: some readers keep the backslash.
    pub(super) backslash: bool,
}

impl Disposition {
    /// Reads the header's value. What was found before a fault stays.
    pub(super) fn read(&mut self, header: &[u8]) -> Result<(), Fault> {
        self.extended.clear();
        let mut cursor = Cursor { rest: header.strip_prefix(b"form-data").ok_or(Fault::Kind)? };
        cursor.blanks();
        if !cursor.rest.is_empty() {
            if !cursor.take(b';') {
                return Err(Fault::Semicolon);
            }
            while !cursor.rest.is_empty() {
                self.parameter(&mut cursor)?;
            }
        }
        if !self.extended.is_empty() && self.filename.is_empty() {
            return Err(Fault::OnlyExtended);
        }
        if self.name.is_empty() {
            return Err(Fault::NoName);
        }
        // Crude readers look for these very bytes: where they are missing, they see a field and we a file.
        if !self.filename.is_empty() && memchr::memmem::find(header, b"filename=").is_none() {
            return Err(Fault::Crude);
        }
        Ok(())
    }

    /// The file name that `filename*` gives, when it is another (RFC 5987).
    pub(super) fn other_filename(&self) -> Option<Vec<u8>> {
        if self.extended.is_empty() {
            return None;
        }
        let mut decoded = Vec::with_capacity(self.extended.len());
        let mut rest = self.extended.as_slice();
        while let [first, after @ ..] = rest {
            rest = match rest {
                [b'%', high, low, after @ ..] => {
                    decoded.push(nibble(*high) << 4 | nibble(*low));
                    after
                }
                _ => {
                    decoded.push(*first);
                    after
                }
            };
        }
        if let Some(encoding) = encoding_rs::Encoding::for_label(&self.charset)
            && encoding != encoding_rs::UTF_8
        {
            decoded = encoding.decode_without_bom_handling(&decoded).0.into_owned().into_bytes();
        }
        (decoded != self.filename).then_some(decoded)
    }

    fn parameter(&mut self, cursor: &mut Cursor<'_>) -> Result<(), Fault> {
        cursor.blanks();
        let parameter = cursor.while_in(|byte| !matches!(byte, b'=' | b'\t' | b' '));
        cursor.blanks();
        if !cursor.take(b'=') {
            return Err(Fault::Parameter);
        }
        cursor.blanks();
        if cursor.rest.is_empty() {
            return Err(Fault::Parameter);
        }
        let (value, quote) = self.value(parameter, cursor)?;
        self.keep(parameter, value, quote)?;
        if cursor.rest.is_empty() {
            return Ok(());
        }
        let before = cursor.rest;
        cursor.blanks();
        if cursor.rest.is_empty() || cursor.take(b';') {
            return Ok(());
        }
        // ModSecurity looks at the byte before the one that is wrong.
        let last = if before.len() > cursor.rest.len() { None } else { quote };
        if last.is_some() {
            self.invalid_quoting = true;
        }
        Err(Fault::Semicolon)
    }

    fn value(&mut self, parameter: &[u8], cursor: &mut Cursor<'_>) -> Result<(Vec<u8>, Option<u8>), Fault> {
        if parameter == b"filename*" {
            return Ok((self.extended_value(cursor)?, None));
        }
        let quote = match cursor.rest.first() {
            Some(quote @ (b'"' | b'\'')) => *quote,
            _ => return Ok((cursor.while_in(is_token).to_vec(), None)),
        };
        self.invalid_quoting |= quote == b'\'';
        cursor.take(quote);
        if cursor.rest.is_empty() {
            return Err(Fault::Quote);
        }
        let mut value = Vec::new();
        while let [first, after @ ..] = cursor.rest {
            cursor.rest = after;
            match first {
                b'\\' => {
                    let next = *after.first().ok_or(Fault::Quote)?;
                    self.backslash = true;
                    if next == quote || next == b'\\' {
                        value.push(next);
                        cursor.rest = after.get(1..).unwrap_or_default();
                    } else {
                        value.push(b'\\');
                    }
                }
                byte if *byte == quote => return Ok((value, Some(quote))),
                byte => value.push(*byte),
            }
        }
        // Without the quote at the end ModSecurity keeps the value and reads on behind the text; here it ends.
        self.keep(parameter, value, Some(quote))?;
        Err(Fault::Quote)
    }

    /// `charset'language'value` (RFC 5987, 3.2.1).
    fn extended_value(&mut self, cursor: &mut Cursor<'_>) -> Result<Vec<u8>, Fault> {
        self.charset =
            cursor.while_in(|byte| byte.is_ascii_alphanumeric() || b"!#$%&+-^_`{}~".contains(&byte)).to_vec();
        if self.charset.is_empty() || !cursor.take(b'\'') {
            return Err(Fault::Extended);
        }
        cursor.while_in(|byte| byte != b'\'');
        if !cursor.take(b'\'') {
            return Err(Fault::Extended);
        }
        let value = cursor.while_in(|byte| byte != b';');
        let mut rest = value;
        while let [first, after @ ..] = rest {
            rest = match rest {
                [b'%', high, low, after @ ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => after,
                _ if first.is_ascii_alphanumeric() || b"!#$&+-.^_`~".contains(first) => after,
                _ => return Err(Fault::Extended),
            };
        }
        Ok(value.to_vec())
    }

    fn keep(&mut self, parameter: &[u8], value: Vec<u8>, quote: Option<u8>) -> Result<(), Fault> {
        let (field, all) = match parameter {
            b"name" => (&mut self.name, Some(&mut self.names)),
            b"filename" => (&mut self.filename, Some(&mut self.filenames)),
            b"filename*" => (&mut self.extended, None),
            _ => return Err(Fault::Unknown),
        };
        if let Some(all) = all {
            self.invalid_quoting |= quote != Some(b'"') && value.contains(&b'\'');
            all.push(value.clone());
        }
        if !field.is_empty() {
            return Err(Fault::Repeated);
        }
        *field = value;
        Ok(())
    }
}

struct Cursor<'h> {
    rest: &'h [u8],
}

impl<'h> Cursor<'h> {
    fn blanks(&mut self) {
        self.while_in(|byte| matches!(byte, b' ' | b'\t'));
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.rest.first() == Some(&byte);
        if found {
            self.rest = self.rest.get(1..).unwrap_or_default();
        }
        found
    }

    fn while_in(&mut self, is_in: impl Fn(u8) -> bool) -> &'h [u8] {
        let length = self.rest.iter().position(|byte| !is_in(*byte)).unwrap_or(self.rest.len());
        let (head, tail) = self.rest.split_at(length);
        self.rest = tail;
        head
    }
}

/// RFC 2045, 5.1, as ModSecurity has it: without the control characters and those that part tokens.
fn is_token(byte: u8) -> bool {
    byte.is_ascii_graphic() && !b"()<>@,;:\\\"/[]?=".contains(&byte)
}
