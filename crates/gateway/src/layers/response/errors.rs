//! Error bodies of the upstream, replaced by ones that tell nothing but the request's id (RFC 9457).
use super::Replaced;
use crate::body::Body;
use crate::exchange::Answer;
use http::StatusCode;
use http::header::{
    ACCEPT, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_LENGTH, CONTENT_TYPE, ETAG, HeaderMap,
    HeaderValue, LAST_MODIFIED, TRANSFER_ENCODING,
};

/// Whether an answer's body is to be replaced.
pub(super) fn is_replaced(which: Replaced, status: StatusCode) -> bool {
    match which {
        Replaced::None => false,
        Replaced::Server => status.is_server_error(),
        Replaced::All => status.is_server_error() || status.is_client_error(),
    }
}

/// The same status and fields, another body: a problem for programs, a line for people.
pub(super) fn replace(id: &str, request: &HeaderMap, answer: &mut Answer) {
    let status = answer.status();
    let title = status.canonical_reason().unwrap_or("Error");
    let wants_page = request
        .get(ACCEPT)
        .is_some_and(|value| value.as_bytes().windows(9).any(|window| window == b"text/html"));
    let (kind, body) = if wants_page {
        ("text/plain; charset=utf-8", format!("{title}\nRequest {id}\n"))
    } else {
        let value = serde_json::json!({
            "type": "about:blank", "title": title, "status": status.as_u16(), "instance": format!("urn:request:{id}"),
        });
        ("application/problem+json", value.to_string())
    };
    let headers = answer.headers_mut();
    for name in [CONTENT_ENCODING, CONTENT_LANGUAGE, ETAG, LAST_MODIFIED, TRANSFER_ENCODING] {
        headers.remove(name);
    }
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    *answer.body_mut() = Body::full(body);
}
