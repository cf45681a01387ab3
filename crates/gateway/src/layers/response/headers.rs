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

/// Puts the fields of an answer in order.
pub(super) fn finish(filter: &Filter, headers: &mut HeaderMap, is_secure: bool) {
    for name in &filter.remove {
        headers.remove(name);
    }
    if filter.settings.security_headers {
        secure(headers, is_secure);
    }
    if filter.settings.add_charset {
        charset(headers);
    }
    if !filter.settings.cookies.is_empty() {
        cookies(headers, &filter.settings.cookies);
    }
    for (name, value) in &filter.set {
        headers.insert(name, value.clone());
    }
}

/// The set that OWASP's REST security cheat sheet names. What the upstream says itself stays.
fn secure(headers: &mut HeaderMap, is_secure: bool) {
    let mut add = |name: HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    add(X_CONTENT_TYPE_OPTIONS, "nosniff");
    add(X_FRAME_OPTIONS, "DENY");
    add(REFERRER_POLICY, "strict-origin-when-cross-origin");
    if is_secure {
        add(STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
    let is_page = headers.get(CONTENT_TYPE).is_some_and(|value| value.as_bytes().starts_with(b"text/html"));
    if !is_page {
        // Data is never a document: nothing in it may run, whoever opens it.
        headers
            .entry(CONTENT_SECURITY_POLICY)
            .or_insert(HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"));
    }
}

fn charset(headers: &mut HeaderMap) {
    let Some(value) = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()) else { return };
    let lower = value.to_ascii_lowercase();
    if lower.starts_with("text/") && !lower.starts_with("text/event-stream") && !lower.contains("charset") {
        let named = format!("{}; charset=utf-8", value.trim_end_matches([';', ' ']));
        if let Ok(named) = HeaderValue::from_str(&named) {
            headers.insert(CONTENT_TYPE, named);
        }
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
