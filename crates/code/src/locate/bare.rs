//! Functions that look like handlers in files that no template refers to.
use std::collections::BTreeSet;

use model::Source;

use super::files::Files;

/// Files that are read, at most.
const FILES_MAX: usize = 5_000;
/// Folders whose files are built, of others, or tests.
const PASSED_OVER: &[&str] = &[
    "dist",
    "build",
    "cdk.out",
    "node_modules",
    "test",
    "tests",
    "__tests__",
    "spec",
    ".aws-sam",
    "site-packages",
];

/// Path and name of each, in the order of the paths. A scan of lines: whoever parses the file verifies.
pub(crate) fn bare_handlers(source: &dyn Source, claimed: &BTreeSet<String>) -> Vec<(String, String)> {
    let files = Files::new(source);
    let is_wanted = |path: &&String| {
        !claimed.contains(*path) && !path.split('/').any(|part| PASSED_OVER.contains(&part)) && !is_test(path)
    };
    let scan = |path: &str| -> Option<fn(&str) -> Option<&str>> {
        match path.rsplit_once('.')?.1 {
            "py" => Some(python),
            "js" | "mjs" | "cjs" | "ts" | "mts" | "cts" => Some(node),
            _ => None,
        }
    };
    let mut found = Vec::new();
    let wanted = source.paths().iter().filter(is_wanted);
    for (path, scan) in wanted.filter_map(|path| Some((path, scan(path)?))).take(FILES_MAX) {
        let Some(text) = files.read(path) else { continue };
        let mut names = BTreeSet::new();
        for line in text.lines() {
            if let Some(name) = scan(line)
                && names.insert(name.to_owned())
            {
                found.push((path.clone(), name.to_owned()));
            }
        }
    }
    found
}

fn is_test(path: &str) -> bool {
    let name = super::files::name_of(path);
    name.starts_with("test_") || name.contains(".test.") || name.contains(".spec.") || name.ends_with(".d.ts")
}

/// `def lambda_handler(event, context):` at the beginning of a line.
fn python(line: &str) -> Option<&str> {
    if let Some(app) = application(line) {
        return Some(app);
    }
    let rest = line.strip_prefix("def ").or_else(|| line.strip_prefix("async def "))?;
    let (name, params) = rest.split_once('(')?;
    let name = name.trim();
    takes_event(name, params).then_some(name)
}

/// `app = Chalice(app_name="orders")`: a framework's application, which Chalice, Zappa or an adapter serves.
fn application(line: &str) -> Option<&str> {
    let (name, value) = line.split_once('=')?;
    let name = name.trim_end();
    let is_name = !name.is_empty() && name.chars().all(|sign| sign.is_alphanumeric() || sign == '_');
    let made = ["Chalice(", "Flask(", "FastAPI(", "Quart(", "Bottle("];
    (is_name && made.iter().any(|made| value.trim_start().starts_with(made))).then_some(name)
}

/// `exports.handler = async (event) =>`, `export const handler =`, `export async function handler(event)`.
fn node(line: &str) -> Option<&str> {
    let rest = [
        "exports.",
        "module.exports.",
        "export const ",
        "export let ",
        "export async function ",
        "export function ",
    ];
    let rest = rest.iter().find_map(|prefix| line.strip_prefix(prefix))?;
    let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$')).unwrap_or(rest.len());
    let (name, after) = rest.split_at_checked(end)?;
    let params = after.split_once('(').map_or("", |(_, params)| params);
    let is_assigned = after.trim_start().starts_with(['=', ':', '(']);
    (!name.is_empty() && is_assigned && takes_event(name, params)).then_some(name)
}

/// A function called like a handler, or whose first argument is called like an event.
fn takes_event(name: &str, params: &str) -> bool {
    let mut params = params.split(',').map(|param| {
        let end =
            param.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(param.trim_start().len());
        param.trim_start().get(..end).unwrap_or(param).trim_matches('_')
    });
    let first = params.next().unwrap_or_default();
    let second = params.next().unwrap_or_default();
    let is_event = matches!(first, "event" | "evt" | "events");
    let is_handler = matches!(name, "handler" | "lambda_handler" | "lambdaHandler");
    is_handler
        || (is_event && matches!(second, "" | "context" | "ctx" | "callback") && !name.starts_with('_'))
}
