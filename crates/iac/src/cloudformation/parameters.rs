//! The template's parameters: what they are given, else their default, else unknown.
use std::collections::BTreeMap;

use model::{Data, ProblemKind, Span, Value};

use super::resolve::{Scope, weight};
use crate::resource::Resource;

impl Scope<'_, '_> {
    pub(super) fn read_parameters(&mut self, given: &BTreeMap<String, Value>) {
        let template = self.template;
        let Some(parameters) = template.get("Parameters") else { return };
        for entry in parameters.entries() {
            let name = &entry.key.text;
            let value = self.parameter(name, &entry.value, given.get(name), entry.key.at);
            let weight = weight(&value);
            self.parameters.insert(name.clone(), (value, weight));
            if !given.contains_key(name) {
                self.defaulted.insert(name.clone());
            }
        }
    }

    fn parameter(&mut self, name: &str, written: &Value, given: Option<&Value>, at: Span) -> Value {
        // A value from the stack around this one may be a reference, and says more than any default.
        if let Some(given) = given.filter(|given| !given.is_literal()) {
            return given.clone();
        }
        let shown = format!("${{{name}}}");
        if written.get("NoEcho").is_some_and(|secret| secret.truth().is_true()) {
            return Value::unknown(at, format!("parameter `{name}` is a secret (`NoEcho`)"), shown);
        }
        let only = written.get("AllowedValues").and_then(Value::only);
        let Some(value) = given.or_else(|| written.get("Default")).or(only) else {
            return Value::unknown(at, format!("parameter `{name}` has no default"), shown);
        };
        if let Some(given) = given {
            self.check_allowed(name, given, written, at);
        }
        typed(name, value, written.get("Type").and_then(Value::as_str).unwrap_or("String"))
    }

    fn check_allowed(&mut self, name: &str, given: &Value, written: &Value, at: Span) {
        let Some(allowed) = written.get("AllowedValues") else { return };
        let text = given.display();
        if !allowed.items().iter().any(|value| value.display() == text) {
            let message =
                format!("parameter `{name}` is given `{text}`, which `AllowedValues` does not list");
            self.tell(ProblemKind::Suspicious, at, message, "give one of the allowed values");
        }
    }
}

/// The provider type of a parameter that is a node of the graph.
pub(crate) const PARAMETER: &str = "AWS::CloudFormation::Parameter";

/// Parameters that hide their value and yet have one in the template. The value itself goes nowhere.
pub(super) fn hidden_with_default(template: &Value) -> Vec<Resource> {
    let parameters = template.get("Parameters").map_or(&[][..], Value::entries).iter();
    let holds_text = |written: &Value| {
        let default = written.get("Default");
        default.is_some_and(|value| !value.is_null() && !value.display().trim().is_empty())
    };
    let hidden = parameters.filter(|entry| {
        entry.value.get("NoEcho").is_some_and(|hides| hides.truth().is_true()) && holds_text(&entry.value)
    });
    hidden
        .map(|entry| {
            let mut resource = Resource::new(&entry.key.text, PARAMETER, entry.value.clone());
            resource.span = entry.key.at.to(entry.value.at);
            resource.name_at = entry.key.at;
            resource.implicit = true;
            resource
        })
        .collect()
}

/// The value as a parameter of this type has it.
fn typed(name: &str, value: &Value, kind: &str) -> Value {
    if kind.starts_with("AWS::SSM::Parameter::Value<") {
        let reason = format!("parameter `{name}` is read from Parameter Store: `{}`", value.display());
        return Value::unknown(value.at, reason, format!("${{{name}}}"));
    }
    if kind == "CommaDelimitedList" || kind.starts_with("List<") {
        let items = match &value.data {
            Data::List(items) => items.clone(),
            _ => {
                let text = value.display();
                let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
                parts.map(|part| Value::text(value.at, part)).collect()
            }
        };
        return Value::new(value.at, Data::List(items));
    }
    match &value.data {
        Data::Bool(_) | Data::Int(_) | Data::Float(_) | Data::Unknown(_) => value.clone(),
        _ => Value::text(value.at, value.display()),
    }
}
