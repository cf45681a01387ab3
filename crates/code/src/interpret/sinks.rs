//! Ends of flows: whether what arrives there can do harm.
use model::{SinkKind, Span};

use super::Interpreter;
use super::externs::Invoked;
use crate::heap::ObjectKind;
use crate::ir::Const;
use crate::models::{Argument, Condition, Effect, Rule};
use crate::taint::{Mark, Structure, Taint};
use crate::value::{Piece, Shape, Value};

/// How statements of SQL (and PartiQL) begin.
const STATEMENTS: &[&str] = &[
    "select", "insert", "update", "delete", "with", "create", "drop", "alter", "call", "exec", "merge",
    "replace", "truncate", "begin", "grant", "set", "show", "copy", "unload",
];

impl Interpreter<'_> {
    /// Records a flow for every argument that the rule is about and that can harm.
    pub(super) fn sink(&mut self, rule: &Rule, call: &Invoked<'_>) {
        let Effect::Sink(kind, condition) = &rule.effect else { return };
        if !self.holds(condition, call) {
            return;
        }
        for (value, at) in self.selected(&rule.argument, call.receiver, call.arguments) {
            let at = if at == Span::NONE { call.site.callee } else { at };
            for one in value.each() {
                let one = Value { shape: one.shape.clone(), taint: one.taint.join(&value.taint) };
                self.sink_value(*kind, rule, call, (&one, at));
            }
        }
    }

    fn sink_value(&mut self, kind: SinkKind, rule: &Rule, call: &Invoked<'_>, (value, at): (&Value, Span)) {
        if kind == SinkKind::Command {
            let fetched = self.fetched(value);
            self.note_flow(SinkKind::Request, call.path, call.site.at, &fetched, at);
        }
        let taint = self.arriving(kind, rule, value, call);
        if !taint.is_none() {
            self.note_flow(kind, call.path, call.site.at, &taint, at);
        }
    }

    /// The data of a value that arrives in a way that can harm.
    fn arriving(&self, kind: SinkKind, rule: &Rule, value: &Value, call: &Invoked<'_>) -> Taint {
        let Effect::Sink(_, condition) = &rule.effect else { return Taint::NONE };
        let (path, argument) = (call.path, &rule.argument);
        let is_list = value
            .as_object()
            .and_then(|id| self.heap.get(id))
            .is_some_and(|object| matches!(object.kind, ObjectKind::List));
        match kind {
            // Parameters of a statement that was prepared before.
            SinkKind::Sql if path.contains(".prepare().") => Taint::NONE,
            SinkKind::Sql | SinkKind::Ldap if matches!(condition, Condition::Text) && is_result(value) => {
                Taint::NONE
            }
            // A buffer is no path.
            SinkKind::Path if is_instance(value) => Taint::NONE,
            SinkKind::Prompt if self.is_embedding(call) => Taint::NONE,
            // What stands where instructions stand is one, whatever is around it.
            SinkKind::Prompt if is_system(argument) => {
                self.deep_taint(value).map(|mark| Mark { clean: mark.clean.without(kind), ..mark.clone() })
            }
            SinkKind::Request | SinkKind::Redirect => host_taint(value, kind),
            // A list of arguments: only the program is a choice.
            SinkKind::Command if is_list && !matches!(condition, Condition::Shell) => self.first_item(value),
            SinkKind::Log if is_container(value) => Taint::NONE,
            SinkKind::Log => printed(value),
            // A field of its own in an item is no choice of its fields.
            SinkKind::MassAssignment => structured_only(&self.chosen_fields(value), kind),
            SinkKind::Sql if matches!(condition, Condition::SqlText) && path.starts_with("?.") => {
                if begins_with_statement(value) {
                    value.taint.clone()
                } else {
                    Taint::NONE
                }
            }
            _ if matches!(condition, Condition::Structured) => structured_only(&self.deep_taint(value), kind),
            _ if matches!(condition, Condition::Text) && is_list => self.first_item(value),
            // An object that a library made of it is no text.
            _ if matches!(condition, Condition::Text) && is_instance(value) => Taint::NONE,
            // A file of the function's own that holds what others sent.
            SinkKind::Archive | SinkKind::Deserialize => {
                let written = value.as_text().and_then(|path| self.written.get(path));
                self.deep_taint(value).join(&written.cloned().unwrap_or_default())
            }
            _ => self.deep_taint(value),
        }
    }

    /// Who chose the names of a structure's fields; what stands in a field of its own is only a value.
    fn chosen_fields(&self, value: &Value) -> Taint {
        let Some(object) = value.as_object().and_then(|id| self.heap.get(id)) else {
            return value.taint.clone();
        };
        let spread = object.rest.iter().fold(value.taint.clone(), |sum, rest| sum.join(&rest.taint));
        // `{ $set: body }`: an operator, not a field.
        let operators = object.fields.iter().filter(|(name, _)| name.starts_with('$'));
        operators.fold(spread, |sum, (_, value)| sum.join(&value.taint))
    }

    /// `curl` and its like fetch what their arguments say.
    fn fetched(&self, list: &Value) -> Taint {
        let Some(object) = list.as_object().and_then(|id| self.heap.get(id)) else { return Taint::NONE };
        let program = object.items.first().and_then(Value::as_text);
        let name = program.map(|program| program.rsplit('/').next().unwrap_or(program));
        if !matches!(name, Some("curl" | "wget" | "aria2c" | "ffmpeg" | "wkhtmltopdf")) {
            return Taint::NONE;
        }
        let items = object.items.iter().skip(1);
        items.fold(Taint::NONE, |sum, item| sum.join(&host_taint(item, SinkKind::Request)))
    }

    /// A model that turns text into numbers takes no instructions.
    fn is_embedding(&self, call: &Invoked<'_>) -> bool {
        let model = self.option(call.arguments, "modelId").or_else(|| self.option(call.arguments, "model"));
        model.is_some_and(|model| {
            let text: String = model.pieces().iter().filter_map(|piece| piece.text.as_deref()).collect();
            text.contains("embed")
        })
    }

    fn first_item(&self, list: &Value) -> Taint {
        let Some(object) = list.as_object().and_then(|id| self.heap.get(id)) else { return Taint::NONE };
        let text = |position: usize| object.items.get(position).and_then(Value::as_text);
        let is_shell = text(0).is_some_and(|program| {
            let program = program.rsplit('/').next().unwrap_or(program);
            matches!(program, "sh" | "bash" | "zsh" | "dash" | "ksh" | "cmd" | "cmd.exe" | "powershell")
        });
        let runs_text =
            text(1).is_some_and(|flag| matches!(&**flag, "-c" | "/c" | "/C" | "-Command" | "-lc"));
        if is_shell && runs_text {
            return self.deep_taint(list);
        }
        object.items.first().map_or(Taint::NONE, |first| first.taint.clone())
    }

    pub(super) fn holds(&self, condition: &Condition, call: &Invoked<'_>) -> bool {
        match condition {
            Condition::Always | Condition::Text | Condition::SqlText | Condition::Structured => true,
            Condition::Shell => self
                .option(call.arguments, "shell")
                .is_some_and(|shell| shell.as_bool() != Some(false) && !shell.is_nothing()),
            Condition::Option(name, literal) => {
                self.option(call.arguments, name).is_some_and(|value| is_literal(&value, literal))
            }
            Condition::Unless(name, literal) => {
                !self.option(call.arguments, name).is_some_and(|value| is_literal(&value, literal))
            }
            Condition::FewerThan(count) => call.arguments.len() < *count,
        }
    }
}

fn is_system(argument: &Argument) -> bool {
    let is_one = |name: &&str| matches!(*name, "system" | "instructions" | "systemPrompt" | "system_prompt");
    match argument {
        Argument::Named(name) => is_one(name),
        Argument::At(_, names) => names.iter().any(is_one),
        _ => false,
    }
}

fn is_literal(value: &Value, literal: &str) -> bool {
    if literal == "*" {
        return !value.is_nothing();
    }
    match &value.shape {
        Shape::Const(Const::Bool(flag)) => literal.eq_ignore_ascii_case(if *flag { "true" } else { "false" }),
        Shape::Const(Const::Null | Const::Undefined) => matches!(literal, "None" | "null" | "undefined"),
        Shape::Const(Const::Int(number)) => literal == number.to_string(),
        Shape::Const(Const::Text(text)) => **text == *literal,
        Shape::Extern(known) => known.path.ends_with(literal),
        _ => false,
    }
}

/// Parts of events that are structures.
const STRUCTURES: &[&str] = &[
    "event",
    "request",
    "headers",
    "multiValueHeaders",
    "queryStringParameters",
    "multiValueQueryStringParameters",
    "pathParameters",
    "requestContext",
    "detail",
    "Records[]",
    "Records",
];

/// What keeps its line breaks when it is printed: structures are shown with theirs escaped.
fn printed(value: &Value) -> Taint {
    if value.as_object().is_some() {
        return Taint::NONE;
    }
    let mut only = Taint::NONE;
    for mark in value.taint.marks().iter().filter(|mark| keeps_lines(mark)) {
        only = only.join(&Taint::of(mark.clone()));
    }
    only
}

fn keeps_lines(mark: &Mark) -> bool {
    let path = &*mark.origin.path;
    let last = path.rsplit('.').next().unwrap_or(path);
    // The names of objects arrive encoded.
    let is_encoded = path.ends_with("s3.object.key")
        && !mark
            .trail
            .steps()
            .iter()
            .any(|step| ["unquote", "decodeURI"].iter().any(|decoder| step.name.contains(decoder)));
    mark.structure != Structure::Whole && !STRUCTURES.contains(&last) && !is_encoded
}

pub(super) fn structured_only(taint: &Taint, kind: SinkKind) -> Taint {
    let is_enough = |mark: &&Mark| match kind {
        SinkKind::MassAssignment => mark.structure == Structure::Whole,
        _ => mark.structure != Structure::Text,
    };
    let mut only = Taint::NONE;
    for mark in taint.marks().iter().filter(is_enough) {
        only = only.join(&Taint::of(mark.clone()));
    }
    only
}

/// Parts of events that hold other parts: printed, they are encoded.
pub(super) fn is_container(value: &Value) -> bool {
    let Shape::Event(part) = &value.shape else { return false };
    let is_whole = value.taint.marks().iter().any(|mark| mark.structure == Structure::Whole);
    is_whole
        || part.path.last().is_none_or(|last| {
            matches!(
                &**last,
                "[]" | "headers"
                    | "multiValueHeaders"
                    | "queryStringParameters"
                    | "multiValueQueryStringParameters"
                    | "pathParameters"
                    | "requestContext"
                    | "Records"
                    | "s3"
                    | "object"
                    | "bucket"
                    | "dynamodb"
                    | "NewImage"
                    | "OldImage"
                    | "Keys"
                    | "Sns"
                    | "kinesis"
                    | "detail"
                    | "request"
                    | "response"
                    | "cf"
                    | "arguments"
                    | "mail"
                    | "ses"
                    | "messageAttributes"
                    | "MessageAttributes"
                    | "userAttributes"
                    | "cookies"
                    | "identity"
                    | "records"
            )
        })
}

fn is_instance(value: &Value) -> bool {
    value.as_extern().is_some_and(|known| {
        known.path.ends_with("()") && known.last().starts_with(|first: char| first.is_ascii_uppercase())
    })
}

/// What a call of a library gave is rarely a text.
fn is_result(value: &Value) -> bool {
    value.as_extern().is_some_and(|known| known.path.ends_with("()"))
}

fn begins_with_statement(value: &Value) -> bool {
    let pieces = value.pieces();
    let first = pieces.first().and_then(|piece| piece.text.as_deref()).unwrap_or_default();
    let word = first.trim_start_matches(|symbol: char| !symbol.is_ascii_alphabetic());
    let word: String = word.chars().take_while(char::is_ascii_alphabetic).collect();
    STATEMENTS.iter().any(|statement| statement.eq_ignore_ascii_case(&word))
}

/// The data that chooses where a request goes: what stands before the end of the host.
pub(super) fn host_taint(value: &Value, kind: SinkKind) -> Taint {
    let pieces = value.pieces();
    let mut before = String::new();
    for Piece { text, data, taint } in &pieces {
        match text {
            Some(text) => before.push_str(text),
            // An address of the configuration ends with its host at the latest.
            None if taint.is_none() && before.is_empty() => return Taint::NONE,
            None if data.is_some() && before.is_empty() => return Taint::NONE,
            None => {
                // The path of a request begins with a slash: behind a host it is past it.
                let has_host = before.split_once("://").is_some_and(|(_, host)| !host.is_empty());
                if is_past_host(&before, kind) || (has_host && is_path_of_request(taint)) {
                    return Taint::NONE;
                }
                if taint.harms(kind) {
                    return taint.clone();
                }
                before.push('x');
            }
        }
        if is_past_host(&before, kind) {
            return Taint::NONE;
        }
        if text.is_some() && taint.harms(kind) {
            return taint.clone();
        }
    }
    Taint::NONE
}

fn is_path_of_request(taint: &Taint) -> bool {
    !taint.is_none() && taint.marks().iter().all(is_request_path)
}

fn is_request_path(mark: &Mark) -> bool {
    let last = mark.origin.path.rsplit('.').next().unwrap_or_default();
    matches!(last, "uri" | "rawPath" | "path") && mark.origin.path.starts_with("event.")
}

pub(super) fn is_past_host(before: &str, kind: SinkKind) -> bool {
    if kind == SinkKind::Redirect && before.starts_with('/') && !before.starts_with("//") && before.len() > 1
    {
        return true;
    }
    before.split_once("://").is_some_and(|(_, rest)| rest.contains(['/', '?', '#']))
}

/// Whether a pattern can take time that doubles with each sign: an unbounded repetition of nothing but
/// unbounded or optional parts, such as `(a+)+`.
pub(super) fn backtracks(pattern: &str) -> bool {
    // For each open group: whether it has a part that must be there once, and one that repeats.
    let mut groups: Vec<(bool, bool)> = vec![(false, false)];
    let signs: Vec<char> = pattern.chars().take(2_000).collect();
    let repeats = |at: usize| match signs.get(at) {
        Some('*' | '+') => true,
        Some('{') => signs.get(at..).is_some_and(|rest| {
            let text: String = rest.iter().take_while(|sign| **sign != '}').collect();
            text.ends_with(',')
        }),
        _ => false,
    };
    let optional = |at: usize| matches!(signs.get(at), Some('*' | '?' | '+'));
    let mut at = 0;
    while let Some(sign) = signs.get(at) {
        let mut next = at + 1;
        match sign {
            '(' => {
                groups.push((false, false));
                if signs.get(next) == Some(&'?') {
                    next += 1;
                    while matches!(signs.get(next), Some(':' | '=' | '!' | '<' | 'P')) {
                        next += 1;
                    }
                }
                at = next;
                continue;
            }
            ')' => {
                let (needs, inner) = groups.pop().unwrap_or_default();
                if repeats(next) && inner && !needs {
                    return true;
                }
                if let Some(outer) = groups.last_mut() {
                    outer.0 |= needs && !optional(next);
                    outer.1 |= inner && !needs;
                }
                at = next;
                continue;
            }
            '\\' => next += 1,
            '[' => {
                while signs.get(next).is_some_and(|sign| *sign != ']') {
                    next += if signs.get(next) == Some(&'\\') { 2 } else { 1 };
                }
                next += 1;
            }
            '*' | '+' | '?' | '{' | '}' | '|' | '^' | '$' => {
                at = next;
                continue;
            }
            _ => {}
        }
        if let Some(group) = groups.last_mut() {
            if repeats(next) {
                group.1 = true
            } else if !optional(next) {
                group.0 = true
            }
        }
        at = next;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::backtracks;

    #[test]
    fn only_repetitions_of_repetitions_backtrack() {
        for pattern in ["^([a-zA-Z0-9]+)+@", "(a*)*b", "(x+x+)+y", "(?:\\w*\\s*)*$", "([^,]+)*$"] {
            assert!(backtracks(pattern), "{pattern}");
        }
        for pattern in
            ["^[a-z]+$", "^(\\d+,)*\\d+$", "(ab+c)+", "^([a-z]+-)?x", "\\((a+)\\)", "(a+){2}", "[(a+)+]"]
        {
            assert!(!backtracks(pattern), "{pattern}");
        }
    }
}
