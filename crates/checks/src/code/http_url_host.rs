//! A request goes over plain HTTP.
use crate::code::shared::{Seen, calls};
use crate::prelude::*;

check! {
    /// # Request without TLS
    ///
    /// A request goes over plain HTTP.
    ///
    /// ## Why it matters
    ///
    /// Whoever is on the way reads the request and its credentials, and writes the answer.
    ///
    /// ## What to do
    ///
    /// Use `https://`.
    ///
    /// ```python fires
    /// import requests
    ///
    /// def handler(event, context):
    ///     return requests.get("http://prices.example/today", timeout=3).text
    /// ```
    /// ```python quiet
    /// import requests
    ///
    /// def handler(event, context):
    ///     requests.get("http://localhost:2772/applications", timeout=3)
    ///     return requests.get("https://prices.example/today", timeout=3).text
    /// ```
    /// ```javascript fires
    /// const axios = require("axios");
    ///
    /// exports.handler = async () => (await axios.get("http://prices.example/today")).data;
    /// ```
    /// ```javascript quiet
    /// const axios = require("axios");
    ///
    /// exports.handler = async () => (await axios.get("https://prices.example/today")).data;
    /// ```
    HTTP_URL_HOST = "http-url-host" {
        since: "0.1.0",
        severity: Low,
        confidence: Likely,
        fix: Risky,
        controls: &["CWE-319", "OWASP-SLS:S3", "CSA:SAS-3"],
        also_known_as: &[],
        run: http_url_host,
    }
}

const CLIENTS: &[&str] = &[
    "requests",
    "httpx",
    "urllib.request",
    "urllib3",
    "aiohttp",
    "urllib2",
    "axios",
    "fetch",
    "node-fetch",
    "got",
    "undici",
    "http.get",
    "http.request",
    "needle",
    "superagent",
    "request",
    "request-promise",
    "ky",
    "cross-fetch",
];
/// The function itself, its platform, and names that no public resolver knows.
const NEAR: &[&str] = &["localhost", "127.", "0.0.0.0", "169.254.", "[::1]", "host.docker.internal"];
const NEAR_ENDS: &[&str] = &[".local", ".internal", ".localhost", ".svc"];

fn http_url_host(app: &App, findings: &mut Findings) {
    for seen in calls(app).filter(|seen| seen.of(CLIENTS)) {
        let texts = seen.call.arguments.iter().take(3).filter_map(|argument| begin(&argument.value));
        let host = texts.into_iter().filter_map(|text| text.strip_prefix("http://")).map(host).next();
        if let Some(host) = host.filter(|host| !host.is_empty() && !is_near(host)) {
            let message = format!("`{}` talks to `{host}` without TLS", seen.call.api);
            findings.push(seen.finding(&HTTP_URL_HOST, message).fix_if(over_tls(&seen)));
        }
    }
}

/// The literal text that a value begins with.
fn begin(data: &Data) -> Option<&str> {
    match data {
        Data::Text(text) => Some(text),
        Data::Joined(parts) => parts.first().and_then(|first| first.as_str()),
        _ => None,
    }
}

fn host(rest: &str) -> &str {
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let authority = rest.split_at_checked(end).map_or(rest, |(before, _)| before);
    let host = authority.rsplit('@').next().unwrap_or(authority);
    if host.starts_with('[') { host } else { host.split(':').next().unwrap_or(host) }
}

fn is_near(host: &str) -> bool {
    let is_name = !host.contains('.') && !host.contains(':');
    is_name
        || NEAR.iter().any(|near| host.starts_with(near))
        || NEAR_ENDS.iter().any(|end| host.ends_with(end))
}

/// An address that stands in the call as one text.
fn over_tls(seen: &Seen<'_>) -> Option<Fix> {
    const QUOTE_BYTES: usize = 1;
    let plain = "http://";
    let argument = seen.call.arguments.iter().take(3).find(|argument| {
        let text = begin(&argument.value).is_some_and(|text| text.starts_with(plain));
        text && argument.name.is_none()
    })?;
    let Data::Text(text) = &argument.value else { return None };
    let is_written = argument.at.len() == text.len() + 2 * QUOTE_BYTES;
    let start = argument.at.start.checked_add(1)?;
    let at = model::Span { start, end: start.checked_add(u32::try_from(plain.len()).ok()?)?, ..argument.at };
    is_written.then(|| Fix::risky("use HTTPS", model::Patch::Replace { at, text: "https://".to_owned() }))
}
