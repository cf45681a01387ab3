//! Finds the applications below a folder by what files are called and how they begin.
//!
//! A file is looked at once, as text; only what is recognised is kept and parsed. Files that another
//! application takes in (nested stacks, local modules, `${file(…)}`, assets of an assembly) are parts of
//! it, not applications of their own.
//!
//! INVARIANT: of files that take in each other, one stays; nothing is lost in a circle.
mod folders;
mod keys;
mod roots;
mod tools;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use model::{App, Framework, ProblemKind};

use crate::reader::Reader;

pub(crate) use roots::drop_parts;

/// An application that was found, by the file or folder to start from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Found {
    /// First, since it takes in other files.
    Serverless(String),
    /// The manifest of an assembly: `cdk.out/manifest.json`.
    Cdk(String),
    CloudFormation(String),
    /// A folder with `.tf` files that no other module calls.
    Terraform(String),
    TerraformPlan(String),
}

/// Every application, front end by front end, each in the order of paths.
pub(crate) fn discover(reader: &mut Reader<'_>) -> Vec<Found> {
    let paths = scanned_paths(reader);
    let manifests = tools::assemblies(reader, &paths);
    let assemblies: BTreeSet<String> =
        manifests.iter().map(|manifest| folder_of(manifest).to_owned()).collect();
    let mut found: Vec<Found> = Vec::new();
    for path in paths.iter().filter(|path| !is_inside(path, &assemblies)) {
        found.extend(recognise(reader, path));
    }
    found.extend(manifests.into_iter().map(Found::Cdk));
    found.extend(folders::terraform_roots(reader, &paths).into_iter().map(Found::Terraform));
    tools::tell_unreadable(reader, &paths, &assemblies);
    found.sort();
    found.dedup();
    found
}

/// The source's paths, as many as the limit allows, without what tools left behind.
fn scanned_paths(reader: &mut Reader<'_>) -> Vec<String> {
    let files_max = reader.limits().files_max;
    let all = reader.source.paths();
    if let Some(first_left_out) = all.get(files_max).cloned() {
        let message = format!("there are more than {files_max} files; those from here on were not looked at");
        reader.problem(ProblemKind::Limit, &first_left_out, message, "scan a smaller folder");
    }
    let all = reader.source.paths();
    let mut paths: Vec<String> =
        all.iter().take(files_max).filter(|path| may_describe(path) && !is_made(path)).cloned().collect();
    paths.sort();
    paths
}

/// Endings of files that a front end may start from.
const ENDINGS: &[&str] =
    &[".yaml", ".yml", ".json", ".template", ".tf", ".tfvars", ".toml", ".ts", ".js", ".cjs", ".mjs"];

fn may_describe(path: &str) -> bool {
    ENDINGS.iter().any(|ending| path.ends_with(ending))
}

/// What SAM, the Serverless Framework, Terraform and npm write beside what people write.
fn is_made(path: &str) -> bool {
    const MADE: &[&str] = &[".aws-sam", ".serverless", ".terraform", "node_modules", ".git"];
    folder_of(path).split('/').any(|part| MADE.contains(&part))
}

/// Looks at one file by its name, then by its text.
fn recognise(reader: &mut Reader<'_>, path: &str) -> Option<Found> {
    let name = name_of(path);
    let (stem, ending) = name.rsplit_once('.')?;
    let is_yaml = matches!(ending, "yml" | "yaml");
    let is_json = matches!(ending, "json");
    if stem == "serverless" && (is_yaml || is_json) {
        return Some(Found::Serverless(path.to_owned()));
    }
    if stem.starts_with("serverless") && (is_yaml || is_json) && reader.sniff(path, keys::is_service) {
        return Some(Found::Serverless(path.to_owned()));
    }
    let is_candidate = is_yaml || is_json || matches!(ending, "template" | "cfn" | "cform");
    // One look for all forms: a file that is none of them is not kept.
    if !is_candidate || !reader.sniff(path, keys::is_any) {
        return None;
    }
    if reader.sniff(path, keys::is_template) {
        return Some(Found::CloudFormation(path.to_owned()));
    }
    is_json.then(|| Found::TerraformPlan(path.to_owned()))
}

/// The folder of a path, `""` for the scanned folder itself.
pub(crate) fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

fn name_of(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

fn is_inside(path: &str, folders: &BTreeSet<String>) -> bool {
    let mut folder = folder_of(path);
    loop {
        if folders.contains(folder) {
            return true;
        }
        if folder.is_empty() {
            return false;
        }
        folder = folder_of(folder);
    }
}

/// Whether an application is a template that another one may take in.
fn is_template(app: &App) -> bool {
    matches!(app.framework, Framework::CloudFormation | Framework::Sam)
}
