//! Places inside of JSON, also where a text holds JSON again: the body of a message, the data of a stream's record.
//!
//! A pointer is RFC 6901's, with two more steps that no such pointer can have: [`AS_JSON`] reads the text there as JSON, [`AS_BASE64`]
//! decodes it first.
use crate::Evasion;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;

/// Deepest value that is attacked, texts in texts counted.
const DEPTH_MAX: usize = 12;
const AS_JSON: &str = "/~json";
const AS_BASE64: &str = "/~base64";
const MARK: &str = "buckler-payload-stands-here";

/// Pointers to every text, number and truth value.
pub(crate) fn leaves(value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    walk(value, &mut String::new(), 0, &mut found);
    found
}

fn walk(value: &Value, pointer: &mut String, depth: usize, found: &mut Vec<String>) {
    let mut step = |part: &str, value: &Value| {
        let length = pointer.len();
        pointer.push_str(part);
        walk(value, pointer, depth + 1, found);
        pointer.truncate(length);
    };
    match value {
        _ if depth > DEPTH_MAX => {}
        Value::Object(map) => map.iter().for_each(|(name, value)| step(&part(name), value)),
        // One item stands for all.
        Value::Array(items) => items.iter().take(1).for_each(|value| step("/0", value)),
        Value::Null => {}
        Value::Bool(_) | Value::Number(_) => found.push(pointer.clone()),
        Value::String(text) => {
            if let Some((inner, value)) = within(text) {
                step(inner, &value);
            }
            found.push(pointer.clone());
        }
    }
}

fn part(name: &str) -> String {
    format!("/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// The object or list that a text holds, and the step into it.
fn within(text: &str) -> Option<(&'static str, Value)> {
    let holds = |bytes: &[u8]| {
        let value = serde_json::from_slice::<Value>(bytes).ok()?;
        (value.is_object() || value.is_array()).then_some(value)
    };
    if text.trim_start().starts_with(['{', '[']) {
        return Some((AS_JSON, holds(text.as_bytes())?));
    }
    Some((AS_BASE64, holds(&BASE64_STANDARD.decode(text).ok()?)?))
}

/// The pointer to what code reads as `Records[*].body.name`, in a document of that shape: `*`, or nothing, stands for the first item of
/// a list.
pub(crate) fn of_path(document: &[u8], path: &[&str]) -> String {
    let mut at = serde_json::from_slice::<Value>(document).unwrap_or(Value::Null);
    let mut pointer = String::new();
    for name in path {
        if let Value::String(text) = &at
            && let Some((inner, value)) = within(text)
        {
            pointer.push_str(inner);
            at = value;
        }
        let is_index = *name == "*" || name.parse::<usize>().is_ok();
        if at.is_array() || is_index {
            pointer.push_str("/0");
            at = at.get_mut(0).map(Value::take).unwrap_or(Value::Null);
        }
        if !is_index {
            pointer.push_str(&part(name));
            at = at.get_mut(*name).map(Value::take).unwrap_or(Value::Null);
        }
    }
    pointer
}

/// JSON with a value in one place, written as the evasion says; made where nothing stands yet. None where that makes no sense.
pub(crate) fn put(bytes: &[u8], pointer: &str, value: &Value, evasion: Evasion) -> Option<Vec<u8>> {
    let mut document: Value = if bytes.is_empty() {
        Value::Object(serde_json::Map::new())
    } else {
        serde_json::from_slice(bytes).ok()?
    };
    let inner = [AS_JSON, AS_BASE64]
        .into_iter()
        .filter_map(|step| pointer.split_once(step).map(|(before, after)| (before, step, after)))
        .min_by_key(|(before, ..)| before.len());
    if let Some((before, step, after)) = inner {
        let slot = slot(&mut document, before)?;
        let text = slot.as_str()?;
        *slot = if step == AS_BASE64 {
            let decoded = BASE64_STANDARD.decode(text).ok()?;
            BASE64_STANDARD.encode(put(&decoded, after, value, evasion)?)
        } else {
            String::from_utf8(put(text.as_bytes(), after, value, evasion)?).ok()?
        }
        .into();
        return Some(document.to_string().into_bytes());
    }
    *slot(&mut document, pointer)? = Value::String(MARK.to_owned());
    let text = match (value, evasion) {
        (Value::String(text), Evasion::Unicode) => {
            let escaped: String = text.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
            format!("\"{escaped}\"")
        }
        (Value::String(text), Evasion::Nested) => {
            let inner = serde_json::json!({ "value": text }).to_string();
            Value::String(inner).to_string()
        }
        (Value::String(text), _) => Value::String(evasion.text(text)?).to_string(),
        (other, Evasion::Plain) => other.to_string(),
        (other, Evasion::Unicode) => other
            .to_string()
            .replace("__proto__", "\\u005f\\u005fproto\\u005f\\u005f")
            .replace('$', "\\u0024"),
        (other, Evasion::Nested) => Value::String(other.to_string()).to_string(),
        _ => return None,
    };
    Some(document.to_string().replace(&format!("\"{MARK}\""), &text).into_bytes())
}

fn slot<'a>(document: &'a mut Value, pointer: &str) -> Option<&'a mut Value> {
    let mut at = document;
    for part in pointer.split('/').skip(1) {
        let part = part.replace("~1", "/").replace("~0", "~");
        at = match at {
            Value::Array(items) => items.get_mut(part.parse::<usize>().ok()?)?,
            Value::Object(map) => map.entry(part).or_insert(Value::Null),
            other => {
                *other = Value::Object(serde_json::Map::new());
                other.as_object_mut()?.entry(part).or_insert(Value::Null)
            }
        };
    }
    Some(at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// A queue's message that holds a topic's, which holds the application's; and a record of a stream.
    fn event() -> Value {
        let message = json!({"Message": json!({"name": "ana"}).to_string()}).to_string();
        let data = BASE64_STANDARD.encode(r#"{"name":"ana"}"#);
        json!({"Records": [{"body": message, "kinesis": {"data": data}, "plain": "{no json"}]})
    }

    #[test]
    fn texts_are_looked_into() {
        let mut found = leaves(&event());
        found.sort();
        assert_eq!(
            found,
            [
                "/Records/0/body",
                "/Records/0/body/~json/Message",
                "/Records/0/body/~json/Message/~json/name",
                "/Records/0/kinesis/data",
                "/Records/0/kinesis/data/~base64/name",
                "/Records/0/plain",
            ]
        );
    }

    #[test]
    fn a_value_is_put_where_the_application_finds_it() {
        let bytes = event().to_string().into_bytes();
        for pointer in ["/Records/0/body/~json/Message/~json/name", "/Records/0/kinesis/data/~base64/name"] {
            let made = put(&bytes, pointer, &json!("a\"b"), Evasion::Plain).unwrap();
            let value: Value = serde_json::from_slice(&made).unwrap();
            let record = &value["Records"][0];
            let inner = if pointer.contains("kinesis") {
                String::from_utf8(
                    BASE64_STANDARD.decode(record["kinesis"]["data"].as_str().unwrap()).unwrap(),
                )
                .unwrap()
            } else {
                let message: Value = serde_json::from_str(record["body"].as_str().unwrap()).unwrap();
                message["Message"].as_str().unwrap().to_owned()
            };
            assert_eq!(inner, r#"{"name":"a\"b"}"#, "{pointer}");
        }
    }

    #[test]
    fn what_code_reads_is_found_in_the_event() {
        let bytes = event().to_string().into_bytes();
        for (path, pointer) in [
            (&["Records", "*", "body", "Message", "name"][..], "/Records/0/body/~json/Message/~json/name"),
            (&["Records", "body", "other"], "/Records/0/body/~json/other"),
            (&["Records", "0", "kinesis", "data", "name"], "/Records/0/kinesis/data/~base64/name"),
            (&["new", "deep"], "/new/deep"),
        ] {
            assert_eq!(of_path(&bytes, path), pointer);
            assert!(put(&bytes, pointer, &json!("x"), Evasion::Plain).is_some(), "{pointer}");
        }
    }
}
