//! Calls of what is not the application's own code.
use std::rc::Rc;
use std::sync::Arc;

use model::{SinkKind, Span};

use super::Interpreter;
use super::identity::is_decoded_token;
use super::record::Site;
use crate::heap::{Object, ObjectKind};
use crate::ir::{Const, Name};
use crate::models::{self, Argument, Effect, Returns, Rule};
use crate::taint::{Kinds, Mark, Origin, OriginKind, StepKind, Structure, Taint};
use crate::value::{Extern, Passed, Piece, Shape, Value};

/// The command object of the SDK among the arguments: the first one, or the second for presigned addresses.
pub(super) fn command_of(arguments: &[Passed]) -> Option<&Extern> {
    let externs = arguments.iter().take(2).filter_map(|passed| passed.value.as_extern());
    externs.map(|known| &**known).find(|known| known.path.ends_with("Command()"))
}

/// One call, as the tables see it.
pub(super) struct Invoked<'c> {
    pub path: &'c str,
    pub keyed: &'c str,
    pub receiver: &'c Value,
    pub arguments: &'c [Passed],
    pub site: Site,
}

impl Interpreter<'_> {
    pub(super) fn external(
        &mut self,
        known: &Extern,
        taint: &Taint,
        arguments: &[Passed],
        site: Site,
    ) -> Value {
        if let Some(value) = self.language_call(known, arguments, site) {
            return value;
        }
        // Reading what a call gave: `answer["Body"].read()`.
        let is_read = matches!(
            known.last(),
            "read"
                | "promise"
                | "toString"
                | "json"
                | "text"
                | "decode"
                | "transformToString"
                | "transformToByteArray"
                | "iter_lines"
                | "readlines"
        );
        if is_read && !taint.is_none() {
            return Value { shape: Shape::Extern(known.called(arguments).into()), taint: taint.clone() };
        }
        // A compiled template escapes what it inserts.
        let is_rendering = known.path.ends_with("compile()")
            && matches!(known.root(), "handlebars" | "pug" | "nunjucks" | "ejs" | "mustache" | "jinja2");
        if is_rendering {
            let all = self.taint_of_passed(arguments).flattened().cleaned(Kinds::of(SinkKind::Html));
            return Value::unknown(all);
        }
        self.note_wrapped(known, arguments, site);
        self.middy_schema(known, arguments);
        if let Some(value) = self.schema_call(known, arguments) {
            self.note_call(&known.path, None, arguments, site);
            return value;
        }
        if self.register_routes(known, arguments) {
            return Value::of(Shape::Extern(known.called(arguments).into()));
        }
        let command = command_of(arguments).map(|command| Arc::clone(&command.keyed));
        // `getSignedUrl("getObject", …)`, `waitFor("objectExists")`.
        let command_key = command.or_else(|| arguments.first()?.value.as_text().map(Arc::clone));
        if let Some(aws) = models::aws::operation(&known.keyed, command_key.as_deref()) {
            return self.sdk_call(known, taint, aws, (arguments, site));
        }
        let receiver = Value { shape: Shape::Extern(Rc::new(known.clone())), taint: taint.clone() };
        // What a call gave is called itself: the rules of the first call are not those of the second.
        let of_result = format!("{}.()", known.path);
        let path: &str = if known.path.ends_with("()") { &of_result } else { &known.path };
        let invoked = Invoked { path, keyed: &known.keyed, receiver: &receiver, arguments, site };
        if let Some(value) = self.apply_rules(&invoked) {
            return value;
        }
        self.holding(&invoked)
    }

    /// What nobody knows better: something of others that holds its arguments and its receiver.
    fn holding(&mut self, call: &Invoked<'_>) -> Value {
        let passed = super::uses::without_secrets(&self.taint_of_passed(call.arguments));
        let all = call.receiver.taint.join(&passed).flattened();
        self.run_callbacks(call.arguments, &Value::unknown(all.clone()), call.site.at);
        let all = all.step(call.site.at, StepKind::Through, &call.path.into());
        let known = Extern {
            path: call.path.into(),
            keyed: call.keyed.into(),
            arguments: Rc::from([]),
            before: call.receiver.as_extern().and_then(|known| known.before.clone()),
        };
        Value { shape: Shape::Extern(known.called(call.arguments).into()), taint: all }
    }

    /// Everything that the tables say of a call; `None` when they say nothing of what it gives back.
    pub(super) fn apply_rules(&mut self, call: &Invoked<'_>) -> Option<Value> {
        let rules = models::rules(self.language(), call.path);
        self.note_call(call.path, None, call.arguments, call.site);
        self.identity(call.path, &rules, call.arguments);
        if rules.is_empty() {
            self.mass_assigned(call.path, call.arguments, call.site);
        }
        for rule in &rules {
            self.sink(rule, call);
        }
        self.uses_of(&rules, call);
        if let Some(rule) = rules.iter().find(|rule| matches!(rule.effect, Effect::Clean(_))) {
            return self.cleaned(rule, call);
        }
        let returns = rules.iter().find_map(|rule| match &rule.effect {
            Effect::Returns(returns) => Some((*rule, *returns)),
            Effect::ReturnsIf(returns, condition) if self.holds(condition, call) => Some((*rule, *returns)),
            _ => None,
        });
        if let Some((rule, returns)) = returns {
            return Some(self.returned(rule, returns, call));
        }
        // What ends a flow gives back something new.
        let ends = |rule: &&Rule| matches!(rule.effect, Effect::Sink(kind, _) if kind != SinkKind::Log);
        rules.iter().any(ends).then(|| self.fresh(call))
    }

    fn cleaned(&mut self, rule: &Rule, call: &Invoked<'_>) -> Option<Value> {
        let Effect::Clean(kinds) = rule.effect else { return None };
        let selected = self.selected(&rule.argument, call.receiver, call.arguments);
        let taint = selected.iter().fold(Taint::NONE, |sum, (value, _)| sum.join(&self.deep_taint(value)));
        Some(match selected.as_slice() {
            // A cast of something known is known.
            [(Value { shape: Shape::Const(constant), .. }, _)] => Value::of(Shape::Const(constant.clone())),
            [(Value { shape: Shape::Text(pieces), .. }, _)] => {
                let pieces =
                    pieces.iter().map(|piece| Piece { taint: piece.taint.cleaned(kinds), ..piece.clone() });
                Value::from_pieces(pieces.collect())
            }
            [(Value { shape: Shape::Data(data), .. }, _)] => Value::of(Shape::Data(Rc::clone(data))),
            [(Value { shape: Shape::Event(part), .. }, _)] => {
                Value { shape: Shape::Event(Rc::clone(part)), taint: taint.cleaned(kinds) }
            }
            _ => Value::unknown(taint.cleaned(kinds)),
        })
    }

    fn returned(&mut self, rule: &Rule, returns: Returns, call: &Invoked<'_>) -> Value {
        let site = call.site;
        let selected = self.selected(&rule.argument, call.receiver, call.arguments);
        let first = || selected.first().map_or(Value::UNKNOWN, |(value, _)| value.clone());
        let through: Name = call.path.into();
        match returns {
            Returns::Fresh => self.fresh(call),
            Returns::Holds => self.holding(call),
            Returns::Same => {
                let value = self.joined_arguments(&selected);
                let decodes = ["unquote", "decodeURIComponent", "decodeURI", "unescape"];
                // Python's bytes are printed encoded.
                let value = if call.path.starts_with("base64.") {
                    value.cleaned(Kinds::of(SinkKind::Log))
                } else {
                    value
                };
                let value =
                    if decodes.iter().any(|name| call.path.contains(name)) { decoded(value) } else { value };
                value.step(site.at, StepKind::Through, &through)
            }
            Returns::Parsed => self.parsed(&first(), &through, site.at),
            Returns::Text => {
                let all =
                    selected.iter().fold(Taint::NONE, |sum, (value, _)| sum.join(&self.deep_taint(value)));
                // Encoded: a line break in it is no line break any more.
                let all = all.flattened().cleaned(Kinds::of(SinkKind::Log));
                Value::unknown(all.step(site.at, StepKind::Through, &through))
            }
            Returns::Calls => self.mapped(call),
            Returns::Request => self.event("request", site.at),
            Returns::UnverifiedToken => {
                let value = first();
                Value::unknown(self.unverified(&value.taint, site.at))
            }
        }
    }

    /// What a call makes of its arguments when it changes nothing: the argument, or their texts in a row.
    fn joined_arguments(&self, selected: &[(Value, Span)]) -> Value {
        match selected {
            [] => Value::UNKNOWN,
            [(value, _)] => value.clone(),
            many => Value::from_pieces(many.iter().flat_map(|(value, _)| self.text_pieces(value)).collect()),
        }
    }

    /// Functions among the arguments run on the elements of the others, as `map` does.
    fn mapped(&mut self, call: &Invoked<'_>) -> Value {
        let mut given = Value::UNKNOWN;
        for passed in call.arguments {
            if self.functions_in(&passed.value).is_empty() {
                let element = self.element_of(&passed.value, passed.at);
                given = given.join(&element);
            }
        }
        let functions: Vec<Value> =
            call.arguments.iter().flat_map(|passed| self.functions_in(&passed.value)).collect();
        let mut result = given.clone();
        for function in functions {
            let value = self.in_branch(|this| this.call_with(&function, vec![given.clone()], call.site.at));
            result = result.join(&value);
        }
        self.list_of(vec![], Some(result))
    }

    fn fresh(&mut self, call: &Invoked<'_>) -> Value {
        self.run_callbacks(call.arguments, &Value::UNKNOWN, call.site.at);
        let known = Extern {
            path: call.path.into(),
            keyed: call.keyed.into(),
            arguments: Rc::from([]),
            before: call.receiver.as_extern().and_then(|known| known.before.clone()),
        };
        // A stream, a text or an item of what was read is still what was read.
        let taint = super::stored::read_only(&call.receiver.taint);
        Value { shape: Shape::Extern(known.called(call.arguments).into()), taint }
    }

    /// The structure that a text describes.
    fn parsed(&mut self, value: &Value, through: &Name, at: Span) -> Value {
        if let Shape::OneOf(values) = &value.shape {
            let values: Vec<Value> = values.iter().map(|one| self.parsed(one, through, at)).collect();
            return values.into_iter().reduce(|one, two| one.join(&two)).unwrap_or(Value::UNKNOWN);
        }
        let taint = self.deep_taint(value);
        let is_token = taint.marks().iter().any(is_decoded_token);
        let taint = taint
            .step(at, StepKind::Through, through)
            .map(|mark| Mark { structure: Structure::Whole, ..mark.clone() });
        if is_token {
            return Value::unknown(self.unverified(&taint, at));
        }
        let shape = match &value.shape {
            Shape::Event(part) => Shape::Event(Rc::clone(part)),
            _ => Shape::Unknown,
        };
        Value { shape, taint }
    }

    /// Claims of a token that nobody verified.
    fn unverified(&self, taint: &Taint, at: Span) -> Taint {
        taint.map(|mark| {
            if mark.clean.has(SinkKind::Identity) || mark.origin.kind != OriginKind::Event {
                return mark.clone();
            }
            let path = format!("the token in `{}`", mark.origin.path);
            let origin = Origin { path: path.into(), kind: OriginKind::UnverifiedToken, at };
            Mark { origin: origin.into(), ..mark.clone() }
        })
    }

    /// The value of a keyword, of a key of an options object at any depth, or of an argument of the call
    /// that made an argument; a number is a position.
    pub(super) fn option(&self, arguments: &[Passed], name: &str) -> Option<Value> {
        if let Ok(position) = name.parse::<usize>() {
            return arguments
                .iter()
                .filter(|passed| passed.name.is_none())
                .nth(position)
                .map(|passed| passed.value.clone());
        }
        self.option_within(arguments, name, 0)
    }

    fn option_within(&self, arguments: &[Passed], name: &str, depth: usize) -> Option<Value> {
        if let Some(passed) = arguments.iter().find(|passed| passed.name.as_deref() == Some(name)) {
            return Some(passed.value.clone());
        }
        arguments.iter().find_map(|passed| match &passed.value.shape {
            Shape::Object(id) => self.field_within(*id, name, depth),
            Shape::Extern(known) if depth < 2 => self.option_within(&known.arguments, name, depth + 1),
            _ => None,
        })
    }

    fn field_within(&self, id: crate::value::ObjectId, name: &str, depth: usize) -> Option<Value> {
        let object = self.heap.get(id)?;
        if let Some(value) = object.fields.get(name) {
            return Some(value.clone());
        }
        if depth >= 2 {
            return None;
        }
        object
            .fields
            .values()
            .filter_map(Value::as_object)
            .find_map(|inner| self.field_within(inner, name, depth + 1))
    }

    /// The values that a rule is about.
    pub(super) fn selected(
        &self,
        argument: &Argument,
        receiver: &Value,
        arguments: &[Passed],
    ) -> Vec<(Value, Span)> {
        let plain = || arguments.iter().filter(|passed| passed.name.is_none());
        let pair = |passed: &Passed| (passed.value.clone(), passed.at);
        match argument {
            Argument::Receiver => vec![(receiver.clone(), Span::NONE)],
            Argument::Any => arguments.iter().map(pair).collect(),
            Argument::From(first) => plain().skip(*first).map(pair).collect(),
            Argument::Named(name) => {
                let at = plain().next().or_else(|| arguments.first()).map_or(Span::NONE, |passed| passed.at);
                let at = arguments
                    .iter()
                    .find(|passed| passed.name.as_deref() == Some(*name))
                    .map_or(at, |passed| passed.at);
                self.option(arguments, name).map(|value| (value, at)).into_iter().collect()
            }
            Argument::At(position, names) => {
                let keyword = arguments
                    .iter()
                    .find(|passed| passed.name.as_deref().is_some_and(|name| names.contains(&name)));
                if let Some(found) = keyword {
                    return vec![pair(found)];
                }
                let Some(found) = plain().nth(*position) else { return vec![] };
                let fields = found.value.as_object().and_then(|id| self.heap.get(id));
                let field = fields.and_then(|object| names.iter().find_map(|name| object.fields.get(*name)));
                vec![(field.unwrap_or(&found.value).clone(), found.at)]
            }
        }
    }

    /// `os.getenv("X")`, `os.environ.get("X", default)`.
    pub(super) fn environment_call(
        &mut self,
        known: &Extern,
        name: &Name,
        arguments: &[Passed],
        site: Site,
    ) -> Option<Value> {
        let is_read =
            matches!((&*known.path, &**name), ("os", "getenv") | ("os.environ", "get" | "setdefault"));
        let variable = arguments.first().filter(|_| is_read)?.value.as_text()?.clone();
        let value = self.environment_variable(&variable, site.at);
        let is_set = self.environment.contains_key(&*variable);
        match arguments.get(1) {
            Some(default) if !is_set => Some(default.value.join(&value)),
            _ => Some(value),
        }
    }

    /// An object that a promise settles.
    pub(super) fn promise(&mut self, executor: &Value, at: Span) -> Value {
        let promise = self.heap.add(Object::new(ObjectKind::Promise));
        let failed = self.heap.add(Object::new(ObjectKind::Promise));
        let resolve = Value::of(Shape::Settle(promise));
        let reject = Value::of(Shape::Settle(failed));
        self.call_with(executor, vec![resolve, reject], at);
        Value::of(Shape::Object(promise))
    }

    /// What a promise becomes.
    pub(super) fn settled(&self, value: Value) -> Value {
        let promise = value.as_object().and_then(|id| self.heap.get(id));
        match promise {
            Some(object) if matches!(object.kind, ObjectKind::Promise) => {
                object.rest.clone().unwrap_or(Value::UNKNOWN)
            }
            _ => value,
        }
    }

    /// A module that is loaded by a call; one that others name can be any.
    pub(super) fn loaded_by_call(&mut self, path: &str, arguments: &[Passed], site: Site) -> Value {
        let Some(first) = arguments.first() else { return Value::UNKNOWN };
        match &first.value.shape {
            Shape::Const(Const::Text(name)) => {
                let name = Arc::clone(name);
                self.module_value(&name, site.at, false)
            }
            _ => {
                let taint = first.value.taint.clone();
                self.note_flow(SinkKind::Code, path, site.at, &taint, first.at);
                Value::UNKNOWN
            }
        }
    }
}

/// Percent-decoded: line breaks are line breaks again.
fn decoded(value: Value) -> Value {
    let taint = value.taint.map(|mark| Mark { clean: mark.clean.without(SinkKind::Log), ..mark.clone() });
    Value { taint, ..value }
}
