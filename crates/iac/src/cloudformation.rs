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

use std::borrow::Cow;
use std::collections::BTreeMap;

use model::{Data, Framework, ProblemKind, Value};

pub(crate) use parameters::PARAMETER;

use crate::reader::Reader;
use crate::resource::Resource;
use model::beside;
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
    let document = &*with_included(reader, path, document);
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
    let mut resources = scope.read(&given);
    let framework = if scope.is_sam { Framework::Sam } else { Framework::CloudFormation };
    resources.extend(parameters::hidden_with_default(document));
    Some((framework, resources))
}

/// The template with the sections of a local file that its own `Transform` includes.
fn with_included<'d>(reader: &mut Reader<'_>, path: &str, document: &'d Value) -> Cow<'d, Value> {
    let transforms = ["Transform", "Fn::Transform"].into_iter().filter_map(|name| document.get(name));
    let is_include =
        |transform: &&Value| transform.get("Name").and_then(Value::as_str) == Some("AWS::Include");
    let include = transforms.flat_map(Value::one_or_many).find(is_include);
    let Some(location) = include.and_then(|transform| transform.path("Parameters.Location")) else {
        return Cow::Borrowed(document);
    };
    let included = location.as_str().and_then(|location| beside(path, location));
    let Some(included) = included.and_then(|included| reader.document(&included)) else {
        let message = format!("`AWS::Include` of `{}` is not a local file", location.display());
        reader.problem_at(ProblemKind::Unresolved, location.at, message, "keep a copy beside the template");
        return Cow::Borrowed(document);
    };
    let mut whole = document.clone();
    if let Data::Map(entries) = &mut whole.data {
        let missing = included.entries().iter().filter(|entry| document.get(&entry.key.text).is_none());
        entries.extend(missing.cloned());
    }
    Cow::Owned(whole)
}
