//! Raw HTTP/1 messages, read as a lenient server reads them.
//!
//! Rules must see what an attacker sent, so nothing is refused here; what a strict server answers with 400 is said in
//! [`Request::refusal`] (RFC 9112, sections 3 and 5).
use crate::Fields;

/// A request as it stood on the wire.
#[derive(Clone, Debug, Default)]
pub struct Request {
    pub method: Vec<u8>,
    pub target: Vec<u8>,
    pub protocol: Vec<u8>,
    pub headers: Fields,
    /// With transfer codings undone, cut to `Content-Length`.
    pub body: Vec<u8>,
    /// Why a strict server would not let this request pass to an application.
    pub refusal: Option<&'static str>,
}

/// A response as it stood on the wire.
#[derive(Clone, Debug, Default)]
pub struct Response {
    pub status: u16,
    pub protocol: Vec<u8>,
    pub headers: Fields,
    pub body: Vec<u8>,
}

/// Reads a request; whatever the bytes say, something comes out.
#[must_use]
pub fn request(bytes: &[u8]) -> Request {
    read(bytes, Framing::Decided)
}

/// The same with every header as it was sent, also a `Content-Length` that the transfer coding overrules: for a request that nobody
/// takes, and whose attempt to be read in two ways is to be seen. A line without a version is of HTTP/0.9.
#[must_use]
pub fn refused_request(bytes: &[u8]) -> Request {
    let mut request = read(bytes, Framing::AsSent);
    if request.protocol.is_empty() {
        // A line without a version is a request of HTTP/0.9 (RFC 1945, section 4.1).
        request.protocol = b"HTTP/0.9".to_vec();
    }
    request
}

/// What becomes of a `Content-Length` beside a transfer coding.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Framing {
    /// The transfer coding alone says where the body ends (RFC 9112, section 6.3).
    Decided,
    AsSent,
}

fn read(bytes: &[u8], framing: Framing) -> Request {
    let (line, rest) = line(bytes);
    let mut request = Request::default();
    let is_line_sound = request_line(line, &mut request);
    let (headers, body, are_headers_sound) = headers(rest, framing);
    request.headers = headers;
    request.body = request_body(&request.headers, body);
    request.refusal = match () {
        () if !is_line_sound => Some("the request line has not three parts"),
        () if !are_headers_sound => Some("a header line has no name"),
        () => refusal(&request),
    };
    request
}

/// Reads a response; `None` when the status line is none.
#[must_use]
pub fn response(bytes: &[u8]) -> Option<Response> {
    let (first, rest) = line(bytes);
    let mut words = first.splitn(3, |byte| *byte == b' ');
    let protocol = words.next().filter(|word| word.starts_with(b"HTTP/"))?.to_vec();
    let status = std::str::from_utf8(words.next()?).ok()?.parse().ok()?;
    let (headers, body, _) = headers(rest, Framing::Decided);
    let body = if is_chunked(&headers) { dechunk(body) } else { body.to_vec() };
    Some(Response { status, protocol, headers, body })
}

fn request_line(line: &[u8], request: &mut Request) -> bool {
    let method_end = line.iter().position(|byte| *byte == b' ').unwrap_or(line.len());
    let (method, rest) = line.split_at(method_end);
    let rest = rest.strip_prefix(b" ").unwrap_or(rest);
    let (target, protocol) = match rest.iter().rposition(|byte| *byte == b' ') {
        Some(space) => {
            let (target, protocol) = rest.split_at(space);
            (target, protocol.strip_prefix(b" ").unwrap_or(protocol))
        }
        None => (rest, &[][..]),
    };
    request.method = method.to_vec();
    request.target = target.to_vec();
    request.protocol = protocol.to_vec();
    !method.is_empty() && !target.is_empty() && !protocol.is_empty()
}

/// The rest's first line without its end, and what comes after.
fn line(bytes: &[u8]) -> (&[u8], &[u8]) {
    let end = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
    let (line, rest) = bytes.split_at(end);
    (line.strip_suffix(b"\r").unwrap_or(line), rest.strip_prefix(b"\n").unwrap_or(rest))
}

/// Header fields up to the empty line, the bytes behind it, and whether every line was a field.
fn headers(bytes: &[u8], framing: Framing) -> (Fields, &[u8], bool) {
    let mut fields: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
    let mut rest = bytes;
    let mut is_sound = true;
    while !rest.is_empty() {
        let (text, after) = line(rest);
        rest = after;
        if text.is_empty() {
            break;
        }
        if text.starts_with(b" ") || text.starts_with(b"\t") {
            // A folded line (RFC 9112, section 5.2) goes on with the value before.
            match fields.last_mut() {
                Some((_, value)) => {
                    value.push(b' ');
                    value.extend_from_slice(text.trim_ascii());
                }
                None => is_sound = false,
            }
            continue;
        }
        let colon = text.iter().position(|byte| *byte == b':').unwrap_or(text.len());
        let (name, value) = text.split_at(colon);
        is_sound &= !name.is_empty() && !value.is_empty();
        fields.push((name.to_vec(), value.strip_prefix(b":").unwrap_or(value).trim_ascii().to_vec()));
    }
    let mut out = Fields::default();
    let is_chunked = framing == Framing::Decided
        && fields.iter().any(|(name, _)| name.eq_ignore_ascii_case(b"transfer-encoding"));
    for (name, value) in &fields {
        if !(is_chunked && name.eq_ignore_ascii_case(b"content-length")) {
            out.push(name, value);
        }
    }
    (out, rest, is_sound)
}

/// A body is what the headers announce: bytes past it belong to the next request of the connection.
fn request_body(headers: &Fields, bytes: &[u8]) -> Vec<u8> {
    if is_chunked(headers) {
        return dechunk(bytes);
    }
    let announced = headers.first(b"content-length").and_then(|value| std::str::from_utf8(value).ok());
    let length = announced.and_then(|text| text.trim().parse::<usize>().ok()).unwrap_or(0);
    bytes.get(..length.min(bytes.len())).unwrap_or_default().to_vec()
}

fn is_chunked(headers: &Fields) -> bool {
    headers.first(b"transfer-encoding").is_some_and(|value| value.to_ascii_lowercase().ends_with(b"chunked"))
}

/// Undoes chunked coding (RFC 9112, section 7.1). A broken chunk ends the body; when the first is broken, the bytes stand as they are.
fn dechunk(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let (head, after) = line(rest);
        let digits = head.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
        let size = std::str::from_utf8(digits).ok().and_then(|text| usize::from_str_radix(text, 16).ok());
        let Some(size) = size else { break };
        if size == 0 {
            return out;
        }
        let (chunk, after) = after.split_at(size.min(after.len()));
        out.extend_from_slice(chunk);
        rest = after.strip_prefix(b"\r\n").or_else(|| after.strip_prefix(b"\n")).unwrap_or(after);
    }
    if out.is_empty() { bytes.to_vec() } else { out }
}

fn refusal(request: &Request) -> Option<&'static str> {
    if !request.method.iter().all(|byte| is_token(*byte)) {
        return Some("the method is no token");
    }
    if !is_version(&request.protocol) {
        return Some("the protocol is not HTTP/1");
    }
    if request.target.iter().any(|byte| *byte <= b' ' || *byte == 0x7F) {
        return Some("the target has white space or control characters");
    }
    if request.target.contains(&b'#') {
        return Some("the target has a fragment");
    }
    let is_authority = request.method.eq_ignore_ascii_case(b"CONNECT");
    let is_target_form = if is_authority {
        request.target.rsplit(|byte| *byte == b':').next().is_some_and(|port| {
            port.len() < request.target.len() && !port.is_empty() && port.iter().all(u8::is_ascii_digit)
        })
    } else {
        request.target.starts_with(b"/")
            || request.target == b"*"
            || request.target.windows(3).any(|window| window == b"://")
    };
    if !is_target_form {
        return Some("the target is neither a path nor a URL");
    }
    for field in request.headers.iter() {
        if !field.name.iter().all(|byte| is_token(*byte)) {
            return Some("a header's name is no token");
        }
        if field.value.iter().any(|byte| matches!(byte, 0 | b'\r' | b'\n')) {
            return Some("a header's value has a NUL or a bare line end");
        }
        let is = |name: &[u8]| field.name.eq_ignore_ascii_case(name);
        // HTTP/1.0 knows no Host; from 1.1 on it names somebody (RFC 9112, section 3.2).
        let is_nobody = field.value.is_empty() && request.protocol != b"HTTP/1.0";
        if is(b"host") && (is_nobody || !field.value.iter().all(|byte| is_host(*byte))) {
            return Some("the Host header is no host");
        }
        if is(b"content-length") && (field.value.is_empty() || !field.value.iter().all(u8::is_ascii_digit)) {
            return Some("Content-Length is no number");
        }
    }
    None
}

/// `HTTP/1.0` and later; earlier versions have no headers and no reader any more.
fn is_version(protocol: &[u8]) -> bool {
    let Some(version) = protocol.strip_prefix(b"HTTP/") else { return false };
    matches!(version, [b'1'..=b'9'] | [b'1'..=b'9', b'.', b'0'..=b'9'])
}

fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

fn is_host(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~:[]!$&'()*+,;=".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(raw: &str) -> String {
        let request = request(raw.as_bytes());
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let headers: Vec<String> = request
            .headers
            .iter()
            .map(|field| format!("{}={}", text(field.name), text(field.value)))
            .collect();
        format!(
            "{}|{}|{}|{}|{}|{}",
            text(&request.method),
            text(&request.target),
            text(&request.protocol),
            headers.join(","),
            text(&request.body),
            request.refusal.unwrap_or("passes")
        )
    }

    #[test]
    fn a_request_is_read_with_its_body() {
        let raw = "POST /a?b=1 HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabcdef";
        assert_eq!(shown(raw), "POST|/a?b=1|HTTP/1.1|Host=x,Content-Length=3|abc|passes");
    }

    #[test]
    fn chunks_are_joined_and_folds_are_undone() {
        let raw = "POST / HTTP/1.1\nTransfer-Encoding: chunked\nX: a\n b\n\n3\nabc\n2;x=y\nde\n0\n\n";
        assert_eq!(shown(raw), "POST|/|HTTP/1.1|Transfer-Encoding=chunked,X=a b|abcde|passes");
    }

    #[test]
    fn a_length_beside_a_coding_is_seen_when_the_request_is_refused() {
        let raw = b"POST / HTTP/1.1\nContent-Length: 1\nTransfer-Encoding: chunked\n\n3\nabc\n0\n\n";
        assert!(request(raw).headers.first(b"content-length").is_none());
        let refused = refused_request(raw);
        assert_eq!(refused.headers.first(b"content-length"), Some(&b"1"[..]));
        assert_eq!(refused.body, b"abc");
    }

    #[test]
    fn a_target_keeps_its_spaces_and_is_refused() {
        assert_eq!(
            shown("GET /a b HTTP/1.1\r\n\r\n"),
            "GET|/a b|HTTP/1.1||| the target"
                .replace("| the target", "|the target has white space or control characters")
        );
    }

    #[test]
    fn strict_servers_refuse_what_is_no_http() {
        for (raw, why) in [
            ("GET /\r\n\r\n", "the request line has not three parts"),
            (" GET / HTTP/1.1\r\n\r\n", "the request line has not three parts"),
            ("GET / HTTP/0.9\r\n\r\n", "the protocol is not HTTP/1"),
            ("GET /#a HTTP/1.1\r\n\r\n", "the target has a fragment"),
            ("GET \\ HTTP/1.1\r\n\r\n", "the target is neither a path nor a URL"),
            ("CONNECT example.org HTTP/1.1\r\n\r\n", "the target is neither a path nor a URL"),
            ("GET / HTTP/1.1\r\nHost: a\0b\r\n\r\n", "a header's value has a NUL or a bare line end"),
            ("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", "the Host header is no host"),
        ] {
            assert_eq!(request(raw.as_bytes()).refusal, Some(why), "{raw:?}");
        }
        for raw in ["CONNECT example.org:443 HTTP/1.1\r\n\r\n", "OPTIONS * HTTP/1.0\r\n\r\n"] {
            assert_eq!(request(raw.as_bytes()).refusal, None, "{raw:?}");
        }
    }
}
