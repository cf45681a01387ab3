//! What checks of code share: how a flow is told, how a call is asked.
use std::collections::{BTreeMap, BTreeSet};

use model::{
    Argument, Call, Check, Finding, Flow, FunctionCode, Language, SinkKind, Span, Trust, Use, UseKind,
};

use crate::prelude::*;

/// Reports each place where data that others choose ends in this way, once.
///
/// `does` is what the data does there: `becomes part of a command`.
pub(super) fn flows(app: &App, findings: &mut Findings, check: &'static Check, kind: SinkKind, does: &str) {
    flows_of(app, findings, check, does, |flow| flow.sink.kind == kind);
}

/// The same for the flows that `is_wanted` picks.
pub(super) fn flows_of(
    app: &App,
    findings: &mut Findings,
    check: &'static Check,
    does: &str,
    is_wanted: impl Fn(&Flow) -> bool,
) {
    flows_fixed(app, findings, check, does, |flow| is_wanted(flow).then_some(None));
}

/// The same for the flows that `repair` has an answer for, with their repair.
pub(super) fn flows_fixed(
    app: &App,
    findings: &mut Findings,
    check: &'static Check,
    does: &str,
    repair: impl Fn(&Flow) -> Option<Option<Fix>>,
) {
    let mut worst: BTreeMap<Span, (&FunctionCode, &Flow, usize)> = BTreeMap::new();
    for code in &app.code {
        for flow in code.flows.iter().filter(|flow| repair(flow).is_some()) {
            let known = worst.entry(flow.sink.at).or_insert((code, flow, 0));
            known.2 += 1;
            // Of several ways to one place the one that most people can go counts, then the shortest.
            if rank(flow) > rank(known.1) {
                (known.0, known.1) = (code, flow);
            }
        }
    }
    for (code, flow, ways) in worst.into_values() {
        let Some(node) = app.node(code.function) else { continue };
        let mut finding = check
            .at(node, told(flow, does, ways))
            .at(flow.sink.at)
            .severity(lowered(check.severity, flow.trust))
            .path(flow.steps.clone());
        finding.fix = repair(flow).flatten();
        findings.push(finding);
    }
}

fn rank(flow: &Flow) -> (Trust, std::cmp::Reverse<usize>) {
    (flow.trust, std::cmp::Reverse(flow.steps.len()))
}

fn told(flow: &Flow, does: &str, ways: usize) -> String {
    let source = quoted(&flow.source);
    let api = quoted(&flow.sink.api);
    let who = match flow.trust {
        Trust::Public => "anyone can send it",
        Trust::Authenticated => "whoever is signed in can send it",
        Trust::Internal => "another part of the system sends it",
        Trust::Unknown => "no trigger of the function is in the template",
    };
    let through = flow.trigger.as_ref().map_or_else(String::new, |trigger| format!(" through `{trigger}`"));
    let more = match ways {
        0 | 1 => String::new(),
        2 => ", and one more way leads here".to_owned(),
        _ => format!(", and {} more ways lead here", ways - 1),
    };
    format!("{source} {does} in {api}; {who}{through}{more}")
}

/// A piece of code in a sentence; what quotes code itself, or is words, stays as it is.
fn quoted(text: &str) -> String {
    let is_words = text.contains('`') || text.contains(' ');
    if is_words { text.to_owned() } else { format!("`{text}`") }
}

/// The fewer people can send the data, the less it matters.
fn lowered(severity: Severity, trust: Trust) -> Severity {
    let steps: usize = match trust {
        Trust::Public => 0,
        Trust::Authenticated => 1,
        Trust::Internal | Trust::Unknown => 2,
    };
    let lower = Severity::ALL.iter().rev().filter(|other| **other <= severity && **other >= Severity::Low);
    lower.take(steps + 1).last().copied().unwrap_or(severity)
}

/// A call with its function.
#[derive(Clone, Copy)]
pub(super) struct Seen<'a> {
    pub node: &'a Node,
    pub code: &'a FunctionCode,
    pub call: &'a Call,
}

/// Every call of every function; code that several functions share, once.
pub(super) fn calls(app: &App) -> impl Iterator<Item = Seen<'_>> {
    let mut told = BTreeSet::new();
    let all = app.code.iter().filter_map(|code| Some((app.node(code.function)?, code)));
    all.flat_map(|(node, code)| code.calls.iter().map(move |call| Seen { node, code, call }))
        .filter(move |seen| told.insert((seen.call.at, seen.call.api.clone())))
}

/// Reports every use of a kind, each place once, with what `message` says of it.
pub(super) fn uses(
    app: &App,
    findings: &mut Findings,
    check: &'static Check,
    kind: UseKind,
    message: impl Fn(&Use) -> Option<String>,
) {
    let mut told = BTreeSet::new();
    for code in &app.code {
        let Some(node) = app.node(code.function) else { continue };
        for one in code.uses.iter().filter(|one| one.kind == kind) {
            if let Some(message) = message(one)
                && told.insert(one.at)
            {
                findings.push(check.at(node, message).at(one.at));
            }
        }
    }
}

/// What keywords that a call takes from elsewhere (`**options`) are called in the facts.
const SPREAD: &str = "**";
/// What follows the name of a switch: ` = False`.
const KEYWORD_BYTES_MAX: usize = 8;

/// What a literal may be longer than its value: blanks, underscores, a prefix.
const SLACK_BYTES_MAX: usize = 4;

/// The least bytes that a literal takes in the source.
fn literal_bytes(data: &Data) -> Option<usize> {
    const QUOTES_BYTES: usize = 2;
    Some(match data {
        Data::Text(text) => text.len() + QUOTES_BYTES,
        Data::Int(number) => number.to_string().len(),
        // `0` and `1` are switches, too.
        Data::Bool(true) => "true".len(),
        Data::Bool(false) => "false".len(),
        Data::List(items) => {
            let inner: Option<Vec<usize>> = items.iter().map(|item| literal_bytes(&item.data)).collect();
            let inner = inner?;
            inner.iter().sum::<usize>() + inner.len().saturating_sub(1) + QUOTES_BYTES
        }
        _ => return None,
    })
}

/// A patch that inserts a text.
pub(super) fn insert(near: Span, at: u32, text: String) -> model::Patch {
    model::Patch::Replace { at: Span { start: at, end: at, ..near }, text }
}

impl<'a> Seen<'a> {
    /// Whether it is exactly one of these.
    pub(super) fn is(&self, names: &[&str]) -> bool {
        names.contains(&self.call.api.as_str())
    }

    /// Whether its last name is one of these, anywhere under one of these modules.
    pub(super) fn under(&self, modules: &[&str], names: &[&str]) -> bool {
        let api = self.call.api.as_str();
        let last = api.rsplit('.').next().unwrap_or(api);
        names.contains(&last) && self.of(modules)
    }

    /// Whether it belongs to one of these modules.
    pub(super) fn of(&self, modules: &[&str]) -> bool {
        let api = self.call.api.as_str();
        modules.iter().any(|module| {
            api.strip_prefix(module).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '(', '/']))
        })
    }

    /// The argument with this name, else the one at this position.
    pub(super) fn argument(&self, position: usize, name: &str) -> Option<&'a Argument> {
        self.call.named(name).or_else(|| self.call.positional(position))
    }

    /// The literal text of an argument.
    pub(super) fn text(&self, position: usize, name: &str) -> Option<&'a str> {
        self.argument(position, name).and_then(|argument| text(&argument.value))
    }

    /// Whether a keyword or option stands there as this switch.
    pub(super) fn switched(&self, name: &str, to: bool) -> bool {
        self.call.named(name).is_some_and(|argument| argument.value == Data::Bool(to))
    }

    /// Whether a keyword or option may stand there: it does, or the options come from elsewhere.
    pub(super) fn may_have(&self, name: &str) -> bool {
        self.call.named(name).is_some() || self.call.named(SPREAD).is_some()
    }

    pub(super) fn is_python(&self) -> bool {
        self.code.language == Language::Python
    }

    /// A keyword argument of its own, not a key of an object and not one of `**options`: those have the place
    /// of the whole.
    pub(super) fn keyword(&self, name: &str) -> Option<&'a Argument> {
        let found = self.call.named(name).filter(|_| self.is_python())?;
        let places = self.call.arguments.iter().filter(|other| other.at == found.at).count();
        let is_written = found.at.len() > name.len() && found.at.len() <= name.len() + KEYWORD_BYTES_MAX;
        (places == 1 && is_written).then_some(found)
    }

    /// A patch that writes another literal for an argument, positional or keyword. Only where the literal stands in
    /// the call itself, as its length shows.
    pub(super) fn rewritten(&self, position: usize, name: &str, text: &str) -> Option<model::Patch> {
        let keyword = self.call.named(name).filter(|_| self.is_python());
        if self.call.named(name).is_some() && keyword.is_none() {
            return None;
        }
        let (argument, head) = match keyword {
            Some(argument) => (argument, name.len() + 1),
            None => (self.call.positional(position)?, 0),
        };
        let least = head + literal_bytes(&argument.value)?;
        let is_written = (least..=least + SLACK_BYTES_MAX).contains(&argument.at.len());
        let text = if head > 0 { format!("{name}={text}") } else { text.to_owned() };
        is_written.then_some(model::Patch::Replace { at: argument.at, text })
    }

    /// The same, as a risky repair.
    pub(super) fn rewrite(&self, title: &str, position: usize, name: &str, text: &str) -> Option<Fix> {
        self.rewritten(position, name, text).map(|patch| Fix::risky(title, patch))
    }

    /// A patch that adds an argument behind the others.
    pub(super) fn with_argument(&self, text: &str) -> Option<model::Patch> {
        const PARENTHESES_BYTES: usize = 2;
        let (callee, whole) = (self.call.callee, self.call.at);
        if whole.end == callee.end.checked_add(2)? && whole.len() == callee.len() + PARENTHESES_BYTES {
            return Some(insert(whole, whole.end.checked_sub(1)?, text.to_owned()));
        }
        // What a call is bound to is an argument, too, and stands elsewhere.
        let inside = self.call.arguments.iter().map(|argument| argument.at);
        let last =
            inside.filter(|at| at.start > callee.end && whole.contains(*at)).max_by_key(|at| at.end)?;
        Some(insert(last, last.end, format!(", {text}")))
    }

    /// A patch that writes another name for a value that is named in full where it stands: `ssl.PROTOCOL_TLSv1`.
    pub(super) fn named_otherwise(&self, argument: &Argument, from: &str, to: &str) -> Option<model::Patch> {
        let name = name_of(&argument.value)?;
        let head = argument.name.as_ref().map_or(0, |name| name.len() + 1);
        let is_written = name.ends_with(from) && argument.at.len() == head + name.len();
        let start = argument.at.end.checked_sub(u32::try_from(from.len()).ok()?)?;
        let at = Span { start, ..argument.at };
        is_written.then(|| model::Patch::Replace { at, text: to.to_owned() })
    }

    /// A patch that calls something else altogether.
    pub(super) fn called_otherwise(&self, to: &str) -> model::Patch {
        model::Patch::Replace { at: self.call.callee, text: to.to_owned() }
    }

    /// Whether its file loads this module by its own name.
    pub(super) fn imports(&self, module: &str) -> bool {
        let mut imports = self.code.imports.iter();
        imports.any(|import| import.module == module && import.at.file == self.call.at.file)
    }

    /// A patch that calls another function of the same module.
    pub(super) fn renamed(&self, to: &str) -> Option<model::Patch> {
        self.call.name.map(|at| model::Patch::Replace { at, text: to.to_owned() })
    }

    /// A finding at the call. In code that nothing seems to call it matters less.
    pub(super) fn finding(&self, check: &'static Check, message: impl Into<String>) -> Finding {
        let severity = if self.call.reached { check.severity } else { check.severity.min(Severity::Low) };
        check.at(self.node, message).at(self.call.at).severity(severity)
    }
}

/// Literal text.
pub(super) fn text(data: &Data) -> Option<&str> {
    match data {
        Data::Text(text) => Some(text),
        _ => None,
    }
}

/// The name of others that a value is or comes from: `ssl.CERT_NONE`, `Buffer.alloc()`.
pub(super) fn name_of(data: &Data) -> Option<&str> {
    match data {
        Data::Unknown(unknown) if !unknown.text.is_empty() => Some(&unknown.text),
        _ => None,
    }
}

/// Maps within maps that are looked through.
const DEPTH_MAX: usize = 6;

/// The value of a key at any depth of an argument.
pub(super) fn inside<'a>(data: &'a Data, key: &str) -> Option<&'a Data> {
    inside_to(data, key, DEPTH_MAX)
}

fn inside_to<'a>(data: &'a Data, key: &str, depth: usize) -> Option<&'a Data> {
    let Data::Map(entries) = data else { return None };
    let here = entries.iter().find(|entry| entry.key.text == key).map(|entry| &entry.value.data);
    here.or_else(|| {
        let deeper = depth.checked_sub(1)?;
        entries.iter().find_map(|entry| inside_to(&entry.value.data, key, deeper))
    })
}

/// The value of a keyword, an option, or a key at any depth of an argument.
pub(super) fn option<'a>(call: &'a Call, key: &str) -> Option<&'a Data> {
    let named = call.named(key).map(|argument| &argument.value);
    named.or_else(|| call.arguments.iter().find_map(|argument| inside(&argument.value, key)))
}

/// Whether the data of a flow are claims of a token that nobody verified.
pub(super) fn is_of_token(flow: &Flow) -> bool {
    flow.source.starts_with("the token in ")
}
