//! A configuration to begin with, from an OpenAPI document (3.0 and 3.1): a route for each operation, with what it asks for.
use super::{head, line, quoted};
use crate::config::ConfigError;
use crate::layers::schema::parse;
use access::policy::Rule;
use serde_json::Value;
use std::collections::BTreeMap;
use url::Url;

const UPSTREAM: &str = "api";
/// Where nothing says where the API is.
const NOWHERE: &str = "http://127.0.0.1:3000";

/// Writes `gateway.toml` for the API of a document; `file` is how the configuration names the document.
///
/// # Errors
/// The text is no OpenAPI document, or has no operation.
pub fn draft_of_openapi(text: &str, file: &str) -> Result<String, ConfigError> {
    let wrong = |why: String| ConfigError::setting("openapi", why);
    let document = parse(text).map_err(wrong)?;
    let (rules, problems) = access::policy::openapi(&document);
    if rules.is_empty() {
        return Err(wrong("it has no operation: an OpenAPI document has `paths` with methods".to_owned()));
    }
    let server = document.pointer("/servers/0/url").and_then(Value::as_str).unwrap_or_default();
    let (origin, base) = placed(server);
    let mut told: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for problem in problems {
        told.entry(problem.place.to_string()).or_default().push(problem.message);
    }
    let mut out = head("this API, written from its OpenAPI document");
    line(&mut out, &format!("[schema.api.{UPSTREAM}]"));
    line(&mut out, &format!("file = {}\n", quoted(file)));
    let mut all: Vec<_> = rules.iter().collect();
    // A literal segment goes before a parameter: the first route that fits is taken.
    all.sort_by_key(|(name, _)| {
        name.split_once(' ').map(|(method, path)| (path.replace('{', "\u{10ffff}"), method.to_owned()))
    });
    for (name, rule) in all {
        let Some((method, path)) = name.split_once(' ') else { continue };
        line(&mut out, "[[route]]");
        line(&mut out, &format!("name = {}", quoted(name)));
        line(&mut out, &format!("path = {}", quoted(&format!("{base}{path}"))));
        line(&mut out, &format!("methods = [{}]", quoted(method)));
        line(&mut out, &format!("upstream = {}", quoted(UPSTREAM)));
        line(&mut out, &format!("schema = {{ api = {} }}", quoted(UPSTREAM)));
        line(&mut out, "mode = \"detect\" # \"block\" once the log of matches is quiet");
        for problem in told.iter().filter(|(place, _)| *place == name).flat_map(|(_, all)| all) {
            line(&mut out, &format!("# {}", problem.replace('\n', " ")));
        }
        if !rule.public {
            line(
                &mut out,
                "# Name the sources of `[authentication]` that know the caller: authentication = []",
            );
        }
        line(&mut out, &format!("authorization = {}\n", written(rule).map_err(wrong)?));
    }
    line(&mut out, &format!("[upstream.{UPSTREAM}]"));
    line(&mut out, "kind = \"http\"");
    line(&mut out, &format!("addresses = [{}]", quoted(&origin)));
    Ok(out)
}

/// Origin and base path of a server; a relative one has no origin (OpenAPI 3.1, "Server Object").
fn placed(server: &str) -> (String, String) {
    let base = |path: &str| path.trim_end_matches('/').to_owned();
    match Url::parse(server) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && !server.contains('{') => {
            (url.origin().ascii_serialization(), base(url.path()))
        }
        _ if server.starts_with('/') && !server.contains('{') => (NOWHERE.to_owned(), base(server)),
        _ => (NOWHERE.to_owned(), String::new()),
    }
}

/// A rule as a value of TOML, without what says nothing.
fn written(rule: &Rule) -> Result<String, String> {
    let value = toml::Value::try_from(rule).map_err(|why| why.to_string())?;
    Ok(said(value).map_or_else(|| "{}".to_owned(), |value| value.to_string()))
}

fn said(value: toml::Value) -> Option<toml::Value> {
    match value {
        toml::Value::Boolean(false) => None,
        toml::Value::Array(items) if items.is_empty() => None,
        toml::Value::Array(items) => {
            let empty = || toml::Value::Table(toml::Table::new());
            Some(toml::Value::Array(items.into_iter().map(|item| said(item).unwrap_or_else(empty)).collect()))
        }
        toml::Value::Table(members) => {
            let told: toml::Table =
                members.into_iter().filter_map(|(name, member)| Some((name, said(member)?))).collect();
            (!told.is_empty()).then_some(toml::Value::Table(told))
        }
        other => Some(other),
    }
}
