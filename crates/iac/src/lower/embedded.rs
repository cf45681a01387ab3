//! Documents inside strings: JSON policies, state machines and API definitions with expressions in them.
use model::{Data, Value};

/// Stands for an expression while the text around it is parsed. Private use, so that no template has it.
const MARK: char = '\u{F8FF}';

/// The document that a value holds: the value itself when it is one, or what its text says. Expressions
/// inside the text come back where they stood. `None` when there is no document to be read.
pub(crate) fn embedded(value: &Value) -> Option<Value> {
    match &value.data {
        Data::Map(_) | Data::List(_) => Some(value.clone()),
        Data::Text(text) => parse(text, value, &[]),
        Data::Joined(parts) => {
            let mut text = String::new();
            for (index, part) in parts.iter().enumerate() {
                match &part.data {
                    Data::Text(literal) => text.push_str(literal),
                    _ => text.push_str(&format!("{MARK}{index}{MARK}")),
                }
            }
            parse(&text, value, parts)
        }
        Data::Null | Data::Bool(_) | Data::Int(_) | Data::Float(_) | Data::Ref(_) | Data::Unknown(_) => None,
    }
}

fn parse(text: &str, holder: &Value, parts: &[Value]) -> Option<Value> {
    let limits = crate::options::Limits::default();
    let (document, _) = crate::doc::parse(text, holder.at.file, &limits);
    let mut document = document?;
    restore(&mut document, holder, parts);
    matches!(document.data, Data::Map(_) | Data::List(_)).then_some(document)
}

/// Moves everything to the place of the string that held it, and puts expressions back.
fn restore(value: &mut Value, holder: &Value, parts: &[Value]) {
    value.at = holder.at;
    match &mut value.data {
        Data::List(items) | Data::Joined(items) => {
            items.iter_mut().for_each(|item| restore(item, holder, parts));
        }
        Data::Map(entries) => entries.iter_mut().for_each(|entry| {
            entry.key.at = holder.at;
            if entry.key.text.contains(MARK) {
                entry.key.text = expand(&entry.key.text, holder, parts).display();
            }
            restore(&mut entry.value, holder, parts);
        }),
        Data::Text(text) if text.contains(MARK) => value.data = expand(text, holder, parts).data,
        Data::Text(_)
        | Data::Null
        | Data::Bool(_)
        | Data::Int(_)
        | Data::Float(_)
        | Data::Ref(_)
        | Data::Unknown(_) => {}
    }
}

fn expand(text: &str, holder: &Value, parts: &[Value]) -> Value {
    let pieces = text.split(MARK).enumerate().filter(|(_, piece)| !piece.is_empty());
    let mut values: Vec<Value> = pieces
        .filter_map(|(place, piece)| {
            // Between two marks stands the number of an expression.
            if place % 2 == 1 {
                parts.get(piece.parse::<usize>().ok()?).cloned()
            } else {
                Some(Value::text(holder.at, piece))
            }
        })
        .collect();
    match values.len() {
        1 => values.pop().unwrap_or_else(|| holder.clone()),
        _ => Value::new(holder.at, Data::Joined(values)),
    }
}
