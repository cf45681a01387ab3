//! Header fields of answers: what tells too much goes, what makes browsers careful comes.
use super::{CookieFlag, Filter};
use crate::config::ConfigError;
use http::header::{
    CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, REFERRER_POLICY, SET_COOKIE,
    STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};

/// A header's name of the configuration.
pub(super) fn name(setting: &str, name: &str) -> Result<HeaderName, ConfigError> {
    name.parse().map_err(|_| ConfigError::setting(setting, format!("`{name}` is no name of a header field")))
}

/// A header field of the configuration.
pub(super) fn field(
    setting: &str,
    field: &str,
    value: &str,
) -> Result<(HeaderName, HeaderValue), ConfigError> {
    let value = HeaderValue::from_str(value).map_err(|_| {
        ConfigError::setting(
            setting,
            format!("the value of `{field}` has characters that no header may have"),
        )
    })?;
    Ok((name(setting, field)?, value))
}

const NO_SNIFFING: HeaderValue = HeaderValue::from_static("nosniff");
const NO_FRAMES: HeaderValue = HeaderValue::from_static("DENY");
const ORIGIN_ONLY: HeaderValue = HeaderValue::from_static("strict-origin-when-cross-origin");
const A_YEAR: HeaderValue = HeaderValue::from_static("max-age=31536000");
const NOTHING_RUNS: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
const HTML_UTF8: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");

/// Puts the fields of an answer in order.
pub(super) fn finish(filter: &Filter, headers: &mut HeaderMap, is_secure: bool) {
    if !filter.remove.is_empty() {
        // Mostly one of them is there (`Server`): one walk over the answer's fields finds it without a hash of every name.
        let goes = |name: &&HeaderName| {
            filter.remove_lengths & length_bit(name) != 0 && filter.remove.contains(name)
        };
        while let Some(name) = headers.keys().find(goes).cloned() {
            headers.remove(name);
        }
    }
    let is_page = match headers.get_mut(CONTENT_TYPE) {
        Some(field) => {
            let is_page = field.as_bytes().starts_with(b"text/html");
            if filter.settings.add_charset {
                charset(field);
            }
            is_page
        }
        None => false,
    };
    if filter.settings.security_headers {
        secure(headers, is_secure, is_page);
    }
    if !filter.settings.cookies.is_empty() {
        cookies(headers, &filter.settings.cookies);
    }
    for (name, value) in &filter.set {
        headers.insert(name, value.clone());
    }
}

/// A bit for the length of a name. Those of the names that go, together, tell of most names that they stay.
pub(super) fn length_bit(name: &HeaderName) -> u64 {
    1 << (name.as_str().len() & 63)
}

/// The set that OWASP's REST security cheat sheet names. What the upstream says itself stays.
fn secure(headers: &mut HeaderMap, is_secure: bool, is_page: bool) {
    headers.reserve(5);
    let mut add = |name: HeaderName, value: HeaderValue| {
        headers.entry(name).or_insert(value);
    };
    add(X_CONTENT_TYPE_OPTIONS, NO_SNIFFING);
    add(X_FRAME_OPTIONS, NO_FRAMES);
    add(REFERRER_POLICY, ORIGIN_ONLY);
    if is_secure {
        add(STRICT_TRANSPORT_SECURITY, A_YEAR);
    }
    if !is_page {
        // Data is never a document: nothing in it may run, whoever opens it.
        headers.entry(CONTENT_SECURITY_POLICY).or_insert(NOTHING_RUNS);
    }
}

fn charset(field: &mut HeaderValue) {
    let value = field.as_bytes();
    if value == b"text/html" {
        *field = HTML_UTF8;
        return;
    }
    let begins = |start: &[u8]| value.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start));
    let named = value.windows(7).any(|window| window.eq_ignore_ascii_case(b"charset"));
    if !begins(b"text/") || begins(b"text/event-stream") || named {
        return;
    }
    if let Ok(text) = field.to_str()
        && let Ok(named) =
            HeaderValue::from_str(&format!("{}; charset=utf-8", text.trim_end_matches([';', ' '])))
    {
        *field = named;
    }
}

fn cookies(headers: &mut HeaderMap, flags: &[CookieFlag]) {
    let cookies: Vec<HeaderValue> =
        headers.get_all(SET_COOKIE).iter().map(|value| with_flags(value, flags)).collect();
    headers.remove(SET_COOKIE);
    for cookie in cookies {
        headers.append(SET_COOKIE, cookie);
    }
}

fn with_flags(cookie: &HeaderValue, flags: &[CookieFlag]) -> HeaderValue {
    let mut text = cookie.as_bytes().to_vec();
    let has = |name: &str| {
        let attributes = cookie.as_bytes().split(|byte| *byte == b';').skip(1);
        attributes
            .map(|part| {
                part.split(|byte| *byte == b'=').next().unwrap_or_default().trim_ascii().to_ascii_lowercase()
            })
            .any(|own| own == name.as_bytes())
    };
    for flag in flags {
        match flag {
            CookieFlag::Secure if !has("secure") => text.extend_from_slice(b"; Secure"),
            CookieFlag::HttpOnly if !has("httponly") => text.extend_from_slice(b"; HttpOnly"),
            CookieFlag::SameSite if !has("samesite") => text.extend_from_slice(b"; SameSite=Lax"),
            CookieFlag::Secure | CookieFlag::HttpOnly | CookieFlag::SameSite => {}
        }
    }
    HeaderValue::from_bytes(&text).unwrap_or_else(|_| cookie.clone())
}
