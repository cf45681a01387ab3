//! Variables: `${self:custom.a, 'default'}` and its like, resolved when asked for.
//!
//! INVARIANT: every step, every byte made and every level is counted, so that variables which repeat
//! or contain each other end in [`model::Data::Unknown`] and a problem.
mod sources;
mod syntax;

use std::collections::BTreeMap;
use std::rc::Rc;

use model::{Data, Entry, Key, ProblemKind, Span, Value};

use crate::reader::Reader;
use syntax::{Piece, Source};

/// The configuration as written, and what asking it has cost so far.
pub(super) struct Variables<'a, 's> {
    pub(super) reader: &'a mut Reader<'s>,
    /// The service's own file.
    pub(super) path: &'a str,
    root: Rc<Value>,
    documents: BTreeMap<String, Option<Rc<Value>>>,
    /// Addresses that are being resolved, outermost first.
    open: Vec<String>,
    depth: usize,
    steps: usize,
    bytes: usize,
    told_limit: bool,
}

/// How much of a variable's value is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// All of it, with what is inside resolved.
    Whole,
    /// What is written there: what is inside may still be variables.
    Shallow,
}

/// What a source says, as it is written there.
enum Found {
    Value(Value),
    /// It has no value: the next source is asked. Says why, for people.
    Missing(String),
}

impl<'a, 's> Variables<'a, 's> {
    pub(super) fn new(reader: &'a mut Reader<'s>, path: &'a str, root: Value) -> Self {
        Self {
            reader,
            path,
            root: Rc::new(root),
            documents: BTreeMap::new(),
            open: Vec::new(),
            depth: 0,
            steps: 0,
            bytes: 0,
            told_limit: false,
        }
    }

    /// A top-level section with every variable resolved.
    pub(super) fn section(&mut self, name: &str) -> Option<Value> {
        let root = Rc::clone(&self.root);
        root.get(name).map(|value| self.resolve(value)).filter(|value| !value.is_null())
    }

    /// The value at a dotted address of the configuration; nothing is told when there is none.
    pub(super) fn lookup(&mut self, address: &str) -> Option<Value> {
        let root = Rc::clone(&self.root);
        match self.walk(std::borrow::Cow::Borrowed(&root), address) {
            Found::Value(value) => Some(self.resolve(&value)).filter(|value| !value.is_null()),
            Found::Missing(_) => None,
        }
    }

    pub(super) fn resolve(&mut self, value: &Value) -> Value {
        self.deeper(value, Self::resolve_here)
    }

    /// One step, one level deeper; unknown when that is too many or too deep.
    fn deeper(&mut self, value: &Value, run: fn(&mut Self, &Value) -> Value) -> Value {
        if self.depth >= self.reader.limits().depth_max || !self.step() {
            self.tell_limit(value.at);
            return Value::unknown(value.at, "variables are nested too deeply or repeat too often", "");
        }
        self.depth += 1;
        let resolved = run(self, value);
        self.depth -= 1;
        resolved
    }

    fn resolve_here(&mut self, value: &Value) -> Value {
        let data = match &value.data {
            Data::Text(text) if text.contains("${") => return pseudo(self.text(text, value.at)),
            Data::Text(text) if text.contains("#{AWS::") => return pseudo(value.clone()),
            Data::List(items) => Data::List(items.iter().map(|item| self.resolve(item)).collect()),
            Data::Map(entries) => {
                let entries: Vec<Entry> = entries
                    .iter()
                    .map(|entry| Entry { key: entry.key.clone(), value: self.resolve(&entry.value) })
                    .collect();
                match entries.as_slice() {
                    [entry] if entry.key.text == "Fn::Sub" => return substitution(value.at, entry),
                    _ => Data::Map(entries),
                }
            }
            other => other.clone(),
        };
        Value::new(value.at, data)
    }

    /// Text with its variables resolved. A single variable may be anything; in a longer text each
    /// becomes a part of the string.
    fn text(&mut self, text: &str, at: Span) -> Value {
        let pieces = syntax::pieces(text);
        if let [Piece::Variable(body)] = pieces.as_slice() {
            let mut value = self.variable(body, at, Reach::Whole);
            value.at = at;
            return value;
        }
        let mut parts: Vec<Value> = Vec::with_capacity(pieces.len());
        for piece in pieces {
            let part = match piece {
                Piece::Text(text) => Value::text(at, text),
                Piece::Variable(body) => self.variable(body, at, Reach::Whole),
            };
            self.add_part(&mut parts, part, at);
        }
        let bytes: usize = parts.iter().filter_map(Value::as_str).map(str::len).sum();
        if !self.charge(bytes) {
            self.tell_limit(at);
            return Value::unknown(at, "the string is too long", "");
        }
        joined(parts, at)
    }

    fn add_part(&mut self, parts: &mut Vec<Value>, part: Value, at: Span) {
        let text = match part.data {
            Data::Joined(inner) => return inner.into_iter().for_each(|part| self.add_part(parts, part, at)),
            Data::Unknown(_) | Data::Ref(_) | Data::Map(_) => return parts.push(part),
            Data::List(_) => {
                let unknown = Value::unknown(at, "a list stands inside a string", part.display());
                return parts.push(unknown);
            }
            Data::Null | Data::Bool(_) | Data::Int(_) | Data::Float(_) | Data::Text(_) => part.display(),
        };
        match parts.last_mut().map(|last| &mut last.data) {
            Some(Data::Text(last)) => last.push_str(&text),
            _ => parts.push(Value::text(at, text)),
        }
    }

    /// What stands between `${` and `}`.
    fn variable(&mut self, body: &str, at: Span, reach: Reach) -> Value {
        let mut first_reason = None;
        let mut last_resort = None;
        for source in syntax::sources(body) {
            if let Source::Named { name: "opt", address: Some(name @ ("stage" | "region")), .. } = source {
                last_resort = Some(name);
            }
            let is_literal = matches!(source, Source::Bare(_));
            match self.source(source, at, reach) {
                Found::Value(value) if is_literal || !value.is_null() => return value,
                Found::Value(_) => first_reason = first_reason.or(Some("it is `null`".to_owned())),
                Found::Missing(reason) => first_reason = first_reason.or(Some(reason)),
            }
        }
        // The framework itself has defaults for these two options.
        match last_resort {
            Some("stage") => return self.stage(at),
            Some(_) => return self.region(at),
            None => {}
        }
        let reason = first_reason.unwrap_or_default();
        let message = format!("`${{{body}}}` has no value: {reason}");
        let help = "give it a value or a default, as in `${opt:name, 'default'}`; it is taken as unknown";
        self.tell(ProblemKind::Unresolved, at, message, help);
        Value::unknown(at, reason, format!("${{{body}}}"))
    }

    /// A value that may be a variable: what is written where that leads, at the first level.
    fn shallow(&mut self, value: &Value) -> Value {
        let text = value.as_str().unwrap_or_default();
        match syntax::pieces(text).as_slice() {
            [Piece::Variable(body)] if self.step() => {
                let found = self.variable(body, value.at, Reach::Shallow);
                if found.as_str().is_some_and(|text| text.contains("${")) {
                    self.deeper(&found, Self::shallow)
                } else {
                    found
                }
            }
            _ => self.resolve(value),
        }
    }

    fn source(&mut self, source: Source<'_>, at: Span, reach: Reach) -> Found {
        let (name, parameter, address) = match source {
            Source::Quoted(text) | Source::Nested(text) => {
                let value = Value::text(at, text);
                return Found::Value(match reach {
                    Reach::Whole => self.resolve(&value),
                    Reach::Shallow => self.deeper(&value, Self::shallow),
                });
            }
            Source::Bare(text) => return self.bare(text, at),
            Source::Named { name, parameter, address } => (name, parameter, address),
        };
        let parameter = parameter.map(|text| self.resolve(&Value::text(at, text)));
        let address = address.map(|text| self.resolve(&Value::text(at, text)));
        for part in parameter.iter().chain(&address) {
            if !part.is_literal() {
                let shown = format!("${{{name}:{}}}", part.display());
                return Found::Value(Value::unknown(at, "its address is not known", shown));
            }
        }
        let parameter = parameter.map(|value| value.display());
        let address = address.map_or_else(String::new, |value| value.display());
        let id = match &parameter {
            Some(parameter) => format!("${{{name}({parameter}):{address}}}"),
            None => format!("${{{name}:{address}}}"),
        };
        if self.open.contains(&id) {
            let message = format!("`{id}` contains itself");
            self.tell(ProblemKind::Unresolved, at, message, "break the circle; it is taken as unknown");
            return Found::Value(Value::unknown(at, "it contains itself", id));
        }
        self.open.push(id);
        let mut found = self.named(name, parameter.as_deref(), &address, at);
        if let (Found::Value(value), Reach::Whole) = (&found, reach) {
            found = Found::Value(self.resolve(value));
        }
        self.open.pop();
        found
    }

    fn bare(&mut self, text: &str, at: Span) -> Found {
        let data = match text {
            "true" => Data::Bool(true),
            "false" => Data::Bool(false),
            "null" => Data::Null,
            _ => match text.parse() {
                Ok(number) => Data::Int(number),
                Err(_) => return self.no_source(text, at),
            },
        };
        Found::Value(Value::new(at, data))
    }

    fn no_source(&mut self, text: &str, at: Span) -> Found {
        if let Ok(number) = text.parse() {
            return Found::Value(Value::new(at, Data::Float(number)));
        }
        let message = format!("`{text}` is neither a source of a variable nor a literal");
        self.tell(ProblemKind::Suspicious, at, message, "put text in quotes: `${opt:stage, 'dev'}`");
        Found::Value(Value::text(at, text))
    }

    pub(super) fn tell(&mut self, kind: ProblemKind, at: Span, message: impl Into<String>, help: &str) {
        self.reader.problem_at(kind, at, message, help);
    }

    /// Counts one step. False when the service has had its share of steps or text: no more is resolved.
    fn step(&mut self) -> bool {
        self.steps += 1;
        let limits = self.reader.limits();
        self.steps <= limits.document_values_max && self.bytes as u64 <= limits.file_bytes_max
    }

    /// Counts text that variables make. False when one string, or all together, are too long.
    fn charge(&mut self, bytes: usize) -> bool {
        self.bytes = self.bytes.saturating_add(bytes);
        let limits = self.reader.limits();
        bytes <= limits.text_bytes_max && self.bytes as u64 <= limits.file_bytes_max
    }

    fn tell_limit(&mut self, at: Span) {
        if !self.told_limit {
            self.told_limit = true;
            let message = "variables make more, longer or deeper values than the limits allow";
            self.tell(ProblemKind::Limit, at, message, "the rest is unknown; shorten what is repeated");
        }
    }
}

/// A string of parts: text when all are literal, CloudFormation's join when one is an intrinsic.
fn joined(mut parts: Vec<Value>, at: Span) -> Value {
    if parts.iter().any(|part| matches!(part.data, Data::Map(_))) {
        let items = vec![Value::text(at, ""), Value::new(at, Data::List(parts))];
        return call(at, "Fn::Join", Value::new(at, Data::List(items)));
    }
    match parts.pop() {
        None => Value::text(at, ""),
        Some(only) if parts.is_empty() => Value::new(at, only.data),
        Some(last) => {
            parts.push(last);
            Value::new(at, Data::Joined(parts))
        }
    }
}

/// `Fn::Sub` needs text. When part of it is unknown, each part is substituted, and then joined.
fn substitution(at: Span, entry: &Entry) -> Value {
    let (template, names) = match entry.value.items() {
        [template, names] => (template, Some(names)),
        _ => (&entry.value, None),
    };
    let parts = match &template.data {
        Data::Joined(parts) => parts.as_slice(),
        Data::Unknown(_) => return template.clone(),
        _ => return Value::new(at, Data::Map(vec![entry.clone()])),
    };
    let part = |part: &Value| match (&part.data, names) {
        (Data::Text(_), Some(names)) => {
            let pair = Data::List(vec![part.clone(), names.clone()]);
            call(at, "Fn::Sub", Value::new(at, pair))
        }
        (Data::Text(_), None) => call(at, "Fn::Sub", part.clone()),
        _ => part.clone(),
    };
    let items = vec![Value::text(at, ""), Value::new(at, Data::List(parts.iter().map(part).collect()))];
    call(at, "Fn::Join", Value::new(at, Data::List(items)))
}

/// `#{AWS::Region}` of the plugin serverless-pseudo-parameters is `Fn::Sub` in other words.
fn pseudo(value: Value) -> Value {
    match &value.data {
        Data::Text(text) if text.contains("#{AWS::") => {
            let text = Value::text(value.at, text.replace("#{AWS::", "${AWS::"));
            call(value.at, "Fn::Sub", text)
        }
        _ => value,
    }
}

fn call(at: Span, function: &str, argument: Value) -> Value {
    let key = Key { text: function.to_owned(), at };
    Value::new(at, Data::Map(vec![Entry { key, value: argument }]))
}
