//! A configuration to begin with, from the application graph: a route for each way in over HTTP, an upstream for each function.
mod openapi;

use model::{App, Kind, Node, Relation};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

pub use openapi::draft_of_openapi;

/// Events that are HTTP requests.
const HTTP_EVENTS: &[&str] = &["http-api", "rest-api", "function-url", "load-balancer"];

/// Writes `gateway.toml` for an application; what a person has to decide stands in comments.
#[must_use]
pub fn draft(app: &App) -> String {
    let mut routes = String::new();
    let mut functions: BTreeMap<&str, &Node> = BTreeMap::new();
    let mut names = BTreeSet::new();
    for trigger in app.all(Kind::Trigger) {
        let is_http = trigger.text("event").is_some_and(|event| HTTP_EVENTS.contains(&event));
        let Some(function) = app.targets(trigger, Relation::Triggers).next().filter(|_| is_http) else {
            continue;
        };
        functions.insert(function.name.as_str(), function);
        write_route(&mut routes, trigger, function, &mut names);
    }
    let mut out = head("this application, written from its templates");
    out.push_str(&routes);
    if functions.is_empty() {
        out.push_str("# No function of the application is started by HTTP.\n");
    }
    for (name, function) in functions {
        let called = function.text("name").unwrap_or(name);
        line(&mut out, &format!("[upstream.{}]", key(name)));
        line(&mut out, "kind = \"invoke\"");
        line(&mut out, "addresses = [\"https://lambda.eu-west-1.amazonaws.com\"]");
        line(&mut out, &format!("function = {}", quoted(called)));
        line(&mut out, "sign = { region = \"eu-west-1\" }\n");
    }
    out
}

fn head(of: &str) -> String {
    format!("# The gateway in front of {of}. `buckler gateway check` reads it.\n{LISTENS}")
}

const LISTENS: &str = "[[listen]]
address = \"127.0.0.1:8080\"

[waf]
# Empty: the rules of Buckler. For the Core Rule Set, name its files, in order.
rules = []

";

fn write_route(out: &mut String, trigger: &Node, function: &Node, names: &mut BTreeSet<String>) {
    let method = trigger.text("method").filter(|method| *method != "ANY" && *method != "*");
    let path = trigger.text("path").filter(|path| path.starts_with('/')).map_or("/*".to_owned(), path_of);
    let wanted = match method {
        Some(method) => format!("{} {path}", method.to_ascii_lowercase()),
        None => format!("{} {path}", function.name),
    };
    let mut name = wanted.clone();
    let mut number = 2;
    while !names.insert(name.clone()) {
        name = format!("{wanted} {number}");
        number += 1;
    }
    line(out, "[[route]]");
    line(out, &format!("name = {}", quoted(&name)));
    line(out, &format!("path = {}", quoted(&path)));
    if let Some(method) = method {
        line(out, &format!("methods = [{}]", quoted(method)));
    }
    line(out, &format!("upstream = {}", quoted(&function.name)));
    line(out, "mode = \"detect\" # \"block\" once the log of matches is quiet");
    match trigger.text("auth") {
        None | Some("none") => line(out, "# The template asks for no authentication here.\n"),
        Some(auth) => line(
            out,
            &format!(
                "# The template asks for `{auth}`: name a source of `[authentication]` here.\n# authentication = []\n"
            ),
        ),
    }
}

/// API Gateway's path in the gateway's words: `{proxy+}` is the rest of the path.
fn path_of(path: &str) -> String {
    match path.rsplit_once('/') {
        Some((front, last)) if last.starts_with('{') && last.ends_with("+}") => format!("{front}/*"),
        _ => path.to_owned(),
    }
}

fn line(out: &mut String, text: &str) {
    // Writing to a string does not fail.
    writeln!(out, "{text}").unwrap_or_default();
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// A bare key where TOML allows one.
fn key(text: &str) -> String {
    let is_bare =
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    if is_bare { text.to_owned() } else { quoted(text) }
}
