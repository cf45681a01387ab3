//! Headers of HTTP answers, and markup in their bodies.
use super::answer::{Cleaned, Cleaner};
use super::problem::{Problem, shown};
use crate::{Action, Layer};
use memchr::memmem;
use serde_json::{Map, Value};
use waf::event::{EventLimits, Trigger};

/// Values of an event that are looked for in a page.
const VALUES_MAX: usize = 500;
/// A shorter value runs nothing.
const VALUE_BYTES_MIN: usize = 6;

/// The value of a header, wherever it stands; the first of several.
pub(super) fn header<'a>(answer: &'a Map<String, Value>, wanted: &str) -> Option<&'a str> {
    let named = |place: &str| {
        let members = answer.get(place)?.as_object()?;
        members.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| value)
    };
    let value = named("headers").or_else(|| named("multiValueHeaders"))?;
    value.as_str().or_else(|| value.as_array()?.first()?.as_str())
}

/// Sets a header where the answer has its headers.
fn set(answer: &mut Map<String, Value>, wanted: &str, value: &str) {
    let is_multi = !answer.contains_key("headers") && answer.contains_key("multiValueHeaders");
    let place = if is_multi { "multiValueHeaders" } else { "headers" };
    let entry = answer.entry(place).or_insert_with(|| Value::Object(Map::new()));
    if entry.is_null() {
        *entry = Value::Object(Map::new());
    }
    let Some(members) = entry.as_object_mut() else { return };
    let known = members.keys().find(|name| name.eq_ignore_ascii_case(wanted)).cloned();
    let value = if is_multi { Value::Array(vec![value.into()]) } else { value.into() };
    members.insert(known.unwrap_or_else(|| wanted.to_owned()), value);
}

/// Line ends in headers, and redirects to where the caller says. Whether something changed.
pub(super) fn headers(cleaner: &Cleaner<'_>, answer: &mut Map<String, Value>, cleaned: &mut Cleaned) -> bool {
    let mut is_split = false;
    for place in ["headers", "multiValueHeaders"] {
        let Some(members) = answer.get_mut(place).and_then(Value::as_object_mut) else { continue };
        let names: Vec<String> = members.keys().filter(|name| has_line_end(name)).cloned().collect();
        for name in names {
            members.remove(&name);
            is_split = true;
        }
        for (_, value) in members.iter_mut() {
            let texts = match value {
                Value::Array(items) => items.iter_mut().collect(),
                other => vec![other],
            };
            for text in texts {
                if let Value::String(text) = text
                    && has_line_end(text)
                {
                    *text = text.split(['\r', '\n', '\0']).next().unwrap_or_default().to_owned();
                    is_split = true;
                }
            }
        }
    }
    if is_split {
        let action = if cleaner.is_detecting { Action::Told } else { Action::Changed };
        let reason = "a header of the answer had a line end, which would begin another header";
        cleaned.told.push((action, Problem::hostile(Layer::Response, 502, reason).rule("header-line-end")));
    }
    if let Some(host) = header(answer, "location").and_then(host_of)
        && !host.is_empty()
        && memmem::find(cleaner.sent, host.as_bytes()).is_some()
        && !is_own_host(cleaner, host)
    {
        let reason = format!("the answer redirects to `{}`, which the caller chose", shown(host));
        cleaned.told.push((Action::Told, Problem::new(Layer::Response, 502, reason).rule("open-redirect")));
    }
    is_split
}

fn has_line_end(text: &str) -> bool {
    text.contains(['\r', '\n', '\0'])
}

/// The host of an absolute address, also of one that only browsers take for one (`//host`, `/\host`).
fn host_of(address: &str) -> Option<&str> {
    let rest = match address.split_once("://") {
        Some((_, rest)) => rest,
        None => address.strip_prefix("//").or_else(|| address.strip_prefix("/\\"))?,
    };
    let authority = rest.split(['/', '?', '#', '\\']).next()?;
    Some(authority.rsplit_once('@').map_or(authority, |(_, host)| host))
}

fn is_own_host(cleaner: &Cleaner<'_>, host: &str) -> bool {
    let Ok(event) = waf::event::read(cleaner.sent, None, &EventLimits::default()) else { return false };
    let own =
        event.records.iter().filter_map(|record| record.http.as_ref()).any(|http| {
            http.headers.first(b"host").is_some_and(|own| own.eq_ignore_ascii_case(host.as_bytes()))
        });
    own || event.records.iter().any(|record| {
        let named = record.arguments.iter().find(|field| field.name == b"requestContext.domainName");
        named.is_some_and(|field| field.value.eq_ignore_ascii_case(host.as_bytes()))
    })
}

/// The type of a body, where it would be taken for another. Whether something changed.
pub(super) fn content_type(answer: &mut Map<String, Value>, body: &[u8]) -> bool {
    let start = body.trim_ascii_start();
    let looks_json = matches!(start.first(), Some(b'{' | b'['))
        && serde_json::from_slice::<serde::de::IgnoredAny>(body).is_ok();
    let said = header(answer, "content-type").map(str::to_ascii_lowercase);
    match said {
        None if looks_json => set(answer, "content-type", "application/json"),
        None if has_markup(body) && !is_page(start) => {
            set(answer, "content-type", "text/plain; charset=utf-8")
        }
        Some(kind) if kind.starts_with("text/html") && looks_json => {
            set(answer, "content-type", "application/json")
        }
        _ => return false,
    }
    true
}

/// A whole page that the function means to give.
fn is_page(start: &[u8]) -> bool {
    let head = start.get(..64.min(start.len())).unwrap_or_default().to_ascii_lowercase();
    [b"<!doctype".as_slice(), b"<html", b"<?xml", b"<svg"].iter().any(|begin| head.starts_with(begin))
}

fn has_markup(body: &[u8]) -> bool {
    memchr::memchr_iter(b'<', body).any(|at| {
        body.get(at + 1).is_some_and(|next| next.is_ascii_alphabetic() || matches!(next, b'/' | b'!' | b'?'))
    })
}

/// A page in which what the caller sent is written so that it runs nothing; none when it holds no such thing.
pub(super) fn reflected(
    cleaner: &Cleaner<'_>,
    answer: &Map<String, Value>,
    body: &[u8],
    cleaned: &mut Cleaned,
) -> Option<Vec<u8>> {
    let kind = header(answer, "content-type").unwrap_or_default().to_ascii_lowercase();
    let is_markup = kind.starts_with("text/html") || kind.contains("xhtml") || kind.contains("svg");
    let is_untyped_page = kind.is_empty() && is_page(body.trim_ascii_start());
    if !is_markup && !is_untyped_page {
        return None;
    }
    let mut page: Option<Vec<u8>> = None;
    for value in dangerous(cleaner.sent) {
        let seen = page.as_deref().unwrap_or(body);
        if memmem::find(seen, &value).is_some() {
            page = Some(replaced(seen, &value, &encoded(&value)));
        }
    }
    if page.is_some() {
        let action = if cleaner.is_detecting { Action::Told } else { Action::Changed };
        let reason = "the page repeated markup of the request";
        cleaned.told.push((action, Problem::hostile(Layer::Response, 502, reason).rule("reflected-markup")));
    }
    page
}

/// Values of an event that could run in a page, the longest first.
fn dangerous(sent: &[u8]) -> Vec<Vec<u8>> {
    let Ok(event) = waf::event::read(sent, None, &EventLimits::default()) else { return Vec::new() };
    let mut values: Vec<Vec<u8>> = Vec::new();
    let mut take = |value: &[u8]| {
        if value.len() >= VALUE_BYTES_MIN && is_dangerous(value) && values.len() < VALUES_MAX {
            values.push(value.to_vec());
        }
    };
    for record in &event.records {
        record.arguments.iter().for_each(|field| take(field.value));
        let Some(http) = &record.http else { continue };
        http.headers.iter().for_each(|field| take(field.value));
        let mut query = waf::Fields::default();
        let at = http.target.iter().position(|byte| *byte == b'?').unwrap_or(http.target.len());
        let (path, rest) = http.target.split_at_checked(at).unwrap_or_default();
        waf::body::read_query(rest.get(1..).unwrap_or_default(), b'&', &waf::Limits::default(), &mut query);
        query.iter().for_each(|field| take(field.value));
        take(path);
        let _facts = waf::body::read_form(&http.body, b'&', 1000, &mut query);
        query.iter().for_each(|field| take(field.value));
        if let Ok(inner) = waf::event::read(&http.body, Some(Trigger::Direct), &EventLimits::default()) {
            inner
                .records
                .iter()
                .flat_map(|record| record.arguments.iter())
                .for_each(|field| take(field.value));
        }
    }
    values.sort_by_key(|value| std::cmp::Reverse(value.len()));
    values.dedup();
    values
}

fn is_dangerous(value: &[u8]) -> bool {
    let lower = value.to_ascii_lowercase();
    let is_event = || {
        memmem::find_iter(&lower, b"on").any(|at| {
            let rest = lower.get(at + 2..).unwrap_or_default();
            let name = rest.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
            name > 2 && rest.get(name..).unwrap_or_default().trim_ascii_start().starts_with(b"=")
        })
    };
    has_markup(value)
        || (value.iter().any(|byte| matches!(byte, b'"' | b'\'' | b'`')) && is_event())
        || lower.trim_ascii_start().starts_with(b"javascript:")
}

fn encoded(value: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(value.len() * 2);
    for byte in value {
        match byte {
            b'<' => out.extend_from_slice(b"&lt;"),
            b'>' => out.extend_from_slice(b"&gt;"),
            b'&' => out.extend_from_slice(b"&amp;"),
            b'"' => out.extend_from_slice(b"&quot;"),
            b'\'' => out.extend_from_slice(b"&#39;"),
            b'`' => out.extend_from_slice(b"&#96;"),
            // `javascript:` is no scheme with a sign in between.
            b':' => out.extend_from_slice(b"&#58;&#8203;"),
            other => out.push(*other),
        }
    }
    out
}

fn replaced(text: &[u8], old: &[u8], new: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    for hit in memmem::find_iter(text, old) {
        out.extend_from_slice(text.get(at..hit).unwrap_or_default());
        out.extend_from_slice(new);
        at = hit + old.len();
    }
    out.extend_from_slice(text.get(at..).unwrap_or_default());
    out
}

/// Headers of the policy that the answer has none of. Whether something changed.
pub(super) fn secure(cleaner: &Cleaner<'_>, answer: &mut Map<String, Value>) -> bool {
    let mut is_changed = false;
    for (name, value) in &cleaner.response.headers {
        if header(answer, name).is_none() {
            set(answer, name, value);
            is_changed = true;
        }
    }
    is_changed
}
