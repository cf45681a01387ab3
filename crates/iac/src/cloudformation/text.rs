//! Strings of which some parts may not be known, and `Fn::Sub`.
use std::collections::BTreeMap;

use model::{Data, Entry, ProblemKind, Span, Value};

use super::resolve::{Scope, too_much};

impl Scope<'_, '_> {
    /// Joins parts to text when all are known, else to a string with the parts that are not.
    pub(super) fn concat(&mut self, at: Span, parts: Vec<Value>) -> Value {
        let mut flat: Vec<Value> = Vec::with_capacity(parts.len());
        for part in parts {
            match part.data {
                Data::Joined(inner) => inner.into_iter().for_each(|part| push_part(&mut flat, part)),
                _ => push_part(&mut flat, part),
            }
        }
        let bytes: usize = flat.iter().filter_map(Value::as_str).map(str::len).sum();
        let bytes_max = self.reader.limits().text_bytes_max;
        if bytes > bytes_max {
            let message = format!("a string becomes longer than {bytes_max} bytes");
            self.tell(ProblemKind::Limit, at, message, "it is taken as unknown; shorten it");
            return Value::unknown(at, "the string is too long", "");
        }
        if !self.charge(bytes.saturating_add(flat.len()), at) {
            return too_much(at);
        }
        match flat.len() {
            0 => Value::text(at, ""),
            1 => flat.pop().map_or_else(|| Value::text(at, ""), |only| Value::new(at, only.data)),
            _ => Value::new(at, Data::Joined(flat)),
        }
    }

    /// `Fn::Sub`: text with `${Name}`, or such text and a map of more names.
    pub(super) fn sub(&mut self, argument: &Value, at: Span) -> Value {
        let (template, names) = match argument.items() {
            [template, names] => (template, names.entries()),
            [template] => (template, &[][..]),
            _ => (argument, &[][..]),
        };
        let template = match &template.data {
            Data::Map(_) => self.resolve(template),
            _ => Some(template.clone()),
        };
        match template.as_ref().map(|template| &template.data) {
            Some(Data::Text(text)) => self.substitute(text, names, at),
            Some(Data::Bool(_) | Data::Int(_) | Data::Float(_)) => {
                Value::text(at, template.map(|template| template.display()).unwrap_or_default())
            }
            _ => self.malformed("Fn::Sub", "text", at),
        }
    }

    fn substitute(&mut self, text: &str, names: &[Entry], at: Span) -> Value {
        let names: BTreeMap<&str, &Value> =
            names.iter().map(|entry| (entry.key.text.as_str(), &entry.value)).collect();
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            let Some((name, behind)) = after.split_once('}') else { break };
            parts.push(Value::text(at, before));
            if let Some(literal) = name.strip_prefix('!') {
                parts.push(Value::text(at, format!("${{{literal}}}")));
            } else {
                parts.extend(match names.get(name.trim()) {
                    Some(value) => self.resolve(value),
                    None => self.name(name.trim(), at),
                });
            }
            rest = behind;
        }
        parts.push(Value::text(at, rest));
        self.concat(at, parts)
    }

    /// A function whose argument has the wrong shape: told, and unknown.
    pub(super) fn malformed(&mut self, function: &str, wants: &str, at: Span) -> Value {
        let message = format!("`{function}` needs {wants}");
        self.tell(
            ProblemKind::Suspicious,
            at,
            message,
            "correct the argument; the value is taken as unknown",
        );
        Value::unknown(at, format!("`{function}` is malformed"), format!("${{{function}}}"))
    }
}

/// Adds a part, joined with the one before when both are literal. Lists show as with commas.
fn push_part(flat: &mut Vec<Value>, part: Value) {
    let text = match part.data {
        Data::Text(text) => text,
        Data::Ref(_) | Data::Unknown(_) | Data::Joined(_) => {
            flat.push(part);
            return;
        }
        _ if !part.is_literal() => {
            flat.push(part);
            return;
        }
        _ => part.display(),
    };
    match flat.last_mut().map(|last| &mut last.data) {
        Some(Data::Text(last)) => last.push_str(&text),
        _ if text.is_empty() => {}
        _ => flat.push(Value::text(part.at, text)),
    }
}
