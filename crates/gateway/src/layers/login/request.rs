//! What a browser's request tells of itself.
use http::header::{ACCEPT, COOKIE, HeaderMap, HeaderValue, ORIGIN};
use http::{Method, request};
use std::collections::BTreeSet;
use url::Url;

/// The `Cookie` fields that are text.
pub(super) fn cookies(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok())
}

/// Takes our cookies out of the request: they are for the gateway, and whoever holds them is the user.
pub(super) fn without_cookies(headers: &mut HeaderMap, ours: &BTreeSet<String>) {
    let is_ours = |pair: &[u8]| {
        let name = pair.split(|byte| *byte == b'=').next().unwrap_or_default().trim_ascii();
        std::str::from_utf8(name).is_ok_and(|name| ours.contains(name))
    };
    let any =
        headers.get_all(COOKIE).iter().any(|value| value.as_bytes().split(|byte| *byte == b';').any(is_ours));
    if !any {
        return;
    }
    let kept: Vec<HeaderValue> = headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| {
            let others: Vec<&[u8]> = value
                .as_bytes()
                .split(|byte| *byte == b';')
                .filter(|pair| !is_ours(pair))
                .map(<[u8]>::trim_ascii)
                .collect();
            if others.is_empty() { None } else { HeaderValue::from_bytes(&others.join(&b"; "[..])).ok() }
        })
        .collect();
    headers.remove(COOKIE);
    for value in kept {
        headers.append(COOKIE, value);
    }
}

/// Whether a person looks at the answer: a page is asked for, by a browser that goes there.
pub(super) fn wants_page(head: &request::Parts) -> bool {
    let text = |name: &str| head.headers.get(name).and_then(|value| value.to_str().ok());
    let takes_pages = text(ACCEPT.as_str()).is_some_and(|accept| accept.contains("text/html"));
    head.method == Method::GET && takes_pages && text("sec-fetch-mode").is_none_or(|mode| mode == "navigate")
}

/// Whether a browser says that another site's page sent the request (Fetch Metadata; RFC 6454, section 7). What says
/// nothing is no browser's, or an old one's, from which `SameSite` keeps the cookie away.
pub(super) fn is_foreign(headers: &HeaderMap, origins: &[Url]) -> bool {
    let is_ours = |origin: &str| origins.iter().any(|own| own.origin().ascii_serialization() == origin);
    let foreign_origin = headers.get_all(ORIGIN).iter().any(|value| !value.to_str().is_ok_and(is_ours));
    let foreign_site = headers
        .get_all("sec-fetch-site")
        .iter()
        .any(|value| !matches!(value.as_bytes(), b"same-origin" | b"none"));
    foreign_origin || foreign_site
}

/// The one value of a field of a form; `None`: it is not there, or twice.
pub(super) fn one_value(form: &[u8], name: &str) -> Option<String> {
    let mut values = url::form_urlencoded::parse(form).filter(|(own, _)| own == name);
    let value = values.next()?.1.into_owned();
    values.next().is_none().then_some(value)
}
