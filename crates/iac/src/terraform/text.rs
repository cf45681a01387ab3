//! Values as text: string conversion, joined strings and JSON.
use model::{Data, Span, Value};

/// The parts of a value inside a string. Lists and maps become JSON: only `jsonencode` puts them there.
pub(super) fn pieces(value: &Value, into: &mut Vec<Value>) {
    match &value.data {
        Data::Joined(parts) => into.extend(parts.iter().cloned()),
        Data::Ref(_) | Data::Unknown(_) => into.push(value.clone()),
        Data::List(_) | Data::Map(_) => json_pieces(value, into),
        _ => into.push(Value::text(value.at, value.display())),
    }
}

/// Texts and open parts as one string.
pub(super) fn join(pieces: Vec<Value>, at: Span) -> Data {
    let mut parts: Vec<Value> = Vec::new();
    for piece in pieces {
        match (parts.last_mut().map(|part| &mut part.data), &piece.data) {
            (Some(Data::Text(text)), Data::Text(more)) => text.push_str(more),
            (_, Data::Text(text)) if text.is_empty() => {}
            _ => parts.push(Value::new(if piece.as_str().is_some() { at } else { piece.at }, piece.data)),
        }
    }
    match parts.len() {
        0 => Data::Text(String::new()),
        1 => parts.into_iter().next().map_or(Data::Null, |part| part.data),
        _ => Data::Joined(parts),
    }
}

/// A string of which everything is known.
pub(super) fn literal(value: &Value) -> Option<String> {
    match &value.data {
        Data::Text(text) => Some(text.clone()),
        Data::Bool(_) | Data::Int(_) | Data::Float(_) => Some(value.display()),
        Data::List(_) | Data::Map(_) if value.is_literal() => Some(json(value)),
        _ => None,
    }
}

/// Compact JSON of a literal value.
pub(super) fn json(value: &Value) -> String {
    let mut parts = Vec::new();
    json_pieces(value, &mut parts);
    parts.iter().map(Value::display).collect()
}

/// Compact JSON of a value; what is not known stays a part of its own.
pub(super) fn json_pieces(value: &Value, into: &mut Vec<Value>) {
    let at = value.at;
    let text = |text: &str| Value::text(at, text);
    match &value.data {
        Data::Null => into.push(text("null")),
        Data::Bool(_) | Data::Int(_) | Data::Float(_) => into.push(Value::text(at, value.display())),
        Data::Text(plain) => into.push(Value::text(at, quoted(plain))),
        Data::List(items) => {
            into.push(text("["));
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    into.push(text(","));
                }
                json_pieces(item, into);
            }
            into.push(text("]"));
        }
        Data::Map(entries) => {
            into.push(text("{"));
            for (index, entry) in entries.iter().enumerate() {
                let comma = if index > 0 { "," } else { "" };
                into.push(Value::text(at, format!("{comma}{}:", quoted(&entry.key.text))));
                json_pieces(&entry.value, into);
            }
            into.push(text("}"));
        }
        Data::Joined(parts) => {
            into.push(text("\""));
            for part in parts {
                match part.as_str() {
                    Some(plain) => into.push(Value::text(at, escaped(plain))),
                    None => into.push(part.clone()),
                }
            }
            into.push(text("\""));
        }
        Data::Ref(_) | Data::Unknown(_) => {
            into.push(text("\""));
            into.push(value.clone());
            into.push(text("\""));
        }
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", escaped(text))
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '"' => escaped.push_str("\\\""),
            '\\' => escaped.push_str("\\\\"),
            '\n' => escaped.push_str("\\n"),
            '\r' => escaped.push_str("\\r"),
            '\t' => escaped.push_str("\\t"),
            control if control < ' ' => escaped.push_str(&format!("\\u{:04x}", u32::from(control))),
            plain => escaped.push(plain),
        }
    }
    escaped
}
