//! The canonical request: the one text that signer and verifier must agree on.
use super::PathStyle;
use crate::encode::{percent_but, percent_bytes};
use crate::signature::{Request, unescaped};

/// The path in its canonical form.
pub(super) fn path(path: &str, style: PathStyle) -> String {
    let path = if path.is_empty() { "/" } else { path };
    match style {
        PathStyle::Standard => percent_but(&normalised(path), b"/"),
        PathStyle::Unnormalised => percent_but(path, b"/"),
        PathStyle::S3 => {
            let segments: Vec<String> = path.split('/').map(|part| percent_bytes(&unescaped(part))).collect();
            segments.join("/")
        }
    }
}

/// Without `.`, `..` and empty segments (RFC 3986, section 5.2.4); a slash at the end stays.
fn normalised(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                kept.pop();
            }
            segment => kept.push(segment),
        }
    }
    let is_folder = ["/", "/.", "/.."].iter().any(|end| path.ends_with(end));
    let slash = if is_folder && !kept.is_empty() { "/" } else { "" };
    format!("/{}{slash}", kept.join("/"))
}

/// Names and values, encoded anew and sorted; without the names that do not count.
pub(super) fn query(query: &str, left_out: &[&str]) -> String {
    let mut pairs: Vec<(String, String)> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (percent_bytes(&unescaped(name)), percent_bytes(&unescaped(value))))
        .filter(|(name, _)| !left_out.contains(&name.as_str()))
        .collect();
    pairs.sort();
    let pairs: Vec<String> = pairs.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    pairs.join("&")
}

/// A header's values: ends trimmed, runs of white space one space, several joined by commas.
fn header<'a>(values: impl Iterator<Item = &'a str>) -> String {
    let values: Vec<String> =
        values.map(|value| value.split_ascii_whitespace().collect::<Vec<_>>().join(" ")).collect();
    values.join(",")
}

/// What of a request is signed beside its headers.
#[derive(Clone, Copy)]
pub(super) struct Parts<'a> {
    pub(super) style: PathStyle,
    /// Lowercase and sorted.
    pub(super) signed: &'a [String],
    pub(super) payload: &'a str,
    pub(super) left_out: &'a [&'a str],
}

/// The canonical request.
pub(super) fn request(request: &Request<'_>, parts: Parts<'_>) -> String {
    let mut text = format!(
        "{}\n{}\n{}\n",
        request.method,
        path(request.path, parts.style),
        query(request.query.unwrap_or_default(), parts.left_out)
    );
    for name in parts.signed {
        text.push_str(name);
        text.push(':');
        text.push_str(&header(request.all(name)));
        text.push('\n');
    }
    text.push('\n');
    text.push_str(&parts.signed.join(";"));
    text.push('\n');
    text.push_str(parts.payload);
    text
}
