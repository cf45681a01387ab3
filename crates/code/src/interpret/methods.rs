//! What the languages themselves bring: methods of texts, lists and dictionaries, built-in functions.
use std::sync::Arc;

use model::{SinkKind, Span};

use super::Interpreter;
use super::record::Site;
use crate::heap::{Object, ObjectKind};
use crate::ir::{Const, Name};
use crate::taint::{Kinds, Mark, Taint};
use crate::value::{Extern, ObjectId, Passed, Piece, Shape, Value};

impl Interpreter<'_> {
    /// A method of a value that is no object of the application.
    pub(super) fn builtin_method(
        &mut self,
        receiver: &Value,
        name: &Name,
        arguments: &[Passed],
        site: Site,
    ) -> Value {
        if let Some(id) = receiver.as_object()
            && let Some(value) = self.object_method((receiver, id), name, arguments, site)
        {
            return value;
        }
        let first = || arguments.first().map_or(Value::UNKNOWN, |passed| passed.value.clone());
        match &**name {
            "then" | "catch" | "finally" => self.chained(receiver, name, arguments, site),
            "map" | "flatMap" | "forEach" | "filter" | "find" | "some" | "every" | "findIndex" | "reduce"
            | "sort" | "findLast" | "each"
                if !self.callbacks(arguments).is_empty() =>
            {
                let element = self.element_of(receiver, site.at);
                self.iterate(&element, name, arguments, site)
            }
            "get" | "get_all" | "getlist" | "at" => {
                let key = first();
                let value = match &key.shape {
                    Shape::Const(Const::Text(_) | Const::Int(_)) => self.index(receiver, &key, site.at),
                    _ => self.element_of(receiver, site.at),
                };
                match arguments.get(1) {
                    Some(default) => self.with_default(value, &default.value),
                    None => value,
                }
            }
            "items" | "entries" => {
                let key = self.key_of(receiver);
                let element = self.element_of(receiver, site.at);
                let pair = self.list_of(vec![key, element], None);
                self.list_of(vec![], Some(pair))
            }
            "values" => {
                let element = self.element_of(receiver, site.at);
                self.list_of(vec![], Some(element))
            }
            "keys" => {
                let key = self.key_of(receiver);
                self.list_of(vec![], Some(key))
            }
            "pop" | "shift" if matches!(receiver.shape, Shape::Event(_)) => match first().shape {
                Shape::Const(Const::Text(_)) => self.index(receiver, &first(), site.at),
                _ => self.element_of(receiver, site.at),
            },
            "copy" | "slice" | "concat" | "toArray" if matches!(receiver.shape, Shape::Event(_)) => {
                receiver.clone()
            }
            _ => self.text_method(receiver, name, arguments, site),
        }
    }

    fn callbacks(&self, arguments: &[Passed]) -> Vec<Value> {
        arguments.iter().flat_map(|passed| self.functions_in(&passed.value)).collect()
    }

    /// Methods of texts, and of values of which nothing is known.
    fn text_method(&mut self, receiver: &Value, name: &Name, arguments: &[Passed], site: Site) -> Value {
        match &**name {
            "format" => return self.format(receiver, arguments),
            "concat" => {
                let mut pieces = self.text_pieces(receiver);
                for passed in arguments {
                    pieces.extend(self.text_pieces(&passed.value));
                }
                return Value::from_pieces(pieces);
            }
            "join" if self.is_python() => {
                let list = arguments.first().map_or(Value::UNKNOWN, |passed| passed.value.clone());
                let taint = self.deep_taint(&list).join(&receiver.taint);
                return self.joined(&list, receiver, taint);
            }
            "decode" if self.is_python() => {
                let raw = receiver
                    .taint
                    .map(|mark| Mark { clean: mark.clean.without(SinkKind::Log), ..mark.clone() });
                return Value::unknown(raw);
            }
            "strip" | "lstrip" | "rstrip" | "trim" | "trimStart" | "trimEnd" | "toString" | "lower"
            | "upper" | "toLowerCase" | "toUpperCase" | "encode" | "decode" | "expandtabs" | "title"
            | "normalize" | "valueOf" | "promise" | "text" => {
                return match &receiver.shape {
                    Shape::Const(_) | Shape::Text(_) | Shape::Data(_) | Shape::Event(_) => receiver.clone(),
                    _ => Value::unknown(receiver.taint.clone()),
                };
            }
            "replace" | "replaceAll" | "sub" => return self.replaced(receiver, arguments),
            "length" | "indexOf" | "lastIndexOf" | "index" | "count" | "includes" | "startsWith"
            | "endsWith" | "startswith" | "endswith" | "isdigit" | "isalnum" | "isalpha" | "has"
            | "hasOwnProperty" | "charCodeAt" | "localeCompare" | "isnumeric" | "isdecimal" | "timestamp"
            | "getTime" => {
                return Value::UNKNOWN;
            }
            "toFixed" | "toPrecision" | "hex" | "digest" | "hexdigest" => {
                return Value::unknown(receiver.taint.cleaned(Kinds::INJECTION));
            }
            "split" | "rsplit" | "splitlines" | "partition" | "rpartition" | "match" | "matchAll"
            | "substring" | "substr" | "slice" | "padStart" | "padEnd" | "repeat" | "charAt" | "zfill"
            | "ljust" | "rjust" => {
                return Value::unknown(receiver.taint.flattened());
            }
            _ => {}
        }
        self.unknown_call(name, receiver, arguments, site)
    }

    /// `text.replace(a, b)`: harmless when everything but an alphabet is taken out.
    fn replaced(&mut self, receiver: &Value, arguments: &[Passed]) -> Value {
        let pattern = arguments.first().map_or(Value::UNKNOWN, |passed| passed.value.clone());
        let with = arguments.get(1).map_or(Taint::NONE, |passed| passed.value.taint.clone());
        let text = match &pattern.shape {
            Shape::Const(Const::Regex { pattern, .. } | Const::Text(pattern)) => Some(Arc::clone(pattern)),
            _ => None,
        };
        let text = text.as_deref().unwrap_or_default();
        let with_text = arguments.get(1).and_then(|passed| passed.value.as_text().cloned());
        let is_pattern = matches!(pattern.shape, Shape::Const(Const::Regex { .. }));
        let kinds = match text {
            _ if is_pattern && text.starts_with("[^") && !text.contains("\\s\\S") => Kinds::INJECTION,
            // Taking `../` out leaves one in `....//`.
            ".." | "/" | "\\.\\." | "\\/" => Kinds::of(SinkKind::Path),
            "\n" | "\r" | "\\n" | "\r\n" => LINES,
            _ if is_pattern && text.contains("\\n") && text.contains("\\r") => LINES,
            _ if text.contains('<') && with_text.as_deref().is_none_or(|with| !with.contains('<')) => {
                Kinds::of(SinkKind::Html)
            }
            // A class of nearly all signs that patterns know: each gets a backslash.
            _ if is_pattern && is_pattern_escape(text) => Kinds::of(SinkKind::Regex),
            _ => Kinds::NONE,
        };
        Value::unknown(receiver.taint.flattened().join(&with).cleaned(kinds))
    }

    /// `"{} of {name}".format(a, name=b)`.
    fn format(&mut self, receiver: &Value, arguments: &[Passed]) -> Value {
        let Some(format) = receiver.as_text().cloned() else {
            let taint = receiver.taint.join(&self.taint_of_passed(arguments));
            return Value::unknown(taint.flattened());
        };
        let mut pieces = Vec::new();
        let mut plain = arguments.iter().filter(|passed| passed.name.is_none());
        let known = |text: &str| Piece { text: Some(text.into()), data: None, taint: Taint::NONE };
        let mut rest = &*format;
        while let Some((before, after)) = rest.split_once('{') {
            pieces.push(known(before));
            let Some((field, after)) = after.split_once('}') else { break };
            rest = after;
            let name = field.split([':', '.', '[', '!']).next().unwrap_or_default();
            let named = arguments.iter().find(|passed| passed.name.as_deref() == Some(name));
            let by_position = || {
                name.parse::<usize>().ok().and_then(|position| {
                    arguments.iter().filter(|passed| passed.name.is_none()).nth(position)
                })
            };
            let found = named.or_else(by_position).or_else(|| plain.next());
            match found {
                Some(passed) => pieces.extend(self.text_pieces(&passed.value)),
                None => pieces.push(Piece { text: None, data: None, taint: Taint::NONE }),
            }
        }
        pieces.push(known(rest));
        Value::from_pieces(pieces)
    }

    /// `separator.join(list)`.
    fn joined(&self, list: &Value, separator: &Value, taint: Taint) -> Value {
        let object = list.as_object().and_then(|id| self.heap.get(id));
        let Some(object) = object.filter(|object| object.rest.is_none()) else {
            return Value::unknown(taint.flattened());
        };
        let mut pieces = Vec::new();
        for (index, item) in object.items.iter().enumerate() {
            if index > 0 {
                pieces.extend(self.text_pieces(separator));
            }
            pieces.extend(self.text_pieces(item));
        }
        Value::from_pieces(pieces)
    }

    /// `.then(f)`: the function gets what was promised.
    fn chained(&mut self, receiver: &Value, name: &Name, arguments: &[Passed], site: Site) -> Value {
        let settled = self.settled(receiver.clone());
        let callbacks: Vec<Value> = arguments.iter().map(|passed| passed.value.clone()).collect();
        let given = match &**name {
            "then" => settled.clone(),
            "catch" => super::statements::caught(site.at),
            _ => Value::UNKNOWN,
        };
        let mut result: Option<Value> = None;
        for (index, callback) in callbacks.iter().enumerate() {
            let given = if index > 0 { super::statements::caught(site.at) } else { given.clone() };
            let value = self.in_branch(|this| this.call_with(callback, vec![given], site.at));
            let value = self.settled(value);
            result = Some(result.map_or_else(|| value.clone(), |known| known.join(&value)));
        }
        match &**name {
            "then" => result.unwrap_or(settled),
            _ => result.map_or_else(|| settled.clone(), |result| settled.join(&result)),
        }
    }

    /// Functions that run for each element.
    fn iterate(&mut self, element: &Value, name: &str, arguments: &[Passed], site: Site) -> Value {
        let mut result = Value::UNKNOWN;
        let initial = arguments.get(1).map(|passed| passed.value.clone());
        for function in self.callbacks(arguments) {
            let given = match name {
                "reduce" => vec![initial.clone().unwrap_or_else(|| element.clone()), element.clone()],
                "sort" => vec![element.clone(), element.clone()],
                _ => vec![element.clone(), Value::UNKNOWN],
            };
            let value = self.in_branch(|this| this.call_with(&function, given, site.at));
            let value = self.settled(value);
            result = result.join(&value);
        }
        match name {
            "map" => self.list_of(vec![], Some(result)),
            "flatMap" => {
                let element = self.element_of(&result, site.at);
                self.list_of(vec![], Some(element))
            }
            "reduce" => initial.map_or_else(|| result.clone(), |initial| result.join(&initial)),
            "filter" | "sort" => self.list_of(vec![], Some(element.clone())),
            "find" | "findLast" => element.clone(),
            _ => Value::UNKNOWN,
        }
    }

    /// Methods of lists and dictionaries that the program made.
    fn object_method(
        &mut self,
        (receiver, id): (&Value, ObjectId),
        name: &Name,
        arguments: &[Passed],
        site: Site,
    ) -> Option<Value> {
        let values: Vec<Value> = arguments.iter().map(|passed| passed.value.clone()).collect();
        let first = values.first().cloned();
        let is_list = matches!(self.heap.get(id)?.kind, ObjectKind::List);
        match &**name {
            "append" | "push" | "add" | "unshift" | "insert" | "appendleft" => {
                let added = if &**name == "insert" { values.get(1).cloned() } else { first };
                self.add_to(id, added.as_ref(), site.at);
                Some(Value::UNKNOWN)
            }
            "extend" | "concat" => {
                let element = self.element_of(&first?, site.at);
                if &**name == "extend" {
                    self.kept(id, None, &element, site.at);
                }
                let target = if &**name == "concat" {
                    let copy = self.heap.get(id)?.clone();
                    self.make(copy)
                } else {
                    receiver.clone()
                };
                if let Some(object) = target.as_object().and_then(|id| self.heap.get_mut(id)) {
                    object.add_rest(&element);
                }
                Some(target)
            }
            "update" | "assign" => {
                if let Some(from) = &first {
                    self.copy_fields(id, from);
                    self.kept(id, None, from, site.at);
                }
                for passed in arguments {
                    if let Some(name) = &passed.name {
                        self.set_member(receiver, name, passed.value.clone(), passed.at);
                    }
                }
                Some(Value::UNKNOWN)
            }
            "set" | "setdefault" | "__setitem__" => {
                let value = values.get(1).cloned().unwrap_or(Value::UNKNOWN);
                match first.as_ref().and_then(Value::as_text).cloned() {
                    Some(key) => self.set_member(receiver, &key, value.clone(), site.at),
                    None => {
                        self.set_somewhere(receiver, &value);
                        self.kept(id, None, &value, site.at);
                    }
                }
                Some(value)
            }
            "pop" | "shift" | "popleft" | "popitem" => match first.as_ref().and_then(Value::as_text).cloned()
            {
                Some(key) => Some(self.member(receiver, &key, site.at)),
                None => Some(self.element_of(receiver, site.at)),
            },
            "join" if is_list && !self.is_python() => {
                let separator = first.unwrap_or_else(|| Value::text(","));
                let taint = self.deep_taint(receiver);
                Some(self.joined(receiver, &separator, taint))
            }
            "copy" | "slice" | "reverse" | "flat" => {
                let copy = self.heap.get(id)?.clone();
                Some(self.make(copy))
            }
            "get" | "keys" | "values" | "items" | "entries" | "map" | "flatMap" | "forEach" | "filter"
            | "find" | "some" | "every" | "reduce" | "sort" | "then" | "catch" | "finally" => None,
            "includes" | "has" | "indexOf" | "index" | "count" | "hasOwnProperty" => Some(Value::UNKNOWN),
            "toString" | "__str__" => Some(Value::unknown(self.deep_taint(receiver).flattened())),
            _ => None,
        }
    }

    fn add_to(&mut self, id: ObjectId, value: Option<&Value>, at: Span) {
        let Some(value) = value else { return };
        let branch = self.branch;
        let Some(object) = self.heap.get_mut(id) else { return };
        if object.branch == branch {
            object.push(value.clone());
        } else {
            object.add_rest(value);
        }
        self.kept(id, None, value, at);
    }

    /// Built-in functions whose result has a known form; `None` for everything else.
    pub(super) fn language_call(
        &mut self,
        known: &Extern,
        arguments: &[Passed],
        site: Site,
    ) -> Option<Value> {
        let first = || arguments.first().map_or(Value::UNKNOWN, |passed| passed.value.clone());
        let second = || arguments.get(1).map_or(Value::UNKNOWN, |passed| passed.value.clone());
        match &*known.path {
            "require" | "import" | "importlib.import_module" | "__import__" => {
                if first().as_text().is_none() {
                    self.note_call(&known.path, None, arguments, site);
                }
                Some(self.loaded_by_call(&known.path, arguments, site))
            }
            "next" | "min" | "max" => Some(self.element_of(&first(), site.at)),
            "enumerate" => {
                let element = self.element_of(&first(), site.at);
                let pair = self.list_of(vec![Value::UNKNOWN, element], None);
                Some(self.list_of(vec![], Some(pair)))
            }
            "zip" => {
                let items: Vec<Value> =
                    arguments.iter().map(|passed| self.element_of(&passed.value, passed.at)).collect();
                let pair = self.list_of(items, None);
                Some(self.list_of(vec![], Some(pair)))
            }
            "map" | "filter" if self.is_python() => {
                let element = self.element_of(&second(), site.at);
                let value = self.in_branch(|this| this.call_with(&first(), vec![element.clone()], site.at));
                Some(self.list_of(vec![], Some(if &*known.path == "map" { value } else { element })))
            }
            "dict" | "Map" | "collections.OrderedDict" | "collections.defaultdict" | "URLSearchParams" => {
                Some(self.dictionary(arguments))
            }
            "getattr" => match second().as_text().cloned() {
                Some(name) => Some(self.member(&first(), &name, site.at)),
                // Some member of it, nobody knows which.
                None => {
                    let taint = first().taint.join(&second().taint);
                    let member = first().as_extern().map(|known| Shape::Extern(known.member("[]").into()));
                    Some(Value { shape: member.unwrap_or(Shape::Unknown), taint })
                }
            },
            "super" => Some(self.super_class()),
            "functools.partial" => self.partial(arguments),
            "os.getenv" => self.environment_call(&Extern::named("os"), &"getenv".into(), arguments, site),
            "callback" | "context.succeed" | "context.done" | "context.fail" => {
                let answer =
                    if matches!(&*known.path, "callback" | "context.done") { second() } else { first() };
                self.answer(&answer, site.at);
                Some(Value::UNKNOWN)
            }
            "traceback.format_exc" | "traceback.format_exception" => {
                let error = super::statements::caught(site.at);
                Some(self.member(&error, &"stack".into(), site.at).with_shape_unknown())
            }
            _ => self.object_call(known, arguments, site),
        }
    }

    /// Built-in functions of promises, objects and lists.
    fn object_call(&mut self, known: &Extern, arguments: &[Passed], site: Site) -> Option<Value> {
        let first = || arguments.first().map_or(Value::UNKNOWN, |passed| passed.value.clone());
        match &*known.path {
            "Promise" => Some(self.promise(&first(), site.at)),
            "Promise.all" | "Promise.allSettled" | "Promise.race" | "Promise.any" | "asyncio.gather" => {
                let list = first();
                Some(if known.path.starts_with("asyncio") {
                    let values = arguments.iter().map(|passed| passed.value.clone()).collect();
                    self.list_of(values, None)
                } else {
                    let element = self.element_of(&list, site.at);
                    let element = self.settled(element);
                    match list.as_object().and_then(|id| self.heap.get(id)).cloned() {
                        Some(object) => {
                            let items = object.items.into_iter().map(|item| self.settled(item)).collect();
                            self.list_of(items, object.rest)
                        }
                        None => self.list_of(vec![], Some(element)),
                    }
                })
            }
            "Promise.resolve" | "Object.freeze" | "Object.seal" | "asyncio.run" | "util.promisify"
            | "structuredClone" | "functools.wraps" => Some(first()),
            "Object.assign" => {
                let target = first();
                let sources: Vec<Value> =
                    arguments.iter().skip(1).map(|passed| passed.value.clone()).collect();
                if let Some(id) = target.as_object() {
                    for source in &sources {
                        self.copy_fields(id, source);
                        self.kept(id, None, source, site.at);
                    }
                }
                Some(target)
            }
            "Object.keys" | "Object.getOwnPropertyNames" => {
                let key = self.key_of(&first());
                Some(self.list_of(vec![], Some(key)))
            }
            "Object.values" | "Object.entries" => {
                let element = self.element_of(&first(), site.at);
                let key = self.key_of(&first());
                let item = if &*known.path == "Object.entries" {
                    self.list_of(vec![key, element], None)
                } else {
                    element
                };
                Some(self.list_of(vec![], Some(item)))
            }
            "Array.from" | "list" | "tuple" | "set" | "sorted" | "reversed" | "frozenset" | "iter"
            | "Set" | "Array.of" => {
                if matches!(first().shape, Shape::Event(_)) {
                    return Some(first());
                }
                let element = self.element_of(&first(), site.at);
                let known = !arguments.is_empty();
                Some(self.list_of(vec![], known.then_some(element)))
            }
            _ => None,
        }
    }

    pub(super) fn dictionary(&mut self, arguments: &[Passed]) -> Value {
        let value = self.make(Object::new(ObjectKind::Fields));
        let Some(id) = value.as_object() else { return value };
        for passed in arguments {
            match &passed.name {
                Some(name) => self.set_member(&value, &Arc::clone(name), passed.value.clone(), passed.at),
                None => self.copy_fields(id, &passed.value),
            }
        }
        value
    }

    fn partial(&mut self, arguments: &[Passed]) -> Option<Value> {
        let function = arguments.first()?;
        let Shape::Function(closure) = &function.value.shape else { return None };
        let first = closure.first.iter().cloned();
        let bound = crate::value::Closure {
            module: Arc::clone(&closure.module),
            function: closure.function,
            scope: closure.scope,
            this: closure.this.clone(),
            first: first.chain(arguments.iter().skip(1).map(|passed| passed.value.clone())).collect(),
        };
        Some(Value::of(Shape::Function(bound.into())))
    }

    /// What `with` binds.
    pub(super) fn entered(&mut self, value: Value, at: Span) -> Value {
        let id = value.as_object();
        let is_instance = id
            .and_then(|id| self.heap.get(id))
            .is_some_and(|object| matches!(object.kind, ObjectKind::Instance(_)));
        if !is_instance {
            return value;
        }
        let enter = self.member(&value, &"__enter__".into(), at);
        match enter.shape {
            Shape::Function(_) => self.call_with(&enter, vec![], at),
            _ => value,
        }
    }
}

/// Ends that need line breaks.
const LINES: Kinds =
    Kinds::of(SinkKind::Log).and(Kinds::of(SinkKind::Header)).and(Kinds::of(SinkKind::Email));

/// A class of the signs that mean something in a pattern.
fn is_pattern_escape(text: &str) -> bool {
    text.starts_with('[') && ['*', '+', '?', '(', '|'].iter().all(|sign| text.contains(*sign))
}

impl Value {
    fn with_shape_unknown(self) -> Self {
        Self { shape: Shape::Unknown, taint: self.taint }
    }
}
