//! From a request and an identity to Cedar's entities and context.
use std::collections::{BTreeMap, BTreeSet};

use cedar_policy::{Context, Entity, EntityId, EntityTypeName, EntityUid};
use serde_json::{Map, Value, json};

use super::schema::{Known, Shape, full, principal_type};
use crate::limit::matches;
use crate::policy::{Mapping, Question, ResourceMapping, method_name};
use crate::{Identity, Method};

/// Most bytes of an entity's id that comes from a request.
const ID_BYTES_MAX: usize = 1024;

/// An entity that a request brings, before it is checked against the schema.
#[derive(Debug)]
pub(super) struct Brought {
    pub uid: EntityUid,
    pub attributes: Map<String, Value>,
    pub tags: Map<String, Value>,
    pub parents: BTreeSet<(String, String)>,
}

/// An entity's name.
pub(super) fn uid(r#type: &str, id: &str) -> Result<EntityUid, String> {
    if id.len() > ID_BYTES_MAX {
        return Err(format!("the id of a `{type}` has more than {ID_BYTES_MAX} bytes"));
    }
    let name: EntityTypeName =
        r#type.parse().map_err(|_| format!("`{type}` is no name of an entity type"))?;
    Ok(EntityUid::from_type_name_and_id(name, EntityId::new(id)))
}

/// Who asks.
pub(super) fn principal(known: &Known, mapping: &Mapping, who: Option<&Identity>) -> Result<Brought, String> {
    let kind = who.map_or("anonymous", kind);
    let name = full(&mapping.namespace, principal_type(mapping, kind));
    let nothing = Shape::default();
    let shape = known.entity(&name).unwrap_or(&nothing);
    let Some(who) = who else {
        let uid = uid(&name, "anonymous")?;
        return Ok(Brought { uid, attributes: Map::new(), tags: Map::new(), parents: BTreeSet::new() });
    };
    let id = if mapping.short_ids { who.subject.clone() } else { format!("{} {}", who.issuer, who.subject) };
    let own: [(&str, Value); 7] = [
        ("subject", json!(who.subject)),
        ("issuer", json!(who.issuer)),
        ("credential", json!(who.credential)),
        ("authentication", json!(method_name(who.method))),
        ("scopes", json!(who.scopes)),
        ("roles", json!(who.roles)),
        ("groups", json!(who.groups)),
    ];
    let claims = who.claims.iter().filter(|(_, value)| is_plain(value));
    let mut attributes: Map<String, Value> =
        claims.clone().map(|(name, value)| (name.clone(), value.clone())).collect();
    // What was proven stands above a claim of the same name.
    attributes.extend(own.into_iter().map(|(name, value)| (name.to_owned(), value)));
    attributes.retain(|name, _| shape.attributes.contains(name));
    let tags =
        claims.filter(|_| shape.has_tags).filter_map(|(name, value)| Some((name.clone(), texts(value)?)));
    let tags = tags.collect();
    let mut parents: BTreeSet<(String, String)> = BTreeSet::new();
    let mut add = |name: &str, id: &str| {
        let name = full(&mapping.namespace, name);
        if shape.parents.contains(&name) {
            parents.insert((name, id.to_owned()));
        }
    };
    who.roles.iter().for_each(|role| add("Role", role));
    who.groups.iter().for_each(|group| add("Group", group));
    for (claim, name) in &mapping.parents {
        let value = who.claims.get(claim).and_then(texts);
        for id in value.iter().flat_map(|value| value.as_array()).flatten().filter_map(Value::as_str) {
            add(name, id);
        }
    }
    Ok(Brought { uid: uid(&name, &id)?, attributes, tags, parents })
}

/// A person or a program. A token of the client-credentials grant is its client's own.
fn kind(who: &Identity) -> &'static str {
    let claim = |name: &str| who.claims.get(name).and_then(Value::as_str);
    let is_client = || {
        claim("gty") == Some("client-credentials")
            || [claim("client_id"), claim("azp")].contains(&Some(who.subject.as_str()))
    };
    match who.method {
        Method::ApiKey | Method::Certificate | Method::Signature => "client",
        Method::Session => "user",
        Method::Jwt | Method::Introspection => {
            if is_client() {
                "client"
            } else {
                "user"
            }
        }
    }
}

/// What the request acts on.
pub(super) fn resource(known: &Known, mapping: &Mapping, question: &Question<'_>) -> Result<Brought, String> {
    let route = question.route;
    let Some(made) = resource_of(mapping, route) else {
        let name = full(&mapping.namespace, "Route");
        let attributes = [("name".to_owned(), json!(route))].into_iter();
        let is_declared =
            |name: &str, one: &str| known.entity(name).is_some_and(|shape| shape.attributes.contains(one));
        let attributes = attributes.filter(|(one, _)| is_declared(&name, one)).collect();
        return Ok(Brought {
            uid: uid(&name, route)?,
            attributes,
            tags: Map::new(),
            parents: BTreeSet::new(),
        });
    };
    let name = full(&mapping.namespace, &made.r#type);
    let nothing = Shape::default();
    let shape = known.entity(&name).unwrap_or(&nothing);
    let id = filled(&made.id, question)?;
    let mut attributes = Map::new();
    attributes.insert("id".to_owned(), json!(id));
    attributes.insert("route".to_owned(), json!(route));
    for (attribute, from) in &made.attributes {
        let value = match from.strip_prefix("claim:") {
            Some(claim) => {
                let value = question.identity.and_then(|who| who.claims.get(claim));
                value.filter(|value| is_plain(value)).cloned()
            }
            None => Some(json!(filled(from, question)?)),
        };
        attributes.extend(value.map(|value| (attribute.clone(), value)));
    }
    attributes.retain(|name, _| shape.attributes.contains(name));
    let mut parents = BTreeSet::new();
    for (parent, from) in &made.parents {
        parents.insert((full(&mapping.namespace, parent), filled(from, question)?));
    }
    Ok(Brought { uid: uid(&name, &id)?, attributes, tags: Map::new(), parents })
}

fn resource_of<'a>(mapping: &'a Mapping, route: &str) -> Option<&'a ResourceMapping> {
    let by_pattern = || {
        let fitting = mapping.resources.iter().filter(|(pattern, _)| matches(pattern, route));
        fitting.max_by_key(|(pattern, _)| pattern.len()).map(|(_, resource)| resource)
    };
    mapping.resources.get(route).or_else(by_pattern)
}

/// A text with `{parameter}` replaced. Two parameters cannot run together: a `/` in a value is written `%2F`.
fn filled(pattern: &str, question: &Question<'_>) -> Result<String, String> {
    let mut filled = String::new();
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) =
            after.split_once('}').ok_or_else(|| format!("`{pattern}` has a `{{` without `}}`"))?;
        let value =
            question.parameter(name).ok_or_else(|| format!("the route has no parameter `{{{name}}}`"))?;
        filled.push_str(before);
        if pattern.len() == name.len() + 2 {
            filled.push_str(value);
        } else {
            filled.push_str(&value.replace('%', "%25").replace('/', "%2F"));
        }
        rest = after;
    }
    filled.push_str(rest);
    Ok(filled)
}

/// What happens: the configured name, else the route's, else the method's, whichever the schema knows first.
pub(super) fn action(known: &Known, mapping: &Mapping, question: &Question<'_>) -> Result<EntityUid, String> {
    let r#type = full(&mapping.namespace, "Action");
    if let Some(name) = mapping.actions.get(question.route) {
        return uid(&r#type, name);
    }
    let names = [question.route, question.method];
    let name = names.into_iter().find(|name| known.context(&r#type, name).is_some());
    match name {
        Some(name) => uid(&r#type, name),
        None => Err(format!(
            "the schema has no action for the route `{}`; name one in `mapping.actions`",
            question.route
        )),
    }
}

/// The action in the method of this very request, whatever the route's name says: `forbid(principal, action in Action::"write",
/// resource)` holds for every request that writes. `None`: the action is a method itself.
pub(super) fn within(
    mapping: &Mapping,
    action: &EntityUid,
    question: &Question<'_>,
) -> Result<Option<Entity>, String> {
    let methods = super::schema::METHODS;
    let is_method = methods.iter().any(|(method, _)| *method == action.id().unescaped());
    if is_method {
        return Ok(None);
    }
    // A method that nobody knows may write.
    let method = methods.iter().find(|(method, _)| *method == question.method);
    let parent = method.map_or("write", |(method, _)| *method);
    let parent = uid(&full(&mapping.namespace, "Action"), parent)?;
    Ok(Some(Entity::new_no_attrs(action.clone(), [parent].into())))
}

/// The circumstances, of which the schema's context takes what it declares.
pub(super) fn context(known: &Known, action: &EntityUid, question: &Question<'_>) -> Result<Context, String> {
    let nothing = BTreeSet::new();
    let id = action.id().unescaped();
    let declared = known.context(&action.type_name().to_string(), id).unwrap_or(&nothing);
    let has = question.identity.map(|who| &who.authentication);
    let age = has.and_then(|has| has.time).filter(|time| *time <= question.now + 60);
    let age = age.and_then(|time| i64::try_from(question.now.saturating_sub(time)).ok());
    let parameters: BTreeMap<&str, &str> = question.parameters.iter().copied().collect();
    let values: [(&str, Option<Value>); 14] = [
        ("address", Some(json!(question.address.to_canonical().to_string()))),
        ("time", Some(json!(datetime(question.now)))),
        ("method", Some(json!(question.method))),
        ("path", Some(json!(question.path))),
        ("host", Some(json!(question.host))),
        ("route", Some(json!(question.route))),
        ("parameters", Some(json!(json!(parameters).to_string()))),
        ("mtls", Some(json!(question.mutual_tls))),
        ("bound", Some(json!(has.is_some_and(|has| has.bound)))),
        ("authenticated", Some(json!(question.identity.is_some()))),
        ("acr", has.and_then(|has| has.context.as_ref()).map(|context| json!(context))),
        ("amr", Some(has.map_or_else(|| json!([]), |has| json!(has.methods)))),
        ("authAge", age.map(|age| json!(age))),
        ("scopes", Some(question.identity.map_or_else(|| json!([]), |who| json!(who.scopes)))),
    ];
    let there = values.into_iter().filter(|(name, _)| declared.contains(*name));
    let there: Map<String, Value> =
        there.filter_map(|(name, value)| Some((name.to_owned(), value?))).collect();
    Context::from_json_value(Value::Object(there), Some((&known.schema, action)))
        .map_err(|error| format!("the context does not fit the schema: {error}"))
}

/// An entity, checked against the schema, with what an entities file says of it. What the request brings of a
/// principal was proven and wins; what it brings of a resource is only what the client wrote, and the file wins.
pub(super) fn entity(
    known: &Known,
    brought: Brought,
    filed: Option<&Entity>,
    is_principal: bool,
) -> Result<Entity, String> {
    let json_of = |(name, id): &(String, String)| json!({ "type": name, "id": id });
    let uid = json!({ "type": brought.uid.type_name().to_string(), "id": brought.uid.id().unescaped() });
    let mut parents: Vec<Value> = brought.parents.iter().map(json_of).collect();
    let (mut attributes, mut tags) = (brought.attributes, brought.tags);
    if let Some(filed) = filed {
        let filed = filed.to_json_value().map_err(|error| error.to_string())?;
        parents.extend(filed.get("parents").and_then(Value::as_array).into_iter().flatten().cloned());
        for (part, own) in [("attrs", &mut attributes), ("tags", &mut tags)] {
            for (name, value) in filed.get(part).and_then(Value::as_object).into_iter().flatten() {
                if !is_principal || !own.contains_key(name) {
                    own.insert(name.clone(), value.clone());
                }
            }
        }
    }
    let name = brought.uid.to_string();
    let value = json!({ "uid": uid, "attrs": attributes, "tags": tags, "parents": parents });
    Entity::from_json_value(value, Some(&known.schema))
        .map_err(|error| format!("{name} does not fit the schema: {}", with_causes(&error)))
}

/// An error with what caused it.
pub(super) fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(one) = cause {
        let more = one.to_string();
        if !text.contains(&more) {
            text.push_str(": ");
            text.push_str(&more);
        }
        cause = one.source();
    }
    text
}

/// Whether a claim is only data. Cedar's JSON form gives a meaning to keys like `__entity`, which no claim may use.
fn is_plain(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(_) | Value::String(_) => true,
        Value::Number(number) => number.is_i64(),
        Value::Array(members) => members.iter().all(is_plain),
        Value::Object(members) => {
            let is_name = |name: &String| !name.starts_with("__") && name != "type" && name != "fn";
            members.iter().all(|(name, value)| is_name(name) && is_plain(value))
        }
    }
}

/// A claim as a set of texts, for tags; `None` for records.
fn texts(value: &Value) -> Option<Value> {
    let text = |value: &Value| match value {
        Value::String(text) => Some(json!(text)),
        Value::Number(_) | Value::Bool(_) => Some(json!(value.to_string())),
        _ => None,
    };
    match value {
        Value::Array(members) => members.iter().map(text).collect::<Option<Vec<_>>>().map(Value::Array),
        other => text(other).map(|one| json!([one])),
    }
}

/// A moment as Cedar reads it.
fn datetime(seconds: u64) -> String {
    let of_day = seconds % 86_400;
    let date = model::Date::from_unix_seconds(seconds);
    format!("{date}T{:02}:{:02}:{:02}Z", of_day / 3600, of_day / 60 % 60, of_day % 60)
}
