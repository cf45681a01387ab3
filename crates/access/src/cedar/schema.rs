//! The schema: a team's own, or the one for HTTP APIs; and what it says about attributes, so that requests bring those
//! and no others.
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use cedar_policy::{Schema, SchemaFragment};
use miette::Diagnostic;
use serde_json::Value;

use crate::policy::{File, Mapping, Place, Problem};

/// How deep names of types may lead to other names.
const NAMES_DEEP_MAX: usize = 16;
/// What a context of the own schema holds.
const CONTEXT: &str = "{ address: ipaddr, time: datetime, method: String, path: String, host: String, route: String, \
     parameters: String, mtls: Bool, bound: Bool, authenticated: Bool, acr?: String, amr: Set<String>, authAge?: Long, \
     scopes: Set<String> }";
pub(super) const METHODS: [(&str, &str); 9] = [
    ("GET", "read"),
    ("HEAD", "read"),
    ("OPTIONS", "read"),
    ("POST", "write"),
    ("PUT", "write"),
    ("PATCH", "write"),
    ("DELETE", "write"),
    ("CONNECT", "write"),
    ("TRACE", "read"),
];

/// A schema with what can be looked up in it.
#[derive(Debug)]
pub(super) struct Known {
    pub schema: Schema,
    entities: BTreeMap<String, Shape>,
    /// Names of the attributes of each action's context, by the action's type and id.
    contexts: BTreeMap<(String, String), BTreeSet<String>>,
}

/// An entity type.
#[derive(Debug, Default)]
pub(super) struct Shape {
    pub attributes: BTreeSet<String>,
    pub parents: BTreeSet<String>,
    pub has_tags: bool,
}

impl Known {
    pub(super) fn read(file: &File) -> Result<Self, Vec<Problem>> {
        let is_json = file.name.ends_with(".json");
        let problem = |error: &dyn Diagnostic, message: String| {
            let offset = error.labels().and_then(|mut labels| labels.next()).map(|label| label.offset());
            let place = offset.map_or_else(|| Place::setting(&file.name), |offset| Place::of(file, offset));
            vec![Problem { place, message: told(error, message) }]
        };
        let fragment = if is_json {
            SchemaFragment::from_json_str(&file.text).map_err(|error| problem(&error, error.to_string()))?
        } else {
            let read = SchemaFragment::from_cedarschema_str(&file.text);
            read.map_err(|error| problem(&error, error.to_string()))?.0
        };
        let json = fragment.clone().to_json_value().map_err(|error| problem(&error, error.to_string()))?;
        let schema = Schema::from_schema_fragments([fragment]);
        let schema = schema.map_err(|error| problem(&error, error.to_string()))?;
        let mut known = Self { schema, entities: BTreeMap::new(), contexts: BTreeMap::new() };
        let common = common(&json);
        for (namespace, parts) in json.as_object().into_iter().flatten() {
            known.add(namespace, parts, &common);
        }
        Ok(known)
    }

    fn add(&mut self, namespace: &str, parts: &Value, common: &BTreeMap<String, &Value>) {
        let part = |name: &str| parts.get(name).and_then(Value::as_object).into_iter().flatten();
        for (name, entity) in part("entityTypes") {
            let parents = entity.get("memberOfTypes").and_then(Value::as_array).into_iter().flatten();
            let parents = parents.filter_map(Value::as_str).map(|name| full(namespace, name)).collect();
            let attributes =
                entity.get("shape").map_or_else(BTreeSet::new, |shape| names(shape, namespace, common, 0));
            let has_tags = entity.get("tags").is_some();
            self.entities.insert(full(namespace, name), Shape { attributes, parents, has_tags });
        }
        for (name, action) in part("actions") {
            let context = action.pointer("/appliesTo/context");
            let context = context.map_or_else(BTreeSet::new, |context| names(context, namespace, common, 0));
            self.contexts.insert((full(namespace, "Action"), name.clone()), context);
        }
    }

    pub(super) fn entity(&self, name: &str) -> Option<&Shape> {
        self.entities.get(name)
    }

    pub(super) fn context(&self, r#type: &str, id: &str) -> Option<&BTreeSet<String>> {
        self.contexts.get(&(r#type.to_owned(), id.to_owned()))
    }
}

/// An error with its help line.
pub(super) fn told(error: &dyn Diagnostic, message: String) -> String {
    match error.help() {
        Some(help) => format!("{message} ({help})"),
        None => message,
    }
}

/// A name with its namespace, unless it has one.
pub(super) fn full(namespace: &str, name: &str) -> String {
    if namespace.is_empty() || name.contains("::") { name.to_owned() } else { format!("{namespace}::{name}") }
}

fn common(json: &Value) -> BTreeMap<String, &Value> {
    let mut found = BTreeMap::new();
    for (namespace, parts) in json.as_object().into_iter().flatten() {
        for (name, value) in parts.get("commonTypes").and_then(Value::as_object).into_iter().flatten() {
            found.insert(full(namespace, name), value);
        }
    }
    found
}

/// Names of a record's attributes, through names of types.
fn names(value: &Value, namespace: &str, common: &BTreeMap<String, &Value>, deep: usize) -> BTreeSet<String> {
    if let Some(attributes) = value.get("attributes").and_then(Value::as_object) {
        return attributes.keys().cloned().collect();
    }
    let kind = value.get("type").and_then(Value::as_str).unwrap_or_default();
    let name = value.get("name").and_then(Value::as_str).unwrap_or(kind);
    let found = common.get(&full(namespace, name)).or_else(|| common.get(name));
    match found {
        Some(value) if deep < NAMES_DEEP_MAX => names(value, namespace, common, deep + 1),
        _ => BTreeSet::new(),
    }
}

/// The own schema for HTTP APIs, from what the mapping names.
///
/// Principals are `User`, `Client` and `Anonymous`, in `Role`, `Group` and the types of `parents`; their claims are tags
/// (each a set of texts). Actions are the routes' names, in the methods, in `read` and `write`. Resources are `Route` and
/// the types of the mapping.
pub(super) fn own(mapping: &Mapping, routes: &BTreeSet<String>) -> String {
    let types: BTreeSet<&String> = mapping.resources.values().map(|resource| &resource.r#type).collect();
    let mut groups: BTreeSet<&str> = ["Role", "Group"].into();
    groups.extend(mapping.parents.values().map(String::as_str));
    let above = mapping.resources.values().flat_map(|resource| resource.parents.keys().map(String::as_str));
    let above: BTreeSet<&str> = above.collect();
    let mut text = String::new();
    let mut line = |written: String| {
        text.push_str(&written);
        text.push('\n');
    };
    for group in groups.iter().chain(&above).collect::<BTreeSet<_>>() {
        if !types.iter().any(|name| name.as_str() == *group) {
            line(format!("entity {group} in [{group}];"));
        }
    }
    let listed: Vec<&str> = groups.iter().copied().collect();
    let person = "{ subject: String, issuer: String, credential: String, authentication: String, scopes: Set<String> }";
    for principal in ["user", "client"] {
        let name = principal_type(mapping, principal);
        line(format!("entity {name} in [{}] = {person} tags Set<String>;", listed.join(", ")));
    }
    line(format!("entity {};", principal_type(mapping, "anonymous")));
    line("entity Route = { name: String };".to_owned());
    for name in &types {
        let mut attributes: BTreeMap<&str, bool> = [("id", true), ("route", true)].into();
        let mut parents = BTreeSet::new();
        for resource in mapping.resources.values().filter(|resource| &&resource.r#type == name) {
            parents.extend(resource.parents.keys().map(String::as_str));
            attributes.extend(resource.attributes.keys().map(|name| (name.as_str(), false)));
        }
        let written = attributes.iter().fold(String::new(), |mut written, (name, is_required)| {
            let mark = if *is_required { "" } else { "?" };
            write!(written, "{name:?}{mark}: String, ").unwrap_or_default();
            written
        });
        let parents = parents.into_iter().collect::<Vec<_>>().join(", ");
        line(format!("entity {name} in [{parents}] = {{ {written}}};"));
    }
    line("action \"read\", \"write\";".to_owned());
    let principals = ["user", "client", "anonymous"].map(|name| principal_type(mapping, name)).join(", ");
    let resources =
        ["Route"].into_iter().chain(types.iter().map(|name| name.as_str())).collect::<Vec<_>>().join(", ");
    let applies =
        format!("appliesTo {{ principal: [{principals}], resource: [{resources}], context: {CONTEXT} }}");
    for (method, group) in METHODS {
        line(format!("action {method:?} in [{group:?}] {applies};"));
    }
    for (action, method) in actions(mapping, routes) {
        let within = method.map_or_else(String::new, |method| format!(" in [{method:?}]"));
        line(format!("action {action:?}{within} {applies};"));
    }
    if mapping.namespace.is_empty() {
        text
    } else {
        format!("namespace {} {{\n{text}}}\n", mapping.namespace)
    }
}

/// Actions of routes with the method that their name begins with.
fn actions(mapping: &Mapping, routes: &BTreeSet<String>) -> BTreeMap<String, Option<&'static str>> {
    let mut found: BTreeMap<String, Option<&'static str>> = BTreeMap::new();
    let named = routes.iter().chain(mapping.resources.keys()).filter(|route| !route.ends_with('*'));
    for route in named.chain(mapping.actions.keys()) {
        let action = mapping.actions.get(route).unwrap_or(route);
        let begin = route.split(' ').next().unwrap_or_default();
        let method =
            METHODS.iter().find(|(method, _)| method.eq_ignore_ascii_case(begin)).map(|(method, _)| *method);
        let known = METHODS.iter().any(|(method, group)| method == action || group == action);
        if !known {
            found
                .entry(action.clone())
                .and_modify(|before| *before = before.filter(|one| Some(*one) == method))
                .or_insert(method);
        }
    }
    found
}

/// The type of a kind of principal.
pub(super) fn principal_type<'a>(mapping: &'a Mapping, kind: &str) -> &'a str {
    let default = match kind {
        "user" => "User",
        "client" => "Client",
        _ => "Anonymous",
    };
    mapping.principals.get(kind).map_or(default, String::as_str)
}
