//! Finds the applications below a folder by what files are called and how they begin.
use crate::reader::Reader;

/// An application that was found, by the file or folder to start from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Found {
    CloudFormation(String),
    Serverless(String),
    /// A folder with `.tf` files that no other module calls.
    Terraform(String),
    TerraformPlan(String),
    /// A `cdk.out/manifest.json`.
    Cdk(String),
}

pub(crate) fn discover(reader: &mut Reader<'_>) -> Vec<Found> {
    let paths = reader.source.paths().to_vec();
    let is_template =
        |path: &&String| [".yaml", ".yml", ".json", ".template"].iter().any(|end| path.ends_with(end));
    let mut found = Vec::new();
    for path in paths.iter().filter(is_template) {
        let name = path.rsplit('/').next().unwrap_or(path);
        if name == "serverless.yml" || name == "serverless.yaml" {
            found.push(Found::Serverless(path.clone()));
        } else if reader
            .source
            .read(path, reader.limits().file_bytes_max)
            .is_ok_and(|text| text.contains("Resources"))
        {
            found.push(Found::CloudFormation(path.clone()));
        }
    }
    let folders: std::collections::BTreeSet<String> = paths
        .iter()
        .filter(|path| path.ends_with(".tf"))
        .map(|path| path.rsplit_once('/').map_or_else(String::new, |(folder, _)| folder.to_owned()))
        .collect();
    found.extend(folders.into_iter().map(Found::Terraform));
    found
}
