//! Honest requests and events to begin with: from the graph, and from a file of the owner.
use crate::{Seed, Shot};
use model::{App, Kind, Node, Relation};
use serde::Deserialize;
use serde_json::Value;

/// Triggers that are HTTP requests.
const HTTP_EVENTS: &[&str] = &["http-api", "rest-api", "function-url", "load-balancer"];
/// Lines of a file of requests.
const LINES_MAX: usize = 10_000;

/// Why a file of requests cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SeedError {
    #[error(
        "line {line}: {why}; a line is `{{\"method\", \"path\", \"headers\", \"body\"}}` or `{{\"function\", \"event\"}}`"
    )]
    Line { line: usize, why: String },
    #[error("more than {LINES_MAX} lines; give a part of them")]
    TooMany,
}

/// Makes an event of a trigger and its function, and says what the function is called for `Invoke`.
pub type Sampler<'a> = &'a dyn Fn(&Node, &Node) -> Option<(String, Value)>;

/// A request for each way in over HTTP, and for every other trigger an event that `sample` makes of the trigger and its function,
/// with the function's name for `Invoke`.
///
/// Which parameters a request has, the facts of the code say when attacks are planned.
#[must_use]
pub fn seeds(app: &App, sample: Sampler<'_>) -> Vec<Seed> {
    let mut seeds = Vec::new();
    for trigger in app.all(Kind::Trigger) {
        let Some(function) = app.targets(trigger, Relation::Triggers).next() else { continue };
        let is_http = trigger.text("event").is_some_and(|event| HTTP_EVENTS.contains(&event));
        let shot = if is_http {
            Some(request(trigger))
        } else {
            let made = sample(trigger, function);
            made.map(|(function, event)| Shot::Invoke { function, event: event.to_string().into_bytes() })
        };
        seeds.extend(shot.map(|shot| Seed {
            function: function.name.clone(),
            trigger: trigger.name.clone(),
            shot,
        }));
    }
    seeds
}

fn request(trigger: &Node) -> Shot {
    let method =
        trigger.text("method").filter(|method| !matches!(*method, "ANY" | "*")).unwrap_or("POST").to_owned();
    let path = trigger.text("path").filter(|path| path.starts_with('/')).unwrap_or("/");
    let path = path
        .split('/')
        .map(|part| if part.starts_with('{') || part == "*" { "1" } else { part })
        .collect::<Vec<_>>()
        .join("/");
    let has_body = matches!(method.as_str(), "POST" | "PUT" | "PATCH");
    let body = if has_body { b"{}".to_vec() } else { Vec::new() };
    let headers = vec![("Content-Type".to_owned(), "application/json".to_owned())];
    Shot::Http { method, path, query: Vec::new(), headers, body, encoded: false }
}

/// A line of a file of requests.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    method: Option<String>,
    path: Option<String>,
    #[serde(default)]
    headers: std::collections::BTreeMap<String, String>,
    /// A text as it is, or JSON.
    body: Option<Value>,
    function: Option<String>,
    event: Option<Value>,
}

/// Reads honest requests and events of the owner, a JSON object a line.
///
/// # Errors
/// A line is neither.
pub fn requests(text: &str) -> Result<Vec<Seed>, SeedError> {
    let mut seeds = Vec::new();
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        if number >= LINES_MAX {
            return Err(SeedError::TooMany);
        }
        let wrong = |why: String| SeedError::Line { line: number + 1, why };
        let line: Line = serde_json::from_str(line).map_err(|why| wrong(why.to_string()))?;
        let named = line.function.clone();
        let shot = match (line.path, line.event, line.function) {
            (Some(path), None, _) => http(&path, line.method, line.headers, line.body),
            (None, Some(event), Some(function)) => {
                Shot::Invoke { function, event: event.to_string().into_bytes() }
            }
            (None, Some(_), None) => return Err(wrong("an event needs its `function`".to_owned())),
            _ => return Err(wrong("it has no `path` and no `event`, or both".to_owned())),
        };
        let function = named.unwrap_or_else(|| "request".to_owned());
        seeds.push(Seed { function, trigger: format!("line {}", number + 1), shot });
    }
    Ok(seeds)
}

fn http(
    path: &str,
    method: Option<String>,
    headers: std::collections::BTreeMap<String, String>,
    body: Option<Value>,
) -> Shot {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let query = query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decoded(name), decoded(value))
    });
    let mut headers: Vec<(String, String)> = headers.into_iter().collect();
    let is_json = body.as_ref().is_some_and(|body| !body.is_string());
    if is_json && !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type")) {
        headers.push(("Content-Type".to_owned(), "application/json".to_owned()));
    }
    let method = method.unwrap_or_else(|| if body.is_some() { "POST" } else { "GET" }.to_owned());
    let body = match body {
        None => Vec::new(),
        Some(Value::String(text)) => text.into_bytes(),
        Some(json) => json.to_string().into_bytes(),
    };
    Shot::Http { method, path: decoded(path), query: query.collect(), headers, body, encoded: false }
}

/// Percent-decoding (RFC 3986, section 2.1); what is no UTF-8 stays as it is.
fn decoded(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let digits = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        let byte = digits.filter(|_| *first == b'%').and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match byte {
            Some(byte) => {
                out.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                out.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8(out).unwrap_or_else(|_| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_and_events_are_read_and_mistakes_are_named() {
        let text = "{\"path\":\"/a%20b?q=x%26y&z\",\"body\":{\"n\":1}}\n\n{\"function\":\"F\",\"event\":{\"k\":2}}\n";
        let seeds = requests(text).unwrap();
        let Shot::Http { method, path, query, headers, body, .. } = &seeds[0].shot else {
            panic!("a request")
        };
        assert_eq!((method.as_str(), path.as_str(), body.as_slice()), ("POST", "/a b", &b"{\"n\":1}"[..]));
        assert_eq!(query[0], ("q".to_owned(), "x&y".to_owned()));
        assert_eq!(headers.len(), 1);
        assert_eq!(seeds[1].shot, Shot::Invoke { function: "F".to_owned(), event: b"{\"k\":2}".to_vec() });
        for (wrong, says) in [
            ("{\"event\":{}}", "needs its `function`"),
            ("{\"paht\":\"/\"}", "paht"),
            ("{}", "no `path` and no `event`"),
            ("x", "expected"),
        ] {
            let why = requests(&format!("{{\"path\":\"/\"}}\n{wrong}")).unwrap_err().to_string();
            assert!(why.contains("line 2") && why.contains(says), "{why}");
        }
    }
}
