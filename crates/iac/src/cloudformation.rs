//! CloudFormation and SAM templates.
use model::{Framework, Span};

use crate::reader::Reader;
use crate::resource::Resource;

/// Reads the template at `path`. `None` when it is no template after all.
pub(crate) fn read(reader: &mut Reader<'_>, path: &str) -> Option<(Framework, Vec<Resource>)> {
    let document = reader.document(path)?;
    let resources = document.get("Resources")?;
    let read = resources.entries().iter().filter_map(|entry| {
        let provider_type = entry.value.get("Type")?.as_str()?;
        let properties = entry.value.get("Properties").cloned().unwrap_or_else(|| entry.value.clone());
        let mut resource = Resource::new(&entry.key.text, provider_type, properties);
        resource.name_at = entry.key.at;
        resource.span = Span::to(entry.key.at, entry.value.at);
        Some(resource)
    });
    Some((Framework::CloudFormation, read.collect()))
}
