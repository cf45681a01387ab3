//! The CloudFormation template that the framework would make, in the shape its reader takes.
use std::collections::{BTreeMap, BTreeSet};

use model::{Data, Entry, Key, Span, Value};

use super::build::{self, Properties, entry};
use super::variables::Variables;
use crate::cloudformation;
use crate::resource::Resource;

/// The metadata that says where a service configures a resource.
const CONSTRUCT: &str = "serverless:path";

/// Where a resource of the template comes from.
#[derive(Debug, Clone)]
pub(super) struct Origin {
    /// The name or header, to point at.
    pub name_at: Span,
    /// The whole block.
    pub span: Span,
    /// Nobody wrote it.
    pub implicit: bool,
    /// Where the service configures it: `functions.hello`.
    construct: Option<String>,
}

impl Origin {
    /// Written as an entry of a map.
    pub(super) fn entry(entry: &Entry) -> Self {
        Self::block(entry.key.at, entry.key.at.to(entry.value.at))
    }

    /// Follows from what stands there.
    pub(super) fn implied_by(at: Span) -> Self {
        Self::block(at, at).implicit(true)
    }

    /// Written as a block with a name or header.
    pub(super) fn block(name_at: Span, span: Span) -> Self {
        Self { name_at, span, implicit: false, construct: None }
    }

    pub(super) fn construct(mut self, construct: impl Into<String>) -> Self {
        self.construct = Some(construct.into());
        self
    }

    pub(super) fn implicit(mut self, implicit: bool) -> Self {
        self.implicit = implicit;
        self
    }
}

/// The resources that were made so far, by logical id.
#[derive(Debug, Default)]
pub(super) struct Template {
    resources: Vec<Entry>,
    ids: BTreeSet<String>,
    /// How people call a resource, when not by its logical id.
    names: BTreeMap<String, String>,
    implicit: BTreeSet<String>,
}

impl Template {
    /// Adds a resource unless one has its logical id already.
    pub(super) fn add(&mut self, id: &str, kind: &str, origin: Origin, properties: Properties) {
        if !self.ids.insert(id.to_owned()) {
            return;
        }
        let mut body = vec![
            entry("Type", Value::text(origin.name_at, kind)),
            entry("Properties", properties.value(origin.span)),
        ];
        if let Some(construct) = origin.construct {
            let path = Value::text(origin.name_at, construct);
            body.push(entry("Metadata", build::map(origin.name_at, [(CONSTRUCT, path)])));
        }
        let key = Key { text: id.to_owned(), at: origin.name_at };
        self.resources.push(Entry { key, value: Value::new(origin.span, Data::Map(body)) });
        if origin.implicit {
            self.implicit.insert(id.to_owned());
        }
    }

    /// Shows the resource by the name that the service gives it.
    pub(super) fn name(&mut self, id: &str, name: &str) {
        if !self.names.values().any(|known| known == name) {
            self.names.insert(id.to_owned(), name.to_owned());
        }
    }

    pub(super) fn has(&self, id: &str) -> bool {
        self.ids.contains(id)
    }

    /// Lays the service's own `resources` over what was made, and reads the whole as a template.
    pub(super) fn read(self, variables: &mut Variables<'_, '_>, at: Span, own: Value) -> Vec<Resource> {
        let mut resources = Value::new(at, Data::Map(self.resources));
        let mut own = own;
        let extensions = take(&mut own, "extensions");
        // What is no map is not known, which was told; it must not hide what the framework makes.
        let laid_over = [take(&mut own, "Resources"), extensions];
        for written in laid_over.into_iter().flatten().filter(|part| matches!(part.data, Data::Map(_))) {
            build::merge(&mut resources, written);
        }
        let mut document = Value::new(at, Data::Map(vec![entry("Resources", resources)]));
        build::merge(&mut document, own);
        let parameters = super::made::parameters(&document);
        build::merge(&mut document, Value::new(at, Data::Map(vec![entry("Parameters", parameters)])));
        let read = cloudformation::read_document(variables.reader, variables.path, &document);
        let mut resources = read.map_or_else(Vec::new, |(_, resources)| resources);
        let taken: BTreeSet<String> = resources.iter().map(|resource| resource.name.clone()).collect();
        let names: BTreeMap<String, String> =
            self.names.into_iter().filter(|(id, name)| id == name || !taken.contains(name)).collect();
        for resource in &mut resources {
            resource.implicit |= self.implicit.contains(&resource.name);
            rename(&mut resource.properties, &names);
            if let Some(name) = names.get(&resource.name) {
                resource.name.clone_from(name);
            }
        }
        resources
    }
}

fn take(map: &mut Value, key: &str) -> Option<Value> {
    let Data::Map(entries) = &mut map.data else { return None };
    let index = entries.iter().position(|entry| entry.key.text == key)?;
    Some(entries.remove(index).value)
}

/// Lets references follow the names.
fn rename(value: &mut Value, names: &BTreeMap<String, String>) {
    match &mut value.data {
        Data::Ref(reference) => {
            if let Some(name) = names.get(&reference.target) {
                reference.target.clone_from(name);
            }
        }
        Data::List(items) | Data::Joined(items) => items.iter_mut().for_each(|item| rename(item, names)),
        Data::Map(entries) => entries.iter_mut().for_each(|entry| rename(&mut entry.value, names)),
        Data::Null | Data::Bool(_) | Data::Int(_) | Data::Float(_) | Data::Text(_) | Data::Unknown(_) => {}
    }
}
