//! Bodies, queries and cookies: from bytes to named values.
//!
//! Own parsers, since an inspection engine must see what lenient and strict servers alike would see, and must tell where they differ.
use crate::{Fields, Limits};

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
    /// `ARGS_POST`; JSON names are paths as ModSecurity writes them (`json.items.0.name`).
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
    /// `MULTIPART_NAME`, `MULTIPART_FILENAME`
    pub multipart_name: Vec<u8>,
    pub multipart_filename: Vec<u8>,
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

/// The strictness flags of multipart bodies, named as ModSecurity's variables.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MultipartFlags(pub u32);

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
        *self = Self::default();
    }
}

/// Reads a body into `out`.
pub fn read(processor: Processor, content_type: &[u8], body: &[u8], limits: &Limits, out: &mut Body) {
    let _ = (processor, content_type, body, limits, out);
}

/// Reads a query or a form; says whether every percent escape was valid.
pub fn read_query(text: &[u8], separator: u8, limits: &Limits, out: &mut Fields) -> bool {
    let _ = (text, separator, limits, out);
    true
}

/// Reads a `Cookie` header.
pub fn read_cookies(header: &[u8], out: &mut Fields) {
    let _ = (header, out);
}
