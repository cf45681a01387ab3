//! Requests as an OpenAPI document of the templates describes them: what a function's routes take.
use super::reason;
use crate::{Function, Schema, SchemaOrigin};
use model::{App, Data, Entry, Kind, Node, Relation, Value};
use serde_json::{Map, Value as Json, json};

/// The provider type of routes that stand in an OpenAPI document.
const OPERATION: &str = "openapi::Operation";

/// Events that come with a request.
const HTTP: &[&str] = &["http-api", "rest-api", "function-url", "load-balancer"];

/// Fills the schema of a function's requests. Only where every route of its triggers is described, by one document: one that leaves a
/// route out would refuse its requests. Answers stay open: what descriptions say of them is seldom whole.
pub(super) fn fill(app: &App, node: &Node, function: &mut Function) {
    let is_http = |trigger: &&Node| {
        trigger.kind == Kind::Trigger && trigger.text("event").is_some_and(|event| HTTP.contains(&event))
    };
    let mut found: Vec<(&Node, &Node)> = Vec::new();
    for trigger in app.sources(node, Relation::Triggers).filter(is_http) {
        let Some(described) = operation(app, trigger) else { return };
        found.push(described);
    }
    let Some((_, api)) = found.first() else { return };
    if found.iter().any(|(_, other)| other.id != api.id) {
        return;
    }
    let operations: Vec<&Node> = found.iter().map(|(operation, _)| *operation).collect();
    if let Some(openapi) = document(api, &operations) {
        let openapi = Some(openapi);
        function.input = Some(Schema { origin: SchemaOrigin::Declared, openapi, ..Schema::default() });
        reason(function, "input", "the API's OpenAPI document in the templates");
    }
}

/// The operation that describes a trigger's requests, and its API.
fn operation<'a>(app: &'a App, trigger: &'a Node) -> Option<(&'a Node, &'a Node)> {
    let api = app.targets(trigger, Relation::FedBy).find(|node| node.kind == Kind::Api)?;
    let same = |one: &&Node| {
        one.kind == Kind::ApiRoute
            && one.provider_type == OPERATION
            && one
                .text("method")
                .is_some_and(|own| trigger.text("method").is_some_and(|m| m.eq_ignore_ascii_case(own)))
            && one.text("path") == trigger.text("path")
    };
    Some((app.sources(api, Relation::PartOf).find(same)?, api))
}

/// The part of a document that describes these operations; `None` where it is not known whole, or describes no requests.
fn document(api: &Node, operations: &[&Node]) -> Option<Json> {
    let version = api.text("openapi").filter(|version| version.starts_with("3."))?;
    let mut paths: Map<String, Json> = Map::new();
    let mut says_something = false;
    for operation in operations {
        let (method, path) = (operation.text("method")?, operation.text("path")?);
        // Amazon's own: any method, and a parameter that takes the rest of a path.
        if method == "ANY" || path.contains('+') || !path.starts_with('/') {
            return None;
        }
        let mut told = Map::new();
        for (attr, member) in [("parameters", "parameters"), ("models", "requestBody")] {
            if let Some(value) = operation.get(attr) {
                told.insert(member.to_owned(), literal(value)?);
                says_something = true;
            }
        }
        told.insert("responses".to_owned(), json!({}));
        let at = paths.entry(path).or_insert_with(|| json!({})).as_object_mut()?;
        if let Some(shared) = operation.get("path_parameters") {
            at.insert("parameters".to_owned(), literal(shared)?);
            says_something = true;
        }
        at.insert(method.to_ascii_lowercase(), Json::Object(told));
    }
    let components = api.get("components").map_or(Some(json!({})), literal)?;
    let info = json!({ "title": api.name, "version": "1" });
    says_something
        .then(|| json!({ "openapi": version, "info": info, "paths": paths, "components": components }))
}

/// A value of a template as JSON; `None` where a part of it is only known when it is deployed.
fn literal(value: &Value) -> Option<Json> {
    Some(match &value.data {
        Data::Null => Json::Null,
        Data::Bool(flag) => Json::from(*flag),
        Data::Int(number) => Json::from(*number),
        Data::Float(number) => Json::from(*number),
        Data::Text(text) => Json::from(text.as_str()),
        Data::List(items) => Json::Array(items.iter().map(literal).collect::<Option<_>>()?),
        Data::Map(entries) => {
            // Amazon's extensions say nothing of requests, and are what refers to other resources.
            let own = entries.iter().filter(|entry| !entry.key.text.starts_with("x-amazon-"));
            let pair = |entry: &Entry| Some((entry.key.text.clone(), literal(&entry.value)?));
            Json::Object(own.map(pair).collect::<Option<_>>()?)
        }
        Data::Ref(_) | Data::Joined(_) | Data::Unknown(_) => return None,
    })
}
