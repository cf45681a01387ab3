//! XML 1.0, read once from front to back: the text of the root element and every attribute's value, as libxml2 gives them
//! to ModSecurity's `XML:/*` and `XML://@*`, also of a document that breaks off. Attributes that the document type gives
//! to elements are there as well: most readers see them, libxml2 as ModSecurity uses it does not.
//!
//! Nothing outside the document is ever loaded. Entities of the internal subset are expanded, to at most
//! [`EXPANSION_PER_BYTE`] times the document and [`EXPANSION_FREE`], nested at most [`ENTITY_DEPTH_MAX`] deep; what passes that is an
//! error. Every document type declaration is told as an oddity.
//!
//! Deliberately absent: validation (what is declared is read, and not compared with the document), parameter entities (told; what they would declare is unknown),
//! and errors of namespaces, which libxml2 does not count as malformed either.
mod declaration;
mod dtd;
mod encoding;
mod reader;
mod scanner;
#[cfg(test)]
mod tests;

use super::Body;
use crate::Limits;

/// Bytes of expanded entities that one byte of the document may cause.
pub(super) const EXPANSION_PER_BYTE: usize = 4;
/// Bytes of expanded entities that every document may cause.
pub(super) const EXPANSION_FREE: usize = 64 << 10;
/// Entities within entities.
pub(super) const ENTITY_DEPTH_MAX: usize = 20;

/// Why reading ended.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Fault {
    #[error("the document ends too early")]
    End,
    #[error("a tag is expected")]
    Root,
    #[error("a name is expected")]
    Name,
    #[error("`{0}` is expected")]
    Expected(&'static str),
    #[error("the end tag does not match `{0}`")]
    Mismatch(String),
    #[error("attribute `{0}` stands twice in one tag")]
    Repeated(String),
    #[error("a `<` in an attribute's value")]
    Less,
    #[error("a character that XML does not allow")]
    Character,
    #[error("the text is not `{0}`")]
    Encoding(&'static str),
    #[error("encoding `{0}` is not known")]
    UnknownEncoding(String),
    #[error("entity `{0}` is not declared")]
    Entity(String),
    #[error("entity `{0}` stands outside the document or is no text, and may not be here")]
    External(String),
    #[error("entities are nested too deep or in a circle")]
    EntityDepth,
    #[error("entities grow past the limit")]
    Expansion,
    #[error("`]]>` in text")]
    SectionEnd,
    #[error("`--` in a comment")]
    Comment,
    #[error("a processing instruction named `xml`")]
    Reserved,
    #[error("the XML declaration is malformed")]
    Declaration,
    #[error("the document type declaration is malformed")]
    Doctype,
    #[error("elements are nested too deep")]
    Depth,
    #[error("there are too many attributes")]
    Attributes,
    #[error("something follows the root element")]
    Trailing,
}

pub(super) fn read(body: &[u8], limits: &Limits, out: &mut Body) {
    if body.is_empty() {
        return;
    }
    let decoded = encoding::decode(body);
    if let Some(label) = decoded.told {
        out.tell(0, || format!("an XML document in `{label}`"));
    }
    let mut reader = reader::Reader::new(&decoded.text, body.len(), limits, out);
    let read = reader.document();
    let (root, at) = (reader.take_text(), reader.at());
    if let Some((name, text)) = root {
        out.xml_texts.push(name.as_bytes(), &text);
    }
    let fault = match (read, decoded.fault) {
        // What could not be decoded is where the text ends.
        (Err(Fault::End) | Ok(()), Some(fault)) => fault,
        (Err(fault), _) => fault,
        (Ok(()), None) => return,
    };
    out.fail(|| format!("XML parsing error: {fault} (byte {at})"));
}
