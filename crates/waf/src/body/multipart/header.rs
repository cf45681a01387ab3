//! The header lines of one part.
use super::{LINE_BYTES_MAX, is_space};

/// Headers of one part; browsers send two. Rules get each under the name of the part, which may be long.
const HEADERS_MAX: usize = 20;

/// Why a line was left out. Reading goes on, as in ModSecurity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Fault {
    #[error("a nul byte in a part's header")]
    Nul,
    #[error("a part's header begins with a folded line")]
    Folding { wrongly: bool },
    #[error("a folded header is longer than {LINE_BYTES_MAX} bytes")]
    Length,
    #[error("a colon is missing in a part's header")]
    Colon,
    #[error("a name is missing in a part's header")]
    Name,
    #[error("an invalid character in the name of a part's header")]
    Character,
    #[error("a part has more than {HEADERS_MAX} headers")]
    Headers,
}

/// What a line was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Folded {
    No,
    Yes,
    /// With white space that RFC 5322 does not allow there.
    Wrongly,
    /// A header of the same name was there before.
    Repeated,
    /// The empty line.
    End,
}

#[derive(Default)]
pub(super) struct Headers {
    known: Vec<(Vec<u8>, Vec<u8>)>,
    /// The header that a folded line belongs to.
    current: Option<usize>,
    /// Whole lines, as `MULTIPART_PART_HEADERS` has them.
    lines: Vec<Vec<u8>>,
    line: Vec<u8>,
}

impl Headers {
    /// The value of a header; its name in lower case.
    pub(super) fn get(&self, name: &[u8]) -> Option<&[u8]> {
        self.known
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_slice())
    }

    pub(super) fn lines(&self) -> impl Iterator<Item = &[u8]> {
        self.lines.iter().map(Vec::as_slice)
    }

    /// The line that was being built is complete.
    pub(super) fn flush(&mut self) {
        if !self.line.is_empty() {
            self.lines.push(std::mem::take(&mut self.line));
        }
    }

    /// Takes a line with its line end.
    pub(super) fn line(&mut self, line: &[u8]) -> Result<Folded, Fault> {
        if line.contains(&0) {
            return Err(Fault::Nul);
        }
        if matches!(line, b"\r\n" | b"\n") {
            self.flush();
            return Ok(Folded::End);
        }
        if line.first().is_some_and(|byte| is_space(*byte)) { self.folded(line) } else { self.header(line) }
    }

    fn folded(&mut self, line: &[u8]) -> Result<Folded, Fault> {
        let spaces = line.iter().take_while(|byte| is_space(**byte)).count();
        let (prefix, rest) = line.split_at(spaces);
        let Some((name, value)) = self.current.and_then(|current| self.known.get_mut(current)) else {
            return Err(Fault::Folding { wrongly: !matches!(line.first(), Some(b' ' | b'\t')) });
        };
        value.push(b' ');
        value.extend_from_slice(chomp(rest));
        let is_too_long = value.len() > LINE_BYTES_MAX;
        if is_too_long {
            value.truncate(LINE_BYTES_MAX);
        }
        self.line.clear();
        for piece in [name.as_slice(), b": ", value] {
            self.line.extend_from_slice(piece);
        }
        if is_too_long {
            return Err(Fault::Length);
        }
        let is_valid = prefix.iter().all(|byte| matches!(byte, b' ' | b'\t'));
        Ok(if is_valid { Folded::Yes } else { Folded::Wrongly })
    }

    fn header(&mut self, line: &[u8]) -> Result<Folded, Fault> {
        self.flush();
        let colon = line.iter().position(|byte| *byte == b':').ok_or(Fault::Colon)?;
        let (name, value) = line.split_at(colon);
        if name.is_empty() {
            return Err(Fault::Name);
        }
        if !name.iter().all(u8::is_ascii_graphic) {
            // No header, but rules look for just such lines.
            if self.lines.len() < HEADERS_MAX {
                self.lines.push(chomp(line).to_vec());
            }
            return Err(Fault::Character);
        }
        let value = chomp(value.get(1..).unwrap_or_default());
        let start = value.iter().position(|byte| !matches!(byte, b' ' | b'\t')).unwrap_or(value.len());
        if self.get(name).is_some() {
            return Ok(Folded::Repeated);
        }
        if self.known.len() >= HEADERS_MAX {
            return Err(Fault::Headers);
        }
        self.current = Some(self.known.len());
        self.known.push((name.to_vec(), value.get(start..).unwrap_or_default().to_vec()));
        let end = if line.ends_with(b"\r\n") { 2 } else { 1 };
        self.line.extend_from_slice(line.get(..line.len().saturating_sub(end)).unwrap_or_default());
        Ok(Folded::No)
    }
}

/// Without the line ends after it.
fn chomp(text: &[u8]) -> &[u8] {
    let end = text.iter().rposition(|byte| !matches!(byte, b'\r' | b'\n')).map_or(0, |last| last + 1);
    text.get(..end).unwrap_or_default()
}
