//! Answers kept, as RFC 9111 allows to a shared cache; bounded, and off unless a route asks for it.
//!
//! What is safe comes before what is fast: only GET, only whole answers of the upstream that passed every other layer, never one
//! with `Set-Cookie`, and of a request with an identity only what the upstream calls `public`.
mod keep;

#[cfg(test)]
mod tests;

use super::Layer;
use crate::body::Body;
use crate::clock::Moment;
use crate::config::{Config, ConfigError};
use crate::exchange::{Answer, Exchange, Flow};
use http::header::{CACHE_CONTROL, ETAG, HOST, HeaderName, HeaderValue, IF_NONE_MATCH, RANGE, SET_COOKIE};
use http::{HeaderMap, Method, Request, StatusCode};
use http_body::Body as _;
use http_cache_semantics::{BeforeRequest, CacheOptions, CachePolicy};
use keep::{Keep, Kept};
use serde::Deserialize;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Settings of the layer.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Settings {
    /// Bytes of all answers that are kept.
    pub bytes_max: usize,
    /// Bytes of one answer that is kept.
    pub answer_bytes_max: usize,
    /// Seconds that an answer is kept at most, whatever the upstream says.
    pub seconds_max: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { bytes_max: 64 << 20, answer_bytes_max: 1 << 20, seconds_max: 86_400 }
    }
}

/// Settings of a route.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct RouteSettings {
    /// Answers of this route are kept.
    pub on: bool,
}

/// What the layer remembers of a request until its answer comes.
#[derive(Debug, Default)]
pub(crate) struct Ticket {
    key: Option<String>,
    /// The head, for the rules of storing; the upstream layer takes the exchange's own.
    request: Option<Request<()>>,
    /// The request changes what stands at its address (RFC 9111, section 4.4).
    is_change: bool,
}

/// The layer.
#[derive(Debug)]
pub(crate) struct Cache {
    settings: Settings,
    kept: Arc<Keep>,
}

/// Tells whether an answer was kept (RFC 9211).
const CACHE_STATUS: HeaderName = HeaderName::from_static("cache-status");

impl Layer for Cache {
    const NAME: &'static str = "cache";

    fn build(config: &Config, before: Option<&Self>) -> Result<Self, ConfigError> {
        let settings = config.cache.clone();
        if settings.answer_bytes_max > settings.bytes_max {
            return Err(ConfigError::setting(
                "cache.answer-bytes-max",
                "is larger than `bytes-max`, the room of all answers",
            ));
        }
        let kept = match before {
            Some(before) if before.settings.bytes_max == settings.bytes_max => Arc::clone(&before.kept),
            _ => Arc::new(Keep::new(settings.bytes_max)),
        };
        Ok(Self { settings, kept })
    }

    async fn request(&self, exchange: &mut Exchange<'_>) -> Flow {
        if !exchange.route.settings.cache.on || exchange.is_stream() {
            return Flow::Continue(());
        }
        let key = key(exchange);
        if exchange.head.method != Method::GET {
            let is_change = !matches!(exchange.head.method, Method::HEAD | Method::OPTIONS | Method::TRACE);
            exchange.cache = Ticket { key: Some(key), request: None, is_change };
            return Flow::Continue(());
        }
        let request = head(exchange);
        let now = time(exchange.moment);
        // A part of an answer is neither kept nor made here.
        let kept = if request.headers().contains_key(RANGE) { None } else { self.kept.get(&key) };
        if let Some(kept) = kept
            && now < kept.until
            && may_share(exchange, &kept.headers)
            && let BeforeRequest::Fresh(parts) = kept.policy.before_request(&request, now)
        {
            return exchange.answer(Self::NAME, answer(&request, &kept, parts));
        }
        exchange.cache = Ticket { key: Some(key), request: Some(request), is_change: false };
        Flow::Continue(())
    }

    async fn response(&self, exchange: &mut Exchange<'_>, answer: &mut Answer) {
        let Some(key) = exchange.cache.key.take() else { return };
        if exchange.answered_by != "upstream" {
            return;
        }
        if exchange.cache.is_change
            && !answer.status().is_client_error()
            && !answer.status().is_server_error()
        {
            self.kept.remove(&key);
        }
        let Some(request) = exchange.cache.request.take() else { return };
        let is_open = !answer.headers().contains_key(SET_COOKIE) && may_share(exchange, answer.headers());
        if is_open {
            Box::pin(self.store(time(exchange.moment), key, request, answer)).await;
        }
    }
}

impl Cache {
    async fn store(&self, now: SystemTime, key: String, request: Request<()>, answer: &mut Answer) {
        let size = answer.body().size_hint().exact();
        let is_small = size.is_some_and(|size| size <= self.settings.answer_bytes_max as u64);
        let options = CacheOptions { shared: true, ..CacheOptions::default() };
        let mut head = http::Response::new(());
        *head.status_mut() = answer.status();
        *head.version_mut() = answer.version();
        head.headers_mut().clone_from(answer.headers());
        let policy = CachePolicy::new_options(&request, &head, now, options);
        let lives = policy.time_to_live(now).min(Duration::from_secs(self.settings.seconds_max));
        let is_whole =
            answer.status() != StatusCode::PARTIAL_CONTENT && !request.headers().contains_key(RANGE);
        if !(is_small && is_whole && policy.is_storable() && lives > Duration::ZERO) {
            return;
        }
        let Ok(bytes) = answer.body_mut().whole(self.settings.answer_bytes_max).await else {
            // It broke off; the client gets what there is, which is an error, too.
            return;
        };
        let kept = Kept { policy, headers: answer.headers().clone(), body: bytes, until: now + lives };
        self.kept.put(key, kept);
        answer.headers_mut().insert(CACHE_STATUS, HeaderValue::from_static("buckler; fwd=uri-miss; stored"));
    }
}

/// Whether an answer may be given to others than who asked: nobody is known to have asked, or the upstream says that it may.
fn may_share(exchange: &Exchange<'_>, headers: &HeaderMap) -> bool {
    let is_public = headers.get_all(CACHE_CONTROL).iter().any(|value| {
        let text = value.to_str().unwrap_or_default().to_ascii_lowercase();
        text.split(',').any(|word| word.trim() == "public")
    });
    exchange.identity.is_none() || is_public
}

/// An answer out of what is kept; 304 when the client has the very same.
fn answer(request: &Request<()>, kept: &Kept, mut parts: http::response::Parts) -> Answer {
    parts.headers.insert(CACHE_STATUS, HeaderValue::from_static("buckler; hit"));
    let has_it = kept.headers.get(ETAG).is_some_and(|tag| names_tag(request.headers(), tag.as_bytes()));
    if has_it {
        parts.status = StatusCode::NOT_MODIFIED;
        parts.headers.remove(http::header::CONTENT_LENGTH);
        return Answer::from_parts(parts, Body::Empty);
    }
    Answer::from_parts(parts, Body::full(kept.body.clone()))
}

/// Weak comparison (RFC 9110, section 13.1.2).
fn names_tag(headers: &HeaderMap, tag: &[u8]) -> bool {
    fn bare(tag: &[u8]) -> &[u8] {
        tag.strip_prefix(b"W/").unwrap_or(tag)
    }
    let lists = headers.get_all(IF_NONE_MATCH).iter().map(HeaderValue::as_bytes);
    lists
        .flat_map(|list| list.split(|byte| *byte == b','))
        .map(|one| bare(one.trim_ascii()))
        .any(|one| one == b"*" || one == bare(tag))
}

/// What stands at one address: the route, the host, the path as it was normalised, the query.
fn key(exchange: &Exchange<'_>) -> String {
    let host =
        exchange.head.uri.host().map(str::to_owned).or_else(|| {
            exchange.head.headers.get(HOST).and_then(|host| host.to_str().ok()).map(str::to_owned)
        });
    let query = exchange.head.uri.query().unwrap_or_default();
    format!(
        "{}\n{}\n{}\n{query}",
        exchange.route.settings.name,
        host.unwrap_or_default().to_ascii_lowercase(),
        exchange.path.wire
    )
}

/// The head, for the rules of storing. Where it goes stands in the key: HTTP/1.1 and HTTP/2 write it in two ways.
fn head(exchange: &Exchange<'_>) -> Request<()> {
    let mut request = Request::new(());
    request.method_mut().clone_from(&exchange.head.method);
    request.headers_mut().clone_from(&exchange.head.headers);
    request.headers_mut().remove(HOST);
    request
}

fn time(moment: Moment) -> SystemTime {
    UNIX_EPOCH + Duration::from_micros(moment.micros)
}
