//! Binding values to names and places.
use std::sync::Arc;

use model::{SinkKind, Span};

use super::Interpreter;
use crate::heap::{Object, ObjectKind};
use crate::ir::{Const, Expr, ExprKind, Name, Pattern};
use crate::taint::StepKind;
use crate::value::{Shape, Value};

impl Interpreter<'_> {
    /// Gives a value to what a pattern names.
    pub(super) fn bind(&mut self, pattern: &Pattern, value: Value, at: Span) {
        match pattern {
            Pattern::Name(name, name_at) => {
                self.write(name, value.step(*name_at, StepKind::Assigned, name), at);
            }
            Pattern::Place(place) => self.assign(place, value),
            Pattern::List { items, rest } => {
                for (index, item) in items.iter().enumerate() {
                    if let Some(item) = item {
                        let part = self.item(&value, index, at);
                        self.bind(item, part, at);
                    }
                }
                if let Some(rest) = rest {
                    let element = self.element_of(&value, at);
                    let list = self.list_of(vec![], Some(element));
                    self.bind(rest, list, at);
                }
            }
            Pattern::Object { fields, rest } => {
                for (name, inner) in fields {
                    let part = self.member(&value, name, pattern_at(inner).unwrap_or(at));
                    self.bind(inner, part, at);
                }
                if let Some(rest) = rest {
                    self.bind(rest, value, at);
                }
            }
            Pattern::Default(inner, default) => {
                let default = self.eval(default);
                // Something that is surely there has no need of its default.
                let known = matches!(value.shape, Shape::Const(_)) && !value.is_nothing();
                let value = if known {
                    value
                } else if value.is_nothing() {
                    default
                } else {
                    self.with_default(value, &default)
                };
                self.bind(inner, value, at);
            }
            Pattern::Ignore => {}
        }
    }

    /// A value that may be absent, and what stands in for it then.
    pub(super) fn with_default(&mut self, value: Value, default: &Value) -> Value {
        match value.shape {
            // The parts of an event keep their path; a default is no news about them.
            Shape::Event(_) => Value { taint: value.taint.join(&default.taint), ..value },
            _ => value.join(default),
        }
    }

    /// `object.name = value`, `object[index] = value`.
    fn assign(&mut self, place: &Expr, value: Value) {
        match &place.kind {
            ExprKind::Member { object, name, .. } => {
                let object_value = self.eval(object);
                self.forget(place);
                self.write_over(place, &object_value, &value);
                self.set_member(&object_value, name, value, place.at);
            }
            ExprKind::Index { object, index } => {
                let object_value = self.eval(object);
                let key = self.eval(index);
                self.forget(place);
                self.write_over(place, &object_value, &value);
                self.pollution(object, (&object_value, &key), &value, place.at);
                match &key.shape {
                    Shape::Const(Const::Text(name)) => {
                        let name = Arc::clone(name);
                        self.set_member(&object_value, &name, value, place.at);
                    }
                    _ => {
                        self.set_somewhere(&object_value, &value);
                        for one in object_value.each() {
                            one.as_object().iter().for_each(|id| self.kept(*id, None, &value, place.at));
                        }
                    }
                }
            }
            ExprKind::Name(name) => self.write(name, value, place.at),
            _ => {
                self.eval(place);
            }
        }
    }

    /// A write into something that is no object of ours, a part of the event: what is read there later on.
    fn write_over(&mut self, place: &Expr, object: &Value, value: &Value) {
        if matches!(object.shape, Shape::Object(_) | Shape::Extern(_)) {
            return;
        }
        let here = self.here;
        if let (Some(place), Some(scope)) = (super::places::place(place), self.scope_mut(here)) {
            scope.placed.insert(place, value.clone());
        }
    }

    /// `object[a][b] = c` where others choose `a` and `b` writes into the prototype of every object.
    fn pollution(&mut self, object: &Expr, (owner, key): (&Value, &Value), value: &Value, at: Span) {
        if self.is_python() || !key.taint.harms(SinkKind::Prototype) || value.taint.is_none() {
            return;
        }
        let inner_is_chosen = match &object.kind {
            ExprKind::Index { index, .. } => {
                let inner = self.quietly(|this| this.eval(index));
                inner.taint.harms(SinkKind::Prototype)
            }
            // What stands under a chosen key was reached on the way here.
            _ => owner.each().iter().any(|one| one.taint.harms(SinkKind::Prototype)),
        };
        if inner_is_chosen {
            self.note_flow(SinkKind::Prototype, "assignment to a computed key", at, &key.taint, object.at);
        }
    }

    /// Writes a property.
    pub(super) fn set_member(&mut self, object: &Value, name: &Name, value: Value, at: Span) {
        let value = { value.step(at, StepKind::Assigned, name) };
        let branch = self.branch;
        let single = object.each().len() == 1;
        for one in object.each() {
            let Shape::Object(id) = one.shape else {
                self.set_external(one, name, &value, at);
                continue;
            };
            let module = self.heap.get(id).and_then(|object| match object.kind {
                ObjectKind::Module { scope, .. } => Some(scope),
                _ => None,
            });
            if let Some(scope) = module.and_then(|scope| self.scope_mut(scope)) {
                scope.vars.insert(Arc::clone(name), value.clone());
                self.note_survival(name, &value, at);
                continue;
            }
            let Some(object) = self.heap.get_mut(id) else { continue };
            let replaces = single && object.branch == branch;
            object.set(name, value.clone(), replaces);
            self.kept(id, Some(name), &value, at);
        }
    }

    /// Writes under a key that is not known.
    pub(super) fn set_somewhere(&mut self, object: &Value, value: &Value) {
        for one in object.each() {
            if let Some(object) = one.as_object().and_then(|id| self.heap.get_mut(id)) {
                object.add_rest(value);
            }
        }
    }

    pub(super) fn list_of(&mut self, items: Vec<Value>, rest: Option<Value>) -> Value {
        let mut object = Object::new(ObjectKind::List);
        for item in items {
            object.push(item);
        }
        if let Some(rest) = rest {
            object.add_rest(&rest);
        }
        self.make(object)
    }
}

fn pattern_at(pattern: &Pattern) -> Option<Span> {
    match pattern {
        Pattern::Name(_, at) => Some(*at),
        Pattern::Place(place) => Some(place.at),
        Pattern::Default(inner, _) => pattern_at(inner),
        _ => None,
    }
}
