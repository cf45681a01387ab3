//! The encoding of an XML document (XML 1.0, 4.3.3 and appendix F) and its text as UTF-8.
use super::Fault;
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};
use std::borrow::Cow;

/// Bytes at the beginning in which the XML declaration must end.
const DECLARATION_BYTES_MAX: usize = 256;

pub(super) struct Decoded<'b> {
    /// What could be decoded.
    pub(super) text: Cow<'b, str>,
    /// Why it ends before the body does.
    pub(super) fault: Option<Fault>,
    /// The encoding when it is not UTF-8.
    pub(super) told: Option<String>,
}

pub(super) fn decode(body: &[u8]) -> Decoded<'_> {
    let (bytes, found) = match body {
        [0xEF, 0xBB, 0xBF, rest @ ..] => (rest, UTF_8),
        // UTF-32 in both orders: nobody sends it, and few read it.
        [0, 0, 0xFE, 0xFF, ..] | [0xFF, 0xFE, 0, 0, ..] | [0, 0, 0, b'<', ..] | [b'<', 0, 0, 0, ..] => {
            return unknown("UTF-32");
        }
        [0x4C, 0x6F, 0xA7, 0x94, ..] => return unknown("EBCDIC"),
        [0xFE, 0xFF, rest @ ..] => (rest, UTF_16BE),
        [0xFF, 0xFE, rest @ ..] => (rest, UTF_16LE),
        [0, b'<', 0, b'?', ..] => (body, UTF_16BE),
        [b'<', 0, b'?', 0, ..] => (body, UTF_16LE),
        // Neither mark nor declaration: an error (XML 1.0, 4.3.3), but some read it.
        [0, b'<', 0, _, ..] => return unmarked(body, UTF_16BE),
        [b'<', 0, _, 0, ..] => return unmarked(body, UTF_16LE),
        _ => (body, UTF_8),
    };
    if found != UTF_8 {
        return whole(bytes, found, found.name());
    }
    let Some(label) = declared(bytes) else { return utf8(bytes) };
    if label.eq_ignore_ascii_case(b"utf-8") || label.eq_ignore_ascii_case(b"utf8") {
        return utf8(bytes);
    }
    let shown = label.escape_ascii().to_string();
    if bytes.len() < body.len() {
        // The mark says UTF-8 and the declaration says something else: libxml2 follows the mark.
        return Decoded { told: Some(format!("UTF-8, declared as {shown}")), ..utf8(bytes) };
    }
    if is_latin1(label) {
        let text = bytes.iter().map(|byte| char::from(*byte)).collect::<String>();
        return Decoded { text: text.into(), fault: None, told: Some(shown) };
    }
    match Encoding::for_label(label) {
        Some(encoding) if encoding == UTF_16LE || encoding == UTF_16BE => {
            Decoded { fault: Some(Fault::Encoding("UTF-16")), ..unknown(&shown) }
        }
        Some(encoding) => whole(bytes, encoding, &shown),
        None => unknown(&shown),
    }
}

/// WHATWG reads these labels as windows-1252; XML readers do not.
fn is_latin1(label: &[u8]) -> bool {
    [&b"iso-8859-1"[..], b"latin1", b"iso_8859-1", b"us-ascii", b"ascii"]
        .iter()
        .any(|known| label.eq_ignore_ascii_case(known))
}

fn unknown(label: &str) -> Decoded<'static> {
    let fault = Some(Fault::UnknownEncoding(label.to_owned()));
    Decoded { text: Cow::Borrowed(""), fault, told: Some(label.to_owned()) }
}

fn unmarked<'b>(body: &'b [u8], encoding: &'static Encoding) -> Decoded<'b> {
    Decoded { fault: Some(Fault::Encoding("UTF-8")), ..whole(body, encoding, encoding.name()) }
}

fn utf8(bytes: &[u8]) -> Decoded<'_> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Decoded { text: text.into(), fault: None, told: None },
        Err(error) => {
            let valid = bytes.get(..error.valid_up_to()).and_then(|valid| std::str::from_utf8(valid).ok());
            let text = valid.unwrap_or_default().into();
            Decoded { text, fault: Some(Fault::Encoding("UTF-8")), told: None }
        }
    }
}

fn whole<'b>(bytes: &'b [u8], encoding: &'static Encoding, label: &str) -> Decoded<'b> {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let capacity = decoder.max_utf8_buffer_length_without_replacement(bytes.len()).unwrap_or(0);
    let mut text = String::with_capacity(capacity);
    let (result, _) = decoder.decode_to_string_without_replacement(bytes, &mut text, true);
    let fault =
        (result != encoding_rs::DecoderResult::InputEmpty).then_some(Fault::Encoding(encoding.name()));
    Decoded { text: text.into(), fault, told: Some(label.to_owned()) }
}

/// The value of `encoding` in the XML declaration.
fn declared(bytes: &[u8]) -> Option<&[u8]> {
    let head = bytes.get(..DECLARATION_BYTES_MAX).unwrap_or(bytes);
    let end = memchr::memmem::find(head, b"?>")?;
    let declaration = head.get(..end)?.strip_prefix(b"<?xml")?;
    let at = memchr::memmem::find(declaration, b"encoding")?;
    let rest =
        declaration.get(at + b"encoding".len()..)?.trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
    let (quote, rest) = rest.split_first()?;
    let end = rest.iter().position(|byte| byte == quote)?;
    rest.get(..end).filter(|_| matches!(quote, b'"' | b'\''))
}
