//! Connectors: `AWS::Serverless::Connector`, and those written inside a resource.
use model::{Data, Entry, Value};

use super::super::resolve::Scope;
use super::{entry, reference};
use crate::resource::Resource;

pub(super) const CONNECTOR: &str = "AWS::Serverless::Connector";

/// The connectors written inside a resource, as resources `<Resource><Connector>`.
pub(super) fn embedded(scope: &Scope<'_, '_>, resource: &Resource) -> Vec<Resource> {
    let connectors = resource.settings.get("Connectors").map_or(&[][..], Value::entries);
    let made = connectors.iter().filter_map(|written| {
        let properties = written.value.get("Properties")?;
        let mut source = vec![entry("Id", reference(&resource.name, written.key.at))];
        let more = properties.get("SourceReference").map_or(&[][..], Value::entries);
        source.extend(more.iter().cloned());
        let mut entries = vec![entry("Source", Value::new(written.key.at, Data::Map(source)))];
        entries.extend(properties.entries().iter().cloned());
        let properties = Value::new(properties.at, Data::Map(entries));
        let mut made = Resource::new(format!("{}{}", resource.name, written.key.text), CONNECTOR, properties);
        made.name_at = written.key.at;
        made.span = written.key.at.to(written.value.at);
        link(scope, &mut made);
        Some(made)
    });
    made.collect()
}

/// The logical ids in a connector become references.
pub(super) fn link(scope: &Scope<'_, '_>, resource: &mut Resource) {
    if resource.provider_type != CONNECTOR {
        return;
    }
    let Data::Map(entries) = &mut resource.properties.data else { return };
    for end in entries.iter_mut().filter(|entry| ["Source", "Destination"].contains(&entry.key.text.as_str()))
    {
        match &mut end.value.data {
            Data::List(items) => items.iter_mut().for_each(|item| link_end(scope, item)),
            _ => link_end(scope, &mut end.value),
        }
    }
}

fn link_end(scope: &Scope<'_, '_>, end: &mut Value) {
    let Data::Map(entries) = &mut end.data else { return };
    let is_id = |entry: &&mut Entry| entry.key.text == "Id";
    if let Some(id) = entries.iter_mut().find(is_id)
        && let Some(name) = id.value.as_str()
    {
        id.value = reference(&format!("{}{name}", scope.prefix), id.value.at);
    }
}
