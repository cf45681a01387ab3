//! Header fields between client and upstream: what stays at this hop, what tells who the client is.
use crate::exchange::{Connection, Exchange};
use http::header::{
    CONNECTION, CONTENT_LENGTH, HOST, HeaderMap, HeaderName, HeaderValue, TE, TRANSFER_ENCODING, VIA,
};
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

/// Fields by which a proxy, a content delivery network or a load balancer tells an application where the client is, who it is, or what
/// it really asked for. From a client that is no trusted proxy they are claims, and are taken away.
const CLAIMS: [&str; 48] = [
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
    "x-remote-ip",
    "x-remote-addr",
    "x-originating-ip",
    "x-original-forwarded-for",
    "x-envoy-external-address",
    // Cloudflare, Akamai's above, Fastly, Azure Front Door, App Engine, CloudFront, and platforms of others.
    "cf-connecting-ip",
    "cf-connecting-ipv6",
    "cf-pseudo-ipv4",
    "fastly-client-ip",
    "x-azure-clientip",
    "x-azure-socketip",
    "x-appengine-user-ip",
    "cloudfront-viewer-address",
    "fly-client-ip",
    "x-nf-client-connection-ip",
    "x-vercel-forwarded-for",
    // Who the client is: Application Load Balancer, App Service, Identity-Aware Proxy, and what applications take from their own proxy.
    "x-amzn-oidc-data",
    "x-amzn-oidc-identity",
    "x-amzn-oidc-accesstoken",
    "x-amzn-mtls-clientcert",
    "x-amzn-mtls-clientcert-leaf",
    "x-amzn-mtls-clientcert-subject",
    "x-amzn-mtls-clientcert-issuer",
    "x-amzn-mtls-clientcert-serial-number",
    "x-amzn-mtls-clientcert-validity",
    "x-ms-client-principal",
    "x-ms-client-principal-id",
    "x-ms-client-principal-name",
    "x-goog-authenticated-user-email",
    "x-goog-authenticated-user-id",
    "x-remote-user",
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

/// What the upstream is told of a request beside what the client sent.
pub(crate) struct Told<'e> {
    peer: IpAddr,
    /// It, as a header value.
    peer_value: &'e HeaderValue,
    /// Whether it is a proxy that is trusted.
    trusted: bool,
    is_secure: bool,
    /// As the client named it.
    host: Option<HeaderValue>,
    /// The client's host goes on, not the upstream's.
    keep_host: bool,
    authority: &'e HeaderValue,
    id: &'e str,
    trace: Option<String>,
}

impl<'e> Told<'e> {
    /// Of a request to an address with this `authority`.
    pub(crate) fn of(
        exchange: &'e Exchange<'_>,
        sent: &HeaderMap,
        keep_host: bool,
        authority: &'e HeaderValue,
    ) -> Self {
        let connection: &Connection = exchange.connection;
        let peer = connection.peer.ip().to_canonical();
        let named = sent.get(HOST).cloned();
        let target = || HeaderValue::from_str(exchange.head.uri.authority()?.as_str()).ok();
        Self {
            peer,
            peer_value: &connection.peer_value,
            trusted: exchange.gate.stack.address.is_trusted(peer),
            is_secure: connection.tls.is_some(),
            host: named.or_else(target),
            keep_host,
            authority,
            id: &exchange.id,
            trace: exchange.trace.header(),
        }
    }

    fn scheme(&self) -> HeaderValue {
        if self.is_secure { HTTPS } else { HTTP }
    }

    /// What goes out as `Host`.
    fn host(&self) -> &HeaderValue {
        match &self.host {
            Some(host) if self.keep_host => host,
            _ => self.authority,
        }
    }

    /// Whether a field of the client goes no further, for its name alone.
    fn goes(&self, name: &str) -> bool {
        is_hop(name) || name == "expect" || name == "forwarded" || (!self.trusted && is_claim(name))
    }

    /// The fields that the upstream gets in place of those of the client.
    pub(crate) fn forward(&self, mut headers: HeaderMap) -> HeaderMap {
        let trailers = has_trailers(&headers);
        // `Connection` must not take away the host.
        headers.remove(HOST);
        strip(&mut headers, |name| self.goes(name));
        headers.reserve(8);
        if trailers {
            headers.insert(TE, HeaderValue::from_static("trailers"));
        }
        if self.trusted {
            let chain = chain(&headers, self.peer);
            headers.insert(FORWARDED_FOR, chain);
        } else {
            headers.insert(FORWARDED_FOR, self.peer_value.clone());
        }
        if !self.trusted || !headers.contains_key(FORWARDED_PROTO) {
            headers.insert(FORWARDED_PROTO, self.scheme());
        }
        if let Some(host) = &self.host
            && (!self.trusted || !headers.contains_key(FORWARDED_HOST))
        {
            headers.insert(FORWARDED_HOST, host.clone());
        }
        headers.insert(HOST, self.host().clone());
        headers.append(VIA, OUR_NAME);
        if let Ok(id) = HeaderValue::from_str(self.id) {
            headers.insert(REQUEST_ID, id);
        }
        if let Some(Ok(value)) = self.trace.as_ref().map(HeaderValue::try_from) {
            headers.insert(TRACE_PARENT, value);
        }
        headers
    }

    /// The same as lines of HTTP/1.1, written straight from what the client sent. Framing is left out, and written by whoever knows
    /// the body: gives whether the client named a length.
    pub(crate) fn write(&self, sent: &HeaderMap, out: &mut Vec<u8>) -> bool {
        if names_more(sent) {
            // Seldom: what one field says of others is worked out on a copy.
            let headers = self.forward(sent.clone());
            headers.iter().filter(|(name, _)| !is_framing(name)).for_each(|field| line(out, field));
            return headers.contains_key(CONTENT_LENGTH);
        }
        let mut told = false;
        for (name, value) in sent {
            if is_framing(name) {
                told |= *name == CONTENT_LENGTH;
            } else if !(*name == HOST
                || *name == REQUEST_ID
                || *name == FORWARDED_FOR
                || (self.trace.is_some() && *name == TRACE_PARENT)
                || self.goes(name.as_str()))
            {
                line(out, (name, value));
            }
        }
        if has_trailers(sent) {
            out.extend_from_slice(b"te: trailers\r\n");
        }
        match self.trusted {
            true => line(out, (&FORWARDED_FOR, &chain(sent, self.peer))),
            false => line(out, (&FORWARDED_FOR, self.peer_value)),
        }
        if !self.trusted || !sent.contains_key(FORWARDED_PROTO) {
            line(out, (&FORWARDED_PROTO, &self.scheme()));
        }
        if let Some(host) = &self.host
            && (!self.trusted || !sent.contains_key(FORWARDED_HOST))
        {
            line(out, (&FORWARDED_HOST, host));
        }
        line(out, (&HOST, self.host()));
        line(out, (&VIA, &OUR_NAME));
        out.extend_from_slice(b"x-request-id: ");
        out.extend_from_slice(self.id.as_bytes());
        out.extend_from_slice(b"\r\n");
        if let Some(trace) = &self.trace {
            out.extend_from_slice(b"traceparent: ");
            out.extend_from_slice(trace.as_bytes());
            out.extend_from_slice(b"\r\n");
        }
        told
    }
}

/// Whether `Connection` names fields that would go on but for it.
fn names_more(headers: &HeaderMap) -> bool {
    let words =
        headers.get_all(CONNECTION).iter().flat_map(|value| value.as_bytes().split(|byte| *byte == b','));
    let usual = [&b""[..], b"close", b"keep-alive", b"te", b"upgrade"];
    words.map(<[u8]>::trim_ascii).any(|word| !usual.iter().any(|usual| word.eq_ignore_ascii_case(usual)))
}

fn has_trailers(headers: &HeaderMap) -> bool {
    headers.get_all(TE).iter().any(|value| value.as_bytes().eq_ignore_ascii_case(b"trailers"))
}

/// Whether a field says where the body ends.
pub(super) fn is_framing(name: &HeaderName) -> bool {
    *name == CONTENT_LENGTH || *name == TRANSFER_ENCODING
}

/// Without the white space that may stand around a value (RFC 9110, section 5.6.3), and no other.
pub(crate) fn trimmed(mut value: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] = value {
        value = rest;
    }
    while let [rest @ .., b' ' | b'\t'] = value {
        value = rest;
    }
    value
}

/// One field of a head.
pub(super) fn line(out: &mut Vec<u8>, (name, value): (&HeaderName, &HeaderValue)) {
    out.extend_from_slice(name.as_str().as_bytes());
    out.extend_from_slice(b": ");
    out.extend_from_slice(value.as_bytes());
    out.extend_from_slice(b"\r\n");
}

/// An address as a header value.
pub(crate) fn address_value(address: IpAddr) -> HeaderValue {
    // Digits, dots and colons always are a header value.
    HeaderValue::try_from(address.to_string()).unwrap_or(HeaderValue::from_static("unknown"))
}

/// One proxy more in the chain.
fn chain(headers: &HeaderMap, peer: IpAddr) -> HeaderValue {
    let mut chain: Vec<u8> = Vec::new();
    for value in headers.get_all(FORWARDED_FOR) {
        chain.extend_from_slice(value.as_bytes());
        chain.extend_from_slice(b", ");
    }
    chain.extend_from_slice(peer.to_string().as_bytes());
    HeaderValue::from_bytes(&chain).unwrap_or_else(|_| address_value(peer))
}
