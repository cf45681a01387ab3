//! What a run has seen.
use std::collections::{BTreeMap, BTreeSet};

use model::{Argument, Aws, Call, Data, Import, SinkKind, Span, Unknown, Use, UseKind};

use super::Interpreter;
use crate::ir::{Const, Name};
use crate::taint::{Mark, OriginKind, Taint};
use crate::value::{Closure, Passed, Shape, Value};

/// Everything that one run records, each thing once.
#[derive(Debug, Default)]
pub(crate) struct Record {
    pub handler: Option<Span>,
    pub imports: Vec<Import>,
    pub calls: BTreeMap<(Span, String), Call>,
    pub flows: BTreeMap<(Span, SinkKind, String), RawFlow>,
    /// Flows of what was read from a store: they count when somebody else wrote it.
    pub stored: BTreeMap<(Span, SinkKind, String), RawFlow>,
    /// What was read where: the table or bucket.
    pub reads: BTreeMap<Span, Data>,
    pub uses: BTreeMap<(Span, UseKind, String), Use>,
    /// Data that leaves for another part of the system.
    pub boundaries: Vec<Boundary>,
    /// Files that imports name and that are not there.
    pub missing: Vec<(String, Span)>,
    /// A limit was reached.
    pub exhausted: bool,
    /// `FunctionError` is read: failures of invoked functions do not go on unseen.
    pub looks_at_failures: bool,
}

/// A flow before anyone knows which trigger its source is.
#[derive(Debug, Clone)]
pub(crate) struct RawFlow {
    pub kind: SinkKind,
    pub api: String,
    pub at: Span,
    pub argument: Span,
    pub mark: Mark,
    pub reached: bool,
}

/// Data of others that is sent on.
#[derive(Debug, Clone)]
pub(crate) struct Boundary {
    pub operation: Aws,
    /// What names the receiver: function, queue, topic, table, bucket.
    pub target: Data,
    pub at: Span,
    pub marks: Vec<Mark>,
    /// For what is stored: whose data is under which name of it.
    pub stored: Stored,
}

/// What a write puts into a table or bucket.
#[derive(Debug, Clone, Default)]
pub(crate) struct Stored {
    /// Field and whose data it holds; no name when it may be any.
    pub fields: Vec<(Option<Name>, Vec<Mark>)>,
    /// Whoever gets the answer writes what they like: a presigned address.
    pub presigned: bool,
}

/// Facts of one kind that are kept for one function.
const FACTS_MAX: usize = 5_000;

impl Interpreter<'_> {
    pub(super) fn note_use(&mut self, kind: UseKind, name: &str, at: Span) {
        if self.quiet == 0 && self.record.uses.len() < FACTS_MAX {
            let entry = Use { kind, name: name.to_owned(), at };
            self.record.uses.entry((at, kind, name.to_owned())).or_insert(entry);
        }
    }

    /// A flow for every origin that can still harm this end.
    #[expect(clippy::too_many_arguments, reason = "one for each field of a flow")]
    pub(super) fn note_flow(&mut self, kind: SinkKind, api: &str, at: Span, taint: &Taint, argument: Span) {
        if self.quiet > 0 {
            return;
        }
        for mark in taint.marks().iter().filter(|mark| !mark.clean.has(kind)) {
            if self.record.flows.len() + self.record.stored.len() >= FACTS_MAX {
                self.record.exhausted = true;
                return;
            }
            let reached = !self.unreached;
            let flow = RawFlow { kind, api: api.to_owned(), at, argument, mark: mark.clone(), reached };
            let key = (at, kind, mark.origin.path.to_string());
            let flows = match mark.origin.kind {
                OriginKind::Stored => &mut self.record.stored,
                _ => &mut self.record.flows,
            };
            let is_longer = |known: &RawFlow| known.mark.trail.length() > mark.trail.length();
            match flows.get(&key) {
                Some(known) if !is_longer(known) => {}
                _ => {
                    flows.insert(key, flow);
                }
            }
        }
    }

    /// The fact of a call.
    pub(super) fn note_call(&mut self, api: &str, aws: Option<Aws>, arguments: &[Passed], site: Site) {
        if self.quiet > 0 || self.record.calls.len() >= FACTS_MAX {
            return;
        }
        let written = self.facts_of(arguments);
        let reached = !self.unreached;
        let key = (site.at, api.to_owned());
        if let Some(known) = self.record.calls.get_mut(&key) {
            let was_reached = known.reached;
            known.reached |= reached;
            // What only code says that nothing reaches says nothing about a call that is reached.
            match (was_reached, reached) {
                (true, false) => {}
                (false, true) => known.arguments = written,
                _ => merge(&mut known.arguments, written),
            }
            return;
        }
        let call = Call {
            api: api.to_owned(),
            aws,
            arguments: written,
            at: site.at,
            callee: site.callee,
            name: site.name,
            reached,
            used: true,
        };
        self.record.calls.insert(key, call);
    }

    /// Arguments as facts: keys of options objects are named arguments too.
    fn facts_of(&self, arguments: &[Passed]) -> Vec<Argument> {
        let mut facts = Vec::new();
        for passed in arguments {
            let name = passed.name.as_ref().map(ToString::to_string);
            facts.push(self.fact_of(name, &passed.value, passed.at));
            let Some(object) = passed.value.as_object().and_then(|id| self.heap.get(id)) else { continue };
            if passed.name.is_none() {
                let field =
                    |(key, value): (&Name, &Value)| self.fact_of(Some(key.to_string()), value, passed.at);
                facts.extend(object.fields.iter().map(field));
            }
        }
        facts
    }

    fn fact_of(&self, name: Option<String>, value: &Value, at: Span) -> Argument {
        let alternatives = match &value.shape {
            Shape::OneOf(values) => values.iter().map(|one| self.data_of(one, 0)).collect(),
            _ => Vec::new(),
        };
        let tainted = self.deep_taint(value).is_live();
        Argument { name, value: self.data_of(value, 0), alternatives, at, tainted }
    }

    /// What is known of a value, in the words of the graph.
    pub(super) fn data_of(&self, value: &Value, depth: usize) -> Data {
        if depth > 4 {
            return Data::unknown("nested too deeply");
        }
        match &value.shape {
            Shape::Const(constant) => match constant {
                Const::Null | Const::Undefined => Data::Null,
                Const::Bool(flag) => Data::Bool(*flag),
                Const::Int(number) => Data::Int(*number),
                Const::Float(number) => Data::Float(*number),
                Const::Text(text) | Const::Bytes(text) => Data::Text(text.to_string()),
                Const::Regex { pattern, .. } => Data::Text(pattern.to_string()),
            },
            Shape::Data(data) => Data::clone(data),
            Shape::Text(pieces) => {
                let parts = pieces.iter().map(|piece| match (&piece.text, &piece.data) {
                    (Some(text), _) => Data::Text(text.to_string()),
                    (None, Some(data)) => Data::clone(data),
                    (None, None) => Data::unknown("known only at run time"),
                });
                Data::Joined(parts.map(|data| model::Value::new(Span::NONE, data)).collect())
            }
            Shape::Object(id) => self.object_data(*id, depth),
            Shape::OneOf(values) => {
                let texts: Vec<String> =
                    values.iter().filter_map(|value| value.as_text().map(ToString::to_string)).collect();
                Data::unknown(&format!("one of several values: {}", texts.join(", ")))
            }
            Shape::Extern(known) => Data::Unknown(Unknown {
                reason: format!("the result of `{}`", known.path),
                text: known.path.to_string(),
            }),
            Shape::Event(part) => Data::unknown(&format!("`{}`", part.display())),
            _ => Data::unknown("known only at run time"),
        }
    }

    fn object_data(&self, id: crate::value::ObjectId, depth: usize) -> Data {
        let Some(object) = self.heap.get(id) else { return Data::unknown("known only at run time") };
        self.charge(1 + object_size(Some(object)));
        let wrap = |value: &Value| model::Value::new(Span::NONE, self.data_of(value, depth + 1));
        if matches!(object.kind, crate::heap::ObjectKind::List) {
            // Whatever else may be in it is one more.
            return Data::List(object.items.iter().chain(&object.rest).map(wrap).collect());
        }
        let entries = object.fields.iter().map(|(key, value)| model::Entry {
            key: model::Key { text: key.to_string(), at: Span::NONE },
            value: wrap(value),
        });
        Data::Map(entries.collect())
    }

    /// Taint of a value and of everything in it.
    pub(super) fn deep_taint(&self, value: &Value) -> Taint {
        let mut seen = BTreeSet::new();
        self.gather(value, &mut seen)
    }

    fn gather(&self, value: &Value, seen: &mut BTreeSet<crate::value::ObjectId>) -> Taint {
        let mut taint = value.taint.clone();
        for one in value.each() {
            taint = taint.join(&one.taint);
            match &one.shape {
                Shape::Object(id) if seen.len() < 200 && seen.insert(*id) => {
                    self.charge(1 + object_size(self.heap.get(*id)));
                    let Some(object) = self.heap.get(*id) else { continue };
                    let all = object.fields.values().chain(&object.items).chain(&object.rest);
                    for inner in all {
                        taint = taint.join(&self.gather(inner, seen));
                    }
                }
                Shape::Text(pieces) => {
                    for piece in pieces.iter() {
                        taint = taint.join(&piece.taint);
                    }
                }
                _ => {}
            }
        }
        taint
    }

    /// Where a function of the application is written.
    pub(super) fn place_of(&self, value: &Value) -> Option<Span> {
        match &value.shape {
            Shape::Function(closure) => name_at(closure),
            Shape::Extern(known) => known.arguments.iter().find_map(|passed| self.place_of(&passed.value)),
            Shape::OneOf(values) => values.iter().find_map(|value| self.place_of(value)),
            _ => None,
        }
    }
}

/// Where a call stands, and what is before its parenthesis.
#[derive(Debug, Clone, Copy)]
pub(super) struct Site {
    pub at: Span,
    pub callee: Span,
    /// The last part of the callee's name, when it stands behind a dot.
    pub name: Option<Span>,
}

fn name_at(closure: &Closure) -> Option<Span> {
    closure.module.functions.get(closure.function.0 as usize).map(|function| function.name_at)
}

fn object_size(object: Option<&crate::heap::Object>) -> usize {
    object.map_or(0, |object| object.fields.len() + object.items.len())
}

/// A second way to the same call: only what both know is known.
fn merge(known: &mut Vec<Argument>, new: Vec<Argument>) {
    for (position, new) in new.into_iter().enumerate() {
        let same = |known: &Argument| known.name == new.name;
        let found = match known.get_mut(position) {
            Some(beside) if same(beside) => Some(beside),
            _ if new.name.is_some() => known.iter_mut().find(|known| same(known)),
            _ => None,
        };
        let Some(known) = found else {
            known.push(new);
            continue;
        };
        known.tainted |= new.tainted;
        if known.value == new.value && known.alternatives == new.alternatives {
            continue;
        }
        let mut all: Vec<Data> = known.values().to_vec();
        for value in new.values() {
            if !all.contains(value) {
                all.push(value.clone());
            }
        }
        if all.len() > VALUES_MAX {
            all = vec![Data::unknown("one of several values")];
        }
        known.value = either(&all);
        known.alternatives = if all.len() > 1 { all } else { Vec::new() };
    }
}

/// Values of one argument that are kept.
const VALUES_MAX: usize = 64;

fn either(values: &[Data]) -> Data {
    let text = |data: &Data| match data {
        Data::Text(text) => Some(text.clone()),
        _ => None,
    };
    let texts: Option<Vec<String>> = values.iter().map(text).collect();
    match (values, texts) {
        ([only], _) => only.clone(),
        (_, Some(texts)) => Data::unknown(&format!("one of several values: {}", texts.join(", "))),
        _ => Data::unknown("one of several values"),
    }
}
