//! What must hold of every stream of requests. For `examples/fuzz.rs` alone.
use super::{Place, Strict, Violation};
use crate::fuzz::Found;
use httparse::{EMPTY_HEADER, Status};

/// Where requests end (for pieces of one byte), and what is wrong after that.
fn ends(bytes: &[u8], size: usize) -> (Vec<usize>, Option<Violation>) {
    let mut machine = Strict::new();
    let mut found = Vec::new();
    let mut at = 0;
    for piece in bytes.chunks(size.max(1)) {
        let was = machine.place();
        if let Err((_, wrong)) = machine.follow(piece) {
            return (found, Some(wrong));
        }
        at += piece.len();
        // An empty line before a request is no request.
        let begin = found.last().copied().unwrap_or_default();
        let is_empty =
            bytes.get(begin..at).is_some_and(|line| line.iter().all(|byte| b"\r\n".contains(byte)));
        if size == 1 && !is_empty && was != Place::Between && machine.place() == Place::Between {
            found.push(at);
        }
    }
    (found, None)
}

/// A stream of requests: in pieces it is the same, and an independent reader sees every request end where we do.
///
/// # Errors
/// One of these does not hold.
pub fn requests(bytes: &[u8]) -> Found {
    let (requests, wrong) = ends(bytes, 1);
    for size in [3, 17, usize::MAX] {
        // What a piece of a line shows already may be told as something else; only that it is refused must be the same. And only
        // what comes in one read with a request for an upgrade can come too early.
        let other = ends(bytes, size).1;
        if other != Some(Violation::Early) && other.is_some() != wrong.is_some() {
            return Err(format!("in pieces of {size} it is another stream: {other:?}, {wrong:?}"));
        }
    }
    let mut at = 0;
    for end in &requests {
        at = after(bytes, at)
            .map_err(|why| format!("the request at {at}, which ends at {end} for us: {why}"))?;
        if at != *end {
            return Err(format!("a request ends at {at} for another reader, at {end} for us"));
        }
    }
    Ok(requests.len())
}

/// Where the request ends that begins here: heads by the HTTP library's own reader, bodies as RFC 9112 says.
fn after(bytes: &[u8], at: usize) -> Result<usize, String> {
    let rest = bytes.get(at..).unwrap_or_default();
    let mut fields = vec![EMPTY_HEADER; 4096];
    let mut head = httparse::Request::new(&mut fields);
    let length = match head.parse(rest) {
        Ok(Status::Complete(length)) => length,
        other => return Err(format!("its head is {other:?}")),
    };
    let values = |name: &str| {
        let all = head.headers.iter().filter(|field| field.name.eq_ignore_ascii_case(name));
        all.map(|field| String::from_utf8_lossy(field.value).trim().to_owned()).collect::<Vec<_>>()
    };
    let begin = at + length;
    match (values("content-length").as_slice(), values("transfer-encoding").as_slice()) {
        ([], []) => Ok(begin),
        ([length], []) => {
            let length = length.parse::<usize>().map_err(|_| "no length")?;
            begin.checked_add(length).ok_or_else(|| "no length".to_owned())
        }
        ([], [coding]) if coding.eq_ignore_ascii_case("chunked") => chunks(bytes, begin),
        _ => Err("its body could end in two places".to_owned()),
    }
}

fn chunks(bytes: &[u8], mut at: usize) -> Result<usize, String> {
    loop {
        let rest = bytes.get(at..).unwrap_or_default();
        let (line, size) = match httparse::parse_chunk_size(rest) {
            Ok(Status::Complete((line, size))) => (line, usize::try_from(size).map_err(|_| "a huge chunk")?),
            other => return Err(format!("a chunk is {other:?}")),
        };
        at += line;
        if size == 0 {
            break;
        }
        at = at.checked_add(size).ok_or("a huge chunk")?;
        if bytes.get(at..at + 2) != Some(b"\r\n") {
            return Err("a chunk has no end".to_owned());
        }
        at += 2;
    }
    let mut fields = vec![EMPTY_HEADER; 4096];
    match httparse::parse_headers(bytes.get(at..).unwrap_or_default(), &mut fields) {
        Ok(Status::Complete((length, _))) => Ok(at + length),
        other => Err(format!("its trailers are {other:?}")),
    }
}
