//! `multipart/form-data` (RFC 7578), with the state machine and the flags of ModSecurity version 3.
//!
//! The machine reads lines, cut after [`LINE_BYTES_MAX`]. Where it is lenient or strict, so is this one. Differences, each on
//! the side of seeing more:
//! - values and file contents keep the line ends within them (ModSecurity drops these);
//! - header lines stand without their line end;
//! - parts of a body that breaks off or breaks the rules are given (ModSecurity gives none), the last one up to the end of the
//!   body, one whose header cannot be read with all that follows; where no part is found, the body is one nameless argument;
//! - a `filename*` that differs from `filename` is one more entry of `FILES`, decoded;
//! - contents of files are always there, and file and argument limits are errors.
mod boundary;
mod disposition;
mod header;
#[cfg(test)]
mod tests;

use super::{Body, MultipartFlags, charset, shown};
use crate::Limits;
use disposition::Disposition;
use header::Headers;
use std::ops::Range;

/// ModSecurity's buffer: a longer line is data in pieces, or an error in part headers.
pub(super) const LINE_BYTES_MAX: usize = 4096;

pub(super) fn read(content_type: &[u8], body: &[u8], limits: &Limits, out: &mut Body) {
    let boundary = match boundary::read(content_type, &mut out.multipart) {
        Ok(boundary) => boundary,
        Err(fault) => {
            out.multipart.insert(MultipartFlags::STRICT_ERROR);
            out.fail(|| format!("Multipart parsing error: {fault}"));
            if !body.is_empty() && limits.arguments_max > 0 {
                out.arguments.push(b"", body);
            }
            return;
        }
    };
    if body.is_empty() {
        // As in ModSecurity: without a byte of body, no boundary is missed.
        return;
    }
    let mut delimiter = b"--".to_vec();
    delimiter.extend_from_slice(boundary);
    let mut reader = Reader {
        body,
        finder: memchr::memmem::Finder::new(&delimiter),
        delimiter: &delimiter,
        part: None,
        in_data: false,
        data_seen: false,
        boundaries: 0,
        complete: false,
        crlf_seen: false,
        lf_seen: false,
        parts: 0,
        charset: None,
        limits,
        out,
    };
    let read = reader.lines();
    reader.finish(read);
}

/// Why reading ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
enum Fault {
    #[error("a second final boundary")]
    SecondEnd,
    #[error("something follows a boundary on its line")]
    BoundaryLine,
    #[error("a boundary in quotes")]
    BoundaryQuoted,
    #[error("white space before a boundary")]
    BoundarySpace,
    #[error("a line of a part's header is longer than {LINE_BYTES_MAX} bytes")]
    HeaderLine,
    #[error("there are too many parts")]
    Parts,
}

#[derive(Default)]
struct Part {
    headers: Headers,
    disposition: Disposition,
    disposition_read: bool,
    /// Place of the content in the body, without the line end before the boundary.
    content: Range<usize>,
    /// Where the content begins although the header could not be read.
    unread_from: Option<usize>,
}

struct Reader<'b, 'o> {
    body: &'b [u8],
    delimiter: &'b [u8],
    finder: memchr::memmem::Finder<'b>,
    part: Option<Part>,
    /// Whether the part's header is done.
    in_data: bool,
    /// Whether a line of data was seen after it.
    data_seen: bool,
    boundaries: usize,
    complete: bool,
    crlf_seen: bool,
    lf_seen: bool,
    parts: usize,
    /// What the field `_charset_` says (RFC 7578, 4.6).
    charset: Option<charset::Coding>,
    limits: &'o Limits,
    out: &'o mut Body,
}

impl<'b> Reader<'b, '_> {
    fn lines(&mut self) -> Result<usize, Fault> {
        let mut at = 0;
        while let Some(length) = line_length(self.body.get(at..).unwrap_or_default()) {
            let line = self.body.get(at..at + length).unwrap_or_default();
            self.line(at, line)?;
            at += length;
            if self.complete {
                if at < self.body.len() {
                    self.raise(MultipartFlags::DATA_AFTER);
                    let left = self.body.len() - at;
                    self.out.tell(at, || format!("{left} bytes follow the final boundary"));
                }
                break;
            }
        }
        Ok(at)
    }

    fn line(&mut self, at: usize, line: &[u8]) -> Result<(), Fault> {
        let begins_line = self.begins_line(at);
        let text = line.split(|byte| *byte == 0).next().unwrap_or_default();
        if begins_line && text.len() > 3 && text.starts_with(b"--") {
            if let Some(tail) = line.strip_prefix(self.delimiter) {
                if self.boundary(at, tail)? {
                    return Ok(());
                }
            } else {
                self.near_boundary(at, text)?;
            }
        } else if begins_line && self.finder.find(line).is_some() {
            self.unmatched(at);
        }
        let Some(part) = &mut self.part else {
            self.raise(MultipartFlags::DATA_BEFORE);
            return Ok(());
        };
        if self.in_data {
            let line_end = if line.ends_with(b"\r\n") { 2 } else { usize::from(line.ends_with(b"\n")) };
            if !self.data_seen {
                part.content = at..at;
                self.data_seen = true;
            }
            part.content.end = at + line.len() - line_end;
            return Ok(());
        }
        if !line.ends_with(b"\n") || line.len() == LINE_BYTES_MAX {
            return Err(Fault::HeaderLine);
        }
        self.header_line(at, line);
        Ok(())
    }

    /// A line that begins with the delimiter; says whether it was taken as a boundary.
    fn boundary(&mut self, at: usize, tail: &[u8]) -> Result<bool, Fault> {
        if self.line_end_before(at) == Some(1) {
            self.lf_seen = true;
        }
        if !self.data_seen && self.boundaries > 0 {
            self.raise(MultipartFlags::INVALID_PART);
            self.out.tell(at, || "a boundary where the content of a part should begin".to_owned());
            return Ok(false);
        }
        if self.boundaries > 0 {
            // The last word wins in ModSecurity's variable; what was wrong before has been told as an oddity.
            self.out.multipart.0 &= !MultipartFlags::UNMATCHED_BOUNDARY.0;
            self.out.multipart.insert(MultipartFlags::SECOND_BOUNDARY);
        }
        let (is_final, line_end) = match tail.strip_prefix(b"--") {
            Some(line_end) => (true, line_end),
            None => (false, tail),
        };
        if is_final && self.complete {
            return Err(Fault::SecondEnd);
        }
        match line_end {
            b"\r\n" => self.crlf_seen = true,
            b"\n" => self.lf_seen = true,
            _ => return Err(Fault::BoundaryLine),
        }
        self.end_part();
        if is_final {
            self.complete = true;
        } else {
            self.begin_part()?;
        }
        self.boundaries += 1;
        Ok(true)
    }

    /// A line that begins as a boundary does, and is none of ours.
    fn near_boundary(&mut self, at: usize, text: &[u8]) -> Result<(), Fault> {
        let boundary = self.delimiter.get(2..).unwrap_or_default();
        let after = text.get(2..).unwrap_or_default();
        let quoted = self.out.multipart.contains(MultipartFlags::BOUNDARY_QUOTED);
        if quoted && after.strip_prefix(b"\"").is_some_and(|rest| rest.starts_with(boundary)) {
            return Err(Fault::BoundaryQuoted);
        }
        let spaces = after.iter().take_while(|byte| is_space(**byte)).count();
        if spaces > 0 && after.get(spaces..).is_some_and(|rest| rest.starts_with(boundary)) {
            return Err(Fault::BoundarySpace);
        }
        self.unmatched(at);
        Ok(())
    }

    fn header_line(&mut self, at: usize, line: &[u8]) {
        let Some(part) = &mut self.part else { return };
        let folded = match part.headers.line(line) {
            Ok(folded) => folded,
            Err(fault) => {
                self.out.fail(|| format!("Multipart parsing error: {fault} (byte {at})"));
                match fault {
                    header::Fault::Nul => return,
                    header::Fault::Folding { wrongly: true } => header::Folded::Wrongly,
                    header::Fault::Folding { wrongly: false } | header::Fault::Length => header::Folded::Yes,
                    _ => header::Folded::No,
                }
            }
        };
        if line.ends_with(b"\r\n") {
            self.crlf_seen = true;
        } else {
            self.lf_seen = true;
        }
        match folded {
            header::Folded::No => {}
            header::Folded::Repeated => {
                self.out.tell(at, || "a header stands twice in one part; the second is ignored".to_owned());
            }
            header::Folded::Yes => self.raise(MultipartFlags::HEADER_FOLDING),
            header::Folded::Wrongly => {
                self.raise(MultipartFlags::HEADER_FOLDING);
                self.raise(MultipartFlags::INVALID_HEADER_FOLDING);
            }
            header::Folded::End => self.end_headers(at + line.len()),
        }
    }

    /// The empty line after a part's header.
    fn end_headers(&mut self, at: usize) {
        if let Err(message) = self.disposition() {
            self.out.fail(|| format!("Multipart parsing error: {message} (byte {at})"));
            if let Some(part) = &mut self.part {
                part.unread_from.get_or_insert(at);
            }
            return;
        }
        if let Some(part) = &mut self.part {
            part.content = at..at;
            part.unread_from = None;
        }
        self.in_data = true;
        self.data_seen = false;
        self.part_oddities(at);
    }

    fn disposition(&mut self) -> Result<(), String> {
        let Some(part) = &mut self.part else { return Ok(()) };
        let value = part.headers.get(b"content-disposition").ok_or("a part without Content-Disposition")?;
        if part.disposition_read {
            // Once: else each empty line would give its names again.
            return Err("Content-Disposition could not be read".to_owned());
        }
        part.disposition_read = true;
        let read = part.disposition.read(value);
        for (field, names) in [
            (&mut self.out.multipart_name, &part.disposition.names),
            (&mut self.out.multipart_filename, &part.disposition.filenames),
        ] {
            if let Some(last) = names.last() {
                field.clear();
                field.extend_from_slice(last);
            }
        }
        for name in part.disposition.names.drain(..) {
            self.out.multipart_names.push(&name, &name);
        }
        for name in part.disposition.filenames.drain(..) {
            self.out.multipart_filenames.push(&name, &name);
        }
        if part.disposition.invalid_quoting {
            self.out.multipart.insert(MultipartFlags::INVALID_QUOTING);
            self.out.multipart.insert(MultipartFlags::STRICT_ERROR);
        }
        read.map_err(|fault| format!("Content-Disposition: {fault}"))
    }

    fn part_oddities(&mut self, at: usize) {
        let Some(part) = &self.part else { return };
        let name = &part.disposition.name;
        if let Some(encoding) = part.headers.get(b"content-transfer-encoding")
            && ![&b"7bit"[..], b"8bit", b"binary", b""]
                .iter()
                .any(|known| encoding.eq_ignore_ascii_case(known))
        {
            self.out.tell(at, || format!("part `{}` is encoded as `{}`", shown(name), shown(encoding)));
        }
        if has_escape(name) || has_escape(&part.disposition.filename) {
            self.out
                .tell(at, || format!("part `{}`: a percent escape in its name or file name", shown(name)));
        }
        if part.disposition.backslash {
            self.out.tell(at, || format!("part `{}`: a backslash in a quoted name", shown(name)));
        }
    }

    fn begin_part(&mut self) -> Result<(), Fault> {
        self.parts += 1;
        if self.parts > self.limits.parts_max {
            self.raise(MultipartFlags::FILE_LIMIT_EXCEEDED);
            return Err(Fault::Parts);
        }
        self.part = Some(Part::default());
        self.in_data = false;
        self.data_seen = false;
        Ok(())
    }

    fn end_part(&mut self) {
        let Some(part) = self.part.take() else { return };
        let name = &part.disposition.name;
        for line in part.headers.lines() {
            self.out.part_headers.push(name, line);
        }
        if name.is_empty() {
            self.raise(MultipartFlags::INVALID_PART);
            if part.unread_from.is_none() {
                return;
            }
        }
        let content = self.body.get(part.content.clone()).unwrap_or_default();
        if part.disposition.filename.is_empty() || part.unread_from.is_some() {
            if self.out.arguments.len() < self.limits.arguments_max {
                self.out.arguments.push(name, content);
                self.charset(&part, content);
            } else {
                let max = self.limits.arguments_max;
                self.out.fail(|| format!("Multipart parsing error: more than {max} arguments"));
            }
            return;
        }
        self.out.files.push(name, &part.disposition.filename);
        if let Some(other) = part.disposition.other_filename() {
            self.out.tell(part.content.start, || {
                format!("part `{}`: filename* says `{}`", shown(name), shown(&other))
            });
            self.out.files.push(name, &other);
        }
        self.out.file_sizes.push(name, content.len().to_string().as_bytes());
        self.out.file_contents.push(name, content);
        self.out.files_bytes += content.len();
    }

    /// A value in another charset is given decoded as well.
    fn charset(&mut self, part: &Part, content: &[u8]) {
        let name = &part.disposition.name;
        if name.eq_ignore_ascii_case(b"_charset_") {
            self.charset = charset::judge(content, self.out);
            return;
        }
        let label = charset::declared(part.headers.get(b"content-type").unwrap_or_default());
        let coding = if label.is_empty() { self.charset } else { charset::judge(label, self.out) };
        let Some(coding) = coding else { return };
        let decoded = coding.decode(content);
        if decoded != content && self.out.arguments.len() < self.limits.arguments_max {
            self.out.arguments.push(name, &decoded);
        }
    }

    /// After the last line: the final boundary may stand without a line end.
    fn finish(mut self, read: Result<usize, Fault>) {
        let end = self.body.len();
        match read {
            Err(fault) => {
                self.raise(MultipartFlags::STRICT_ERROR);
                self.out.fail(|| format!("Multipart parsing error: {fault}"));
            }
            Ok(at) if !self.complete && self.boundaries > 0 => {
                let rest = self.body.get(at..).unwrap_or_default();
                if self.begins_line(at) && rest.strip_prefix(self.delimiter) == Some(b"--") {
                    self.lf_seen |= self.line_end_before(at) == Some(1);
                    if !self.data_seen {
                        self.raise(MultipartFlags::INVALID_PART);
                    }
                    self.take_unread(at);
                    self.end_part();
                    self.complete = true;
                } else {
                    self.out.fail(|| "Multipart parsing error: the final boundary is missing".to_owned());
                }
            }
            Ok(_) if !self.complete => {
                self.out.fail(|| "Multipart parsing error: no boundary was found".to_owned());
            }
            Ok(_) => {}
        }
        if !self.complete {
            self.end_open_part(end);
        }
        if self.lf_seen {
            self.raise(MultipartFlags::LF_LINE);
            if self.crlf_seen {
                self.out.multipart.insert(MultipartFlags::CRLF_LF_LINES);
            }
        }
    }

    /// The part that was open when the body broke off: servers may take it as it is.
    fn end_open_part(&mut self, end: usize) {
        if self.in_data
            && let Some(part) = &mut self.part
        {
            part.content.end = end;
        }
        self.take_unread(end);
        if let Some(part) = &mut self.part {
            part.headers.flush();
        }
        let flags = self.out.multipart;
        self.end_part();
        self.out.multipart = flags;
        if self.boundaries == 0 && self.limits.arguments_max > 0 {
            self.out.arguments.push(b"", self.body);
        }
    }

    /// What follows a header that could not be read is its content.
    fn take_unread(&mut self, end: usize) {
        if let Some(part) = &mut self.part
            && let Some(start) = part.unread_from
        {
            part.content = start..end.max(start);
        }
    }

    fn unmatched(&mut self, at: usize) {
        self.out.multipart.insert(MultipartFlags::UNMATCHED_BOUNDARY);
        self.out.tell(at, || "a line holds something like a boundary".to_owned());
    }

    /// Raises a flag that makes the body break the strict rules.
    fn raise(&mut self, flags: MultipartFlags) {
        self.out.multipart.insert(flags);
        self.out.multipart.insert(MultipartFlags::STRICT_ERROR);
    }

    fn begins_line(&self, at: usize) -> bool {
        at == 0 || self.line_end_before(at).is_some()
    }

    /// The bytes of the line end before a place.
    fn line_end_before(&self, at: usize) -> Option<usize> {
        let before = self.body.get(..at).unwrap_or_default();
        if before.ends_with(b"\r\n") { Some(2) } else { before.ends_with(b"\n").then_some(1) }
    }
}

/// The length of the next line with its end, or of a piece of a long one; none when the rest has no line end.
fn line_length(rest: &[u8]) -> Option<usize> {
    let window = rest.get(..LINE_BYTES_MAX).unwrap_or(rest);
    if let Some(end) = memchr::memchr(b'\n', window) {
        return Some(end + 1);
    }
    match window.get(LINE_BYTES_MAX - 1) {
        // A carriage return is never parted from what follows it.
        Some(b'\r') => Some(LINE_BYTES_MAX - 1),
        Some(_) => Some(LINE_BYTES_MAX),
        None => None,
    }
}

/// A percent escape that browsers do not write (they write `%22`, `%0D` and `%0A`).
fn has_escape(name: &[u8]) -> bool {
    memchr::memchr_iter(b'%', name).any(|at| match name.get(at + 1..at + 3) {
        Some(digits) => {
            digits.iter().all(u8::is_ascii_hexdigit)
                && ![b"22", b"0D", b"0A"].contains(&digits.try_into().unwrap_or(b"22"))
        }
        None => false,
    })
}

/// C's `isspace`.
fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}
