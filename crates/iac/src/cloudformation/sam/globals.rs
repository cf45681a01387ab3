//! `Globals`: what every resource of a type has unless it says otherwise.
//!
//! Source: AWS SAM Developer Guide, "Globals section": maps are merged, lists are joined with the
//! global elements first, anything else of the resource replaces the global value.
use std::collections::BTreeMap;

use model::{Data, Entry, Key, ProblemKind, Value};

use super::super::resolve::{Scope, is_function, weight};

const SECTIONS: &[(&str, &str)] = &[
    ("Function", "AWS::Serverless::Function"),
    ("Api", "AWS::Serverless::Api"),
    ("HttpApi", "AWS::Serverless::HttpApi"),
    ("SimpleTable", "AWS::Serverless::SimpleTable"),
    ("StateMachine", "AWS::Serverless::StateMachine"),
    ("LayerVersion", "AWS::Serverless::LayerVersion"),
    ("CapacityProvider", "AWS::Serverless::CapacityProvider"),
    ("WebSocketApi", "AWS::Serverless::WebSocketApi"),
];

/// Merges `Globals` into the properties of the resources as they are written.
pub(in super::super) fn merge(scope: &mut Scope<'_, '_>, globals: &Value, resources: &mut [Entry]) {
    for section in globals.entries() {
        let Some((_, kind)) = SECTIONS.iter().find(|(name, _)| *name == section.key.text) else {
            let message = format!("`Globals` has no section `{}`", section.key.text);
            scope.tell(ProblemKind::Suspicious, section.key.at, message, "SAM refuses it; correct the name");
            continue;
        };
        let weight = weight(&section.value);
        let of_kind =
            |resource: &&mut Entry| resource.value.get("Type").and_then(Value::as_str) == Some(*kind);
        for resource in resources.iter_mut().filter(of_kind) {
            if !scope.charge(weight, section.key.at) {
                return;
            }
            give(&section.value, &mut resource.value);
        }
    }
}

fn give(global: &Value, resource: &mut Value) {
    let at = resource.at;
    let Data::Map(entries) = &mut resource.data else { return };
    match entries.iter_mut().rev().find(|entry| entry.key.text == "Properties") {
        Some(properties) => properties.value = merged(global, &properties.value),
        None => {
            let key = Key { text: "Properties".to_owned(), at: global.at };
            let mut value = global.clone();
            value.at = at;
            entries.push(Entry { key, value });
        }
    }
}

/// The local value over the global one.
fn merged(global: &Value, local: &Value) -> Value {
    let is_intrinsic = |value: &Value| matches!(value.entries(), [entry] if is_function(entry));
    match (&global.data, &local.data) {
        (Data::Map(common), Data::Map(own)) if !is_intrinsic(global) && !is_intrinsic(local) => {
            let mut left: BTreeMap<&str, &Entry> =
                common.iter().map(|entry| (entry.key.text.as_str(), entry)).collect();
            let mut entries: Vec<Entry> = Vec::with_capacity(common.len() + own.len());
            for entry in own {
                let value = match left.remove(entry.key.text.as_str()) {
                    Some(global) => merged(&global.value, &entry.value),
                    None => entry.value.clone(),
                };
                entries.push(Entry { key: entry.key.clone(), value });
            }
            entries.extend(
                common.iter().filter(|entry| left.remove(entry.key.text.as_str()).is_some()).cloned(),
            );
            Value::new(local.at, Data::Map(entries))
        }
        (Data::List(common), Data::List(own)) => {
            Value::new(local.at, Data::List(common.iter().chain(own).cloned().collect()))
        }
        (_, Data::Null) => global.clone(),
        _ => local.clone(),
    }
}
