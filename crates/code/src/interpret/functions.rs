//! Calls of the application's own functions and classes.
use std::collections::BTreeMap;
use std::sync::Arc;

use model::Span;

use super::{Interpreter, Scope};
use crate::heap::{Object, ObjectKind};
use crate::ir::{Function, FunctionId, Module, Name, Param, ParamKind};
use crate::taint::{StepKind, Taint};
use crate::value::{Closure, ObjectId, Passed, ScopeId, Shape, Value};

/// How often one function may be on the way at once.
const RECURSION_MAX: usize = 2;

impl Interpreter<'_> {
    /// Calls a function of the application.
    pub(super) fn enter(&mut self, closure: &Closure, arguments: &[Passed], this: Option<Value>) -> Value {
        let module = Arc::clone(&closure.module);
        let Some(function) = module.functions.get(closure.function.0 as usize) else {
            return Value::UNKNOWN;
        };
        let key = (Name::from(module.path.as_str()), closure.function);
        let on_the_way = self.stack.iter().filter(|open| **open == key).count();
        let entered = self.entered.entry(key.clone()).or_default();
        *entered += 1;
        let too_often = *entered > super::ENTRIES_MAX;
        if too_often || on_the_way >= RECURSION_MAX || self.stack.len() >= self.limits.call_depth_max {
            // A function that calls itself is expected to end here.
            self.record.exhausted |= on_the_way == 0;
            let values: Vec<Value> = arguments.iter().map(|passed| passed.value.clone()).collect();
            return Value::unknown(self.taint_of(&values));
        }
        let result = self.in_function(closure, arguments, this, |interpreter| {
            interpreter.block(&function.body);
            interpreter.scope(interpreter.here).and_then(|scope| scope.returned.clone())
        });
        let result = result.unwrap_or(Value::UNKNOWN);
        result.step(function.name_at, StepKind::Returned, &function.name)
    }

    /// Runs something inside of a function's scope, its parameters bound to the arguments.
    pub(super) fn in_function<T: Default>(
        &mut self,
        closure: &Closure,
        arguments: &[Passed],
        this: Option<Value>,
        run: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let module = Arc::clone(&closure.module);
        let Some(function) = module.functions.get(closure.function.0 as usize) else { return T::default() };
        let this = closure.this.clone().or(this);
        let scope = Scope {
            vars: BTreeMap::new(),
            refined: BTreeMap::new(),
            placed: BTreeMap::new(),
            tests: BTreeMap::new(),
            parent: Some(closure.scope),
            module: Arc::clone(&module),
            function: closure.function,
            this: this.clone().unwrap_or(Value::UNKNOWN),
            returned: None,
        };
        let Some(scope) = self.new_scope(scope) else { return T::default() };
        let outer = std::mem::replace(&mut self.here, scope);
        self.stack.push((Name::from(module.path.as_str()), closure.function));
        let result = self.in_branch(|interpreter| {
            interpreter.bind_params(function, &with_first(closure, this, function, arguments));
            run(interpreter)
        });
        self.stack.pop();
        self.here = outer;
        result
    }

    fn bind_params(&mut self, function: &Function, arguments: &[Passed]) {
        let mut plain: Vec<&Passed> = arguments.iter().filter(|passed| passed.name.is_none()).collect();
        plain.reverse();
        let mut used: Vec<&Name> = Vec::new();
        for param in &function.params {
            let name = Self::name_of(&param.target);
            let keyword =
                name.and_then(|name| arguments.iter().find(|passed| passed.name.as_ref() == Some(name)));
            let value = match param.kind {
                ParamKind::Rest => {
                    let items = plain.iter().rev().map(|passed| passed.value.clone()).collect();
                    plain.clear();
                    Some(self.list_of(items, None))
                }
                ParamKind::Keywords => Some(self.keywords(arguments, &used)),
                ParamKind::Keyword => keyword.map(|passed| passed.value.clone()),
                ParamKind::Plain => match plain.last() {
                    Some(passed) if passed.is_spread => {
                        let element = passed.value.clone();
                        Some(self.element_of(&element, passed.at))
                    }
                    Some(_) if keyword.is_none() => plain.pop().map(|passed| passed.value.clone()),
                    _ => keyword.map(|passed| passed.value.clone()),
                },
            };
            used.extend(name);
            self.bind_param(param, value);
        }
        self.write_arguments(arguments);
    }

    fn keywords(&mut self, arguments: &[Passed], used: &[&Name]) -> Value {
        let value = self.make(Object::new(ObjectKind::Fields));
        let Some(object) = value.as_object().and_then(|id| self.heap.get_mut(id)) else { return value };
        for passed in arguments {
            match &passed.name {
                Some(name) if !used.contains(&name) => object.set(name, passed.value.clone(), true),
                _ => {}
            }
        }
        value
    }

    fn bind_param(&mut self, param: &Param, value: Option<Value>) {
        let at = match &param.target {
            crate::ir::Pattern::Name(_, at) => *at,
            _ => Span::NONE,
        };
        let value = match (value, &param.default) {
            (Some(value), None) => value,
            (Some(value), Some(_)) if !value.is_nothing() => value,
            (_, Some(default)) => self.eval(default),
            (value, None) => value.unwrap_or(Value::UNKNOWN),
        };
        let name = Self::name_of(&param.target).cloned().unwrap_or_else(|| "".into());
        self.bind(&param.target, value.step(at, StepKind::Passed, &name), at);
    }

    /// JavaScript's `arguments`.
    fn write_arguments(&mut self, arguments: &[Passed]) {
        if self.is_python() {
            return;
        }
        let values = arguments.iter().map(|passed| passed.value.clone()).collect();
        let list = self.list_of(values, None);
        let here = self.here;
        if let Some(scope) = self.scope_mut(here) {
            scope.vars.entry("arguments".into()).or_insert(list);
        }
    }

    /// `new C(…)`, `C(…)`.
    pub(super) fn instantiate(&mut self, class: ObjectId, arguments: &[Passed], at: Span) -> Value {
        let instance = self.make(Object::new(ObjectKind::Instance(class)));
        let name: Name = if self.is_python() { "__init__".into() } else { "constructor".into() };
        match self.class_member(&instance, class, &name, 0) {
            Some(constructor) if matches!(constructor.shape, Shape::Function(_)) => {
                self.call_value(&constructor, arguments, at);
            }
            _ => {
                // A data class, or a class of others below: what goes in is in it.
                let given = self.dictionary(arguments);
                let plain = arguments.iter().filter(|passed| passed.name.is_none());
                let plain: Vec<Value> = plain.map(|passed| passed.value.clone()).collect();
                let typed = self.typed(class, &given);
                let copy = typed.as_object().and_then(|id| self.heap.get(id)).cloned();
                let object = instance.as_object().and_then(|id| self.heap.get_mut(id));
                if let (Some(copy), Some(object)) = (copy, object) {
                    *object = copy;
                    plain
                        .iter()
                        .filter(|value| !value.taint.is_none())
                        .for_each(|value| object.add_rest(value));
                }
            }
        }
        instance
    }

    /// The class that `super` is.
    pub(super) fn super_class(&mut self) -> Value {
        let this = self.scope(self.here).map_or(Value::UNKNOWN, |scope| scope.this.clone());
        let class = match this.as_object().and_then(|id| self.heap.get(id)).map(|object| &object.kind) {
            Some(ObjectKind::Instance(class)) => *class,
            _ => return Value::UNKNOWN,
        };
        match self.heap.get(class).map(|object| &object.kind) {
            Some(ObjectKind::Class { bases, .. }) => bases.first().cloned().unwrap_or(Value::UNKNOWN),
            _ => Value::UNKNOWN,
        }
    }

    /// Runs a function that nothing called, on values of which nothing is known.
    pub(super) fn enter_unreached(&mut self, module: &Arc<Module>, function: FunctionId, scope: ScopeId) {
        let closure = Closure { module: Arc::clone(module), function, scope, this: None, first: Vec::new() };
        self.enter(&closure, &[], None);
    }

    /// A function with its decorators applied.
    pub(super) fn decorated(&mut self, function: FunctionId) -> Value {
        let mut value = self.closure(function);
        let Some(module) = self.module() else { return value };
        let Some(known) = module.functions.get(function.0 as usize) else { return value };
        for decorator in known.decorators.iter().rev() {
            let decorator_value = self.eval(decorator);
            value = match &decorator_value.shape {
                // One of ours wraps it.
                Shape::Function(_) => {
                    let wrapped = self.call_with(&decorator_value, vec![value.clone()], decorator.at);
                    if matches!(wrapped.shape, Shape::Function(_) | Shape::Extern(_)) {
                        wrapped
                    } else {
                        value
                    }
                }
                Shape::Extern(framework) => {
                    let framework = Arc::clone(&framework.path);
                    self.registered(&framework, &decorator_value, &value);
                    value
                }
                _ => value,
            };
        }
        value
    }

    /// Calls something with plain arguments.
    pub(super) fn call_with(&mut self, callee: &Value, arguments: Vec<Value>, at: Span) -> Value {
        let passed: Vec<Passed> =
            arguments.into_iter().map(|value| Passed { name: None, value, at, is_spread: false }).collect();
        self.call_value(callee, &passed, at)
    }

    pub(super) fn taint_of_passed(&self, arguments: &[Passed]) -> Taint {
        arguments.iter().fold(Taint::NONE, |sum, passed| sum.join(&self.deep_taint(&passed.value)))
    }
}

/// The arguments with those that were bound before, and Python's instance.
fn with_first(
    closure: &Closure,
    this: Option<Value>,
    function: &Function,
    arguments: &[Passed],
) -> Vec<Passed> {
    let mut all = Vec::with_capacity(arguments.len() + 1);
    let plain = |value: Value| Passed { name: None, value, at: function.name_at, is_spread: false };
    let is_python = closure.module.language == model::Language::Python;
    if is_python
        && function.is_method
        && let Some(this) = this
    {
        all.push(plain(this));
    }
    all.extend(closure.first.iter().cloned().map(plain));
    all.extend_from_slice(arguments);
    all
}
