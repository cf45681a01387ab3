//! Rules from the security requirements of an OpenAPI document (3.0 and 3.1, "Security Requirement Object").
use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::config::{Requirement, Rule};
use super::{Place, Problem};

const OPERATIONS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// A rule for each operation, named `GET /orders/{id}`.
///
/// What says nothing about security asks for an identity and is told: OpenAPI means "anybody" by it, and so does
/// somebody who forgot. `security: []` is public.
#[must_use]
pub fn openapi(document: &Value) -> (BTreeMap<String, Rule>, Vec<Problem>) {
    let mut rules = BTreeMap::new();
    let mut problems = Vec::new();
    let empty = Map::new();
    let schemes =
        document.pointer("/components/securitySchemes").and_then(Value::as_object).unwrap_or(&empty);
    let paths = document.get("paths").and_then(Value::as_object).unwrap_or(&empty);
    for (path, item) in paths {
        for operation in OPERATIONS {
            let Some(operation_value) = item.get(operation) else { continue };
            let route = format!("{} {path}", operation.to_ascii_uppercase());
            let security = operation_value.get("security").or_else(|| document.get("security"));
            let mut tell =
                |message: String| problems.push(Problem { place: Place::setting(&route), message });
            let rule = match security.and_then(Value::as_array) {
                None => {
                    tell(
                        "no security requirement: an identity is asked for; write `security: []` for anybody"
                            .into(),
                    );
                    Rule::default()
                }
                Some(list) if list.is_empty() => Rule { public: true, ..Rule::default() },
                Some(list) => {
                    let any_of: Vec<Requirement> =
                        list.iter().filter_map(|one| requirement(one, schemes, &mut tell)).collect();
                    // INVARIANT: when no alternative can be checked, none holds.
                    let nobody =
                        Requirement { scopes: ["\u{0}".to_owned()].into(), ..Requirement::default() };
                    Rule { any_of: if any_of.is_empty() { vec![nobody] } else { any_of }, ..Rule::default() }
                }
            };
            rules.insert(route, rule);
        }
    }
    (rules, problems)
}

/// One alternative; `None` when it cannot be checked, which is told.
fn requirement(
    one: &Value,
    schemes: &Map<String, Value>,
    tell: &mut impl FnMut(String),
) -> Option<Requirement> {
    let Some(named) = one.as_object() else {
        tell("a security requirement is no object".to_owned());
        return None;
    };
    let mut made = Requirement { anonymous: true, ..Requirement::default() };
    for (name, scopes) in named {
        let Some(scheme) = schemes.get(name) else {
            tell(format!("`{name}` stands not in `components.securitySchemes`"));
            return None;
        };
        let text =
            |key: &str| scheme.get(key).and_then(Value::as_str).unwrap_or_default().to_ascii_lowercase();
        let methods: &[&str] = match (text("type").as_str(), text("scheme").as_str()) {
            ("mutualtls", _) => {
                made.mutual_tls = true;
                continue;
            }
            ("apikey", _) => &["api-key"],
            ("http", "bearer") => &["jwt", "introspection"],
            ("oauth2" | "openidconnect", _) => &["jwt", "introspection", "session"],
            (kind, scheme) => {
                tell(format!("`{name}` ({kind} {scheme}) is a scheme that is not supported here"));
                return None;
            }
        };
        if !made.methods.is_empty() {
            tell("two credentials at once cannot be asked for, except a certificate beside one".to_owned());
            return None;
        }
        made.anonymous = false;
        made.methods = methods.iter().map(|name| (*name).to_owned()).collect();
        let scopes = scopes.as_array().into_iter().flatten().filter_map(Value::as_str);
        made.scopes = scopes.map(str::to_owned).collect::<BTreeSet<_>>();
    }
    Some(made)
}
