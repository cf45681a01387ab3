//! How AWS spells what the model names: mapping tables for CloudFormation and Terraform types.
//!
//! One file per area of the model's schema. Add a type by adding a [`Mapping`] to its area.
mod compute;
mod data;
mod edge;
mod platform;
mod sam;
mod trigger;

pub(crate) use trigger::TRIGGER;

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::lower::{Lowering, Mapping};
use crate::reader::Reader;

static BY_TYPE: LazyLock<HashMap<&'static str, &'static Mapping>> = LazyLock::new(|| {
    let pairs = all().flat_map(|mapping| mapping.types.iter().map(move |name| (*name, mapping)));
    pairs.collect()
});

fn all() -> impl Iterator<Item = &'static Mapping> {
    let single = [trigger::MAPPINGS, compute::MAPPINGS, compute::IDENTITY, compute::WORKFLOW, sam::MAPPINGS];
    let split = [data::GROUPS, edge::TABLES, platform::TABLES];
    single.into_iter().chain(split.into_iter().flatten().copied()).flatten()
}

/// The mapping of a provider type.
pub(crate) fn mapping(provider_type: &str) -> Option<&'static Mapping> {
    BY_TYPE.get(provider_type).copied()
}

/// What needs the whole graph: runs once per application, after every node and edge exists.
pub(crate) fn finish(lowering: &mut Lowering<'_>, reader: &mut Reader<'_>) {
    // Routes first: triggers are made from them.
    edge::finish(lowering, reader);
    sam::finish(lowering, reader);
    compute::finish(lowering, reader);
    data::finish(lowering, reader);
    platform::finish(lowering, reader);
    trigger::finish(lowering);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lower::table::Read;
    use model::schema;

    #[test]
    fn every_field_stands_in_the_schema_and_every_type_is_mapped_once() {
        let mut seen = std::collections::BTreeSet::new();
        for mapping in all() {
            for name in mapping.types {
                assert!(seen.insert(*name), "`{name}` is mapped twice");
            }
            for field in mapping.fields {
                let is_policy = matches!(field.read, Read::Policy | Read::Trust);
                assert!(
                    is_policy || schema::has(mapping.kind, field.attr),
                    "{:?} has no `{}` ({:?})",
                    mapping.kind,
                    field.attr,
                    mapping.types
                );
            }
            if let Some(owner) = mapping.owner {
                assert!(schema::has(mapping.kind, owner), "{:?} has no `{owner}`", mapping.kind);
            }
        }
    }
}
