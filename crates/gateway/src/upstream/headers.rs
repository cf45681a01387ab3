//! Header fields between client and upstream: what stays at this hop, what tells who the client is.
use crate::exchange::Exchange;
use http::header::{CONNECTION, HOST, HeaderMap, HeaderName, HeaderValue, TE, VIA};
use std::net::IpAddr;

#[cfg(test)]
mod tests;

/// RFC 9110, section 7.6.1, and what old software treats alike. `TE: trailers` is written anew where it is needed.
fn is_hop(name: &str) -> bool {
    matches!(
        name,
        "connection"
            | "keep-alive"
            | "proxy-connection"
            | "proxy-authenticate"
            | "proxy-authorization"
            | "te"
            | "transfer-encoding"
            | "upgrade"
            | "http2-settings"
    )
}

/// Fields by which a proxy tells an application who the client is or what it really asked for. From a client that is no
/// trusted proxy they are claims, and are taken away.
const CLAIMS: [&str; 18] = [
    "forwarded",
    "x-forwarded",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-port",
    "x-forwarded-proto",
    "x-forwarded-protocol",
    "x-forwarded-ssl",
    "x-forwarded-server",
    "x-forwarded-prefix",
    "x-real-ip",
    "x-client-ip",
    "client-ip",
    "true-client-ip",
    "x-cluster-client-ip",
    "cf-connecting-ip",
    "x-original-url",
    "x-rewrite-url",
];

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const TRACE_PARENT: HeaderName = HeaderName::from_static("traceparent");
const OUR_NAME: HeaderValue = HeaderValue::from_static("1.1 buckler");
const HTTP: HeaderValue = HeaderValue::from_static("http");
const HTTPS: HeaderValue = HeaderValue::from_static("https");

/// Takes away what concerns one hop only, also what `Connection` names.
pub(crate) fn strip_hop(headers: &mut HeaderMap) {
    strip(headers, is_hop);
}

/// Takes away what a test names, one look at each name; and what `Connection` names.
fn strip(headers: &mut HeaderMap, goes: impl Fn(&str) -> bool) {
    let mut gone: Vec<HeaderName> = headers.keys().filter(|name| goes(name.as_str())).cloned().collect();
    if gone.contains(&CONNECTION) {
        gone.extend(named(headers));
    }
    for name in gone {
        headers.remove(name);
    }
}

/// What `Connection` names.
fn named(headers: &HeaderMap) -> impl Iterator<Item = HeaderName> {
    headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| HeaderName::from_bytes(name.trim().as_bytes()).ok())
}

/// Whether a name is a claim, also with `_` for `-` (applications behind CGI see no difference).
fn is_claim(name: &str) -> bool {
    let first = name.as_bytes().first();
    if !matches!(first, Some(b'f' | b'x' | b'c' | b't')) {
        return false;
    }
    let same = |claim: &str| {
        claim.len() == name.len()
            && claim.bytes().zip(name.bytes()).all(|(a, b)| a == b || (a == b'-' && b == b'_'))
    };
    CLAIMS.iter().any(|claim| same(claim))
}

/// What the upstream gets in place of what the client sent.
pub(crate) fn forward(
    exchange: &Exchange<'_>,
    headers: &mut HeaderMap,
    keep_host: bool,
    authority: &HeaderValue,
) {
    let trailers = headers.get_all(TE).iter().any(|value| value.as_bytes().eq_ignore_ascii_case(b"trailers"));
    let connection = exchange.connection;
    let peer = connection.peer.ip().to_canonical();
    let trusted = exchange.gate.stack.address.is_trusted(peer);
    // `Connection` must not take away the host.
    let host =
        headers.remove(HOST).or_else(|| HeaderValue::from_str(exchange.head.uri.authority()?.as_str()).ok());
    strip(headers, |name| {
        is_hop(name) || name == "expect" || name == "forwarded" || (!trusted && is_claim(name))
    });
    headers.reserve(8);
    if trailers {
        headers.insert(TE, HeaderValue::from_static("trailers"));
    }
    if trusted {
        append_for(headers, peer);
    } else {
        headers.insert(FORWARDED_FOR, connection.peer_value.clone());
    }
    if !trusted || !headers.contains_key(FORWARDED_PROTO) {
        headers.insert(FORWARDED_PROTO, if connection.tls.is_some() { HTTPS } else { HTTP });
    }
    if let Some(host) = &host
        && (!trusted || !headers.contains_key(FORWARDED_HOST))
    {
        headers.insert(FORWARDED_HOST, host.clone());
    }
    let host = if keep_host { host.unwrap_or_else(|| authority.clone()) } else { authority.clone() };
    headers.insert(HOST, host);
    headers.append(VIA, OUR_NAME);
    if let Ok(id) = HeaderValue::from_str(&exchange.id) {
        headers.insert(REQUEST_ID, id);
    }
    if let Some(Ok(value)) = exchange.trace.header().map(HeaderValue::try_from) {
        headers.insert(TRACE_PARENT, value);
    }
}

/// An address as a header value.
pub(crate) fn address_value(address: IpAddr) -> HeaderValue {
    // Digits, dots and colons always are a header value.
    HeaderValue::try_from(address.to_string()).unwrap_or(HeaderValue::from_static("unknown"))
}

/// One proxy more in the chain.
fn append_for(headers: &mut HeaderMap, peer: IpAddr) {
    let mut chain: Vec<u8> = Vec::new();
    for value in headers.get_all(FORWARDED_FOR) {
        chain.extend_from_slice(value.as_bytes());
        chain.extend_from_slice(b", ");
    }
    chain.extend_from_slice(peer.to_string().as_bytes());
    let value = HeaderValue::from_bytes(&chain).unwrap_or_else(|_| address_value(peer));
    headers.insert(FORWARDED_FOR, value);
}
