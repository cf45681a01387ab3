//! Objects that a program makes: dictionaries, lists, instances, classes.
use std::collections::BTreeMap;

use crate::ir::Name;
use crate::value::{ObjectId, ScopeId, Value};

/// What is known of an object. Its fields may have been written from anywhere.
#[derive(Debug, Clone)]
pub(crate) struct Object {
    pub kind: ObjectKind,
    pub fields: BTreeMap<Name, Value>,
    /// Elements in order, while nothing is unclear about them.
    pub items: Vec<Value>,
    /// What stands under keys that are not known, and all elements once their order is unclear.
    pub rest: Option<Value>,
    /// The branch of execution that made it; a write in the same one replaces, others add.
    pub branch: u32,
    /// Made while the function started, so shared between invocations.
    pub outlives: bool,
}

#[derive(Debug, Clone)]
pub(crate) enum ObjectKind {
    Fields,
    List,
    /// An instance of a class object.
    Instance(ObjectId),
    /// A class: its fields are methods and static members.
    Class {
        bases: Vec<Value>,
        getters: Vec<Name>,
        types: Vec<(Name, Name)>,
    },
    /// What a promise will be: its value is `rest`.
    Promise,
    /// A module of the application: its fields are the variables of this scope.
    Module {
        scope: ScopeId,
        path: Name,
        name: Name,
    },
}

/// Every object of one run.
#[derive(Debug, Default)]
pub(crate) struct Heap {
    objects: Vec<Object>,
}

/// Objects past this are all the same unknown one.
const OBJECTS_MAX: usize = 200_000;
/// Elements that are told apart in one list.
const ITEMS_MAX: usize = 64;
/// Fields that are told apart in one object.
const FIELDS_MAX: usize = 2_000;

impl Object {
    pub(crate) fn new(kind: ObjectKind) -> Self {
        Self { kind, fields: BTreeMap::new(), items: Vec::new(), rest: None, branch: 0, outlives: false }
    }

    /// Adds to what stands under unknown keys.
    pub(crate) fn add_rest(&mut self, value: &Value) {
        self.rest = Some(self.rest.as_ref().map_or_else(|| value.clone(), |rest| rest.join(value)));
    }

    /// Adds an element at the end.
    pub(crate) fn push(&mut self, value: Value) {
        if self.rest.is_some() || self.items.len() >= ITEMS_MAX {
            self.add_rest(&value);
        } else {
            self.items.push(value);
        }
    }

    /// Writes a field; `replaces` when nothing else can have been there before.
    pub(crate) fn set(&mut self, name: &Name, value: Value, replaces: bool) {
        let has_room = self.fields.len() < FIELDS_MAX;
        match self.fields.get_mut(name) {
            Some(known) if replaces => *known = value,
            Some(known) => *known = known.join(&value),
            None if has_room => {
                self.fields.insert(name.clone(), value);
            }
            None => self.add_rest(&value),
        }
    }

    /// Any element or field.
    pub(crate) fn any(&self) -> Value {
        let all = self.items.iter().chain(self.rest.as_ref());
        let all = all.chain(self.fields.values());
        all.cloned().reduce(|one, two| one.join(&two)).unwrap_or(Value::UNKNOWN)
    }

    /// Any element; for objects that are no lists any field.
    pub(crate) fn element(&self) -> Value {
        if self.items.is_empty() && self.rest.is_none() {
            return self.any();
        }
        let all = self.items.iter().chain(self.rest.as_ref());
        all.cloned().reduce(|one, two| one.join(&two)).unwrap_or(Value::UNKNOWN)
    }
}

impl Heap {
    pub(crate) fn add(&mut self, object: Object) -> ObjectId {
        if self.objects.len() >= OBJECTS_MAX {
            return ObjectId(0);
        }
        self.objects.push(object);
        ObjectId(u32::try_from(self.objects.len() - 1).unwrap_or(0))
    }

    pub(crate) fn get(&self, id: ObjectId) -> Option<&Object> {
        self.objects.get(id.0 as usize)
    }

    pub(crate) fn get_mut(&mut self, id: ObjectId) -> Option<&mut Object> {
        self.objects.get_mut(id.0 as usize)
    }

    pub(crate) fn is_full(&self) -> bool {
        self.objects.len() >= OBJECTS_MAX
    }
}
