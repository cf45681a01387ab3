//! CloudFormation and SAM templates.
//!
//! A template is read in this order: parameters, conditions, `Fn::ForEach`, SAM's `Globals`, then
//! every resource's properties with all intrinsic functions resolved, then nested stacks, then what
//! SAM makes of its resources (events, function URLs, implicit APIs, connectors).
//!
//! INVARIANT: what cannot be resolved is [`model::Data::Unknown`] with its reason. A parameter's
//! default is used, and `AWS::Partition` is taken as `aws`; both are what most deployments have.
mod conditions;
mod functions;
mod loops;
mod nested;
mod parameters;
mod resolve;
mod resources;
mod sam;
mod samconfig;
mod text;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use model::{Framework, Value};

use crate::reader::Reader;
use crate::resource::Resource;
use resolve::Scope;

/// Reads the template at `path`. `None` when it is no template after all.
pub(crate) fn read(reader: &mut Reader<'_>, path: &str) -> Option<(Framework, Vec<Resource>)> {
    let document = reader.document(path)?;
    read_document(reader, path, &document)
}

/// Reads a template that was already parsed: also the `resources` of serverless.yml, and what CDK made.
/// Files that it names are looked for beside `path`.
pub(crate) fn read_document(
    reader: &mut Reader<'_>,
    path: &str,
    document: &Value,
) -> Option<(Framework, Vec<Resource>)> {
    if document.get("Resources")?.entries().is_empty() && document.get("AWSTemplateFormatVersion").is_none() {
        return None;
    }
    let config = samconfig::read(reader, path);
    let mut given: BTreeMap<String, Value> =
        config.parameters.into_iter().map(|(name, text)| (name, Value::text(document.at, text))).collect();
    let options = reader.options;
    given
        .extend(options.parameters.iter().map(|(name, text)| (name.clone(), Value::text(document.at, text))));
    let mut scope = Scope::new(reader, path, document);
    scope.region = options.region.clone().or(config.region);
    let resources = scope.read(&given);
    let framework = if scope.is_sam { Framework::Sam } else { Framework::CloudFormation };
    Some((framework, resources))
}
