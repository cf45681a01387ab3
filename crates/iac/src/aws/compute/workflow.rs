//! State machines: what the states call, and how they fail.
//!
//! Source: the Amazon States Language specification.
use model::{Data, Kind, NodeId, Span, Value};

use crate::lower::{Lowering, Mapping, embedded, field, flag};
use crate::resource::Resource;

pub(in crate::aws) const MAPPINGS: &[Mapping] = &[
    Mapping::new(
        &["AWS::StepFunctions::StateMachine"],
        Kind::StateMachine,
        &[
            field("name", "StateMachineName"),
            field("mode", "StateMachineType"),
            field("definition", "Definition"),
            field("definition", "DefinitionString"),
            field("role", "RoleArn"),
            field("log_level", "LoggingConfiguration.Level"),
            field("log_group", "LoggingConfiguration.Destinations"),
            flag("log_data", "LoggingConfiguration.IncludeExecutionData"),
            flag("tracing", "TracingConfiguration.Enabled"),
            field("key", "EncryptionConfiguration.KmsKeyId"),
            field("tags", "Tags"),
        ],
    )
    .hook(described),
    Mapping::new(
        &["aws_sfn_state_machine"],
        Kind::StateMachine,
        &[
            field("name", "name"),
            field("name", "name_prefix"),
            field("mode", "type"),
            field("definition", "definition"),
            field("role", "role_arn"),
            field("log_level", "logging_configuration.level"),
            field("log_group", "logging_configuration.log_destination"),
            flag("log_data", "logging_configuration.include_execution_data"),
            flag("tracing", "tracing_configuration.enabled"),
            field("key", "encryption_configuration.kms_key_id"),
            field("tags", "tags"),
        ],
    )
    .hook(described),
];

fn described(lowering: &mut Lowering<'_>, resource: &Resource, id: NodeId) {
    let Some(definition) = lowering.node(id).and_then(|node| node.attrs.get("definition")).cloned() else {
        return;
    };
    describe(lowering, id, &definition, resource.properties.get("DefinitionSubstitutions"));
}

/// Reads a definition (a map, or text that holds one) into the attributes of a state machine.
pub(in crate::aws) fn describe(
    lowering: &mut Lowering<'_>,
    id: NodeId,
    definition: &Value,
    substitutions: Option<&Value>,
) {
    let Some(mut definition) = embedded(definition) else { return };
    if let Some(substitutions) = substitutions {
        substitute(&mut definition, substitutions);
    }
    let mut facts = Facts::default();
    states(&definition, &mut facts);
    let at = definition.at;
    let lists = [
        ("calls", facts.calls),
        ("services", facts.services),
        ("wildcards", facts.wildcards),
        ("unhandled", facts.unhandled),
        ("maps_unbounded", facts.maps_unbounded),
    ];
    for (attr, list) in lists.into_iter().filter(|(_, list)| !list.is_empty()) {
        lowering.set(id, attr, Value::new(at, Data::List(list)));
    }
    lowering.set(id, "definition", definition);
}

#[derive(Default)]
struct Facts {
    calls: Vec<Value>,
    services: Vec<Value>,
    wildcards: Vec<Value>,
    unhandled: Vec<Value>,
    maps_unbounded: Vec<Value>,
}

fn states(machine: &Value, facts: &mut Facts) {
    let Some(all) = machine.get("States") else { return };
    for entry in all.entries() {
        let state = &entry.value;
        let name = || Value::text(entry.key.at, entry.key.text.clone());
        match state.get("Type").and_then(Value::as_str) {
            Some("Task") => {
                task(state, facts);
                if state.get("Retry").is_none() && state.get("Catch").is_none() {
                    facts.unhandled.push(name());
                }
            }
            Some("Parallel") => {
                state
                    .get("Branches")
                    .map_or(&[][..], Value::items)
                    .iter()
                    .for_each(|part| states(part, facts));
            }
            Some("Map") => {
                let limits = ["MaxConcurrency", "MaxConcurrencyPath"];
                let unlimited = |value: &Value| value.as_int() == Some(0);
                if limits.iter().all(|limit| state.get(limit).is_none_or(unlimited)) {
                    facts.maps_unbounded.push(name());
                }
                for part in ["ItemProcessor", "Iterator"].into_iter().filter_map(|part| state.get(part)) {
                    states(part, facts);
                }
            }
            _ => {}
        }
    }
}

/// Where a task's integration names what it calls.
const CALLEES: &[&str] = &["FunctionName", "StateMachineArn"];

fn task(state: &Value, facts: &mut Facts) {
    let Some(resource) = state.get("Resource") else { return };
    let text = resource.display();
    let Some((_, integration)) = text.split_once(":states:").filter(|(_, rest)| rest.contains("::")) else {
        facts.calls.push(resource.clone());
        return;
    };
    let action = integration.trim_start_matches(|symbol| symbol != ':').trim_start_matches(':');
    let action = action.split('.').next().unwrap_or_default().trim_start_matches("aws-sdk:");
    facts.services.push(Value::text(resource.at, action));
    let arguments = ["Parameters", "Arguments"].into_iter().filter_map(|name| state.get(name));
    for argument in arguments.flat_map(Value::entries) {
        let key = argument.key.text.trim_end_matches(".$");
        if CALLEES.contains(&key) {
            facts.calls.push(argument.value.clone());
        }
        if argument.value.as_str().is_some_and(|text| text.starts_with("arn:") && text.ends_with('*')) {
            facts.wildcards.push(argument.value.clone());
        }
    }
}

/// Puts the values of `DefinitionSubstitutions` in the place of `${Name}`.
fn substitute(value: &mut Value, substitutions: &Value) {
    let at = value.at;
    match &mut value.data {
        Data::List(items) | Data::Joined(items) => {
            items.iter_mut().for_each(|item| substitute(item, substitutions));
        }
        Data::Map(entries) => {
            entries.iter_mut().for_each(|entry| substitute(&mut entry.value, substitutions));
        }
        Data::Text(text) if text.contains("${") => value.data = substituted(text, substitutions, at),
        Data::Text(_)
        | Data::Null
        | Data::Bool(_)
        | Data::Int(_)
        | Data::Float(_)
        | Data::Ref(_)
        | Data::Unknown(_) => {}
    }
}

fn substituted(text: &str, substitutions: &Value, at: Span) -> Data {
    let mut parts: Vec<Value> = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let Some((name, tail)) = after.split_once('}') else { break };
        let Some(found) = substitutions.get(name.trim()) else {
            parts.push(Value::text(at, format!("{before}${{{name}}}")));
            rest = tail;
            continue;
        };
        if !before.is_empty() {
            parts.push(Value::text(at, before));
        }
        parts.push(found.clone());
        rest = tail;
    }
    if !rest.is_empty() {
        parts.push(Value::text(at, rest));
    }
    match parts.len() {
        1 => parts.pop().map_or(Data::Null, |part| part.data),
        _ if parts.iter().all(|part| part.as_str().is_some()) => {
            Data::Text(parts.iter().map(Value::display).collect())
        }
        _ => Data::Joined(parts),
    }
}
