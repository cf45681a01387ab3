//! CDK cloud assemblies: what `cdk synth` writes to `cdk.out`.
//!
//! An assembly is a manifest, the templates of its stacks, and assemblies inside it (one for each
//! `Stage`). Templates go through the CloudFormation reader; a resource keeps its logical id as name and
//! tells its construct path by the metadata `aws:cdk:path`.
use std::collections::BTreeSet;

use model::{ProblemKind, Value};

use crate::cloudformation;
use crate::reader::Reader;
use crate::resource::Resource;
use model::beside;

#[cfg(test)]
mod tests;

/// Reads every stack of the assembly: path of its template, and its resources.
pub(crate) fn read(reader: &mut Reader<'_>, manifest: &str) -> Vec<(String, Vec<Resource>)> {
    let mut stacks = Vec::new();
    let mut open = vec![manifest.to_owned()];
    let mut seen = BTreeSet::new();
    while let Some(path) = open.pop() {
        if !seen.insert(path.clone()) {
            continue;
        }
        let assembly = assembly(reader, &path);
        // The stack is last in, first out; the order of the manifest is kept.
        open.extend(assembly.nested.into_iter().rev());
        for template in assembly.templates {
            if let Some((_, mut resources)) = cloudformation::read(reader, &template) {
                resources.iter_mut().for_each(mark_helpers);
                stacks.push((template, resources));
            }
        }
    }
    stacks
}

/// The files that one manifest names.
#[derive(Default)]
struct Assembly {
    templates: Vec<String>,
    nested: Vec<String>,
}

fn assembly(reader: &mut Reader<'_>, manifest: &str) -> Assembly {
    let mut assembly = Assembly::default();
    let Some(document) = reader.document(manifest) else { return assembly };
    let artifacts = document.get("artifacts").map_or(&[][..], Value::entries);
    for artifact in artifacts {
        let (property, list, suffix) = match artifact.value.get("type").and_then(Value::as_str) {
            Some("aws:cloudformation:stack") => ("templateFile", &mut assembly.templates, ""),
            Some("cdk:cloud-assembly") => ("directoryName", &mut assembly.nested, "/manifest.json"),
            _ => continue,
        };
        let named = artifact.value.get("properties").and_then(|properties| properties.get(property));
        let path =
            named.and_then(Value::as_str).and_then(|named| beside(manifest, &format!("{named}{suffix}")));
        match path {
            Some(path) => list.push(path),
            None => {
                let message =
                    format!("artifact `{}` names no `{property}` inside its assembly", artifact.key.text);
                let help = "run `cdk synth` again; the artifact was not read";
                reader.problem_at(ProblemKind::Unreadable, artifact.key.at, message, help);
            }
        }
    }
    if assembly.templates.is_empty() && assembly.nested.is_empty() {
        let message = "the assembly has no stack";
        reader.problem_at(ProblemKind::Unresolved, document.at, message, "run `cdk synth` again");
    }
    assembly
}

/// Marks what CDK itself puts into a stack: custom resource providers, log retention, metadata.
fn mark_helpers(resource: &mut Resource) {
    const HELPERS: &[&str] = &[
        "CustomResourceProvider",
        "LogRetentionaae0aa3c5b4d4f87b02d85b201efdd8a",
        "BucketNotificationsHandler050a0587b7544547bf325f094a3db834",
        "CustomCDKBucketDeployment8693BB64968944B69AAFB0CC9EB8756C",
        "AWS679f53fac002430cb0da5b7982bd2287",
        "framework-onEvent",
        "framework-isComplete",
        "framework-onTimeout",
    ];
    let construct =
        resource.settings.path("Metadata.aws:cdk:path").and_then(Value::as_str).unwrap_or_default();
    let is_helper = construct.split('/').any(|part| HELPERS.iter().any(|helper| part.contains(helper)));
    if is_helper || resource.provider_type == "AWS::CDK::Metadata" {
        resource.implicit = true;
    }
}
