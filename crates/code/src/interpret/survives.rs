//! State that one invocation leaves to the next: it runs in the same process, for somebody else.
use model::{Span, UseKind};

use super::Interpreter;
use crate::heap::ObjectKind;
use crate::value::{ObjectId, Shape, Value};

impl Interpreter<'_> {
    /// A variable that outlives the invocation gets a value.
    pub(super) fn note_survival(&mut self, name: &str, value: &Value, at: Span) {
        if !self.starting && self.is_of_one_invocation(value) {
            self.note_use(UseKind::Survives, name, at);
        }
    }

    /// A value is put into an object, under this name when it is known.
    pub(super) fn kept(&mut self, id: ObjectId, field: Option<&str>, value: &Value, at: Span) {
        let outlives = self.heap.get(id).is_some_and(|object| object.outlives);
        if self.starting || self.quiet > 0 || !outlives || !self.is_of_one_invocation(value) {
            return;
        }
        let name = match (self.name_of_object(id), field) {
            (Some(owner), Some(field)) if self.is_instance(id) => format!("{owner}.{field}"),
            (Some(owner), _) => owner,
            (None, Some(field)) => field.to_owned(),
            (None, None) => "a collection".to_owned(),
        };
        self.note_use(UseKind::Survives, &name, at);
    }

    /// Data of who sent this event. Clients, connections and answers of others that depend on it are not.
    fn is_of_one_invocation(&self, value: &Value) -> bool {
        let is_answer =
            |value: &Value| matches!(&value.shape, Shape::Extern(known) if known.path.ends_with("()"));
        !value.each().iter().all(is_answer) && self.deep_taint(value).is_live()
    }

    fn is_instance(&self, id: ObjectId) -> bool {
        let kind = self.heap.get(id).map(|object| &object.kind);
        matches!(kind, Some(ObjectKind::Instance(_) | ObjectKind::Class { .. }))
    }

    /// The variable of a module that holds an object, or a field of what it holds.
    fn name_of_object(&self, wanted: ObjectId) -> Option<String> {
        let scopes = self.loading.iter().filter_map(|path| self.scope(self.module_scope(path)?));
        let mut within = None;
        for (name, value) in scopes.flat_map(|scope| &scope.vars) {
            for id in value.each().iter().filter_map(Value::as_object) {
                if id == wanted {
                    return Some(name.to_string());
                }
                let Some(object) = self.heap.get(id).filter(|_| within.is_none()) else { continue };
                let mut fields = object.fields.iter();
                let field =
                    fields.find(|(_, value)| value.each().iter().any(|one| one.as_object() == Some(wanted)));
                within = field.map(|(field, _)| format!("{name}.{field}"));
            }
        }
        within
    }
}
