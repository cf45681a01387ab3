//! What an answer may hold: secrets and personal data masked or blocked, security headers, error bodies, safe encoding.
//!
//! Answers of the upstream are filtered; those of our own layers only get the headers. Event streams, gRPC and upgraded
//! connections pass as they are: they never end, and holding them back would break them.
mod encode;
mod errors;
mod headers;
mod secrets;

#[cfg(test)]
mod tests;

use super::Layer;
use super::waf::decode::decode;
use crate::body::Body;
use crate::config::{Config, ConfigError, Mode};
use crate::exchange::{Answer, Exchange, is_grpc, plain};
use http::header::{
    CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, ETAG, HeaderMap, HeaderName, HeaderValue,
};
use http::{StatusCode, Version};
use sensitive::Place;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Settings of the layer.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Settings {
    /// What happens to secrets in answers: keys, tokens, passwords, private keys.
    pub secrets: Found,
    /// What happens to personal data: e-mail and IP addresses, card, account and social security numbers.
    pub personal: Found,
    /// Bodies up to this size are looked at as a whole; larger ones are masked while they stream.
    pub body_bytes_max: usize,
    /// Adds headers that make browsers careful, where the upstream did not.
    pub security_headers: bool,
    /// Header fields that are taken away: they only tell attackers which software runs.
    pub remove_headers: Vec<String>,
    /// Header fields that are set on every answer.
    pub set_headers: BTreeMap<String, String>,
    /// What cookies get that lack it.
    pub cookies: Vec<CookieFlag>,
    /// Whose bodies are replaced by a short one that tells nothing.
    pub replace_errors: Replaced,
    /// Writes `<`, `>`, `&` in JSON as escapes, so that no browser ever takes the text for markup.
    pub escape_json: bool,
    /// Names the charset of text that has none, so that no browser guesses (UTF-7).
    pub add_charset: bool,
}

impl Default for Settings {
    fn default() -> Self {
        let remove =
            ["server", "x-powered-by", "x-aspnet-version", "x-aspnetmvc-version", "x-runtime", "x-generator"];
        Self {
            secrets: Found::Mask,
            personal: Found::Off,
            body_bytes_max: 1 << 20,
            security_headers: true,
            remove_headers: remove.iter().map(|name| (*name).to_owned()).collect(),
            set_headers: BTreeMap::new(),
            cookies: Vec::new(),
            replace_errors: Replaced::Server,
            escape_json: false,
            add_charset: true,
        }
    }
}

/// Settings of a route; what is not said comes from the general ones.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct RouteSettings {
    pub secrets: Option<Found>,
    pub personal: Option<Found>,
    pub replace_errors: Option<Replaced>,
    pub escape_json: Option<bool>,
}

/// What happens to what is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Found {
    /// Nobody looks.
    Off,
    /// It is logged.
    Note,
    /// It is replaced by the name of its kind.
    Mask,
    /// The whole answer is replaced.
    Block,
}

/// Flags of `Set-Cookie` (RFC 6265bis, section 4.1.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CookieFlag {
    Secure,
    HttpOnly,
    /// `SameSite=Lax`
    SameSite,
}

/// Which error bodies are replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Replaced {
    None,
    /// 5xx
    Server,
    /// 4xx and 5xx
    All,
}

/// The layer.
#[derive(Debug)]
pub(crate) struct Filter {
    settings: Settings,
    remove: Vec<HeaderName>,
    /// See [`headers::length_bit`].
    remove_lengths: u64,
    set: Vec<(HeaderName, HeaderValue)>,
}

impl Layer for Filter {
    const NAME: &'static str = "response";

    fn build(config: &Config, _before: Option<&Self>) -> Result<Self, ConfigError> {
        let settings = config.response.clone();
        let remove =
            settings.remove_headers.iter().map(|name| headers::name("response.remove-headers", name));
        let remove = remove.collect::<Result<Vec<_>, _>>()?;
        let remove_lengths = remove.iter().map(headers::length_bit).fold(0, |all, one| all | one);
        let set = settings
            .set_headers
            .iter()
            .map(|(name, value)| headers::field("response.set-headers", name, value));
        Ok(Self { remove, remove_lengths, set: set.collect::<Result<_, _>>()?, settings })
    }

    async fn response(&self, exchange: &mut Exchange<'_>, answer: &mut Answer) {
        let route = &exchange.route.settings;
        if exchange.answered_by == "upstream" && route.mode != Mode::Off {
            let wish = self.wish(&route.response, route.mode);
            self.filter(exchange, answer, wish).await;
        }
        let is_secure = exchange.connection.tls.is_some();
        headers::finish(self, answer.headers_mut(), is_secure);
    }
}

/// What is to be done with one answer.
#[derive(Clone, Copy, Debug)]
struct Wish {
    secrets: Found,
    personal: Found,
    replace: Replaced,
    escape_json: bool,
    /// Only look: nothing is changed.
    is_detecting: bool,
}

impl Filter {
    fn wish(&self, route: &RouteSettings, mode: Mode) -> Wish {
        let settings = &self.settings;
        let is_detecting = mode == Mode::Detect;
        let found = |found: Found| if is_detecting && found != Found::Off { Found::Note } else { found };
        Wish {
            secrets: found(route.secrets.unwrap_or(settings.secrets)),
            personal: found(route.personal.unwrap_or(settings.personal)),
            replace: route.replace_errors.unwrap_or(settings.replace_errors),
            escape_json: route.escape_json.unwrap_or(settings.escape_json) && !is_detecting,
            is_detecting,
        }
    }

    async fn filter(&self, exchange: &mut Exchange<'_>, answer: &mut Answer, wish: Wish) {
        if !wish.is_detecting
            && errors::is_replaced(wish.replace, answer.status())
            && !is_grpc(answer.headers())
        {
            errors::replace(&exchange.id, &exchange.head.headers, answer);
            return;
        }
        let looks = wish.secrets != Found::Off || wish.personal != Found::Off;
        if !(looks || wish.escape_json) {
            return;
        }
        let kind = Kind::of(answer.headers());
        if !kind.is_text() || is_endless(exchange, answer) {
            return;
        }
        let is_coded = answer.headers().contains_key(CONTENT_ENCODING);
        let known = http_body::Body::size_hint(answer.body()).exact();
        let is_small = known.is_some_and(|size| size <= self.settings.body_bytes_max as u64);
        if !is_small && !is_coded {
            self.streamed(exchange, answer, wish, kind);
            return;
        }
        let Ok(bytes) = answer.body_mut().whole(self.settings.body_bytes_max).await else {
            *answer = refused(exchange, "the answer is too large to look into, or broke off");
            return;
        };
        let bytes = match decode(answer.headers(), &bytes, self.settings.body_bytes_max) {
            Ok(bytes) => bytes,
            // What cannot be looked into cannot be vouched for.
            Err(why) if wish.secrets == Found::Block || wish.personal == Found::Block => {
                *answer = refused(exchange, &format!("the answer's coding cannot be undone: {why}"));
                return;
            }
            Err(why) => {
                exchange.note(Self::NAME, format!("the answer was not looked into: {why}"));
                return;
            }
        };
        match judged(&bytes, kind, wish) {
            Judged::Clean => {}
            Judged::Blocked(reason) => *answer = refused(exchange, &reason),
            Judged::Noted(reason) => exchange.note(Self::NAME, reason),
            Judged::Changed(changed, reason) => {
                if let Some(reason) = reason {
                    exchange.note(Self::NAME, reason);
                }
                answer.headers_mut().remove(CONTENT_ENCODING);
                replace_length(answer.headers_mut(), Some(changed.len()));
                *answer.body_mut() = Body::full(changed);
            }
        }
    }

    /// Masks while the body streams: its size is not known, or too large to be held.
    fn streamed(&self, exchange: &mut Exchange<'_>, answer: &mut Answer, wish: Wish, kind: Kind) {
        let Some(wanted) = secrets::wanted(wish, |found| matches!(found, Found::Mask | Found::Block)) else {
            exchange
                .note(Self::NAME, "the answer was not looked into: it streams, and nothing is to be masked");
            return;
        };
        replace_length(answer.headers_mut(), None);
        if answer.version() == Version::HTTP_10 {
            answer.headers_mut().insert(http::header::CONNECTION, HeaderValue::from_static("close"));
        }
        let body = std::mem::take(answer.body_mut());
        *answer.body_mut() = Body::stream(secrets::Masked::new(body, kind.place(), wanted));
    }
}

/// What becomes of a body that is held whole.
#[derive(Debug, PartialEq, Eq)]
enum Judged {
    Clean,
    Blocked(String),
    Noted(String),
    Changed(Vec<u8>, Option<String>),
}

fn judged(bytes: &[u8], kind: Kind, wish: Wish) -> Judged {
    let found = secrets::judge(bytes, kind.place(), wish);
    if found.is_blocked {
        return Judged::Blocked(found.reason.unwrap_or_default());
    }
    let is_escaped = wish.escape_json && kind == Kind::Json;
    let text = found.masked.as_deref().unwrap_or(bytes);
    let escaped = if is_escaped { encode::json(text) } else { None };
    match (escaped.or(found.masked), found.reason) {
        (Some(changed), reason) => Judged::Changed(changed, reason),
        (None, Some(reason)) => Judged::Noted(reason),
        (None, None) => Judged::Clean,
    }
}

/// What a body is, as far as detectors care.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Json,
    Markup,
    Text,
    /// Pictures, archives and what is not known.
    Other,
}

impl Kind {
    fn of(headers: &HeaderMap) -> Self {
        let value = headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes).unwrap_or_default();
        let kind = value.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
        let is = |name: &str| kind.eq_ignore_ascii_case(name.as_bytes());
        let ends = |end: &str| {
            let tail = kind.len().checked_sub(end.len()).and_then(|at| kind.get(at..));
            tail.is_some_and(|tail| tail.eq_ignore_ascii_case(end.as_bytes()))
        };
        let begins = |start: &str| {
            kind.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start.as_bytes()))
        };
        let texts = ["application/xml", "application/javascript", "application/yaml", "application/x-ndjson"];
        if is("application/json") || ends("+json") {
            Self::Json
        } else if is("text/html") || is("application/xhtml+xml") {
            Self::Markup
        } else if begins("text/") || ends("+xml") || texts.into_iter().any(is) {
            Self::Text
        } else {
            Self::Other
        }
    }

    fn is_text(self) -> bool {
        self != Self::Other
    }

    fn place(self) -> Place {
        static PLACES: LazyLock<[Place; 3]> =
            LazyLock::new(|| ["answer.json", "answer.html", "answer.txt"].map(Place::of));
        let [json, markup, text] = *PLACES;
        match self {
            Self::Json => json,
            Self::Markup => markup,
            Self::Text | Self::Other => text,
        }
    }
}

/// Answers that never end, or have no body.
fn is_endless(exchange: &Exchange<'_>, answer: &Answer) -> bool {
    let media = answer.headers().get(CONTENT_TYPE).map(HeaderValue::as_bytes).unwrap_or_default();
    media.starts_with(b"text/event-stream")
        || exchange.route.settings.streamed
        || media.starts_with(b"application/grpc")
        || answer.status() == StatusCode::SWITCHING_PROTOCOLS
        || answer.status() == StatusCode::PARTIAL_CONTENT
        || exchange.is_stream()
}

/// A changed body has another length, and is another thing than its tag says.
fn replace_length(headers: &mut HeaderMap, length: Option<usize>) {
    match length {
        Some(length) => drop(headers.insert(CONTENT_LENGTH, HeaderValue::from(length))),
        None => drop(headers.remove(CONTENT_LENGTH)),
    }
    for name in [ETAG.as_str(), "content-md5", "content-digest", "repr-digest", "digest"] {
        headers.remove(name);
    }
}

fn refused(exchange: &mut Exchange<'_>, reason: &str) -> Answer {
    let flow = exchange.refuse(Filter::NAME, StatusCode::BAD_GATEWAY, reason);
    flow.break_value().unwrap_or_else(|| plain(StatusCode::BAD_GATEWAY))
}
