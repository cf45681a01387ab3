//! Where the request goes: the last layer, which answers what no layer before it answered.
use super::Layer;
use crate::body::Body;
use crate::config::{Config, ConfigError};
use crate::exchange::{Answer, Decision, Exchange, is_endless, plain};
use crate::upstream::pool::{self, Failure, SendError, Wait, Whole};
use crate::upstream::token::NoToken;
use crate::upstream::{Address, Place, Upstream as Target, headers, lambda, stream};
use crate::{clock, websocket};
use access::concurrency::{Busy, Outcome, Who};
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HOST, HeaderMap, HeaderValue, RETRY_AFTER, VIA};
use http::{Method, Request, StatusCode, Uri, Version};
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

/// What the layer remembers of a request.
#[derive(Debug, Default)]
pub(crate) struct Ticket {
    /// The address that answered.
    pub(crate) address: Option<Arc<Address>>,
    /// Times that the request was sent again.
    pub(crate) retries: u32,
}

/// The layer.
#[derive(Debug)]
pub(crate) struct Upstream {
    by_name: BTreeMap<String, Arc<Target>>,
    /// In the order of the routes; `None`: no route fits.
    by_route: Vec<Option<Arc<Target>>>,
}

impl Layer for Upstream {
    const NAME: &'static str = "upstream";

    fn build(config: &Config, before: Option<&Self>) -> Result<Self, ConfigError> {
        let mut by_name = BTreeMap::new();
        for (name, settings) in &config.upstream {
            // What did not change keeps its health and its connections.
            let same = before
                .and_then(|before| before.by_name.get(name))
                .filter(|target| format!("{:?}", target.settings) == format!("{settings:?}"));
            let target = match same {
                Some(target)
                    if target.settings.authorities.is_none() && target.settings.certificate.is_none() =>
                {
                    target.signer.iter().for_each(crate::upstream::lambda::Signer::look_again);
                    Arc::clone(target)
                }
                _ => Arc::new(Target::build(config, name, settings)?),
            };
            by_name.insert(name.clone(), target);
        }
        let mut by_route: Vec<_> =
            config.route.iter().map(|route| by_name.get(&route.upstream).cloned()).collect();
        by_route.push(None);
        Ok(Self { by_name, by_route })
    }
}

impl Upstream {
    /// Every upstream, for the administrator.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Arc<Target>> {
        self.by_name.values()
    }

    /// Sends the request and gives the head of the answer.
    pub(crate) async fn send(&self, exchange: &mut Exchange<'_>) -> Answer {
        exchange.answered_by = Self::NAME;
        let Some(target) = self.by_route.get(exchange.route.index).and_then(Option::as_ref) else {
            exchange.answered_by = "route";
            return plain(StatusCode::NOT_FOUND);
        };
        let Some(place) = target.enter() else {
            return failed(exchange, target, StatusCode::SERVICE_UNAVAILABLE, "too many requests under way");
        };
        let mut begun = None;
        let permit = match &target.places {
            None => None,
            Some(places) => {
                begun = Some(clock::instant());
                let anybody = Who::Address(std::net::IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED));
                match places.enter(anybody, exchange.route.settings.priority).await {
                    Ok(permit) => Some(permit),
                    Err(busy) => return crowded(exchange, target, busy),
                }
            }
        };
        if let Some(tokens) = &target.tokens
            && let Err(why) = Box::pin(tokens.show(exchange)).await
        {
            return without_token(exchange, target, &why);
        }
        if let Some(signer) = &target.signer
            && let Err(why) = Box::pin(signer.refresh()).await
        {
            return without_token(exchange, target, &NoToken::Key(why));
        }
        if exchange.upgrade.is_some() && websocket::is_upgrade(&exchange.head) {
            // A tunnel says nothing of how long requests take: its place is free again once it stands.
            drop(permit);
            return Box::pin(self.upgrade(exchange, target, place)).await;
        }
        if target.invokes() || target.signer.is_some() {
            match exchange.whole_body(Self::NAME).await {
                ControlFlow::Break(answer) => return answer,
                ControlFlow::Continue(Some(_)) => {}
                ControlFlow::Continue(None) => {
                    return failed(
                        exchange,
                        target,
                        StatusCode::NOT_IMPLEMENTED,
                        "a stream cannot become an event",
                    );
                }
            }
        }
        let mut answer = attempts(exchange, target).await;
        if let Some(permit) = permit {
            let took = begun.map(|begun| begun.elapsed()).unwrap_or_default();
            permit.sample(clock::now().steady, outcome(exchange, &answer, took));
            if !is_endless(&answer) {
                exchange.kept.push(Box::new(permit));
            }
        }
        if target.invokes() && exchange.answered_by == Self::NAME {
            answer = decoded(exchange, target, answer).await;
        }
        if exchange.answered_by == Self::NAME {
            headers::strip_hop(answer.headers_mut());
            answer.headers_mut().append(VIA, HeaderValue::from_static("1.1 buckler"));
        }
        if !answer_is_whole(answer.body()) {
            // The place is kept until the last byte.
            exchange.kept.push(Box::new(place));
        }
        answer
    }

    async fn upgrade(&self, exchange: &mut Exchange<'_>, target: &Arc<Target>, place: Place) -> Answer {
        if !exchange.route.settings.upgrade {
            exchange.note(Self::NAME, "an upgrade was asked for; the route does not allow it");
            return plain(StatusCode::NOT_IMPLEMENTED);
        }
        let Some(address) = target.pick(exchange.moment.micros / 1000, None) else {
            return resting(exchange, target);
        };
        exchange.upstream.address = Some(Arc::clone(address));
        let request = build(exchange, target, address, Body::Empty);
        match websocket::tunnel(exchange, address, request, place).await {
            Ok(answer) => answer,
            Err(failure) => {
                address.health.bad(exchange.moment.micros / 1000);
                failed(exchange, target, status_of(&failure), &failure.to_string())
            }
        }
    }
}

/// What a function's answer says as HTTP.
async fn decoded(exchange: &mut Exchange<'_>, target: &Target, invoked: Answer) -> Answer {
    let most = target.settings.answer_bytes_max;
    let decoded = match target.settings.streamed {
        true => Box::pin(stream::answer(invoked, most)).await,
        false => lambda::answer(invoked, most).await,
    };
    decoded.unwrap_or_else(|error| failed(exchange, target, StatusCode::BAD_GATEWAY, &error.to_string()))
}

/// What an answer says of the load.
fn outcome(exchange: &Exchange<'_>, answer: &Answer, took: Duration) -> Outcome {
    match answer.status() {
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT => Outcome::Overloaded,
        // The client's fault, or no connection at all: not how long the service takes.
        _ if exchange.answered_by != Upstream::NAME => Outcome::Ignored,
        StatusCode::TOO_MANY_REQUESTS => Outcome::Ignored,
        _ => Outcome::Done(took),
    }
}

/// Nothing is sent without the token that the upstream wants to see.
fn without_token(exchange: &mut Exchange<'_>, target: &Target, why: &NoToken) -> Answer {
    match why {
        NoToken::Nothing | NoToken::Refused(_) => {
            failed(exchange, target, StatusCode::FORBIDDEN, &why.to_string())
        }
        NoToken::Away(_) | NoToken::Key(_) => {
            let mut answer = failed(exchange, target, StatusCode::SERVICE_UNAVAILABLE, &why.to_string());
            answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from(5));
            answer
        }
    }
}

/// It has as many requests as it can take.
fn crowded(exchange: &mut Exchange<'_>, target: &Target, busy: Busy) -> Answer {
    exchange.shared.metrics.upstream(&target.name, "limited");
    let mut answer = failed(exchange, target, StatusCode::SERVICE_UNAVAILABLE, &busy.to_string());
    answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from(1));
    answer
}

/// A request at an address, also when nobody waits for its end any more.
struct UnderWay<'a>(&'a Address);

impl<'a> UnderWay<'a> {
    fn at(address: &'a Address) -> Self {
        address.health.enter();
        Self(address)
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.health.leave();
    }
}

fn answer_is_whole(body: &Body) -> bool {
    matches!(body, Body::Empty | Body::Full(_))
}

/// RFC 9110, section 9.2.2.
fn is_idempotent(method: &Method) -> bool {
    matches!(
        *method,
        Method::GET | Method::HEAD | Method::OPTIONS | Method::PUT | Method::DELETE | Method::TRACE
    )
}

/// Sends the request, again where that is safe: nothing of it was sent, or its method may be repeated; and where retries are
/// left.
async fn attempts(exchange: &mut Exchange<'_>, target: &Arc<Target>) -> Answer {
    let retry = &target.settings.retry;
    let repeatable = retry.times_max > 0 && is_idempotent(&exchange.head.method);
    target.save_up();
    let mut avoid = None;
    let mut request = None;
    loop {
        let now = clock::instant();
        let millis = exchange.moment.millis_at(now);
        let Some(address) = target.pick(millis, avoid) else { return resting(exchange, target) };
        let address = Arc::clone(address);
        exchange.upstream.address = Some(Arc::clone(&address));
        let (result, again) = match straight(exchange, target, &address) {
            Some(whole) => {
                let wait = Wait { now, first_byte: address.times.first_byte };
                let _under_way = UnderWay::at(&address);
                // Everything is still where it was: it can be written again.
                (pool::send_whole(&address, whole, wait).await, Again::Anew)
            }
            None => built(exchange, target, &address, (request.take(), now, repeatable)).await,
        };
        let (problem, may_repeat) = match result {
            Ok(answer) if !is_bad(answer.status()) => {
                address.health.good();
                return answer;
            }
            Ok(answer) => {
                let told = retry.statuses.contains(&answer.status().as_u16());
                (Ok(answer), told && repeatable)
            }
            Err(SendError { kind: Failure::Body(status, reason), .. }) => {
                exchange.answered_by = super::limits::Limits::NAME;
                exchange.decisions.push(Decision {
                    layer: "limits",
                    reason,
                    refused: true,
                    rules: Vec::new(),
                });
                return plain(status);
            }
            Err(SendError { kind, unsent }) => (Err(kind), unsent || repeatable),
        };
        if address.health.bad(millis) {
            exchange.shared.metrics.upstream(&target.name, "ejected");
        }
        let may_repeat = may_repeat && !matches!(again, Again::Never);
        if may_repeat && exchange.upstream.retries < retry.times_max && target.may_retry() {
            exchange.upstream.retries += 1;
            exchange.shared.metrics.upstream(&target.name, "retried");
            avoid = (target.addresses.len() > 1).then_some(address.id);
            if let Again::With(built) = again {
                request = Some(*built);
            }
            continue;
        }
        return match problem {
            Ok(answer) => answer,
            Err(failure) => failed(exchange, target, status_of(&failure), &failure.to_string()),
        };
    }
}

/// What a second attempt can be made of.
enum Again {
    /// What the exchange still holds.
    Anew,
    With(Box<Request<Body>>),
    /// The body is used up.
    Never,
}

/// The request as bytes, straight from what the client sent: where it goes on over HTTP/1.1 as it is, with a body held whole.
fn straight(exchange: &Exchange<'_>, target: &Target, address: &Address) -> Option<Whole> {
    if target.settings.http2 || target.invokes() || target.signer.is_some() {
        return None;
    }
    let body = match &exchange.body {
        Body::Empty => Bytes::new(),
        Body::Full(bytes) => bytes.clone(),
        Body::Pieces(..) | Body::Client(_) | Body::Stream(_) => return None,
    };
    let told =
        headers::Told::of(exchange, &exchange.head.headers, target.settings.keep_host, &address.authority);
    let changed;
    let path = if goes_as_it_came(exchange, address) {
        exchange.head.uri.path_and_query()
    } else {
        changed = uri(exchange, address, None);
        changed.path_and_query()
    };
    Some(Whole::forward(&told, path.map_or("/", |path| path.as_str()), &exchange.head, body))
}

/// One attempt with a request that is put together first, or was for the attempt before; and what is left for the next.
async fn built(
    exchange: &mut Exchange<'_>,
    target: &Target,
    address: &Arc<Address>,
    (request, now, repeatable): (Option<Request<Body>>, std::time::Instant, bool),
) -> (Result<Answer, SendError>, Again) {
    let sent = match request {
        Some(request) => request,
        None => {
            let body = std::mem::take(&mut exchange.body);
            build(exchange, target, address, body)
        }
    };
    let copy = if repeatable && !pool::leaves_whole(address, &sent) { copy(&sent) } else { None };
    let wait = Wait { now, first_byte: first_byte(exchange, address, sent.body()) };
    let mut sent = Some(sent);
    let result = {
        let _under_way = UnderWay::at(address);
        pool::send(address, &mut sent, wait).await
    };
    (result, sent.or(copy).map_or(Again::Never, |again| Again::With(Box::new(again))))
}

fn is_bad(status: StatusCode) -> bool {
    matches!(status, StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT)
}

/// A streamed body takes its own time before the upstream can answer.
fn first_byte(exchange: &Exchange<'_>, address: &Address, body: &Body) -> Duration {
    match body {
        Body::Empty | Body::Full(_) => address.times.first_byte,
        _ => address.times.first_byte + Duration::from_millis(exchange.gate.config.limits.body_total_ms),
    }
}

fn copy(request: &Request<Body>) -> Option<Request<Body>> {
    let mut copy = Request::new(request.body().copy()?);
    *copy.method_mut() = request.method().clone();
    *copy.uri_mut() = request.uri().clone();
    *copy.version_mut() = request.version();
    *copy.headers_mut() = request.headers().clone();
    Some(copy)
}

/// The request as the upstream gets it. The exchange keeps method, version and target.
fn build(exchange: &mut Exchange<'_>, target: &Target, address: &Address, body: Body) -> Request<Body> {
    let sent = std::mem::take(&mut exchange.head.headers);
    let mut fields =
        headers::Told::of(exchange, &sent, target.settings.keep_host, &address.authority).forward(sent);
    if target.invokes() {
        return invocation(exchange, target, address, (&fields, body));
    }
    let mut request = Request::new(body);
    *request.method_mut() = exchange.head.method.clone();
    *request.uri_mut() = match target.settings.http2 {
        true => uri(exchange, address, fields.get(HOST)),
        false if goes_as_it_came(exchange, address) => exchange.head.uri.clone(),
        false => uri(exchange, address, None),
    };
    *request.version_mut() = if target.settings.http2 { Version::HTTP_2 } else { Version::HTTP_11 };
    if target.settings.http2 {
        fields.remove(http::header::HOST);
    }
    if let Some(signer) = &target.signer {
        let whole = whole(request.body());
        let method = exchange.head.method.as_str();
        let now = clock::now().seconds();
        let sent = lambda::Sent { method, host: &address.authority, body: &whole };
        signer.sign(request.uri(), sent, now, &mut fields);
    }
    *request.headers_mut() = fields;
    request
}

/// A body that was read whole before.
fn whole(body: &Body) -> Bytes {
    match body {
        Body::Full(bytes) => bytes.clone(),
        _ => Bytes::new(),
    }
}

/// The request as an event for a function.
fn invocation(
    exchange: &Exchange<'_>,
    target: &Target,
    address: &Address,
    (fields, body): (&HeaderMap, Body),
) -> Request<Body> {
    let event = Bytes::from(lambda::event(exchange, fields, &whole(&body)));
    let path = format!(
        "{}{}",
        address.prefix,
        lambda::path(target.settings.function.as_deref(), target.settings.streamed)
    );
    let mut request = Request::new(Body::Full(event.clone()));
    *request.method_mut() = Method::POST;
    *request.uri_mut() = Uri::try_from(path).unwrap_or_else(|_| Uri::from_static("/"));
    let mut own = HeaderMap::new();
    own.insert(HOST, address.authority.clone());
    own.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if let Some(signer) = &target.signer {
        let now = clock::now().seconds();
        let sent = lambda::Sent { method: "POST", host: &address.authority, body: &event };
        signer.sign(request.uri(), sent, now, &mut own);
    }
    *request.headers_mut() = own;
    request
}

/// Whether the target of an HTTP/1.1 request is already what [`uri`] would make of it.
fn goes_as_it_came(exchange: &Exchange<'_>, address: &Address) -> bool {
    let wire = exchange.path.wire.as_str();
    exchange.route.prefix(wire).is_empty()
        && address.prefix.is_empty()
        && exchange.path.oddities.is_empty()
        && exchange.head.uri.authority().is_none()
        && exchange.head.uri.path() == wire
}

/// The normal form of the path, and the query as it came; for HTTP/2 with the host.
fn uri(exchange: &Exchange<'_>, address: &Address, http2_host: Option<&HeaderValue>) -> Uri {
    let wire = exchange.path.wire.as_str();
    let prefix = exchange.route.prefix(wire);
    let path = wire.get(prefix.len()..).unwrap_or(wire);
    let path = if path.is_empty() { "/" } else { path };
    let mut text = String::with_capacity(path.len() + 64);
    if let Some(host) = http2_host {
        let host = host.to_str().unwrap_or_default();
        text.push_str(if address.tls.is_some() { "https://" } else { "http://" });
        text.push_str(host);
    }
    text.push_str(&address.prefix);
    text.push_str(path);
    if let Some(query) = exchange.head.uri.query() {
        text.push('?');
        text.push_str(query);
    }
    // A normal path always is one of a URI.
    Uri::try_from(text).unwrap_or_else(|_| Uri::from_static("/"))
}

fn status_of(failure: &Failure) -> StatusCode {
    match failure {
        Failure::Time | Failure::ConnectTime => StatusCode::GATEWAY_TIMEOUT,
        Failure::Connect(_) | Failure::Broken(_) => StatusCode::BAD_GATEWAY,
        Failure::Body(status, _) => *status,
    }
}

fn failed(exchange: &mut Exchange<'_>, target: &Target, status: StatusCode, reason: &str) -> Answer {
    exchange.shared.metrics.upstream(&target.name, "failed");
    exchange.answered_by = "upstream-failed";
    let reason = format!("`{}`: {reason}", target.name);
    exchange.decisions.push(Decision { layer: "upstream", reason, refused: true, rules: Vec::new() });
    plain(status)
}

/// Every address rests.
fn resting(exchange: &mut Exchange<'_>, target: &Target) -> Answer {
    let mut answer =
        failed(exchange, target, StatusCode::SERVICE_UNAVAILABLE, "it does not answer and rests");
    let seconds = target.settings.breaker.rest_ms.div_ceil(1000).max(1);
    answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    answer
}
