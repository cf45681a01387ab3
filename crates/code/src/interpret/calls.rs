//! Call expressions: who is called, and with what.
use std::rc::Rc;
use std::sync::Arc;

use model::{SinkKind, Span};

use super::Interpreter;
use super::externs::Invoked;
use super::record::Site;
use crate::heap::ObjectKind;
use crate::ir::{Argument, ArgumentKind, Call, Const, ExprKind, Name};
use crate::taint::{Kinds, Mark};
use crate::value::{Closure, Passed, Shape, Value};

impl Interpreter<'_> {
    pub(super) fn call(&mut self, call: &Call, at: Span) -> Value {
        let name = match &call.callee.kind {
            ExprKind::Member { name_at, .. } => Some(*name_at),
            _ => None,
        };
        let site = Site { at, callee: call.callee.at, name };
        match &call.callee.kind {
            ExprKind::Member { object, name, .. } => {
                let receiver = self.eval(object);
                let arguments = self.arguments(&call.arguments);
                self.method(&receiver, name, &arguments, site)
            }
            ExprKind::Super => {
                let base = self.super_class();
                let arguments = self.arguments(&call.arguments);
                self.construct_base(&base, &arguments, site)
            }
            _ => {
                let callee = self.eval(&call.callee);
                let arguments = self.arguments(&call.arguments);
                self.call_at(&callee, &arguments, site)
            }
        }
    }

    fn arguments(&mut self, arguments: &[Argument]) -> Vec<Passed> {
        let mut passed = Vec::with_capacity(arguments.len());
        for argument in arguments {
            let value = self.eval(&argument.value);
            match &argument.kind {
                ArgumentKind::Plain => {
                    passed.push(Passed { name: None, value, at: argument.at, is_spread: false });
                }
                ArgumentKind::Keyword(name) => {
                    let name = Some(Arc::clone(name));
                    passed.push(Passed { name, value, at: argument.at, is_spread: false });
                }
                ArgumentKind::Spread => self.spread(value, argument.at, &mut passed),
                ArgumentKind::SpreadFields => self.spread_fields(value, argument.at, &mut passed),
            }
        }
        passed
    }

    fn spread(&self, value: Value, at: Span, passed: &mut Vec<Passed>) {
        let known = value.as_object().and_then(|id| self.heap.get(id));
        match known.filter(|object| object.rest.is_none() && matches!(object.kind, ObjectKind::List)) {
            Some(list) => passed.extend(list.items.iter().map(|item| Passed {
                name: None,
                value: item.clone(),
                at,
                is_spread: false,
            })),
            None => passed.push(Passed { name: None, value, at, is_spread: true }),
        }
    }

    fn spread_fields(&self, value: Value, at: Span, passed: &mut Vec<Passed>) {
        let Some(object) = value.as_object().and_then(|id| self.heap.get(id)) else {
            passed.push(Passed { name: Some("**".into()), value, at, is_spread: true });
            return;
        };
        passed.extend(object.fields.iter().map(|(name, value)| Passed {
            name: Some(Arc::clone(name)),
            value: value.clone(),
            at,
            is_spread: false,
        }));
        if let Some(rest) = &object.rest {
            passed.push(Passed { name: Some("**".into()), value: rest.clone(), at, is_spread: true });
        }
    }

    pub(super) fn call_value(&mut self, callee: &Value, arguments: &[Passed], at: Span) -> Value {
        self.call_at(callee, arguments, Site { at, callee: at, name: None })
    }

    /// Calls every alternative of a value.
    pub(super) fn call_at(&mut self, callee: &Value, arguments: &[Passed], site: Site) -> Value {
        let mut result: Option<Value> = None;
        for one in callee.each() {
            let value = self.call_one(one, arguments, site);
            result = Some(result.map_or_else(|| value.clone(), |known| known.join(&value)));
        }
        result.unwrap_or(Value::UNKNOWN)
    }

    fn call_one(&mut self, callee: &Value, arguments: &[Passed], site: Site) -> Value {
        match &callee.shape {
            Shape::Function(closure) => {
                let closure = Rc::clone(closure);
                self.enter(&closure, arguments, None)
            }
            Shape::Extern(known) => {
                let known = Rc::clone(known);
                self.external(&known, &callee.taint, arguments, site)
            }
            Shape::Object(id) => {
                let id = *id;
                if matches!(self.heap.get(id).map(|object| &object.kind), Some(ObjectKind::Class { .. })) {
                    return self.instantiate(id, arguments, site.at);
                }
                let call = self.member(callee, &"__call__".into(), site.at);
                match &call.shape {
                    Shape::Function(_) => self.call_at(&call, arguments, site),
                    _ => self.unknown_call("", callee, arguments, site),
                }
            }
            Shape::Settle(promise) => {
                if let (Some(first), Some(object)) = (arguments.first(), self.heap.get_mut(*promise)) {
                    object.add_rest(&first.value);
                }
                Value::UNKNOWN
            }
            Shape::Bound(bound) => {
                let bound = Rc::clone(bound);
                self.method(&bound.receiver, &bound.name, arguments, site)
            }
            _ => self.unknown_call("", callee, arguments, site),
        }
    }

    /// `Model(**body)`: every field that the sender likes.
    pub(super) fn mass_assigned(&mut self, path: &str, arguments: &[Passed], site: Site) {
        let last = path.rsplit('.').next().unwrap_or(path);
        if !last.starts_with(|first: char| first.is_ascii_uppercase()) {
            return;
        }
        for passed in arguments.iter().filter(|passed| passed.is_spread && passed.name.is_some()) {
            let taint = super::sinks::structured_only(&passed.value.taint, SinkKind::MassAssignment);
            self.note_flow(SinkKind::MassAssignment, path, site.at, &taint, passed.at);
        }
    }

    fn construct_base(&mut self, base: &Value, arguments: &[Passed], site: Site) -> Value {
        let this = self.scope(self.here).map_or(Value::UNKNOWN, |scope| scope.this.clone());
        if self.is_python() {
            // `super()` is the base's view of the same instance.
            return match base.shape {
                Shape::Object(_) => Value::of(Shape::OneOf(Rc::from([base.clone()]))),
                _ => base.clone(),
            };
        }
        let Some(class) = base.as_object() else {
            let values: Vec<Value> = arguments.iter().map(|passed| passed.value.clone()).collect();
            return Value::unknown(self.taint_of(&values));
        };
        if let Some(constructor) = self.class_member(&this, class, &"constructor".into(), 0) {
            self.call_at(&constructor, arguments, site);
        }
        Value::UNKNOWN
    }

    /// Data of others that goes into a file with a constant path: whoever opens that file reads it.
    fn note_written(&mut self, receiver: &Value, name: &str, arguments: &[Passed]) {
        let Some(known) = receiver.as_extern() else { return };
        let text = |passed: &Passed| passed.value.as_text().filter(|path| path.starts_with('/')).cloned();
        let taint = self.taint_of_passed(arguments);
        let path = match name {
            "write" | "writelines" if known.last() == "open" => known.arguments.first().and_then(text),
            "writeFileSync" | "writeFile" | "appendFileSync" => arguments.first().and_then(text),
            "download_file" | "download_fileobj" => arguments.iter().find_map(text),
            _ => return,
        };
        if let Some(path) = path.filter(|_| !taint.is_none() && self.written.len() < 1_000) {
            // Its content, whatever was checked of its name.
            let taint = taint.map(|mark| Mark { clean: Kinds::NONE, ..mark.clone() });
            let known = self.written.entry(path).or_default();
            *known = known.join(&taint);
        }
    }

    /// `pattern.test(text)`, `text.match(pattern)`, `re.match(pattern, text)` with a pattern that backtracks.
    fn slow_pattern(&mut self, receiver: &Value, name: &str, arguments: &[Passed], site: Site) {
        let is_matching = matches!(
            name,
            "test"
                | "exec"
                | "match"
                | "matchAll"
                | "search"
                | "replace"
                | "split"
                | "fullmatch"
                | "sub"
                | "findall"
                | "finditer"
        );
        let Some(first) = arguments.first().filter(|_| is_matching) else { return };
        let second = arguments.get(1).map(|passed| &passed.value);
        let is_module = receiver.as_extern().is_some_and(|known| known.path.as_ref() == "re");
        for (pattern, text) in
            [(receiver, Some(&first.value)), (&first.value, Some(receiver)), (&first.value, second)]
        {
            let Some(taint) = text.map(|text| text.taint.clone()).filter(|taint| !taint.is_none()) else {
                continue;
            };
            let is_slow = match &pattern.shape {
                Shape::Const(Const::Regex { pattern, .. }) => super::sinks::backtracks(pattern),
                Shape::Const(Const::Text(pattern)) => is_module && super::sinks::backtracks(pattern),
                Shape::Extern(known) if matches!(known.last(), "compile" | "RegExp") => known
                    .arguments
                    .first()
                    .and_then(|first| first.value.as_text())
                    .is_some_and(|pattern| super::sinks::backtracks(pattern)),
                _ => false,
            };
            if is_slow {
                self.note_flow(SinkKind::Regex, name, site.at, &taint, first.at);
            }
        }
    }

    /// `receiver.name(arguments)`.
    pub(super) fn method(
        &mut self,
        receiver: &Value,
        name: &Name,
        arguments: &[Passed],
        site: Site,
    ) -> Value {
        let mut result: Option<Value> = None;
        for one in receiver.each() {
            let value = self.method_of_one(one, name, arguments, site);
            result = Some(result.map_or_else(|| value.clone(), |known| known.join(&value)));
        }
        result.unwrap_or(Value::UNKNOWN)
    }

    fn method_of_one(&mut self, receiver: &Value, name: &Name, arguments: &[Passed], site: Site) -> Value {
        self.slow_pattern(receiver, name, arguments, site);
        self.note_written(receiver, name, arguments);
        match &receiver.shape {
            Shape::Extern(known) => {
                if matches!(&**name, "then" | "catch" | "finally") && !known.path.is_empty() {
                    return self.builtin_method(receiver, name, arguments, site);
                }
                // What was read from a table or bucket is data like any other.
                if !receiver.taint.is_none() && is_of_data(name) {
                    return self.builtin_method(receiver, name, arguments, site);
                }
                let member = known.member(name);
                if let Some(value) = self.environment_call(known, name, arguments, site) {
                    return value;
                }
                self.external(&member, &receiver.taint, arguments, site)
            }
            Shape::Object(_) => {
                if let Some(id) = receiver.as_object()
                    && matches!(self.heap.get(id).map(|object| &object.kind), Some(ObjectKind::Class { .. }))
                    && let Some(value) = self.typed_call(id, name, arguments)
                {
                    return value;
                }
                let member = self.member(receiver, name, site.callee);
                match &member.shape {
                    Shape::Bound(_) | Shape::Unknown | Shape::Const(_) | Shape::Event(_) => {
                        self.builtin_method(receiver, name, arguments, site)
                    }
                    Shape::OneOf(values)
                        if values
                            .iter()
                            .all(|value| matches!(value.shape, Shape::Const(_) | Shape::Event(_))) =>
                    {
                        self.builtin_method(receiver, name, arguments, site)
                    }
                    _ => self.call_at(&member, arguments, site),
                }
            }
            Shape::Function(closure) => {
                let closure = Rc::clone(closure);
                self.function_method((&closure, receiver), name, arguments, site)
            }
            _ => self.builtin_method(receiver, name, arguments, site),
        }
    }

    /// `f.call(this, a)`, `f.apply(this, [a])`, `f.bind(this, a)`.
    fn function_method(
        &mut self,
        (closure, receiver): (&Rc<Closure>, &Value),
        name: &Name,
        arguments: &[Passed],
        site: Site,
    ) -> Value {
        let this = arguments.first().map(|passed| passed.value.clone());
        let rest = arguments.get(1..).unwrap_or_default();
        match &**name {
            "call" => self.enter(closure, rest, this),
            "apply" => {
                let mut spread = Vec::new();
                if let Some(list) = rest.first() {
                    self.spread(list.value.clone(), list.at, &mut spread);
                }
                self.enter(closure, &spread, this)
            }
            "bind" => {
                let first = closure.first.iter().cloned();
                let first = first.chain(rest.iter().map(|passed| passed.value.clone())).collect();
                let bound = Closure {
                    module: Arc::clone(&closure.module),
                    function: closure.function,
                    scope: closure.scope,
                    this: closure.this.clone().or(this),
                    first,
                };
                Value::of(Shape::Function(bound.into()))
            }
            _ => {
                // `middy(handler).use(…)`: a function with more around it.
                self.unknown_call(name, receiver, arguments, site);
                receiver.clone()
            }
        }
    }

    /// A call of which nobody knows what it does: its data goes through, its functions run.
    pub(super) fn unknown_call(
        &mut self,
        name: &str,
        receiver: &Value,
        arguments: &[Passed],
        site: Site,
    ) -> Value {
        let passed = super::uses::without_secrets(&self.taint_of_passed(arguments));
        let taint = self.deep_taint(receiver).join(&passed);
        if matches!(name, "create" | "bulkCreate" | "insertMany" | "insertOne") && !self.is_python() {
            // A model that stands in a file which is not here.
            for passed in arguments.iter().take(1) {
                let whole = super::sinks::structured_only(&passed.value.taint, SinkKind::MassAssignment);
                self.note_flow(SinkKind::MassAssignment, &format!("?.{name}"), site.at, &whole, passed.at);
            }
        }
        if !name.is_empty() {
            let path = format!("?.{name}");
            let invoked = Invoked { path: &path, keyed: &path, receiver, arguments, site };
            if let Some(value) = self.apply_rules(&invoked) {
                return value;
            }
        }
        self.run_callbacks(arguments, &Value::unknown(taint.clone()), site.at);
        Value::unknown(taint.flattened())
    }

    /// Functions among the arguments run on a value.
    pub(super) fn run_callbacks(&mut self, arguments: &[Passed], given: &Value, at: Span) {
        let functions: Vec<Value> =
            arguments.iter().flat_map(|passed| self.functions_in(&passed.value)).collect();
        for function in functions {
            self.in_branch(|this| this.call_with(&function, vec![given.clone(), given.clone()], at));
        }
    }

    /// Functions of the application that a value is, or that stand in its fields.
    pub(super) fn functions_in(&self, value: &Value) -> Vec<Value> {
        let mut found = Vec::new();
        for one in value.each() {
            match &one.shape {
                Shape::Function(_) => found.push(one.clone()),
                Shape::Object(id) => {
                    let object = self.heap.get(*id);
                    let is_plain = |kind: &ObjectKind| matches!(kind, ObjectKind::Fields | ObjectKind::List);
                    if let Some(object) = object.filter(|object| is_plain(&object.kind)) {
                        let all = object.fields.values().chain(&object.items);
                        found.extend(all.filter(|value| matches!(value.shape, Shape::Function(_))).cloned());
                    }
                }
                _ => {}
            }
        }
        found
    }
}

/// Methods that lists, dictionaries and texts have, and clients do not.
fn is_of_data(name: &str) -> bool {
    matches!(
        name,
        "keys"
            | "values"
            | "items"
            | "entries"
            | "map"
            | "flatMap"
            | "forEach"
            | "filter"
            | "find"
            | "reduce"
            | "some"
            | "every"
            | "split"
            | "strip"
            | "trim"
            | "lower"
            | "upper"
            | "toLowerCase"
            | "toUpperCase"
            | "replace"
            | "replaceAll"
            | "slice"
            | "substring"
            | "startswith"
            | "startsWith"
            | "endswith"
            | "endsWith"
    )
}
