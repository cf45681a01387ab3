//! Stores: buckets, tables, queues, topics, streams, databases, caches, secrets, keys; buses and
//! schedules of events.
mod analytics;
mod buckets;
mod caches;
mod databases;
mod events;
mod files;
mod messages;
mod search;
mod secrets;
mod tables;
#[cfg(test)]
mod tests;

use model::{Data, NodeId, Value, schema};

use crate::lower::{Lowering, Mapping};
use crate::reader::Reader;

pub(super) const GROUPS: &[&[Mapping]] = &[
    buckets::MAPPINGS,
    tables::MAPPINGS,
    messages::MAPPINGS,
    events::MAPPINGS,
    databases::MAPPINGS,
    caches::MAPPINGS,
    search::MAPPINGS,
    analytics::MAPPINGS,
    files::MAPPINGS,
    secrets::MAPPINGS,
];

/// What a removal from the template does to stores: written beside the properties, not among them.
pub(super) fn finish(lowering: &mut Lowering<'_>, _reader: &mut Reader<'_>) {
    let found: Vec<(NodeId, Value)> = lowering
        .app
        .nodes
        .iter()
        .filter(|node| schema::has(node.kind, "deletion_policy"))
        .filter_map(|node| Some((node.id, deletion_policy(&lowering.resources.get(&node.name)?.settings)?)))
        .collect();
    for (id, value) in found {
        lowering.set(id, "deletion_policy", value);
    }
}

fn deletion_policy(settings: &Value) -> Option<Value> {
    if let Some(policy) = settings.get("DeletionPolicy") {
        return Some(policy.clone());
    }
    let prevent = settings.path("lifecycle.prevent_destroy")?;
    prevent.truth().is_true().then(|| Value::new(prevent.at, Data::from("Prevent")))
}
