//! From a method and a path, and from claims written by hand, to a question: for trying policies out.
use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::config::Config;
use crate::{Authentication, Identity, Method};

/// Values of a route's parameters, by name.
pub type Parameters = Vec<(String, String)>;

/// Every route that a configuration names, without patterns.
#[must_use]
pub fn routes(config: &Config) -> BTreeSet<String> {
    let mapping = config.cedar.as_ref().map(|cedar| &cedar.mapping);
    let mapped =
        mapping.into_iter().flat_map(|mapping| mapping.actions.keys().chain(mapping.resources.keys()));
    config.routes.keys().chain(mapped).filter(|route| !route.ends_with('*')).cloned().collect()
}

/// The route named `METHOD /path/{parameter}` that a request fits; of several, the one with the most literal segments.
#[must_use]
pub fn find(routes: &BTreeSet<String>, method: &str, path: &str) -> Option<(String, Parameters)> {
    let fitting = routes.iter().filter_map(|route| {
        let (wanted, pattern) = route.split_once(' ')?;
        let parameters = (wanted == method).then(|| fits(pattern, path)).flatten()?;
        Some((pattern.split('/').count() - parameters.len(), route, parameters))
    });
    let best = fitting.max_by(|one, other| one.0.cmp(&other.0).then(other.1.cmp(one.1)));
    best.map(|(_, route, parameters)| (route.clone(), parameters))
}

fn fits(pattern: &str, path: &str) -> Option<Parameters> {
    let mut parameters = Vec::new();
    let mut parts = path.split('/');
    for segment in pattern.split('/') {
        let part = parts.next()?;
        match segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
            Some(name) if !part.is_empty() => parameters.push((name.to_owned(), part.to_owned())),
            Some(_) => return None,
            None if segment == part => {}
            None => return None,
        }
    }
    parts.next().is_none().then_some(parameters)
}

/// An identity as a token with these claims would give it: `sub`, `iss`, `scope` or `scp`, `roles`, `groups`, `acr`,
/// `amr`, `auth_time`, `exp`. Nothing is verified: for trying out only.
#[must_use]
pub fn identity_of(claims: &Map<String, Value>, method: Method) -> Identity {
    let text = |name: &str| claims.get(name).and_then(Value::as_str).map(str::to_owned);
    let list = |names: &[&str]| -> BTreeSet<String> {
        let values = names.iter().filter_map(|name| claims.get(*name));
        let members = values.flat_map(|value| match value {
            Value::String(text) => text.split_ascii_whitespace().map(str::to_owned).collect(),
            Value::Array(members) => members.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            _ => Vec::new(),
        });
        members.collect()
    };
    let confirmed = claims.get("cnf").is_some_and(Value::is_object);
    Identity {
        subject: text("sub").unwrap_or_default(),
        issuer: text("iss").unwrap_or_default(),
        method,
        scopes: list(&["scope", "scp"]),
        roles: list(&["roles"]),
        groups: list(&["groups"]),
        authentication: Authentication {
            context: text("acr"),
            methods: list(&["amr"]),
            time: claims.get("auth_time").and_then(Value::as_u64),
            bound: confirmed,
        },
        claims: claims.iter().map(|(name, value)| (name.clone(), value.clone())).collect(),
        expires: claims.get("exp").and_then(Value::as_u64),
        credential: text("jti").unwrap_or_else(|| "tried-out".to_owned()),
    }
}

/// A way to authenticate by its name in configurations.
#[must_use]
pub fn method_of(name: &str) -> Option<Method> {
    let all = [
        Method::Jwt,
        Method::Introspection,
        Method::Certificate,
        Method::ApiKey,
        Method::Signature,
        Method::Session,
    ];
    all.into_iter().find(|method| super::method_name(*method) == name)
}
