//! One request on its way through the stack, and what the layers learnt of it.
use crate::body::{Body, BodyError};
use crate::clock::Moment;
use crate::gate::Gate;
use crate::layers;
use crate::path::NormalPath;
use crate::route::Route;
use crate::server::Shared;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use http::{StatusCode, request};
use std::net::{IpAddr, SocketAddr};
use std::ops::ControlFlow;
use std::sync::Arc;

/// What goes back to the client.
pub(crate) type Answer = http::Response<Body>;

/// Go on to the next layer, or answer now. `?` works on it.
pub(crate) type Flow = ControlFlow<Answer>;

/// What is held for a request until its end.
pub(crate) type Kept = Vec<Box<dyn std::any::Any + Send>>;

/// What is known of a connection.
#[derive(Debug)]
pub(crate) struct Connection {
    /// Who connected to us: a client or a proxy.
    pub(crate) peer: SocketAddr,
    pub(crate) local: SocketAddr,
    /// The peer's address as `X-Forwarded-For` names it.
    pub(crate) peer_value: HeaderValue,
    pub(crate) tls: Option<TlsFacts>,
}

/// What the TLS handshake told.
#[derive(Debug)]
pub(crate) struct TlsFacts {
    pub(crate) server_name: Option<String>,
    pub(crate) version: &'static str,
    /// What kind of program the client is (JA4); `None` where its `ClientHello` could not be read.
    pub(crate) ja4: Option<Arc<str>>,
    /// The client's certificate chain in DER, verified, its own first; empty where none was shown.
    pub(crate) client_chain: Vec<rustls_pki_types::CertificateDer<'static>>,
}

/// What a layer decided, for logs, metrics and events.
#[derive(Clone, Debug)]
pub(crate) struct Decision {
    /// The layer's name.
    pub(crate) layer: &'static str,
    /// Why, in words that hold no secret and no value of the client's beyond 200 bytes.
    pub(crate) reason: String,
    /// Whether the request was stopped; else it was only noted (mode `detect`).
    pub(crate) refused: bool,
    /// The rules that matched, of the layers that have rules.
    pub(crate) rules: Vec<u64>,
}

/// One request on its way.
pub(crate) struct Exchange<'g> {
    pub(crate) gate: &'g Gate,
    pub(crate) shared: &'g Arc<Shared>,
    /// The route; [`Gate`]'s own route without an upstream where none fits.
    pub(crate) route: &'g Route,
    pub(crate) connection: &'g Arc<Connection>,
    /// When the head had arrived.
    pub(crate) moment: Moment,
    /// `UNIQUE_ID`, `X-Request-Id`
    pub(crate) id: String,
    /// The head as the client sent it. The upstream layer takes it apart.
    pub(crate) head: request::Parts,
    /// In lower case and without port.
    pub(crate) host: String,
    pub(crate) path: NormalPath,
    /// What is wrong with host or path; the limits layer refuses it.
    pub(crate) odd: Option<String>,
    /// What protocol the client wants to change to.
    pub(crate) upgrade: Option<HeaderValue>,
    pub(crate) body: Body,
    /// Who the client is: the peer until the address layer knows better.
    pub(crate) client: IpAddr,
    /// Where the client sees us (`https://host`), as a trusted proxy says; `None`: as this connection does.
    pub(crate) told_origin: Option<String>,
    /// What kind of program the client is (JA4), once the address layer knows who tells it.
    pub(crate) fingerprint: Option<Arc<str>>,
    /// What the request costs against limits, where a layer knows better than its route (GraphQL).
    pub(crate) cost: Option<u32>,
    /// Who it is, once proven.
    pub(crate) identity: Option<access::Identity>,
    /// The inspection under way.
    pub(crate) waf: Option<waf::Transaction<'g>>,
    /// What the rules did not see; told in log and events.
    pub(crate) uninspected: Option<&'static str>,
    pub(crate) decisions: Vec<Decision>,
    /// The layer that answered; `upstream` when no layer stopped the request.
    pub(crate) answered_by: &'static str,
    /// Header fields that a layer wants on whatever answer goes back (cookies of a login, for instance).
    pub(crate) answer_headers: Vec<(HeaderName, HeaderValue)>,
    /// Places that are given back when the last byte of the answer has gone.
    pub(crate) kept: Kept,
    pub(crate) trace: crate::trace::Context,
    // What layers keep between the way in and the way back.
    pub(crate) cache: layers::cache::Ticket,
    pub(crate) rate: layers::rate::Ticket,
    pub(crate) upstream: layers::upstream::Ticket,
}

impl Exchange<'_> {
    /// Refuses the request: notes why, and answers. The client learns the status, never the reason.
    pub(crate) fn refuse(
        &mut self,
        layer: &'static str,
        status: StatusCode,
        reason: impl Into<String>,
    ) -> Flow {
        self.decisions.push(Decision { layer, reason: reason.into(), refused: true, rules: Vec::new() });
        self.answer(layer, plain(status))
    }

    /// Answers in place of the upstream; no refusal (a cached answer, a page of a login).
    pub(crate) fn answer(&mut self, layer: &'static str, answer: Answer) -> Flow {
        self.answered_by = layer;
        Flow::Break(answer)
    }

    /// Notes what would have been refused in mode `block`.
    pub(crate) fn note(&mut self, layer: &'static str, reason: impl Into<String>) {
        self.decisions.push(Decision { layer, reason: reason.into(), refused: false, rules: Vec::new() });
    }

    /// The whole body, held in memory; the next layers and the upstream get it, too. `None` when it is no body to
    /// wait for (gRPC, an upgrade): those are streams. Too large is refused here.
    ///
    /// # Errors
    /// The answer to give: 413 past the limit, 400 when the client broke off or the framing was wrong, 408 when it was too slow.
    pub(crate) async fn whole_body(&mut self, layer: &'static str) -> ControlFlow<Answer, Option<Bytes>> {
        if self.is_stream() {
            return ControlFlow::Continue(None);
        }
        let most = self.gate.config.limits.buffered_bytes_max;
        match self.body.whole(most).await {
            Ok(bytes) => ControlFlow::Continue(Some(bytes)),
            Err(error) => {
                let status = error.status();
                let flow = self.refuse(layer, status, error.to_string());
                // What is left of the body may be anything: the connection is closed as for every refusal of that layer.
                self.answered_by = "limits";
                match flow {
                    ControlFlow::Break(answer) => ControlFlow::Break(answer),
                    ControlFlow::Continue(()) => ControlFlow::Continue(None),
                }
            }
        }
    }

    /// Whether the request's body is a stream that may never end: gRPC, upgrades, extended CONNECT. A header field alone makes no
    /// stream of a body: gRPC needs HTTP/2 to the upstream, and an upgrade goes on without a body.
    pub(crate) fn is_stream(&self) -> bool {
        self.is_grpc_call()
            || (self.upgrade.is_some() && crate::websocket::is_upgrade(&self.head))
            || self.head.method == http::Method::CONNECT
    }

    /// Where the client sees us, without a slash at the end: behind a proxy that ends TLS not where we see ourselves.
    pub(crate) fn origin(&self) -> String {
        if let Some(told) = &self.told_origin {
            return told.clone();
        }
        let scheme = if self.connection.tls.is_some() { "https" } else { "http" };
        format!("{scheme}://{}", self.authority())
    }

    /// The host that was asked for, with its port where one was named.
    pub(crate) fn authority(&self) -> &str {
        let named = self.head.headers.get(http::header::HOST).and_then(|host| host.to_str().ok());
        self.head.uri.authority().map(|one| one.as_str()).or(named).unwrap_or_default()
    }

    /// Whether the request is gRPC, on a route that is for it. Elsewhere the media type is but a claim of the client, and
    /// hides nothing.
    pub(crate) fn is_grpc_call(&self) -> bool {
        self.route.settings.grpc && is_grpc_itself(&self.head.headers)
    }

    /// How long the request may take in all, in milliseconds; 0: as long as it likes.
    pub(crate) fn total_ms(&self, is_stream: bool) -> u64 {
        let (own, general) = (&self.route.settings, &self.gate.config.limits);
        if is_stream {
            own.stream_total_ms.unwrap_or(general.stream_total_ms)
        } else {
            own.request_total_ms.unwrap_or(general.request_total_ms)
        }
    }
}

impl std::fmt::Debug for Exchange<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Exchange").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Whether a request is gRPC itself (`application/grpc`, `application/grpc+proto`), not gRPC-Web or another relative.
fn is_grpc_itself(headers: &HeaderMap) -> bool {
    let mut values = headers.get_all(CONTENT_TYPE).iter();
    let rest = values.next().and_then(|value| value.as_bytes().strip_prefix(b"application/grpc"));
    values.next().is_none() && rest.is_some_and(|rest| matches!(rest.first(), None | Some(b'+' | b';')))
}

/// Whether nobody knows when an answer ends: upgrades, gRPC, server-sent events and the like.
pub(crate) fn is_endless(answer: &Answer) -> bool {
    answer.status() == StatusCode::SWITCHING_PROTOCOLS
        || answer.headers().get(CONTENT_TYPE).is_some_and(|value| is_endless_type(value.as_bytes()))
}

/// The same, by the media type.
pub(crate) fn is_endless_type(media: &[u8]) -> bool {
    media.starts_with(b"text/event-stream")
        || media.starts_with(b"application/grpc")
        || media.starts_with(b"multipart/x-mixed")
}

/// Whether a message is gRPC, or of its family.
pub(crate) fn is_grpc(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_TYPE).is_some_and(|value| value.as_bytes().starts_with(b"application/grpc"))
}

/// A short answer without anything of the request in it.
pub(crate) fn plain(status: StatusCode) -> Answer {
    let text = status.canonical_reason().unwrap_or("Refused");
    let mut answer = http::Response::new(Body::full(Bytes::from_static(text.as_bytes())));
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    answer
}

impl BodyError {
    /// What the client is told.
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Slow => StatusCode::REQUEST_TIMEOUT,
            Self::Broken(_) => StatusCode::BAD_REQUEST,
        }
    }
}
