//! What must hold of every answer of an upstream. For `examples/fuzz.rs` alone.
use super::body::{Decoder, Piece};
use super::head::{Framing, parse};
use crate::fuzz::Found;
use bytes::{Bytes, BytesMut};
use http::Method;

/// A body as far as it can be read, when it comes in pieces of a size: `Err` where it is wrong. The flag tells whether it ended.
fn body(framing: Framing, bytes: &[u8], size: usize) -> (Vec<u8>, Result<bool, ()>) {
    let mut decoder = Decoder::new(framing);
    let mut read = BytesMut::new();
    let mut data = Vec::new();
    for piece in bytes.chunks(size.max(1)) {
        read.extend_from_slice(piece);
        loop {
            match decoder.next(&mut read) {
                Ok(Piece::Data(more)) if more.is_empty() => return (data, Err(())),
                Ok(Piece::Data(more)) => data.extend_from_slice(&more),
                Ok(Piece::End(_)) => return (data, Ok(true)),
                Ok(Piece::More) => break,
                Err(_) => return (data, Err(())),
            }
            if decoder.is_done() {
                return (data, Ok(true));
            }
        }
    }
    (data, Ok(false))
}

/// An answer: its head is read the same however much has come behind it, and its body in any pieces. A head that names two ends of
/// a body is none.
///
/// # Errors
/// One of these does not hold.
pub fn answers(bytes: &[u8]) -> Found {
    let all = Bytes::copy_from_slice(bytes);
    let Ok(Some((head, length))) = parse(&all, &Method::GET) else { return Ok(0) };
    let alone = parse(&all.slice(..length), &Method::GET);
    if !matches!(&alone, Ok(Some((one, same))) if *same == length && one.framing == head.framing) {
        return Err(format!("a head of {length} bytes is another one alone"));
    }
    for cut in [length.saturating_sub(1), length / 2] {
        if matches!(parse(&all.slice(..cut), &Method::GET), Ok(Some(_))) {
            return Err(format!("a head of {length} bytes is whole with {cut}"));
        }
    }
    let field = |name: &str| head.headers.get_all(name).iter().count();
    if field("content-length") > 1 || (field("content-length") == 1 && field("transfer-encoding") == 1) {
        return Err("a head with two ends of its body".to_owned());
    }
    let rest = bytes.get(length..).unwrap_or_default();
    let whole = body(head.framing, rest, usize::MAX);
    for size in [1, 7] {
        if body(head.framing, rest, size) != whole {
            return Err(format!("in pieces of {size} it is another body"));
        }
    }
    if let Framing::Length(told) = head.framing
        && whole.1 == Ok(true)
        && whole.0.len() as u64 != told
    {
        return Err("a body of another length".to_owned());
    }
    Ok(1 + usize::from(whole.1 == Ok(true)))
}
