//! Expressions to values. What cannot be known is [`Data::Unknown`] with the reason.
//!
//! INVARIANT: evaluation is bounded: `depth` by the limit on nesting, everything that is made or
//! copied by `fuel`.
use std::collections::BTreeMap;

use model::{Data, Entry, Key, ProblemKind, Span, Tri, Value};

use super::instance::Instance;
use super::syntax::{Conditional, Expr, ExprKind, For, LoopNames, Part};
use super::{functions, operators, text};
use crate::reader::Reader;

/// Values of all modules of one application together, as a multiple of those of one document.
const FUEL_DOCUMENTS: usize = 2;
/// Bytes of text that cost as much as one value.
const TEXT_BYTES_PER_FUEL: usize = 64;
/// Parts of one string that are not known as text.
const PARTS_MAX: usize = 10_000;
/// Characters of an expression that are shown in its place.
const SHOWN_CHARS_MAX: usize = 160;

/// The evaluation of one application.
pub(super) struct Evaluator<'r, 'a> {
    pub reader: &'r mut Reader<'a>,
    pub instances: Vec<Instance>,
    /// Definite errors met so far: what `try` and `can` look at.
    pub failures: usize,
    /// A template file is being rendered: it cannot render another one.
    pub is_rendering: bool,
    /// Blocks that `count` or `for_each` leaves without any copy.
    pub switched_off: Vec<(String, Span)>,
    depth: usize,
    fuel: usize,
    told: bool,
}

/// What names mean at a place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scope<'s> {
    pub instance: usize,
    pub repetition: &'s Repetition,
    pub names: Option<&'s Names<'s>>,
}

impl Scope<'static> {
    /// What names mean in a module, outside of repeated blocks and loops.
    pub(super) fn of(instance: usize) -> Self {
        Self { instance, repetition: &Repetition::None, names: None }
    }
}

/// Which copy of a block is evaluated.
#[derive(Debug, Clone, Default)]
pub(super) enum Repetition {
    #[default]
    None,
    Index(usize),
    Each {
        key: String,
        value: Value,
    },
    /// By a `count` or `for_each` that is not known.
    Unclear,
}

/// Names of a loop, or of a template's variables.
#[derive(Debug)]
pub(super) struct Names<'s> {
    pub entries: Vec<(&'s str, Value)>,
    pub outer: Option<&'s Names<'s>>,
}

impl<'s> Names<'s> {
    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        let mut frame = Some(self);
        while let Some(names) = frame {
            if let Some((_, value)) = names.entries.iter().find(|(known, _)| *known == name) {
                return Some(value);
            }
            frame = names.outer;
        }
        None
    }
}

impl<'r, 'a> Evaluator<'r, 'a> {
    pub(super) fn new(reader: &'r mut Reader<'a>) -> Self {
        let fuel = reader.limits().document_values_max.saturating_mul(FUEL_DOCUMENTS);
        Self {
            reader,
            instances: Vec::new(),
            failures: 0,
            is_rendering: false,
            switched_off: Vec::new(),
            depth: 0,
            fuel,
            told: false,
        }
    }

    /// The value of an expression, placed where the expression stands.
    pub(super) fn eval(&mut self, scope: Scope<'_>, expr: &Expr) -> Value {
        if self.depth >= self.reader.limits().depth_max {
            return self.limit(expr.at, "expressions are nested too deep");
        }
        if !self.spend(1) {
            return self.limit(expr.at, "the configuration makes too many values");
        }
        self.depth += 1;
        let data = self.data(scope, expr);
        self.depth -= 1;
        Value::new(expr.at, data)
    }

    fn data(&mut self, scope: Scope<'_>, expr: &Expr) -> Data {
        match &expr.kind {
            ExprKind::Literal(data) => data.clone(),
            ExprKind::Template(parts) => self.template(scope, parts, expr.at),
            ExprKind::List(items) => Data::List(items.iter().map(|item| self.eval(scope, item)).collect()),
            ExprKind::Object(pairs) => self.object(scope, pairs),
            ExprKind::Variable(name) => self.reference(scope, name, &[], expr.at),
            ExprKind::Traversal(base, steps) => match &base.kind {
                ExprKind::Variable(name) => self.reference(scope, name, steps, expr.at),
                _ => {
                    let base = self.eval(scope, base);
                    self.walk(scope, &base, steps, expr.at)
                }
            },
            ExprKind::Unary(operator, inner) => {
                let value = self.eval(scope, inner);
                let result = operators::unary(*operator, &value);
                self.settle(result, expr.at)
            }
            ExprKind::Binary(operator, sides) => {
                let left = self.eval(scope, &sides.0);
                let right = self.eval(scope, &sides.1);
                let result = operators::binary(*operator, &left, &right);
                self.settle(result, expr.at)
            }
            ExprKind::Conditional(inner) => self.conditional(scope, inner, expr.at),
            ExprKind::Call(call) => functions::call(self, scope, call, expr.at),
            ExprKind::For(inner) => self.for_expr(scope, inner, expr.at),
            ExprKind::Unreadable => self.unknown(expr.at, "the expression could not be read"),
        }
    }

    fn object(&mut self, scope: Scope<'_>, pairs: &[(Expr, Expr)]) -> Data {
        let mut map = MapBuilder::default();
        for (key, value) in pairs {
            let text = self.eval(scope, key).display();
            let value = self.eval(scope, value);
            map.set(Key { text, at: key.at }, value);
        }
        map.finish()
    }

    fn conditional(&mut self, scope: Scope<'_>, inner: &Conditional, at: Span) -> Data {
        let condition = self.eval(scope, &inner.condition);
        match operators::truth(&condition) {
            Tri::True => self.eval(scope, &inner.yes).data,
            Tri::False => self.eval(scope, &inner.no).data,
            Tri::Unknown => {
                let before = self.failures;
                let yes = self.eval(scope, &inner.yes);
                let no = self.eval(scope, &inner.no);
                // Only one side is taken: an error in the other one would never happen.
                self.failures = before;
                if operators::equal(&yes, &no).is_true() {
                    return yes.data;
                }
                let reason = format!("the condition is not known: {}", operators::why(&condition));
                self.unknown(at, reason)
            }
        }
    }

    fn for_expr(&mut self, scope: Scope<'_>, inner: &For, at: Span) -> Data {
        let collection = self.eval(scope, &inner.collection);
        let Some(pairs) = pairs(&collection) else {
            return self.unknown(at, format!("the collection is not known: {}", operators::why(&collection)));
        };
        let mut list: Vec<Value> = Vec::new();
        let mut map = MapBuilder::default();
        for (key, value) in pairs {
            let names = Names { entries: frame(&inner.names, key, value), outer: scope.names };
            let scope = Scope { names: Some(&names), ..scope };
            if let Some(condition) = &inner.condition {
                let condition = self.eval(scope, condition);
                match operators::truth(&condition) {
                    Tri::True => {}
                    Tri::False => continue,
                    Tri::Unknown => {
                        let reason = format!("the condition is not known: {}", operators::why(&condition));
                        return self.unknown(at, reason);
                    }
                }
            }
            let value = self.eval(scope, &inner.value);
            match &inner.key {
                None => list.push(value),
                Some(key) => {
                    let key = self.eval(scope, key);
                    let key = Key { text: key.display(), at: key.at };
                    if inner.grouping { map.group(key, value) } else { map.set(key, value) }
                }
            }
        }
        if inner.key.is_some() { map.finish() } else { Data::List(list) }
    }

    pub(super) fn template(&mut self, scope: Scope<'_>, parts: &[Part], at: Span) -> Data {
        if let [Part::Value(only)] = parts {
            return self.eval(scope, only).data;
        }
        let mut pieces = Vec::new();
        self.parts(scope, parts, at, &mut pieces);
        self.join(pieces, at)
    }

    fn parts(&mut self, scope: Scope<'_>, parts: &[Part], at: Span, pieces: &mut Vec<Value>) {
        for part in parts {
            if !self.spend(1) {
                return pieces.push(self.limit(at, "the configuration makes too many values"));
            }
            match part {
                Part::Text(text) => pieces.push(Value::text(at, text.as_str())),
                Part::Value(expr) => {
                    let value = self.eval(scope, expr);
                    text::pieces(&value, pieces);
                }
                Part::If { condition, yes, no } => {
                    let condition = self.eval(scope, condition);
                    match operators::truth(&condition) {
                        Tri::True => self.parts(scope, yes, at, pieces),
                        Tri::False => self.parts(scope, no, at, pieces),
                        Tri::Unknown => {
                            let reason =
                                format!("the condition is not known: {}", operators::why(&condition));
                            let data = self.unknown(condition.at, reason);
                            pieces.push(Value::new(at, data));
                        }
                    }
                }
                Part::For { names, collection, body, at } => {
                    let collection = self.eval(scope, collection);
                    let Some(pairs) = pairs(&collection) else {
                        let reason = format!("the collection is not known: {}", operators::why(&collection));
                        let data = self.unknown(*at, reason);
                        pieces.push(Value::new(*at, data));
                        continue;
                    };
                    for (key, value) in pairs {
                        let names = Names { entries: frame(names, key, value), outer: scope.names };
                        self.parts(Scope { names: Some(&names), ..scope }, body, *at, pieces);
                    }
                }
            }
        }
    }

    /// Texts and open parts as one string.
    pub(super) fn join(&mut self, pieces: Vec<Value>, at: Span) -> Data {
        let bytes: usize = pieces.iter().filter_map(Value::as_str).map(str::len).sum();
        let open = pieces.iter().filter(|piece| piece.as_str().is_none()).count();
        if bytes > self.reader.limits().text_bytes_max || open > PARTS_MAX {
            return self.limit(at, "a text becomes too long").data;
        }
        if !self.spend(pieces.len() + bytes / TEXT_BYTES_PER_FUEL) {
            return self.limit(at, "the configuration makes too many values").data;
        }
        text::join(pieces, at)
    }

    /// A result that may be an error.
    pub(super) fn settle(&mut self, result: Result<Data, operators::Fault>, at: Span) -> Data {
        match result {
            Ok(data) => data,
            Err(operators::Fault::Open(reason)) => self.unknown(at, reason),
            Err(operators::Fault::Error(reason)) => self.fail(at, reason),
        }
    }

    /// A value that is not known.
    pub(super) fn unknown(&self, at: Span, reason: impl Into<String>) -> Data {
        let text = self.reader.text(at.file);
        let source = text.get(at.start as usize..at.end as usize).unwrap_or_default();
        let start: String = source.chars().take(2 * SHOWN_CHARS_MAX).collect();
        let line = start.split_whitespace().collect::<Vec<_>>().join(" ");
        let shown: String = line.chars().take(SHOWN_CHARS_MAX).collect();
        let shown = if shown.starts_with("${") { shown } else { format!("${{{shown}}}") };
        Data::Unknown(model::Unknown { reason: reason.into(), text: shown })
    }

    /// A definite error in the configuration: not known, and seen by `try`.
    pub(super) fn fail(&mut self, at: Span, reason: impl Into<String>) -> Data {
        self.failures += 1;
        self.unknown(at, reason)
    }

    /// Takes from what this application may cost. False when nothing is left.
    pub(super) fn spend(&mut self, fuel: usize) -> bool {
        let enough = self.fuel >= fuel;
        self.fuel = if enough { self.fuel - fuel } else { 0 };
        enough
    }

    pub(super) fn is_exhausted(&self) -> bool {
        self.fuel == 0
    }

    /// Tells once that a limit was met. The value is unknown.
    pub(super) fn limit(&mut self, at: Span, what: &str) -> Value {
        if !self.told {
            self.told = true;
            let message = format!("{what}; some values are left unknown");
            let help = "look for expressions that multiply each other";
            self.reader.problem_at(ProblemKind::Limit, at, message, help);
        }
        Value::new(at, self.unknown(at, what))
    }

    /// A copy of a value, paid for.
    pub(super) fn copy(&mut self, value: &Value, at: Span) -> Data {
        if self.spend(cost(value)) {
            value.data.clone()
        } else {
            self.limit(at, "the configuration makes too many values").data
        }
    }
}

/// What a copy of a value costs.
fn cost(value: &Value) -> usize {
    1 + match &value.data {
        Data::Text(text) => text.len() / TEXT_BYTES_PER_FUEL,
        Data::List(items) | Data::Joined(items) => items.iter().map(cost).sum(),
        Data::Map(entries) => entries.iter().map(|entry| cost(&entry.value)).sum(),
        _ => 0,
    }
}

fn frame(names: &LoopNames, key: Value, value: Value) -> Vec<(&str, Value)> {
    let mut entries = vec![(names.value.as_str(), value)];
    entries.extend(names.key.as_deref().map(|name| (name, key)));
    entries
}

/// Keys and values of a collection; `None` when it is not known.
pub(super) fn pairs(collection: &Value) -> Option<Vec<(Value, Value)>> {
    match &collection.data {
        Data::List(items) => {
            let index = |at: usize| Data::Int(i64::try_from(at).unwrap_or(i64::MAX));
            let numbered = items.iter().enumerate();
            Some(numbered.map(|(at, item)| (Value::new(item.at, index(at)), item.clone())).collect())
        }
        Data::Map(entries) => {
            let pair =
                |entry: &Entry| (Value::text(entry.key.at, entry.key.text.as_str()), entry.value.clone());
            Some(entries.iter().map(pair).collect())
        }
        Data::Null => Some(Vec::new()),
        _ => None,
    }
}

/// A map in the making.
#[derive(Debug, Default)]
pub(super) struct MapBuilder {
    entries: Vec<Entry>,
    index: BTreeMap<String, usize>,
}

impl MapBuilder {
    /// Sets a key; a later value replaces an earlier one.
    pub(super) fn set(&mut self, key: Key, value: Value) {
        match self.index.get(&key.text).and_then(|index| self.entries.get_mut(*index)) {
            Some(entry) => entry.value = value,
            None => {
                self.index.insert(key.text.clone(), self.entries.len());
                self.entries.push(Entry { key, value });
            }
        }
    }

    /// Adds to the list under a key.
    pub(super) fn group(&mut self, key: Key, value: Value) {
        let known = self.index.get(&key.text).and_then(|index| self.entries.get_mut(*index));
        match known.map(|entry| &mut entry.value.data) {
            Some(Data::List(items)) => items.push(value),
            _ => self.set(key, Value::new(value.at, Data::List(vec![value]))),
        }
    }

    pub(super) fn finish(self) -> Data {
        Data::Map(self.entries)
    }
}
