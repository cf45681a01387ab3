//! Bodies, queries and cookies: from bytes to named values.
//!
//! Own parsers, since an inspection engine must see what lenient and strict servers alike would see, and must tell where they differ.
//! Names and values are those that ModSecurity version 3 gives its rules; each difference stands in the parser's head.
//! Every parser reads once from front to back, keeps what it read before an error, and never copies more than a constant times its input.
pub mod charset;
mod compression;
mod cookie;
mod form;
mod json;
mod multipart;
#[cfg(test)]
mod tests;
mod xml;

use crate::{Fields, Limits};
pub use compression::{CODINGS_MAX, DecompressError, RATIO_FREE_BYTES, decompress};
pub use form::{FormFacts, read_form};

/// Oddities that one body tells at most; more of them say nothing new.
pub const ODDITIES_MAX: usize = 32;

/// How a body is read (`REQBODY_PROCESSOR`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Processor {
    UrlEncoded,
    Multipart,
    Json,
    Xml,
    GraphQl,
}

/// What a body gives. Used again for the next transaction after [`clear`](Self::clear).
#[derive(Clone, Debug, Default)]
pub struct Body {
    /// `ARGS_POST`; JSON names are paths as ModSecurity writes them (`json.items.array_0.name`).
    pub arguments: Fields,
    /// `FILES`: field name to file name.
    pub files: Fields,
    /// `FILES_SIZES`, `FILES_TMP_CONTENT`: field name to size in decimal, to content.
    pub file_sizes: Fields,
    pub file_contents: Fields,
    /// `FILES_COMBINED_SIZE`, bytes.
    pub files_bytes: usize,
    /// `MULTIPART_PART_HEADERS`: part name to `Name: value`.
    pub part_headers: Fields,
    /// `MULTIPART_NAME`, `MULTIPART_FILENAME`: those of the last part.
    pub multipart_name: Vec<u8>,
    pub multipart_filename: Vec<u8>,
    /// The same of all parts, as ModSecurity version 3 keeps them: each under its own value.
    pub multipart_names: Fields,
    pub multipart_filenames: Fields,
    /// `MULTIPART_*` flags.
    pub multipart: MultipartFlags,
    /// `XML:/*`: the text of all elements, as libxml2's `XPath` string value of each match of `/*`.
    pub xml_texts: Fields,
    /// `XML://@*`: every attribute's name and value.
    pub xml_attributes: Fields,
    /// `URLENCODED_ERROR`
    pub urlencoded_error: bool,
    /// `REQBODY_ERROR_MSG` when the body could not be read as its processor demands.
    pub error: Option<String>,
    /// Duplicate keys, charsets that lie, values past a limit: what a lenient reader would see otherwise.
    pub oddities: Vec<Oddity>,
}

/// The strictness flags of multipart bodies, named as ModSecurity's variables without `MULTIPART_`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MultipartFlags(pub u32);

impl MultipartFlags {
    /// `MULTIPART_STRICT_ERROR`
    pub const STRICT_ERROR: Self = Self(1);
    pub const BOUNDARY_QUOTED: Self = Self(1 << 1);
    pub const BOUNDARY_WHITESPACE: Self = Self(1 << 2);
    pub const DATA_BEFORE: Self = Self(1 << 3);
    pub const DATA_AFTER: Self = Self(1 << 4);
    pub const HEADER_FOLDING: Self = Self(1 << 5);
    pub const LF_LINE: Self = Self(1 << 6);
    /// `MULTIPART_CRLF_LF_LINES`: both line ends in one body.
    pub const CRLF_LF_LINES: Self = Self(1 << 7);
    pub const MISSING_SEMICOLON: Self = Self(1 << 8);
    pub const INVALID_QUOTING: Self = Self(1 << 9);
    pub const INVALID_PART: Self = Self(1 << 10);
    pub const INVALID_HEADER_FOLDING: Self = Self(1 << 11);
    pub const FILE_LIMIT_EXCEEDED: Self = Self(1 << 12);
    /// `MULTIPART_UNMATCHED_BOUNDARY` is 1: a line looked like a boundary of another form.
    pub const UNMATCHED_BOUNDARY: Self = Self(1 << 13);
    /// `MULTIPART_UNMATCHED_BOUNDARY` is 2: as ModSecurity says when a second boundary of the body's own form follows.
    pub const SECOND_BOUNDARY: Self = Self(1 << 14);

    /// Whether all of these flags are up.
    #[must_use]
    pub fn contains(self, flags: Self) -> bool {
        self.0 & flags.0 == flags.0
    }

    /// Raises flags.
    pub fn insert(&mut self, flags: Self) {
        self.0 |= flags.0;
    }

    /// The value of `MULTIPART_UNMATCHED_BOUNDARY`: 0, 1 or 2.
    #[must_use]
    pub fn unmatched_boundary(self) -> u8 {
        if self.contains(Self::UNMATCHED_BOUNDARY) {
            1
        } else {
            u8::from(self.contains(Self::SECOND_BOUNDARY)) * 2
        }
    }
}

/// Something two readers of a body may see differently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Oddity {
    /// In the user's words.
    pub message: String,
    /// Bytes from the start of the body.
    pub offset: usize,
}

impl Body {
    /// Forgets everything and keeps the memory.
    pub fn clear(&mut self) {
        for fields in [
            &mut self.arguments,
            &mut self.files,
            &mut self.file_sizes,
            &mut self.file_contents,
            &mut self.part_headers,
            &mut self.multipart_names,
            &mut self.multipart_filenames,
            &mut self.xml_texts,
            &mut self.xml_attributes,
        ] {
            fields.clear();
        }
        self.files_bytes = 0;
        self.multipart_name.clear();
        self.multipart_filename.clear();
        self.multipart = MultipartFlags::default();
        self.urlencoded_error = false;
        self.error = None;
        self.oddities.clear();
    }

    /// Tells an oddity; the message is only made when there is room for it.
    fn tell(&mut self, offset: usize, message: impl FnOnce() -> String) {
        tell(&mut self.oddities, offset, message);
    }

    /// Keeps the first error.
    fn fail(&mut self, message: impl FnOnce() -> String) {
        if self.error.is_none() {
            self.error = Some(message());
        }
    }
}

fn tell(oddities: &mut Vec<Oddity>, offset: usize, message: impl FnOnce() -> String) {
    if oddities.len() < ODDITIES_MAX {
        oddities.push(Oddity { message: message(), offset });
    }
}

/// Reads a body into `out`. [`Limits::arguments_max`] is what the query left of it.
pub fn read(processor: Processor, content_type: &[u8], body: &[u8], limits: &Limits, out: &mut Body) {
    match processor {
        Processor::UrlEncoded => {
            form::read(body, limits, out);
            if let Some(coding) = charset::judge(charset::declared(content_type), out) {
                charset::arguments(coding, limits, &mut out.arguments);
            }
        }
        Processor::Json => {
            let text = charset::whole(content_type, body, out);
            json::read(&text, limits, out);
            graph_ql_within(limits, out);
        }
        Processor::Multipart => multipart::read(content_type, body, limits, out),
        Processor::Xml => xml::read(body, limits, out),
        Processor::GraphQl => {
            let text = charset::whole(content_type, body, out);
            match std::str::from_utf8(&text) {
                Ok(document) => {
                    // The document itself as well, under the name that it has in JSON and in a query string.
                    if limits.arguments_max > 0 {
                        out.arguments.push(b"query", document.as_bytes());
                    }
                    graph_ql(document, limits, out);
                }
                Err(_) => out.fail(|| "GraphQL parsing error: the document is not UTF-8".to_owned()),
            }
        }
    }
}

/// Adds what a document asks for to the arguments.
fn graph_ql(document: &str, limits: &Limits, out: &mut Body) {
    let bounds = crate::graphql::Bounds::default();
    match crate::graphql::arguments(document, &bounds, limits.arguments_max, &mut out.arguments) {
        Ok(true) => {}
        Ok(false) => out.fail(|| "GraphQL parsing error: not all fields and values found room".to_owned()),
        Err(error) => out.fail(|| format!("GraphQL parsing error: {error}")),
    }
}

/// Documents in JSON: `query` of the object, or of each object of a batch. Other JSON has a `query` too: then it is no document, and no error.
fn graph_ql_within(limits: &Limits, out: &mut Body) {
    let is_query = |name: &[u8]| {
        let Some(rest) = name.strip_prefix(b"json.") else { return false };
        let rest = match rest.strip_prefix(b"array_") {
            Some(rest) => rest.iter().position(|byte| *byte == b'.').and_then(|dot| rest.get(dot + 1..)),
            None => Some(rest),
        };
        rest == Some(b"query")
    };
    let documents = out.arguments.iter().filter(|field| is_query(field.name));
    let documents = documents.filter_map(|field| std::str::from_utf8(field.value).ok());
    let documents: Vec<String> = documents.take(GRAPHQL_BATCH_MAX + 1).map(ToOwned::to_owned).collect();
    if documents.len() > GRAPHQL_BATCH_MAX {
        out.fail(|| format!("GraphQL parsing error: a batch of more than {GRAPHQL_BATCH_MAX} documents"));
        return;
    }
    let bounds = crate::graphql::Bounds::default();
    for document in documents {
        if let Ok(false) =
            crate::graphql::arguments(&document, &bounds, limits.arguments_max, &mut out.arguments)
        {
            out.fail(|| "GraphQL parsing error: not all fields and values found room".to_owned());
        }
    }
}

/// Documents in one JSON body whose fields are given.
const GRAPHQL_BATCH_MAX: usize = 100;

/// Reads a query or a form; says whether every percent escape was valid. [`read_form`] tells more.
pub fn read_query(text: &[u8], separator: u8, limits: &Limits, out: &mut Fields) -> bool {
    read_form(text, separator, limits.arguments_max, out).invalid_escape.is_none()
}

/// Reads a `Cookie` header.
pub fn read_cookies(header: &[u8], out: &mut Fields) {
    cookie::read(header, out);
}

/// What two readers of a `Cookie` header may see differently.
pub fn cookie_oddities(header: &[u8], out: &mut Vec<Oddity>) {
    cookie::oddities(header, out);
}

/// At most 40 bytes of a name, as text for a message.
fn shown(name: &[u8]) -> String {
    let head = name.get(..40).unwrap_or(name);
    let mut text = head.escape_ascii().to_string();
    if head.len() < name.len() {
        text.push('…');
    }
    text
}
