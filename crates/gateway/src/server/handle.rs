//! From a request as HTTP hands it over to an answer: one exchange through the stack, and what is told of it.
use super::Worker;
use super::room::Asked;
use super::total::{self, Total};
use super::wire::{Look, Vital};
use crate::body::{Body, BodyError, ClientBody};
use crate::clock;
use crate::exchange::{Answer, Connection, Decision, Exchange, Kept, is_endless, plain};
use crate::layers::waf::RefusedHead;
use crate::logs::Record;
use crate::path::NormalPath;
use crate::trace;
use crate::upstream::spare;
use crate::{event, path};
use bytes::Bytes;
use http::header::{HOST, HeaderMap, HeaderValue};
use http::{Response, Version, request};
use http_body::{Body as _, Frame, SizeHint};
use hyper::body::Incoming;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::task::{Context, Poll};
use std::time::Duration;

/// The connection is closed without an answer.
#[derive(Debug, thiserror::Error)]
#[error("closed without an answer")]
pub(crate) struct Dropped;

/// In the extensions of an answer: close the connection instead of sending it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DropConnection;

/// One request from its head to its answer's head.
pub(super) async fn request(asked: Asked) -> Result<Response<Tracked>, Dropped> {
    let Asked { worker, connection, vital, request } = asked;
    let moment = clock::now();
    vital.begin();
    let shared = Arc::clone(&worker.shared);
    let now = vital.at(moment.instant);
    let since = vital.since(now);
    let mut running = Running::new(vital, worker, request.version() == Version::HTTP_2, moment);
    let gate = shared.gate.load_full();
    let (head, incoming) = request.into_parts();
    let body = body(incoming, &gate.config.limits);
    let (host, path, odd) = target(&head);
    let route = gate.routes.find(&host, &path, &head.method).or(gate.routes.none()).ok_or(Dropped)?;
    let mut exchange = Exchange {
        gate: &gate,
        shared: &shared,
        route,
        connection: &connection,
        moment,
        id: id(moment.micros),
        trace: trace::Context::of(&head.headers, &gate.config.trace),
        host,
        path,
        odd,
        upgrade: head.headers.get(http::header::UPGRADE).cloned(),
        head,
        body,
        client: connection.peer.ip().to_canonical(),
        told_origin: None,
        fingerprint: None,
        cost: None,
        identity: None,
        waf: None,
        uninspected: None,
        decisions: Vec::new(),
        answered_by: "",
        answer_headers: Vec::new(),
        kept: Vec::new(),
        cache: Default::default(),
        rate: Default::default(),
        upstream: Default::default(),
    };
    let wants_record = shared.logs.wants_access() || exchange.trace.sampled;
    let seen = wants_record
        .then(|| (exchange.head.method.clone(), exchange.head.uri.clone(), exchange.head.headers.clone()));
    running.total().begin(since, now, exchange.total_ms(exchange.is_grpc_call()));
    let ran = {
        // Pinned here: handed over by value, the future of the whole stack would be kept twice.
        let run = std::pin::pin!(gate.stack.run(&mut exchange));
        total::within(running.total(), run).await
    };
    let mut answer = match ran {
        Some(answer) => answer,
        None => late(&mut exchange, running.total()),
    };
    if is_endless(&answer) {
        running.total().set(since, exchange.total_ms(true));
    }
    for (name, value) in exchange.answer_headers.drain(..) {
        answer.headers_mut().append(name, value);
    }
    gate.stack.waf.finish(&mut exchange);
    tell(&exchange, &answer);
    if let Some((method, uri, headers)) = seen {
        running.record = Some(Box::new(Record::of(&exchange, &answer, (&method, &uri, &headers))));
    }
    running.kept = std::mem::take(&mut exchange.kept);
    spare::give_map(std::mem::take(&mut exchange.head.headers));
    shared.metrics.answered(route.index, answer.status());
    finish(&exchange, answer, running)
}

/// What the client sends, bounded in bytes and time.
fn body(incoming: Incoming, limits: &crate::config::Limits) -> Body {
    if incoming.is_end_stream() {
        return Body::Empty;
    }
    let end = tokio::time::Instant::now() + Duration::from_millis(limits.body_total_ms);
    let idle = Duration::from_millis(limits.body_idle_ms);
    Body::Client(Box::new(ClientBody::new(incoming, limits.body_bytes_max, idle, end)))
}

/// The request took longer than it may. Who did not send its body in time hears that; otherwise it was our side.
fn late(exchange: &mut Exchange<'_>, total: &Total) -> Answer {
    total.end();
    exchange.shared.metrics.requests_late.inc();
    exchange.answered_by = "limits";
    let status = match exchange.body {
        Body::Client(_) => http::StatusCode::REQUEST_TIMEOUT,
        _ => http::StatusCode::GATEWAY_TIMEOUT,
    };
    let reason = format!("no answer within {} milliseconds", exchange.total_ms(exchange.is_grpc_call()));
    exchange.decisions.push(Decision { layer: "limits", reason, refused: true, rules: Vec::new() });
    plain(status)
}

/// Wraps the answer so that its end is seen.
fn finish(
    exchange: &Exchange<'_>,
    answer: Answer,
    mut running: Running,
) -> Result<Response<Tracked>, Dropped> {
    if answer.extensions().get::<DropConnection>().is_some() {
        if running.http2 {
            running.vital.kill();
        }
        return Err(Dropped);
    }
    let (mut head, body) = answer.into_parts();
    if head.status == http::StatusCode::SWITCHING_PROTOCOLS {
        running.vital.upgraded.store(true, Relaxed);
    }
    let most = exchange.gate.config.limits.requests_per_connection_max;
    let last = running.vital.requests.load(Relaxed) >= most;
    if running.http2 {
        if last {
            running.vital.kill();
        }
    } else if last || exchange.answered_by == "limits" {
        // What was refused for its shape may be followed by anything.
        head.headers.insert(http::header::CONNECTION, HeaderValue::from_static("close"));
    }
    if body.is_end_stream() {
        running.done = true;
    } else {
        running.total().answered();
        running.told = exchange.shared.logs.wants_events().then(|| Arc::clone(exchange.connection));
    }
    Ok(Response::from_parts(head, Tracked { body, running }))
}

/// Metrics, events and the log of matches.
fn tell(exchange: &Exchange<'_>, answer: &Answer) {
    for decision in &exchange.decisions {
        exchange.shared.metrics.decided(decision.layer, decision.refused);
    }
    if exchange.shared.logs.wants_events()
        && (exchange.gate.config.log.events_of_passed || !exchange.decisions.is_empty())
    {
        event::emit(exchange, answer);
    }
}

/// A request that was refused before it was one: unclean framing, or nothing that the HTTP library can read.
pub(super) fn note_unread(worker: &Worker, connection: &Connection, reason: String, rules: Vec<u64>) {
    worker.shared.metrics.framing_refused.inc();
    let decision = Decision { layer: "framing", reason, refused: true, rules };
    worker.shared.metrics.decided(decision.layer, true);
    if worker.shared.logs.wants_events() {
        event::emit_connection(&worker.shared, connection, &decision, Some(400));
    }
}

/// How the rules look at a request whose head is refused on this connection.
pub(super) fn look(worker: &Arc<Worker>, connection: &Arc<Connection>) -> Look {
    let (worker, connection) = (Arc::clone(worker), Arc::clone(connection));
    Box::new(move |bytes| {
        let moment = clock::now();
        let gate = worker.shared.gate.load_full();
        let refused =
            RefusedHead { shared: &worker.shared, connection: &connection, moment, id: id(moment.micros) };
        gate.stack.waf.refused_head(&gate, &refused, bytes)
    })
}

/// Host in lower case without port, path in normal form, and what is wrong with either.
fn target(head: &request::Parts) -> (String, NormalPath, Option<String>) {
    let mut odd = None;
    let mut hosts = head.headers.get_all(HOST).iter();
    let named = hosts.next();
    if hosts.next().is_some() {
        odd = Some("more than one `Host`".to_owned());
    }
    let authority = head.uri.authority().map(|authority| authority.as_str());
    let host = match (authority, named.map(|value| value.to_str())) {
        (Some(authority), Some(named))
            if !named.as_ref().is_ok_and(|named| named.eq_ignore_ascii_case(authority)) =>
        {
            odd = Some("the target's authority and `Host` differ".to_owned());
            authority
        }
        (Some(authority), _) => authority,
        (None, Some(Ok(named))) => named,
        (None, Some(Err(_))) => {
            odd = Some("`Host` is no host name".to_owned());
            ""
        }
        (None, None) => "",
    };
    // RFC 9110, section 4.2.1: a URI of HTTP without a host is invalid.
    let is_nobody = host.is_empty() && named.is_some() && head.version != Version::HTTP_10;
    let Some(name) = host_name(host).filter(|_| !is_nobody) else {
        return (String::new(), NormalPath::default(), Some("`Host` is no host name".to_owned()));
    };
    match path::normalise(head.uri.path()) {
        Ok(path) => (name, path, odd),
        Err(_) if head.uri.path() == "*" && head.method == http::Method::OPTIONS => {
            (name, path::normalise("/").unwrap_or_default(), odd)
        }
        Err(_) if head.method == http::Method::CONNECT && head.uri.path().is_empty() => {
            (name, NormalPath::default(), odd)
        }
        Err(error) => (name, NormalPath::default(), odd.or(Some(error.to_string()))),
    }
}

/// RFC 9110, section 7.2: a name or an address, and a port; no user information, nothing odd.
fn host_name(host: &str) -> Option<String> {
    let (name, port) = match host.strip_prefix('[') {
        Some(rest) => {
            let (address, port) = rest.split_once(']')?;
            address.parse::<std::net::Ipv6Addr>().ok()?;
            (host.get(..address.len() + 2)?, port.strip_prefix(':').unwrap_or(port))
        }
        None => host.split_once(':').unwrap_or((host, "")),
    };
    let fits = name.bytes().all(|byte| {
        matches!(byte, b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'[' | b']' | b':')
    });
    let port_fits = port.len() <= 5 && port.bytes().all(|byte| byte.is_ascii_digit());
    (fits && port_fits).then(|| name.trim_end_matches('.').to_ascii_lowercase())
}

/// A name for this request, unique in this process and very likely anywhere.
fn id(micros: u64) -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Relaxed);
    let mut id = Vec::with_capacity(24);
    for (number, digits) in [(micros, 14), (count, 8)] {
        id.extend((0..digits).rev().map(|at| digit(number >> (4 * at))));
    }
    String::from_utf8(id).unwrap_or_default()
}

/// The last digit of a number in hexadecimal.
fn digit(number: u64) -> u8 {
    const DIGITS: [u8; 16] = *b"0123456789abcdef";
    DIGITS.get((number & 15) as usize).copied().unwrap_or(b'0')
}

/// A request that is under way, until its answer's last byte.
pub(crate) struct Running {
    vital: Arc<Vital>,
    worker: Arc<Worker>,
    /// HTTP/2: the stream's time; HTTP/1: the connection has it.
    total: Option<Arc<Total>>,
    http2: bool,
    done: bool,
    bytes: u64,
    record: Option<Box<Record>>,
    /// Where an answer that is cut off is told.
    told: Option<Arc<Connection>>,
    /// Places, given back with it.
    kept: Kept,
    moment: clock::Moment,
}

impl Running {
    fn new(vital: Arc<Vital>, worker: Arc<Worker>, http2: bool, moment: clock::Moment) -> Self {
        let total = total::of_stream();
        let kept = Vec::new();
        Self { vital, worker, total, http2, done: false, bytes: 0, record: None, told: None, kept, moment }
    }

    fn total(&self) -> &Total {
        self.total.as_deref().unwrap_or(&self.vital.total)
    }

    /// An answer is cut off, since its time is over.
    fn cut(&self) {
        let shared = &self.worker.shared;
        shared.metrics.requests_late.inc();
        if let Some(connection) = &self.told {
            let reason = "an answer took longer than it may, and was cut off".to_owned();
            let decision = Decision { layer: "limits", reason, refused: true, rules: Vec::new() };
            event::emit_connection(shared, connection, &decision, None);
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let shared = &self.worker.shared;
        if self.http2 && !self.done {
            self.vital.reset(shared.with_limits(|limits| limits.resets_max));
        }
        let now = clock::instant();
        self.vital.end(now);
        if self.total().is_late() && !self.done {
            self.cut();
        }
        self.total().end();
        let took = now.saturating_duration_since(self.moment.instant);
        shared.metrics.seconds.observe(took.as_secs_f64());
        if let Some(record) = self.record.take() {
            shared.logs.access(&record, self.bytes, took, self.done);
            if record.context.sampled {
                let (method, route, status) = record.facts();
                let end_micros =
                    self.moment.micros.saturating_add(u64::try_from(took.as_micros()).unwrap_or(0));
                let span = trace::Span {
                    context: record.context,
                    name: format!("{method} {route}"),
                    start_micros: self.moment.micros,
                    end_micros,
                    status,
                    route: route.to_owned(),
                };
                shared.spans.push(span, shared.gate.load().config.trace.waiting_max);
            }
        }
    }
}

/// An answer's body, counted.
pub(crate) struct Tracked {
    body: Body,
    running: Running,
}

impl http_body::Body for Tracked {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        if self.running.total().is_late() {
            return Poll::Ready(Some(Err(BodyError::Slow)));
        }
        let polled = Pin::new(&mut self.body).poll_frame(cx);
        match &polled {
            Poll::Ready(Some(Ok(frame))) => {
                self.running.bytes += frame.data_ref().map_or(0, |data| data.len() as u64);
                if self.body.is_end_stream() {
                    self.running.done = true;
                }
            }
            Poll::Ready(None) => self.running.done = true,
            Poll::Ready(Some(Err(_))) | Poll::Pending => {}
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// What the access log needs of a request that the upstream layer takes apart.
pub(crate) type Seen<'a> = (&'a http::Method, &'a http::Uri, &'a HeaderMap);
