//! Documents, the schemas in them that have names of their own (`$id`, `$anchor`), and what references name.
use super::super::Problem;
use super::super::read::escape;
use super::uri::resolve;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Levels of a schema.
pub(super) const DEPTH_MAX: usize = 200;

/// A version of JSON Schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::schema) enum Draft {
    D4,
    D6,
    D7,
    D2019,
    D2020,
}

impl Draft {
    /// By the name that `$schema` gives it.
    fn of(name: &str) -> Option<Self> {
        let (_, name) = name.trim_end_matches('#').split_once("://")?;
        Some(match name {
            "json-schema.org/draft-04/schema" => Self::D4,
            "json-schema.org/draft-06/schema" => Self::D6,
            "json-schema.org/draft-07/schema" => Self::D7,
            "json-schema.org/draft/2019-09/schema" => Self::D2019,
            "json-schema.org/draft/2020-12/schema" => Self::D2020,
            _ => return None,
        })
    }
}

/// Keywords whose value is a schema, a list of schemas, or a map of them. Some are one or the other.
const ONE: &[&str] = &[
    "additionalItems",
    "additionalProperties",
    "contains",
    "contentSchema",
    "else",
    "if",
    "items",
    "not",
    "propertyNames",
    "then",
    "unevaluatedItems",
    "unevaluatedProperties",
];
const LISTS: &[&str] = &["allOf", "anyOf", "items", "oneOf", "prefixItems"];
const MAPS: &[&str] =
    &["$defs", "definitions", "dependencies", "dependentSchemas", "patternProperties", "properties"];

/// A schema that is named by a URI of its own.
#[derive(Debug)]
pub(super) struct Resource {
    document: usize,
    pointer: String,
    pub(super) uri: String,
    pub(super) draft: Draft,
    /// Pointers by name, those of `$dynamicAnchor` as well.
    anchors: BTreeMap<String, String>,
    /// Of `$dynamicAnchor`; `$recursiveAnchor` is the one without a name.
    dynamic: BTreeMap<String, String>,
}

/// Where a schema stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) document: usize,
    pub(super) pointer: String,
}

#[derive(Debug, Default)]
pub(in crate::schema) struct Resources<'d> {
    documents: Vec<&'d Value>,
    pub(super) all: Vec<Resource>,
    by_uri: BTreeMap<String, usize>,
    by_place: BTreeMap<Place, usize>,
}

impl<'d> Resources<'d> {
    /// Takes a document that is a schema. Its dialect is `draft` where it names none.
    pub(in crate::schema) fn add(
        &mut self,
        uri: &str,
        schema: &'d Value,
        draft: Draft,
    ) -> Result<(), Problem> {
        let document = self.open(uri, schema, draft);
        self.add_within(document, "")
    }

    /// Takes a document in which schemas stand; those are told by [`Self::add_within`].
    pub(in crate::schema) fn open(&mut self, uri: &str, document: &'d Value, draft: Draft) -> usize {
        self.documents.push(document);
        let draft = document.get("$schema").and_then(Value::as_str).and_then(Draft::of).unwrap_or(draft);
        let number = self.documents.len().saturating_sub(1);
        self.name(Place { document: number, pointer: String::new() }, resolve(uri, "").0, draft);
        number
    }

    /// Takes the names of a schema within a document.
    pub(in crate::schema) fn add_within(&mut self, document: usize, pointer: &str) -> Result<(), Problem> {
        let root = self.resource_of(&Place { document, pointer: String::new() });
        match self.value(document, pointer) {
            Some(schema) => self.schema((document, root), schema, &mut pointer.to_owned(), 0),
            None => Ok(()),
        }
    }

    fn name(&mut self, place: Place, uri: String, draft: Draft) -> usize {
        let number = self.all.len();
        let Place { document, pointer } = place.clone();
        self.by_uri.insert(uri.clone(), number);
        self.by_place.insert(place, number);
        self.all.push(Resource {
            document,
            pointer,
            uri,
            draft,
            anchors: BTreeMap::new(),
            dynamic: BTreeMap::new(),
        });
        number
    }

    pub(super) fn value(&self, document: usize, pointer: &str) -> Option<&'d Value> {
        self.documents.get(document)?.pointer(pointer)
    }

    /// The resource that a place is in: that of the nearest schema around with a name.
    pub(super) fn resource_of(&self, place: &Place) -> usize {
        let mut place = place.clone();
        loop {
            if let Some(known) = self.by_place.get(&place) {
                return *known;
            }
            match place.pointer.rfind('/') {
                Some(cut) => place.pointer.truncate(cut),
                None => return 0,
            }
        }
    }

    /// The resource that begins at a place.
    pub(super) fn resource_at(&self, place: &Place) -> Option<usize> {
        self.by_place.get(place).copied()
    }

    fn schema(
        &mut self,
        (document, resource): (usize, usize),
        schema: &'d Value,
        pointer: &mut String,
        depth: usize,
    ) -> Result<(), Problem> {
        let Value::Object(members) = schema else { return Ok(()) };
        if depth > DEPTH_MAX {
            let message = format!("the schema nests more than {DEPTH_MAX} levels");
            return Err(Problem { place: pointer.clone(), message });
        }
        let resource = self.names(resource, members, Place { document, pointer: pointer.clone() });
        for (name, value) in members {
            let length = pointer.len();
            let mut inner = |this: &mut Self, names: &[&str], value: &'d Value| {
                for name in names {
                    pointer.push('/');
                    pointer.push_str(&escape(name));
                }
                let done = this.schema((document, resource), value, pointer, depth + 1);
                pointer.truncate(length);
                done
            };
            match value {
                Value::Array(values) if LISTS.contains(&name.as_str()) => {
                    for (at, value) in values.iter().enumerate() {
                        inner(self, &[name, &at.to_string()], value)?;
                    }
                }
                Value::Object(values) if MAPS.contains(&name.as_str()) => {
                    for (key, value) in values {
                        inner(self, &[name, key], value)?;
                    }
                }
                Value::Object(_) if ONE.contains(&name.as_str()) => inner(self, &[name], value)?,
                _ => {}
            }
        }
        Ok(())
    }

    /// Takes the names of one schema. The resource that it is in.
    fn names(&mut self, around: usize, members: &Map<String, Value>, place: Place) -> usize {
        let text = |name: &str| members.get(name).and_then(Value::as_str);
        let Some(outer) = self.all.get(around) else { return around };
        let mut draft = outer.draft;
        let mut resource = around;
        // A reference of these drafts is alone: what stands beside it is not there.
        let is_alone = |draft: Draft| draft <= Draft::D7 && text("$ref").is_some();
        let own = text("$schema").and_then(Draft::of).unwrap_or(draft);
        let id = text(if own == Draft::D4 { "id" } else { "$id" });
        if let Some(id) = id.filter(|_| !is_alone(draft)) {
            let (uri, fragment) = resolve(&outer.uri, id);
            if !id.starts_with('#') {
                draft = own;
                resource = self.name(place.clone(), uri, draft);
            }
            if !fragment.is_empty() && draft <= Draft::D7 {
                self.anchor(resource, fragment, &place.pointer, false);
            }
        }
        if draft >= Draft::D2019 {
            text("$anchor").into_iter().for_each(|name| self.anchor(resource, name, &place.pointer, false));
        }
        if draft == Draft::D2020 {
            text("$dynamicAnchor")
                .into_iter()
                .for_each(|name| self.anchor(resource, name, &place.pointer, true));
        }
        if draft == Draft::D2019 && members.get("$recursiveAnchor") == Some(&Value::Bool(true)) {
            self.anchor(resource, "", &place.pointer, true);
        }
        resource
    }

    fn anchor(&mut self, resource: usize, name: &str, pointer: &str, is_dynamic: bool) {
        let Some(resource) = self.all.get_mut(resource) else { return };
        if is_dynamic {
            resource.dynamic.insert(name.to_owned(), pointer.to_owned());
        }
        if !name.is_empty() {
            resource.anchors.insert(name.to_owned(), pointer.to_owned());
        }
    }

    /// What a reference of a resource names.
    pub(super) fn find(&self, from: usize, reference: &str) -> Result<Place, String> {
        let base = self.all.get(from).map(|from| from.uri.as_str()).unwrap_or_default();
        let (uri, fragment) = resolve(base, reference);
        let Some(target) = self.by_uri.get(&uri).and_then(|target| self.all.get(*target)) else {
            return Err(format!("the reference `{reference}` leads out of the document; nothing is fetched"));
        };
        let fragment = super::super::parameter::decode(fragment);
        let document = target.document;
        if fragment.is_empty() {
            return Ok(Place { document, pointer: target.pointer.clone() });
        }
        if !fragment.starts_with('/') {
            let pointer = target.anchors.get(&fragment).cloned();
            return pointer
                .map(|pointer| Place { document, pointer })
                .ok_or_else(|| format!("Anchor '{fragment}' does not exist"));
        }
        let pointer = format!("{}{fragment}", target.pointer);
        match self.value(document, &pointer) {
            Some(_) => Ok(Place { document, pointer }),
            None => Err(format!("Pointer '{fragment}' does not exist")),
        }
    }

    /// The name that a place has for references which depend on the way.
    pub(super) fn dynamic_name(&self, place: &Place) -> Option<&str> {
        let resource = self.all.get(self.resource_of(place))?;
        let found = resource.dynamic.iter().find(|(_, pointer)| **pointer == place.pointer);
        found.map(|(name, _)| name.as_str())
    }

    /// Every resource with such a name, and where it stands.
    pub(super) fn with_dynamic<'n>(&'n self, name: &'n str) -> impl Iterator<Item = (usize, Place)> + 'n {
        self.all.iter().enumerate().filter_map(move |(number, resource)| {
            let pointer = resource.dynamic.get(name)?.clone();
            Some((number, Place { document: resource.document, pointer }))
        })
    }
}
