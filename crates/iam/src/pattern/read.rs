//! Texts and values to pieces.
use model::{Data, Value};

use super::{Pattern, Piece};

/// A piece at the end; neighbouring texts become one.
pub(super) fn push(pattern: &mut Pattern, piece: Piece) {
    match (pattern.pieces.last_mut(), piece) {
        (_, Piece::Text(text)) if text.is_empty() => {}
        (Some(Piece::Text(before)), Piece::Text(text)) => before.push_str(&text),
        (_, piece) => pattern.pieces.push(piece),
    }
}

/// Text with wildcards and variables.
pub(super) fn text(pattern: &mut Pattern, text: &str) {
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        let Some((before, from)) = rest.split_at_checked(start) else { break };
        // What is never closed is no variable.
        let Some((inner, behind)) = from.get(2..).and_then(|inner| inner.split_once('}')) else { break };
        wildcards(pattern, before);
        push(pattern, variable(inner));
        rest = behind;
    }
    wildcards(pattern, rest);
}

fn variable(inner: &str) -> Piece {
    match inner {
        "*" | "?" | "$" => Piece::Text(inner.to_owned()),
        _ => Piece::Variable(inner.to_owned()),
    }
}

/// Text with wildcards only.
pub(super) fn wildcards(pattern: &mut Pattern, text: &str) {
    let mut rest = text;
    while let Some(at) = rest.find(['*', '?']) {
        let Some((before, from)) = rest.split_at_checked(at) else { break };
        push(pattern, Piece::Text(before.to_owned()));
        push(pattern, if from.starts_with('*') { Piece::Any } else { Piece::One });
        rest = from.get(1..).unwrap_or_default();
    }
    push(pattern, Piece::Text(rest.to_owned()));
}

pub(super) fn value(pattern: &mut Pattern, value: &Value) {
    match &value.data {
        Data::Text(text) => self::text(pattern, text),
        Data::Joined(parts) => joined(pattern, parts),
        Data::Int(_) | Data::Float(_) | Data::Bool(_) => push(pattern, Piece::Text(value.display())),
        _ => pattern.pieces.push(symbol(value)),
    }
}

fn joined(pattern: &mut Pattern, parts: &[Value]) {
    for (at, part) in parts.iter().enumerate() {
        // `${aws:PrincipalTag/` and then a reference: the name of the variable is not known, and it reaches to a
        // place that cannot be told. Everything from here on is one symbol.
        let more = at + 1 < parts.len();
        if more && part.as_str().is_some_and(is_left_open) {
            let rest: String = parts.iter().skip(at).map(Value::display).collect();
            pattern.pieces.push(Piece::Symbol(rest));
            return;
        }
        value(pattern, part);
    }
}

fn is_left_open(text: &str) -> bool {
    text.rfind("${").is_some_and(|start| !text.get(start..).unwrap_or_default().contains('}'))
}

/// A symbol never has an empty name: two values of which nothing is known are not the same value.
fn symbol(value: &Value) -> Piece {
    let shown = value.display();
    if shown.is_empty() {
        let (file, start, end) = (value.at.file.0, value.at.start, value.at.end);
        return Piece::Symbol(format!("${{unknown at {file}:{start}-{end}}}"));
    }
    Piece::Symbol(shown)
}
