//! References of a plan's configuration, followed through variables and outputs to resources.
use std::collections::BTreeSet;

use model::{Ref, Value};

use super::{node_name, text};

/// Variables and outputs that one reference is followed through, all ways together.
const STEPS_MAX: usize = 256;

/// The configuration, and the names of all resources that are planned.
pub(super) struct Configuration<'v> {
    root: Option<&'v Value>,
    addresses: BTreeSet<String>,
}

/// A module of the configuration: the calls that lead to it, and how each instance is called.
#[derive(Clone)]
pub(super) struct Module<'v> {
    /// From the root on: the module's configuration, and the `module_calls` entry that led there.
    path: Vec<(&'v Value, Option<&'v Value>)>,
    /// `module.a["k"].` with all indexes, or nothing for the root.
    prefixes: Vec<String>,
}

impl<'v> Module<'v> {
    fn configuration(&self) -> Option<&'v Value> {
        self.path.last().map(|(configuration, _)| *configuration)
    }

    fn prefix(&self) -> &str {
        self.prefixes.last().map_or("", String::as_str)
    }

    fn outer(&self) -> Option<Self> {
        let (_, path) = self.path.split_last()?;
        let (_, prefixes) = self.prefixes.split_last()?;
        (!path.is_empty()).then(|| Self { path: path.to_vec(), prefixes: prefixes.to_vec() })
    }

    /// The module that `name` calls. The index of the instance is not part of a configuration.
    fn child(&self, name: &str, prefix: String) -> Option<Self> {
        let call = self.configuration()?.get("module_calls")?.get(name)?;
        let mut child = self.clone();
        child.path.push((call.get("module")?, Some(call)));
        child.prefixes.push(prefix);
        Some(child)
    }
}

impl<'v> Configuration<'v> {
    pub(super) fn new(root: Option<&'v Value>, addresses: BTreeSet<String>) -> Self {
        Self { root, addresses }
    }

    /// The module of a resource, and the expressions of its block.
    pub(super) fn of(&self, address: &str) -> (Option<Module<'v>>, Option<&'v Value>) {
        let Some(root) = self.root else { return (None, None) };
        let mut module = Module { path: vec![(root, None)], prefixes: vec![String::new()] };
        let mut rest = address;
        while let Some(call) = rest.strip_prefix("module.") {
            let segment = segment(call);
            let prefix = format!("{}module.{segment}.", module.prefix());
            let Some(child) = module.child(without_index(segment), prefix) else { return (None, None) };
            module = child;
            rest = call.get(segment.len()..).and_then(|rest| rest.strip_prefix('.')).unwrap_or_default();
        }
        let local = without_index(rest);
        let blocks = module.configuration().and_then(|module| module.get("resources"));
        let mut blocks = blocks.map_or(&[][..], Value::items).iter();
        let block = blocks.find(|block| text(block, "address") == Some(local));
        (Some(module), block.and_then(|block| block.get("expressions")))
    }

    /// The resources that an expression refers to, each once.
    pub(super) fn resolve(&self, module: &Module<'v>, from: &str, expression: &'v Value) -> Vec<Ref> {
        let mut found = Vec::new();
        let mut open: Vec<(Module<'v>, &'v Value)> = vec![(module.clone(), expression)];
        let mut steps = 0;
        while let Some((module, expression)) = open.pop() {
            let mut references: Vec<&'v str> = Vec::new();
            gather(expression, &mut references);
            for reference in longest(&references) {
                steps += 1;
                if steps > STEPS_MAX {
                    return found;
                }
                match self.follow(&module, from, reference) {
                    Step::Resource(resource) if !found.contains(&resource) => found.push(resource),
                    Step::Expression(module, expression) => open.push((module, expression)),
                    Step::Resource(_) | Step::Nowhere => {}
                }
            }
        }
        found
    }

    fn follow(&self, module: &Module<'v>, from: &str, reference: &'v str) -> Step<'v> {
        let (first, rest) = reference.split_once('.').unwrap_or((reference, ""));
        let next = match first {
            "var" => self.variable(module, rest),
            "module" => self.output(module, rest),
            "local" | "each" | "count" | "path" | "terraform" | "self" => None,
            _ => self.resource(module, from, reference).map(Step::Resource),
        };
        next.unwrap_or(Step::Nowhere)
    }

    fn variable(&self, module: &Module<'v>, rest: &str) -> Option<Step<'v>> {
        let name = rest.split(['.', '[']).next()?;
        let (_, call) = module.path.last()?;
        let expression = (*call)?.get("expressions")?.get(name)?;
        Some(Step::Expression(module.outer()?, expression))
    }

    fn output(&self, module: &Module<'v>, rest: &'v str) -> Option<Step<'v>> {
        let called = segment(rest);
        let output = rest.get(called.len()..)?.strip_prefix('.')?.split(['.', '[']).next()?;
        let prefix = format!("{}module.{called}.", module.prefix());
        let child = module.child(without_index(called), prefix)?;
        let expression = child.configuration()?.get("outputs")?.get(output)?.get("expression")?;
        Some(Step::Expression(child, expression))
    }

    /// The planned resource that a reference means. One without an index means the copy with the
    /// same index as the resource it stands in, or the first.
    fn resource(&self, module: &Module<'v>, from: &str, reference: &str) -> Option<Ref> {
        let parts = if reference.starts_with("data.") { 3 } else { 2 };
        let ends = reference.match_indices('.').map(|(at, _)| at).chain(std::iter::once(reference.len()));
        let end = ends.take(parts).last()?;
        let local = segment_end(reference, end);
        let attribute = reference.get(local..)?.strip_prefix('.').map(str::to_owned);
        let name = node_name(&format!("{}{}", module.prefix(), reference.get(..local)?));
        if self.addresses.contains(&name) {
            return Some(Ref { target: name, attribute });
        }
        let own_index = from.rfind('[').and_then(|at| from.get(at..)).filter(|index| index.ends_with(']'));
        let alike = own_index.map(|index| format!("{name}{index}"));
        if let Some(alike) = alike.filter(|alike| self.addresses.contains(alike)) {
            return Some(Ref { target: alike, attribute });
        }
        let start = format!("{name}[");
        let first = self.addresses.range(start.clone()..).next().filter(|first| first.starts_with(&start));
        first.map(|first| Ref { target: first.clone(), attribute })
    }
}

enum Step<'v> {
    Resource(Ref),
    Expression(Module<'v>, &'v Value),
    Nowhere,
}

/// The references of an expression, or of all expressions of a block.
fn gather<'v>(expression: &'v Value, into: &mut Vec<&'v str>) {
    let mut open = vec![expression];
    while let Some(next) = open.pop() {
        match next.get("references") {
            Some(references) => into.extend(references.items().iter().filter_map(Value::as_str)),
            None => {
                open.extend(next.items().iter().rev());
                open.extend(next.entries().iter().rev().map(|entry| &entry.value));
            }
        }
    }
}

/// Terraform lists `a.b.c`, then `a.b`: only the longest says which attribute is meant.
fn longest<'v>(references: &[&'v str]) -> Vec<&'v str> {
    let mut kept: Vec<&'v str> = Vec::new();
    for reference in references {
        let is_start = kept.last().is_some_and(|last| {
            last.strip_prefix(reference).is_some_and(|rest| rest.starts_with(['.', '[']))
        });
        if !is_start {
            kept.push(reference);
        }
    }
    kept
}

/// `name["k"]` of `name["k"].rest`.
fn segment(text: &str) -> &str {
    let dot = text.find('.').unwrap_or(text.len());
    let end = segment_end(text, dot.min(text.find('[').unwrap_or(dot)));
    text.get(..end).unwrap_or(text)
}

/// Moves `end` past an index that begins there.
fn segment_end(text: &str, end: usize) -> usize {
    let mut end = end;
    if let Some(open) = text.get(..end).and_then(|text| text.find('[')) {
        end = open;
    }
    let Some(rest) = text.get(end..).filter(|rest| rest.starts_with('[')) else { return end };
    let close = if rest.starts_with("[\"") {
        rest.find("\"]").map(|at| at + 2)
    } else {
        rest.find(']').map(|at| at + 1)
    };
    close.map_or(text.len(), |length| end + length)
}

fn without_index(text: &str) -> &str {
    match text.find('[') {
        Some(open) => text.get(..open).unwrap_or(text),
        None => text,
    }
}
