//! What bodies give, as text.
use super::{Body, MultipartFlags, Processor, read, read_query};
use crate::{Fields, Limits};

/// `name=value` lines, escaped.
pub(super) fn lines(fields: &Fields) -> String {
    fields
        .iter()
        .map(|field| format!("{}={}\n", field.name.escape_ascii(), field.value.escape_ascii()))
        .collect()
}

/// Arguments, error and oddities of a body.
pub(super) fn show(processor: Processor, content_type: &str, body: &[u8], limits: &Limits) -> String {
    let mut out = Body::default();
    read(processor, content_type.as_bytes(), body, limits, &mut out);
    shown(&out)
}

pub(super) fn shown(out: &Body) -> String {
    let mut text = lines(&out.arguments);
    for (name, fields) in [
        ("file", &out.files),
        ("size", &out.file_sizes),
        ("content", &out.file_contents),
        ("header", &out.part_headers),
        ("text", &out.xml_texts),
        ("attribute", &out.xml_attributes),
    ] {
        for line in lines(fields).lines() {
            text.push_str(&format!("{name} {line}\n"));
        }
    }
    if let Some(error) = &out.error {
        text.push_str(&format!("! {error}\n"));
    }
    for oddity in &out.oddities {
        text.push_str(&format!("~ {} ({})\n", oddity.message, oddity.offset));
    }
    text
}

#[test]
fn clear_forgets_everything() {
    let mut out = Body::default();
    read(Processor::Json, b"", b"{\"a\":1,\"a\":[", &Limits::default(), &mut out);
    out.multipart.insert(MultipartFlags::LF_LINE);
    out.urlencoded_error = true;
    assert_ne!(shown(&out), "");
    out.clear();
    assert_eq!((shown(&out).as_str(), out.multipart, out.urlencoded_error), ("", MultipartFlags(0), false));
}

#[test]
fn a_query_tells_invalid_escapes() {
    let mut out = Fields::default();
    assert!(read_query(b"a=%41", b'&', &Limits::default(), &mut out));
    assert!(!read_query(b"a=%4", b'&', &Limits::default(), &mut out));
    assert_eq!(lines(&out), "a=A\na=%4\n");
}

#[test]
fn unmatched_boundary_has_three_values() {
    let mut flags = MultipartFlags::default();
    assert_eq!(flags.unmatched_boundary(), 0);
    flags.insert(MultipartFlags::SECOND_BOUNDARY);
    assert_eq!(flags.unmatched_boundary(), 2);
    flags.insert(MultipartFlags::UNMATCHED_BOUNDARY);
    assert_eq!(flags.unmatched_boundary(), 1);
}
