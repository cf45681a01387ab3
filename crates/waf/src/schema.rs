//! Requests and responses against an `OpenAPI` document (3.0 and 3.1) and JSON Schema (2020-12).
//!
//! [`Api::read`] compiles a document once; a request costs what its body and its route's schemas cost. References are local to
//! the document and may go in circles. What the document does not name (a route, a method, a media type) is a violation.
//!
//! Decided: a property that is `readOnly` may not be sent, one that is `writeOnly` may not be answered (mass assignment and leaks
//! begin there), whatever `required` says. Patterns run on an engine of linear cost where they can, else with a bounded number
//! of steps. Deliberately absent: `discriminator` beyond what `oneOf` and `anyOf` say themselves, `encoding` of multipart bodies,
//! callbacks and links, `allowReserved`.
//!
//! INVARIANT: nothing is fetched; a reference out of the document is a problem.
mod parameter;
mod read;
mod route;
#[cfg(test)]
mod tests;
mod translate;
mod validator;

use crate::Fields;
use crate::event::json::Value;
use crate::event::{EventLimits, Tree};
use parameter::Parameter;
use route::Path;
use serde_json::Value as Json;
use std::collections::BTreeMap;
pub use validator::Validator;

/// Violations that one message tells at most.
pub const VIOLATIONS_MAX: usize = 20;

/// Something in the document that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// JSON pointer in the document.
    pub place: String,
    pub message: String,
}

/// A difference between a message and the document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// `path`, `method`, `query.limit`, `header.x-id`, `cookie.id`, `body/items/0`, …
    pub place: String,
    /// Names what is expected, never the value that was sent.
    pub message: String,
}

/// A request as it was sent.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    pub method: &'a str,
    /// Without the query, undecoded.
    pub path: &'a str,
    /// Undecoded, without the question mark.
    pub query: &'a str,
    pub headers: &'a Fields,
    pub cookies: &'a Fields,
    pub content_type: &'a str,
    pub body: &'a [u8],
}

/// What to be strict about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Strictness {
    /// Query parameters that the document does not name are violations.
    pub unknown_query: bool,
}

/// A scheme by its name in the document, and the scopes that it must give.
pub type Demand = Vec<(String, Vec<String>)>;

/// A compiled document.
#[derive(Debug)]
pub struct Api {
    bases: Vec<String>,
    /// Most specific first.
    paths: Vec<Path>,
}

/// Media types with their schemas.
type Content = Vec<(String, Option<Schema>)>;

#[derive(Debug)]
struct Operation {
    parameters: Vec<Parameter>,
    body_required: bool,
    /// Media type to schema; none when any request body is a violation.
    bodies: Option<Content>,
    /// `200`, `4XX`, `default` to media types.
    responses: Vec<(String, Content)>,
    security: Vec<Demand>,
}

/// A schema ready to run, and what texts must become before.
#[derive(Debug)]
struct Schema {
    validator: Validator,
    shape: parameter::Shape,
}

impl Api {
    /// Reads a document that was parsed from JSON or YAML.
    ///
    /// # Errors
    /// Everything in it that cannot be used.
    pub fn read(document: &Json) -> Result<Self, Vec<Problem>> {
        read::read(document)
    }

    /// Whether a document can be read.
    ///
    /// # Errors
    /// The first thing in it that cannot be used, with its place.
    pub fn is_read(document: &Json) -> Result<(), String> {
        let first = |problems: Vec<Problem>| {
            problems.first().map(|one| format!("{}: {}", one.place, one.message)).unwrap_or_default()
        };
        Self::read(document).map(drop).map_err(first)
    }

    /// The route template of a request, when the document names it.
    #[must_use]
    pub fn route(&self, path: &str) -> Option<&str> {
        self.find(path).map(|(path, _)| path.template.as_str())
    }

    /// What a route demands of its caller: one of these, each all of its schemes. Empty when nothing; none when it is not known.
    #[must_use]
    pub fn security(&self, method: &str, path: &str) -> Option<&[Demand]> {
        let (path, _) = self.find(path)?;
        Some(path.operation(method)?.security.as_slice())
    }

    /// Compares a request with the document.
    #[must_use]
    pub fn check_request(&self, request: &Request<'_>, strictness: Strictness) -> Vec<Violation> {
        let mut told = Told::default();
        let Some((path, values)) = self.find(request.path) else {
            told.add("path", "the document does not name this path");
            return told.0;
        };
        let Some(operation) = path.operation(request.method) else {
            told.add("method", "the document does not name this method for the path");
            return told.0;
        };
        let query = parameter::Query::read(request.query);
        for parameter in &operation.parameters {
            parameter.check(request, &query, &values, &mut told);
        }
        if strictness.unknown_query {
            for name in query.names() {
                if !operation.parameters.iter().any(|parameter| parameter.takes(name)) {
                    told.add(
                        &format!("query.{}", name.chars().take(40).collect::<String>()),
                        "the document does not name this parameter",
                    );
                }
            }
        }
        match &operation.bodies {
            _ if request.body.is_empty() => {
                if operation.body_required {
                    told.add("body", "a body is required");
                }
            }
            None => told.add("body", "the document does not name a body"),
            Some(bodies) => check_content(bodies, request.content_type, request.body, &mut told),
        }
        told.0
    }

    /// Compares a response with the document. A status that it does not name is a violation.
    #[must_use]
    pub fn check_response(
        &self,
        method: &str,
        path: &str,
        status: u16,
        content: (&str, &[u8]),
    ) -> Vec<Violation> {
        let mut told = Told::default();
        let Some(operation) = self.find(path).and_then(|(path, _)| path.operation(method)) else {
            told.add("path", "the document does not name this path and method");
            return told.0;
        };
        let exact = status.to_string();
        let range = format!("{}XX", status / 100);
        let named =
            |name: &str| operation.responses.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        let Some((_, bodies)) = named(&exact).or_else(|| named(&range)).or_else(|| named("default")) else {
            told.add("status", "the document does not name this status");
            return told.0;
        };
        if !content.1.is_empty() && !bodies.is_empty() {
            check_content(bodies, content.0, content.1, &mut told);
        }
        told.0
    }

    fn find(&self, path: &str) -> Option<(&Path, Vec<(&str, String)>)> {
        self.bases.iter().find_map(|base| {
            let rest = path.strip_prefix(base.as_str()).filter(|rest| rest.starts_with('/'))?;
            let segments: Vec<&str> = rest.split('/').skip(1).collect();
            self.paths.iter().find_map(|path| Some((path, path.matches(&segments)?)))
        })
    }
}

#[derive(Default)]
struct Told(Vec<Violation>);

impl Told {
    fn add(&mut self, place: &str, message: &str) {
        if self.0.len() < VIOLATIONS_MAX {
            self.0.push(Violation { place: place.to_owned(), message: message.to_owned() });
        }
    }
}

impl Schema {
    fn check(&self, place: &str, value: Tree<'_, '_>, told: &mut Told) {
        for violation in self.validator.violations(value) {
            told.add(&format!("{place}{}", violation.place), &violation.message);
        }
    }
}

fn check_content(bodies: &[(String, Option<Schema>)], content_type: &str, body: &[u8], told: &mut Told) {
    let media_type = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let rank = |known: &str| match known.strip_suffix('*') {
        None if known == media_type => Some(0),
        Some("*/") => Some(2),
        Some(prefix) if media_type.starts_with(prefix) => Some(1),
        _ => None,
    };
    let best = bodies
        .iter()
        .filter_map(|(known, schema)| Some((rank(known)?, schema)))
        .min_by_key(|(rank, _)| *rank);
    let Some((_, schema)) = best else {
        told.add("content-type", "the document does not name this media type");
        return;
    };
    let Some(schema) = schema else { return };
    let value = if media_type == "application/json" || media_type.ends_with("+json") {
        match crate::event::parse(body, &BODY_LIMITS) {
            Ok(parsed) => return schema.check("body", parsed.tree(), told),
            Err(_) => return told.add("body", "the body is no JSON"),
        }
    } else if media_type == "application/x-www-form-urlencoded" || media_type == "multipart/form-data" {
        form(schema, &media_type, content_type, body)
    } else if media_type.starts_with("text/") {
        match std::str::from_utf8(body) {
            Ok(text) => Value::Text(text.into()),
            Err(_) => return told.add("body", "the body is not UTF-8"),
        }
    } else {
        // Other types: their media type is all that can be checked.
        return;
    };
    schema.check("body", Tree(&value, true), told);
}

/// What a body is parsed with: whoever took it has limited it.
pub const BODY_LIMITS: EventLimits = EventLimits {
    bytes_max: usize::MAX,
    depth_max: 127,
    nesting_max: 0,
    values_max: usize::MAX,
    arguments_bytes_max: 0,
    decompressed_bytes_max: 0,
    notes_max: 1,
};

/// Fields of a form as an object, values as the schema's properties want them.
fn form(schema: &Schema, media_type: &str, content_type: &str, bytes: &[u8]) -> Value<'static> {
    let is_multipart = media_type == "multipart/form-data";
    let processor =
        if is_multipart { crate::body::Processor::Multipart } else { crate::body::Processor::UrlEncoded };
    let mut body = crate::body::Body::default();
    crate::body::read(processor, content_type.as_bytes(), bytes, &crate::Limits::default(), &mut body);
    let mut lists: BTreeMap<String, Vec<Value<'static>>> = BTreeMap::new();
    let mut members = Vec::new();
    for field in body.arguments.iter().chain(body.file_contents.iter()) {
        let name = String::from_utf8_lossy(field.name).into_owned();
        let value = String::from_utf8_lossy(field.value);
        match schema.shape.property(&name) {
            Some(shape) if shape.is_array() => lists.entry(name).or_default().push(shape.item(&value)),
            Some(shape) => members.push((name.into(), shape.scalar(&value))),
            None => members.push((name.into(), Value::Text(value.into_owned().into()))),
        }
    }
    members.extend(lists.into_iter().map(|(name, values)| (name.into(), Value::List(values))));
    Value::Object(members)
}
