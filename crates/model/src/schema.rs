//! Which attributes a node of each kind may have, and what they mean.
//!
//! Front ends may only set what stands here and checks may only read it: both are tested. Names are
//! cloud-neutral; units are part of the name (`timeout_seconds`).
mod compute;
mod data;
mod edge;
mod platform;

use crate::{Kind, Relation};

/// What an attribute holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    Text,
    Int,
    Flag,
    List,
    Map,
    /// A reference to another node; becomes an edge with this relation.
    Link(Relation),
    Any,
}

/// One attribute of a kind.
#[derive(Debug, Clone, Copy)]
pub struct Attribute {
    pub name: &'static str,
    pub shape: Shape,
    pub doc: &'static str,
}

/// The attributes of one kind.
#[derive(Debug, Clone, Copy)]
pub struct KindSchema {
    pub kind: Kind,
    pub attributes: &'static [Attribute],
}

/// Declares the attributes of kinds: `Function { runtime: Text "the language and version", … }`.
macro_rules! attributes {
    ($($kind:ident { $($name:ident: $shape:ident $(($relation:ident))? $doc:literal,)* })*) => {
        pub(super) const SCHEMAS: &[crate::schema::KindSchema] = &[$(
            crate::schema::KindSchema {
                kind: crate::Kind::$kind,
                attributes: &[$(crate::schema::Attribute {
                    name: stringify!($name),
                    shape: crate::schema::Shape::$shape $((crate::Relation::$relation))?,
                    doc: $doc,
                },)*],
            },
        )*];
    };
}
use attributes;

/// Every schema. A kind without one has no attributes.
pub fn all() -> impl Iterator<Item = &'static KindSchema> {
    [compute::SCHEMAS, data::SCHEMAS, edge::SCHEMAS, platform::SCHEMAS].into_iter().flatten()
}

/// The attributes of a kind.
#[must_use]
pub fn of(kind: Kind) -> &'static [Attribute] {
    all().find(|schema| schema.kind == kind).map_or(&[], |schema| schema.attributes)
}

/// The attribute of a kind with this name.
#[must_use]
pub fn attribute(kind: Kind, name: &str) -> Option<&'static Attribute> {
    of(kind).iter().find(|attribute| attribute.name == name)
}

#[must_use]
pub fn has(kind: Kind, name: &str) -> bool {
    attribute(kind, name).is_some()
}

/// The relation that references in this attribute make, when it is a link.
#[must_use]
pub fn relation(kind: Kind, name: &str) -> Option<Relation> {
    match attribute(kind, name)?.shape {
        Shape::Link(relation) => Some(relation),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_described_once_and_every_attribute_is_explained() {
        let mut seen = std::collections::BTreeSet::new();
        for schema in all() {
            assert!(seen.insert(schema.kind), "{:?} is described twice", schema.kind);
            let mut names = std::collections::BTreeSet::new();
            for attribute in schema.attributes {
                assert!(names.insert(attribute.name), "{:?}.{} stands twice", schema.kind, attribute.name);
                assert!(!attribute.doc.is_empty(), "{:?}.{} has no doc", schema.kind, attribute.name);
            }
        }
    }
}
