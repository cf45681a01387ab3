//! Where a payload goes: a part of a request, or of an event.
use crate::{Evasion, pointer};
use serde::Serialize;
use serde_json::Value;
use std::fmt;

/// A part of a request or an event.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// A parameter of the query.
    Query(String),
    Header(String),
    Cookie(String),
    /// A segment of the path, counted from 0.
    Segment(usize),
    /// A field of a JSON body, as a JSON pointer (RFC 6901); `~json` and `~base64` are steps into a text that holds JSON again.
    Field(String),
    /// The whole body.
    Body,
    /// A value of an event that is handed over as it is, as a JSON pointer.
    Event(String),
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Query(name) => write!(formatter, "query `{name}`"),
            Self::Header(name) => write!(formatter, "header `{name}`"),
            Self::Cookie(name) => write!(formatter, "cookie `{name}`"),
            Self::Segment(at) => write!(formatter, "path segment {}", at + 1),
            Self::Field(pointer) => write!(formatter, "body `{pointer}`"),
            Self::Body => formatter.write_str("body"),
            Self::Event(pointer) => write!(formatter, "event `{pointer}`"),
        }
    }
}

/// What is sent.
#[derive(Clone, Debug, PartialEq)]
pub enum Shot {
    /// A request.
    Http {
        method: String,
        /// Not encoded; without the query.
        path: String,
        /// Not encoded.
        query: Vec<(String, String)>,
        headers: Vec<(String, String)>,
        body: Vec<u8>,
        /// `path` and `query` are sent as they stand: an evasion has encoded them.
        encoded: bool,
    },
    /// An event, through the `Invoke` operation.
    Invoke { function: String, event: Vec<u8> },
}

impl Shot {
    /// Every place of it that holds a value an outsider may choose.
    #[must_use]
    pub fn places(&self) -> Vec<Place> {
        match self {
            Self::Http { path, query, headers, body, .. } => {
                let mut places: Vec<Place> =
                    query.iter().map(|(name, _)| Place::Query(name.clone())).collect();
                let segments = path.split('/').skip(1).count();
                places.extend(segments.checked_sub(1).map(Place::Segment));
                for (name, value) in headers {
                    match name.to_ascii_lowercase().as_str() {
                        "content-type" | "content-length" | "host" | "accept" => {}
                        "cookie" => places.extend(value.split(';').filter_map(|pair| {
                            Some(Place::Cookie(pair.split_once('=')?.0.trim().to_owned()))
                        })),
                        _ => places.push(Place::Header(name.clone())),
                    }
                }
                match serde_json::from_slice(body) {
                    Ok(value) => places.extend(pointer::leaves(&value).into_iter().map(Place::Field)),
                    Err(_) if !body.is_empty() => places.push(Place::Body),
                    Err(_) => {}
                }
                places
            }
            Self::Invoke { event, .. } => serde_json::from_slice(event)
                .map(|event| pointer::leaves(&event).into_iter().map(Place::Event).collect())
                .unwrap_or_default(),
        }
    }

    /// The same with a value in one place, written as the evasion says. None where that makes no sense.
    #[must_use]
    pub fn with(&self, place: &Place, value: &Value, evasion: Evasion) -> Option<Self> {
        let plain = match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let mut shot = self.clone();
        match (&mut shot, place) {
            (Self::Invoke { event, .. }, Place::Event(pointer)) => {
                *event = pointer::put(event, pointer, value, evasion)?;
            }
            (Self::Http { body, .. }, Place::Field(pointer)) => {
                *body = pointer::put(body, pointer, value, evasion)?;
            }
            (Self::Http { body, .. }, Place::Body) => *body = evasion.text(&plain)?.into_bytes(),
            (Self::Http { query, encoded, path, .. }, Place::Query(name)) => {
                let text = evasion.text(&plain)?;
                *encoded = true;
                *path = percent(path, "/");
                let mut pairs: Vec<(String, String)> =
                    query.iter().map(|(name, value)| (percent(name, ""), percent(value, ""))).collect();
                let written = if evasion.is_encoded() { text } else { percent(&text, "") };
                let name = percent(name, "");
                if evasion == Evasion::Twice {
                    pairs.retain(|(known, _)| *known != name);
                    pairs.push((name.clone(), "1".to_owned()));
                    pairs.push((name, written));
                } else if let Some((_, value)) = pairs.iter_mut().find(|(known, _)| *known == name) {
                    *value = written;
                } else {
                    pairs.push((name, written));
                }
                *query = pairs;
            }
            (Self::Http { path, query, encoded, .. }, Place::Segment(at)) => {
                let text = evasion.text(&plain)?;
                let written = if evasion.is_encoded() { text } else { percent(&text, "") };
                *encoded = true;
                *query = query.iter().map(|(name, value)| (percent(name, ""), percent(value, ""))).collect();
                let mut segments: Vec<String> = path.split('/').map(|part| percent(part, "")).collect();
                *segments.get_mut(at + 1)? = written;
                *path = segments.join("/");
            }
            (Self::Http { headers, .. }, Place::Header(name)) => {
                let text = printable(evasion.text(&plain)?)?;
                set(headers, name, text);
            }
            (Self::Http { headers, .. }, Place::Cookie(name)) => {
                let text = printable(evasion.text(&plain)?)?;
                if text.contains([';', ',', ' ', '"']) {
                    return None;
                }
                set(headers, "Cookie", format!("{name}={text}"));
            }
            _ => return None,
        }
        Some(shot)
    }

    /// Everything that is sent, as one text: what stands in it is no proof when it stands in the answer.
    #[must_use]
    pub fn as_text(&self) -> String {
        match self {
            Self::Http { path, query, headers, body, .. } => {
                format!("{path} {query:?} {headers:?} {}", String::from_utf8_lossy(body))
            }
            Self::Invoke { event, .. } => String::from_utf8_lossy(event).into_owned(),
        }
    }
}

/// A header can hold no line break: a client that sends one is refused before anything is tried.
fn printable(text: String) -> Option<String> {
    (!text.contains(['\r', '\n', '\0'])).then_some(text)
}

fn set(headers: &mut Vec<(String, String)>, name: &str, value: String) {
    headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
    headers.push((name.to_owned(), value));
}

/// Percent-encoding (RFC 3986, section 2.1) of everything but unreserved characters and `keep`.
pub(crate) fn percent(text: &str, keep: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) || keep.as_bytes().contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn http(body: &str) -> Shot {
        Shot::Http {
            method: "POST".to_owned(),
            path: "/a/b".to_owned(),
            query: vec![("q".to_owned(), "1".to_owned())],
            headers: vec![("Cookie".to_owned(), "s=1; t=2".to_owned()), ("X-A".to_owned(), "1".to_owned())],
            body: body.as_bytes().to_vec(),
            encoded: false,
        }
    }

    #[test]
    fn every_value_an_outsider_chooses_is_a_place() {
        let names: Vec<String> =
            http(r#"{"a":{"b":["x","y"]},"c/d":1}"#).places().iter().map(ToString::to_string).collect();
        assert_eq!(
            names,
            [
                "query `q`",
                "path segment 2",
                "cookie `s`",
                "cookie `t`",
                "header `X-A`",
                "body `/a/b/0`",
                "body `/c~1d`"
            ]
        );
    }

    #[test]
    fn a_payload_stands_in_its_place_and_nothing_else_changes() {
        let shot = http(r#"{"a":{"b":1},"c":2}"#);
        let body = |shot: Shot| match shot {
            Shot::Http { body, .. } => String::from_utf8(body).unwrap(),
            Shot::Invoke { .. } => unreachable!("a request was made"),
        };
        let text = json!("a\"b");
        let place = Place::Field("/a/b".to_owned());
        assert_eq!(body(shot.with(&place, &text, Evasion::Plain).unwrap()), r#"{"a":{"b":"a\"b"},"c":2}"#);
        assert_eq!(
            body(shot.with(&place, &text, Evasion::Unicode).unwrap()),
            r#"{"a":{"b":"\u0061\u0022\u0062"},"c":2}"#
        );
        let made = Place::Field("/new/deep".to_owned());
        assert_eq!(
            body(shot.with(&made, &json!({"$ne": null}), Evasion::Plain).unwrap()),
            r#"{"a":{"b":1},"c":2,"new":{"deep":{"$ne":null}}}"#
        );
        let Some(Shot::Http { query, path, .. }) =
            shot.with(&Place::Query("q".to_owned()), &json!("a&b"), Evasion::Twice)
        else {
            panic!("a request was expected")
        };
        assert_eq!((path.as_str(), query.len(), query[1].1.as_str()), ("/a/b", 2, "a%26b"));
        assert_eq!(shot.with(&Place::Header("X-A".to_owned()), &json!("a\nb"), Evasion::Plain), None);
    }
}
