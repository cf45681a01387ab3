//! What other tools must be run for: CDK assemblies, and configurations that are programs.
use std::collections::BTreeSet;

use model::{ProblemKind, Value};

use super::{folder_of, is_inside, keys, name_of};
use crate::reader::Reader;

/// The manifests of cloud assemblies that are not inside another one. `cdk.out` is often ignored by
/// version control and thus not listed, so that it is also looked for beside `cdk.json`.
pub(super) fn assemblies(reader: &mut Reader<'_>, paths: &[String]) -> Vec<String> {
    let mut manifests = BTreeSet::new();
    for path in paths {
        match name_of(path) {
            "manifest.json" if reader.sniff(path, keys::is_manifest) => {
                manifests.insert(path.clone());
            }
            "cdk.json" => match output_manifest(reader, path) {
                Some(manifest) => {
                    manifests.insert(manifest);
                }
                None => {
                    let message = "this CDK application has no synthesised templates beside it";
                    let help = "run `cdk synth`, then scan again: its `cdk.out` is read";
                    reader.problem(ProblemKind::Unresolved, path, message, help);
                }
            },
            _ => {}
        }
    }
    let folders: BTreeSet<String> = manifests.iter().map(|path| folder_of(path).to_owned()).collect();
    let is_outer = |path: &String| {
        let folder = folder_of(path);
        folder.is_empty() || !is_inside(folder, &folders)
    };
    manifests.into_iter().filter(is_outer).collect()
}

/// The assembly that `cdk.json` names, or its default.
fn output_manifest(reader: &mut Reader<'_>, cdk_json: &str) -> Option<String> {
    let settings = reader.document(cdk_json);
    let output = settings.as_ref().and_then(|settings| settings.get("output")).and_then(Value::as_str);
    let manifest = model::beside(cdk_json, &format!("{}/manifest.json", output.unwrap_or("cdk.out")))?;
    reader.sniff(&manifest, keys::is_manifest).then_some(manifest)
}

/// Tells of configurations that only a program can evaluate.
pub(super) fn tell_unreadable(reader: &mut Reader<'_>, paths: &[String], assemblies: &BTreeSet<String>) {
    const PROGRAMS: &[&str] = &["serverless.ts", "serverless.js", "serverless.cjs", "serverless.mjs"];
    for path in paths.iter().filter(|path| PROGRAMS.contains(&name_of(path))) {
        let beside = ["yml", "yaml", "json"].map(|ending| match folder_of(path) {
            "" => format!("serverless.{ending}"),
            folder => format!("{folder}/serverless.{ending}"),
        });
        if is_inside(path, assemblies) || beside.iter().any(|path| paths.binary_search(path).is_ok()) {
            continue;
        }
        let message = "this service is configured by a program, which is not run";
        let help = "write it with `serverless print > serverless.yml`, and scan that";
        reader.problem(ProblemKind::Unsupported, path, message, help);
    }
}
