//! The vocabulary of the mapping tables.
use model::{Data, Entry, Kind, Node, NodeId, PolicyOrigin, Value};

use super::{Lowering, read_policy};
use crate::resource::Resource;

/// How the resources of some provider types become nodes of a kind.
#[derive(Clone, Copy)]
pub(crate) struct Mapping {
    /// Provider types that share this table.
    pub types: &'static [&'static str],
    pub kind: Kind,
    pub fields: &'static [Field],
    /// The attribute that names the node this one is a part of.
    pub owner: Option<&'static str>,
    /// The owner gets this node's attributes and policies (those its kind has, when not set there).
    pub merge: bool,
    /// What a table cannot say. Runs when every node exists.
    pub hook: Option<fn(&mut Lowering<'_>, &Resource, NodeId)>,
}

impl Mapping {
    pub(crate) const fn new(types: &'static [&'static str], kind: Kind, fields: &'static [Field]) -> Self {
        Self { types, kind, fields, owner: None, merge: false, hook: None }
    }

    pub(crate) const fn owner(mut self, attr: &'static str) -> Self {
        self.owner = Some(attr);
        self
    }

    pub(crate) const fn merge_into(mut self, attr: &'static str) -> Self {
        self.owner = Some(attr);
        self.merge = true;
        self
    }

    pub(crate) const fn hook(mut self, hook: fn(&mut Lowering<'_>, &Resource, NodeId)) -> Self {
        self.hook = Some(hook);
        self
    }
}

/// Where one attribute stands among a type's properties, and how to read it.
#[derive(Clone, Copy)]
pub(crate) struct Field {
    /// The schema's name.
    pub attr: &'static str,
    /// Property path with dots. Lists of one (HCL blocks) are stepped through.
    pub path: &'static str,
    pub read: Read,
}

/// How a property becomes an attribute.
#[derive(Clone, Copy)]
pub(crate) enum Read {
    /// As it stands.
    As,
    /// As a flag: `true`, `Enabled`, `Active` and their like.
    Flag,
    /// As the opposite flag.
    FlagNot,
    /// A flag: whether the text is this one, without regard to case.
    Equals(&'static str),
    /// A flag: whether anything (but an empty list or map) stands there.
    Exists,
    /// A list of maps (or one map) with fields of their own, renamed.
    Each(&'static [Field]),
    /// An IAM policy on this resource: goes to the node's `resource_policies`.
    Policy,
    /// An IAM trust policy: goes to the node's `resource_policies` as such.
    Trust,
}

pub(crate) const fn field(attr: &'static str, path: &'static str) -> Field {
    Field { attr, path, read: Read::As }
}

pub(crate) const fn flag(attr: &'static str, path: &'static str) -> Field {
    Field { attr, path, read: Read::Flag }
}

pub(crate) const fn flag_not(attr: &'static str, path: &'static str) -> Field {
    Field { attr, path, read: Read::FlagNot }
}

pub(crate) const fn equals(attr: &'static str, path: &'static str, text: &'static str) -> Field {
    Field { attr, path, read: Read::Equals(text) }
}

pub(crate) const fn exists(attr: &'static str, path: &'static str) -> Field {
    Field { attr, path, read: Read::Exists }
}

pub(crate) const fn each(attr: &'static str, path: &'static str, fields: &'static [Field]) -> Field {
    Field { attr, path, read: Read::Each(fields) }
}

/// The policy at `path` is a resource policy of the node.
pub(crate) const fn policy(path: &'static str) -> Field {
    Field { attr: "", path, read: Read::Policy }
}

/// The policy at `path` says who may assume the node.
pub(crate) const fn trust(path: &'static str) -> Field {
    Field { attr: "", path, read: Read::Trust }
}

impl Field {
    /// Reads this field of `properties` into the node. The first field that finds a value for an
    /// attribute wins, so that one attribute may have several spellings.
    pub(crate) fn read_into(&self, node: &mut Node, properties: &Value) {
        let Some(value) = properties.path(self.path).filter(|value| !value.is_null()) else { return };
        match self.read {
            Read::Policy => node.resource_policies.push(read_policy("", value, PolicyOrigin::Resource)),
            Read::Trust => node.resource_policies.push(read_policy("", value, PolicyOrigin::Trust)),
            _ => {
                node.attrs.entry(self.attr).or_insert_with(|| self.convert(value));
            }
        }
    }

    fn convert(&self, value: &Value) -> Value {
        let is_open = matches!(value.data, Data::Unknown(_) | Data::Ref(_) | Data::Joined(_));
        let data = match self.read {
            Read::Exists if value.is_unknown() => value.data.clone(),
            Read::Exists => {
                let empty = match &value.data {
                    Data::List(items) => items.is_empty(),
                    Data::Map(entries) => entries.is_empty(),
                    _ => false,
                };
                Data::Bool(!empty)
            }
            Read::Flag | Read::FlagNot | Read::Equals(_) if is_open => value.data.clone(),
            Read::Flag => Data::Bool(value.truth().is_true()),
            Read::FlagNot => Data::Bool(!value.truth().is_true()),
            Read::Equals(text) => Data::Bool(value.display().eq_ignore_ascii_case(text)),
            Read::Each(fields) if !is_open => {
                Data::List(value.one_or_many().iter().map(|item| rename(item, fields)).collect())
            }
            Read::As | Read::Each(_) | Read::Policy | Read::Trust => value.data.clone(),
        };
        Value::new(value.at, data)
    }
}

/// A map with the fields of a table instead of the provider's; what is not a map stays as it is.
fn rename(item: &Value, fields: &[Field]) -> Value {
    if item.entries().is_empty() {
        return item.clone();
    }
    let mut entries: Vec<Entry> = Vec::new();
    for field in fields {
        let Some(value) = item.path(field.path).filter(|value| !value.is_null()) else { continue };
        if !entries.iter().any(|entry| entry.key.text == field.attr) {
            let key = model::Key { text: field.attr.to_owned(), at: value.at };
            entries.push(Entry { key, value: field.convert(value) });
        }
    }
    Value::new(item.at, Data::Map(entries))
}
