//! Values of the graph as JSON, secrets masked.
use model::{Data, Value};
use serde_json::{Map, Number, Value as Json, json};

use crate::mask::{self, MASK, Naming};

/// Keys that say what a value is instead of being part of it.
const MARKERS: [&str; 4] = ["ref", "joined", "unknown", "map"];

/// An attribute's value. A literal map that has one of the marker keys is wrapped: `{"map": {…}}`.
pub(crate) fn attribute(name: &str, value: &Value) -> Json {
    convert(Naming::of(name), name, value)
}

/// The value that a patch gives to an attribute.
pub(crate) fn patch(data: &Data, at: model::Span) -> Json {
    convert(Naming::Schema, "", &Value::new(at, data.clone()))
}

fn convert(naming: Naming, name: &str, value: &Value) -> Json {
    if mask::hides(naming, name, value) {
        return Json::from(MASK);
    }
    match &value.data {
        Data::Null => Json::Null,
        Data::Bool(flag) => Json::from(*flag),
        Data::Int(number) => Json::from(*number),
        Data::Float(number) => Number::from_f64(*number).map_or(Json::Null, Json::Number),
        Data::Text(text) => Json::from(text.as_str()),
        Data::List(items) => items.iter().map(|item| convert(naming, name, item)).collect(),
        Data::Map(entries) => {
            let entries = entries.iter().map(|entry| {
                let key = &entry.key.text;
                (key.clone(), convert(naming, key, &entry.value))
            });
            let map: Map<String, Json> = entries.collect();
            let wrapped = map.keys().any(|key| MARKERS.contains(&key.as_str()));
            if wrapped { json!({ "map": map }) } else { Json::Object(map) }
        }
        Data::Ref(reference) => match &reference.attribute {
            Some(attribute) => json!({ "ref": reference.target, "attribute": attribute }),
            None => json!({ "ref": reference.target }),
        },
        Data::Joined(parts) => {
            let name = if mask::refers_to_secret(parts) { "" } else { name };
            let parts: Vec<Json> = parts.iter().map(|part| convert(naming, name, part)).collect();
            json!({ "joined": parts })
        }
        Data::Unknown(unknown) => json!({ "unknown": unknown.reason, "text": unknown.text }),
    }
}

/// Pretty JSON in which hidden characters are escaped, so that printing it is harmless too.
///
/// Outside of strings JSON has only visible ASCII and line breaks; inside, `serde_json` escapes the
/// ASCII controls. What is left are hidden characters past ASCII, all of them inside strings.
pub(crate) fn print(json: &impl serde::Serialize) -> String {
    // INVARIANT: maps have string keys and numbers are finite, so this serializes.
    let text = serde_json::to_string_pretty(json).unwrap_or_default();
    let mut out = String::with_capacity(text.len() + 1);
    for character in text.chars() {
        if character != '\n' && crate::visible::is_hidden(character) {
            let mut units = [0_u16; 2];
            for unit in character.encode_utf16(&mut units) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            out.push(character);
        }
    }
    out.push('\n');
    out
}
