//! Properties, elements and keys.
use std::sync::Arc;

use model::{SinkKind, Span, UseKind};

use super::Interpreter;
use super::stored::part_of;
use crate::heap::{Object, ObjectKind};
use crate::ir::{Const, Name};
use crate::models::{self, Effect, Returns, Rule};
use crate::taint::{Kinds, Mark, Origin, OriginKind, Step, StepKind, Structure, Taint, Trail};
use crate::value::{Bound, Closure, EventPart, Extern, ObjectId, Shape, Value};

/// Classes that are looked through for an inherited member.
const BASES_MAX: usize = 16;

impl Interpreter<'_> {
    /// `object.name`.
    pub(super) fn member(&mut self, object: &Value, name: &Name, at: Span) -> Value {
        let values: Vec<Value> = object.each().iter().map(|one| self.member_of_one(one, name, at)).collect();
        values.into_iter().reduce(|one, two| one.join(&two)).unwrap_or(Value::UNKNOWN)
    }

    fn member_of_one(&mut self, object: &Value, name: &Name, at: Span) -> Value {
        match &object.shape {
            Shape::Object(id) => self.object_member(object, *id, name, at),
            Shape::Event(_) if matches!(&**name, "length" | "size") && !self.is_python() => {
                Value::unknown(super::expressions::numeric(&object.taint))
            }
            Shape::Event(part) => self.event_member(part, &object.taint, name, at),
            Shape::Extern(known) => self.external_member(known, &object.taint, name, at),
            Shape::Const(Const::Null | Const::Undefined) => Value::UNKNOWN,
            Shape::Const(_) | Shape::Text(_) | Shape::Data(_) if &**name == "length" => Value::UNKNOWN,
            Shape::Function(_) | Shape::Settle(_) | Shape::Bound(_) => {
                let bound = Bound { receiver: object.clone(), name: Arc::clone(name) };
                Value::of(Shape::Bound(bound.into()))
            }
            _ => Value::unknown(claims_of(&part_of(&object.taint, name), name)),
        }
    }

    fn object_member(&mut self, object: &Value, id: ObjectId, name: &Name, at: Span) -> Value {
        let Some(known) = self.heap.get(id) else { return Value::UNKNOWN };
        if let ObjectKind::Module { scope, path, name: dotted } = &known.kind {
            let (scope, path, dotted) = (*scope, Arc::clone(path), Arc::clone(dotted));
            return self.module_member(scope, &path, &dotted, name);
        }
        if let Some(value) = known.fields.get(name) {
            return value.clone();
        }
        let class = match &known.kind {
            ObjectKind::Instance(class) => Some(*class),
            ObjectKind::Class { .. } => Some(id),
            _ => None,
        };
        let rest = known.rest.clone();
        if let Some(found) = class.and_then(|class| self.class_member(object, class, name, 0)) {
            return found;
        }
        if let Some(rest) = rest {
            if matches!(self.heap.get(id).map(|object| &object.kind), Some(ObjectKind::List)) {
                return Value::UNKNOWN;
            }
            // `{ ...event.body }.name` is `event.body.name`.
            let spread = self.member_of_rest(&rest, name, at);
            return spread.with(object.taint.clone().join(&self.deep_taint(&rest)));
        }
        let bound = Bound { receiver: object.clone(), name: Arc::clone(name) };
        Value { shape: Shape::Bound(bound.into()), taint: object.taint.clone() }
    }

    fn member_of_rest(&mut self, rest: &Value, name: &Name, at: Span) -> Value {
        match &rest.shape {
            Shape::Event(_) => self.member(rest, name, at),
            _ => rest.clone(),
        }
    }

    /// A method or static member of a class, its bases included; methods get their instance.
    pub(super) fn class_member(
        &mut self,
        object: &Value,
        class: ObjectId,
        name: &Name,
        depth: usize,
    ) -> Option<Value> {
        let known = self.heap.get(class)?;
        let ObjectKind::Class { bases, getters, .. } = &known.kind else { return None };
        if let Some(value) = known.fields.get(name).cloned() {
            let is_getter = getters.contains(name);
            let bound = self.bind_this(&value, object);
            return Some(if is_getter { self.call_with(&bound, vec![], Span::NONE) } else { bound });
        }
        if depth >= BASES_MAX {
            return None;
        }
        let bases = bases.clone();
        for base in bases {
            match &base.shape {
                Shape::Object(base) => {
                    if let Some(found) = self.class_member(object, *base, name, depth + 1) {
                        return Some(found);
                    }
                }
                Shape::Extern(known) => {
                    let member = known.called(&[]).member(name);
                    return Some(Value::of(Shape::Extern(member.into())));
                }
                _ => {}
            }
        }
        None
    }

    /// A function with its instance.
    pub(super) fn bind_this(&self, value: &Value, object: &Value) -> Value {
        let Shape::Function(closure) = &value.shape else { return value.clone() };
        let is_arrow = closure.this.is_some();
        let is_class = object
            .as_object()
            .and_then(|id| self.heap.get(id))
            .is_some_and(|object| matches!(object.kind, ObjectKind::Class { .. }));
        let function = closure.module.functions.get(closure.function.0 as usize);
        let is_python = closure.module.language == model::Language::Python;
        let takes_self = function.is_some_and(|function| function.is_method);
        if is_arrow || is_python && (!takes_self || is_class) {
            return value.clone();
        }
        let closure = Closure {
            module: Arc::clone(&closure.module),
            function: closure.function,
            scope: closure.scope,
            this: Some(object.clone()),
            first: closure.first.clone(),
        };
        Value { shape: Shape::Function(closure.into()), taint: value.taint.clone() }
    }

    /// A part of a part of the event.
    pub(super) fn event_member(&mut self, part: &EventPart, taint: &Taint, name: &Name, at: Span) -> Value {
        let mut path = part.path.clone();
        if path.len() >= 24 {
            return Value::unknown(taint.clone());
        }
        path.push(Arc::clone(name));
        let inner = EventPart { root: Arc::clone(&part.root), path };
        let taint = self.event_taint(part, &inner, taint, at);
        let taint = match self.validated.get(&inner.display()) {
            Some(kinds) => taint.cleaned(*kinds),
            None => taint,
        };
        Value { shape: Shape::Event(inner.into()), taint }
    }

    fn event_taint(&self, outer: &EventPart, inner: &EventPart, taint: &Taint, at: Span) -> Taint {
        if !self.events.is_chosen(inner) {
            return Taint::NONE;
        }
        let outer_path = outer.display();
        let origin: std::rc::Rc<Origin> =
            Origin { path: inner.display().into(), kind: OriginKind::Event, at }.into();
        let start = Trail::START.step(Step { at, kind: StepKind::Source, name: Arc::clone(&origin.path) });
        if taint.is_none() {
            let structure = self.events.structure(inner);
            let clean = clean_at_first(inner);
            return Taint::of(Mark { origin, clean, trail: start, structure });
        }
        let given = self.events.structure(inner);
        taint.map(|mark| {
            if *mark.origin.path != *outer_path {
                return mark.clone();
            }
            let trail = if mark.trail.length() > 1 { mark.trail.clone() } else { start.clone() };
            Mark {
                origin: std::rc::Rc::clone(&origin),
                clean: mark.clean.and(clean_at_first(inner)),
                trail,
                // A part of a structure is a part.
                structure: mark.structure.min(Structure::Part).max(given),
            }
        })
    }

    /// The event itself, or a request of a framework.
    pub(super) fn event(&mut self, root: &str, at: Span) -> Value {
        let part = EventPart { root: root.into(), path: Vec::new() };
        if !self.events.is_chosen(&part) {
            return Value::of(Shape::Event(part.into()));
        }
        let origin = Origin { path: root.into(), kind: OriginKind::Event, at };
        let trail = Trail::START.step(Step { at, kind: StepKind::Source, name: root.into() });
        let structure = self.events.structure(&part);
        let clean = clean_at_first(&part);
        let taint = Taint::of(Mark { origin: origin.into(), clean, trail, structure });
        Value { shape: Shape::Event(part.into()), taint }
    }

    fn external_member(&mut self, known: &Extern, taint: &Taint, name: &Name, at: Span) -> Value {
        match &*known.path {
            "process.env" | "os.environ" | "Deno.env" => return self.environment_variable(name, at),
            _ => {}
        }
        if let Some(text) = alphabet(&known.path, name) {
            return Value::text(text);
        }
        // Whoever looks at it knows that an invoked function may have failed.
        self.record.looks_at_failures |= matches!(&**name, "FunctionError" | "functionError");
        if let Some(request) = self.framework_member(known, name, at) {
            return request;
        }
        let member = known.member(name);
        let is_request = |rule: &&Rule| rule.effect == Effect::Returns(Returns::Request);
        if models::rules(self.language(), &member.path).into_iter().any(|rule| is_request(&rule)) {
            let is_event = known.root() == "aws_lambda_powertools";
            return self.event(if is_event { "event" } else { "request" }, at);
        }
        let is_name = known.path.ends_with("path.parse()") && matches!(&**name, "name" | "base" | "ext")
            || known.root() == "pathlib" && matches!(&**name, "name" | "stem" | "suffix");
        if is_name {
            let taint = taint.cleaned(Kinds::of(SinkKind::Path));
            return Value { shape: Shape::Extern(member.into()), taint };
        }
        let taint = if &*known.path == "error" { error_part(taint, name, at) } else { part_of(taint, name) };
        Value { shape: Shape::Extern(member.into()), taint }
    }

    /// An environment variable: what the template sets it to, when it does.
    pub(super) fn environment_variable(&mut self, name: &Name, at: Span) -> Value {
        self.note_use(UseKind::Environment, name, at);
        let shape = match self.environment.get(&**name) {
            Some(model::Data::Text(text)) => Shape::Const(Const::Text(text.as_str().into())),
            Some(data) => Shape::Data(data.clone().into()),
            None => Shape::Data(std::rc::Rc::new(model::Data::Unknown(model::Unknown {
                reason: format!("the environment variable `{name}` is set elsewhere"),
                text: format!("${{{name}}}"),
            }))),
        };
        if !sounds_secret(name) {
            return Value::of(shape);
        }
        let origin = Origin { path: Arc::clone(name), kind: OriginKind::Secret, at };
        let trail = Trail::START.step(Step { at, kind: StepKind::Source, name: Arc::clone(name) });
        let mark = Mark { origin: origin.into(), clean: Kinds::ALL, trail, structure: Structure::Text };
        Value { shape, taint: Taint::of(mark) }
    }

    /// `object[index]`.
    pub(super) fn index(&mut self, object: &Value, index: &Value, at: Span) -> Value {
        match &index.shape {
            Shape::Const(Const::Text(name) | Const::Bytes(name)) => {
                let name = Arc::clone(name);
                self.member(object, &name, at)
            }
            Shape::Const(Const::Int(position)) => match usize::try_from(*position) {
                Ok(position) => self.item(object, position, at),
                Err(_) => self.element_of(object, at),
            },
            _ => {
                let element = self.element_of(object, at);
                // What stands under a chosen key of an object of ours may be its prototype.
                if !self.is_python()
                    && index.taint.harms(SinkKind::Prototype)
                    && !matches!(object.shape, Shape::Event(_))
                {
                    let only = index.taint.cleaned(Kinds::ALL.without(SinkKind::Prototype));
                    return Value { taint: element.taint.join(&only), ..element };
                }
                // Which of our own values it is, is no data of theirs.
                if matches!(element.shape, Shape::Unknown) && matches!(object.shape, Shape::Extern(_)) {
                    return Value::unknown(Taint::NONE);
                }
                element
            }
        }
    }

    /// The element at a position.
    pub(super) fn item(&mut self, list: &Value, position: usize, at: Span) -> Value {
        let mut result: Option<Value> = None;
        for one in list.each() {
            let value = match &one.shape {
                Shape::Object(id) => {
                    let object = self.heap.get(*id);
                    let known = object.and_then(|object| object.items.get(position).cloned());
                    known.unwrap_or_else(|| {
                        object.and_then(|object| object.rest.clone()).unwrap_or(Value::UNKNOWN)
                    })
                }
                _ => self.element_of(one, at),
            };
            result = Some(result.map_or_else(|| value.clone(), |known| known.join(&value)));
        }
        result.unwrap_or(Value::UNKNOWN)
    }

    /// Any element, as a loop sees it. Python's dictionaries give keys.
    pub(super) fn element_of(&mut self, values: &Value, at: Span) -> Value {
        let mut result: Option<Value> = None;
        for one in values.each() {
            let value = match &one.shape {
                Shape::Object(id) => self.heap.get(*id).map_or(Value::UNKNOWN, Object::element),
                Shape::Event(part) => {
                    let part = std::rc::Rc::clone(part);
                    self.event_member(&part, &one.taint, &"[]".into(), at)
                }
                Shape::Extern(known) => {
                    let member = known.member("[]");
                    Value { shape: Shape::Extern(member.into()), taint: one.taint.clone() }
                }
                _ => Value::unknown(one.taint.clone()),
            };
            result = Some(result.map_or_else(|| value.clone(), |known| known.join(&value)));
        }
        result.unwrap_or(Value::UNKNOWN)
    }

    /// Any key, as `for in` sees it.
    pub(super) fn key_of(&mut self, object: &Value) -> Value {
        match &object.shape {
            Shape::Event(_) => Value::unknown(object.taint.flattened()),
            Shape::Object(id) => {
                let rest = self.heap.get(*id).and_then(|object| object.rest.clone());
                Value::unknown(rest.map_or(Taint::NONE, |rest| rest.taint.flattened()))
            }
            _ => Value::unknown(object.taint.flattened()),
        }
    }

    /// Writes a member of something of others: `process.env.X = "0"`, `res.body = x`.
    pub(super) fn set_external(&mut self, object: &Value, name: &Name, value: &Value, at: Span) {
        if let Shape::Extern(known) = &object.shape {
            let passed = crate::value::Passed { name: None, value: value.clone(), at, is_spread: false };
            let api = format!("{}.{name}=", known.path);
            let site = super::record::Site { at, callee: at, name: None };
            self.note_call(&api, None, &[passed], site);
            if matches!(&*known.path, "global" | "globalThis" | "process.env" | "os.environ") {
                self.note_survival(&format!("{}.{name}", known.path), value, at);
            }
            if value.taint.harms(SinkKind::Html) && matches!(&**name, "innerHTML" | "outerHTML") {
                self.note_flow(SinkKind::Html, &api, at, &value.taint, at);
            }
        }
    }
}

/// Constants of Python's `string` that passwords and tokens are made of.
fn alphabet(module: &str, name: &str) -> Option<&'static str> {
    const LOWER: &str = "abcdefghijklmnopqrstuvwxyz";
    const UPPER: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    const LETTERS: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    match (module, name) {
        ("string", "ascii_lowercase") => Some(LOWER),
        ("string", "ascii_uppercase") => Some(UPPER),
        ("string", "ascii_letters") => Some(LETTERS),
        ("string", "digits") => Some("0123456789"),
        ("string", "hexdigits") => Some("0123456789abcdefABCDEF"),
        _ => None,
    }
}

/// What a part of an event cannot harm before anything is done with it: a text is no instruction as long as
/// it stands alone, and the key of an S3 event is percent-encoded.
fn clean_at_first(part: &EventPart) -> Kinds {
    let prompt = Kinds::of(SinkKind::Prompt);
    let is_key =
        part.path.last().is_some_and(|last| &**last == "key") && part.path.iter().any(|key| &**key == "s3");
    let lines = Kinds::of(SinkKind::Log).and(Kinds::of(SinkKind::Header)).and(Kinds::of(SinkKind::Email));
    // No header of a request holds a line break (RFC 9110, section 5.5).
    let is_header = part.path.iter().any(|key| {
        // Paths and query strings before they are taken apart are percent-encoded.
        matches!(
            &**key,
            "headers" | "multiValueHeaders" | "rawQueryString" | "rawPath" | "querystring" | "uri"
        )
    });
    match (is_key, is_header) {
        (true, _) => prompt.and(Kinds::of(SinkKind::Log)),
        (false, true) => prompt.and(lines),
        (false, false) => prompt,
    }
}

/// Members of the claims of a token: its header says nothing about who somebody is.
fn claims_of(taint: &Taint, name: &str) -> Taint {
    let is_header = matches!(name, "header" | "kid" | "alg" | "exp" | "iat");
    taint.map(|mark| match mark.origin.kind {
        OriginKind::UnverifiedToken if is_header => {
            Mark { clean: mark.clean.and(Kinds::of(SinkKind::Identity)), ..mark.clone() }
        }
        _ => mark.clone(),
    })
}

/// Which part of an error a value holds: only its text and its trace leak.
fn error_part(taint: &Taint, name: &Name, at: Span) -> Taint {
    taint.map(|mark| match mark.origin.kind {
        OriginKind::Error => {
            let origin = Origin { path: format!("error.{name}").into(), kind: OriginKind::Error, at };
            Mark { origin: origin.into(), ..mark.clone() }
        }
        _ => mark.clone(),
    })
}

fn sounds_secret(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    let says = ["PASSWORD", "PASSWD", "SECRET", "PRIVATE_KEY", "API_KEY", "APIKEY", "ACCESS_TOKEN"];
    let points =
        ["_ARN", "_NAME", "_ID", "_PATH", "_URL", "_TABLE", "_PARAM", "_PARAMETER", "_FILE", "_PREFIX"];
    says.iter().any(|word| name.contains(word)) && !points.iter().any(|end| name.ends_with(end))
}
