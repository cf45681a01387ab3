//! Terraform folders: which of them are roots.
use std::collections::{BTreeMap, BTreeSet};

use super::roots::roots;
use super::{folder_of, is_made};
use crate::reader::Reader;
use model::beside;

/// Folders with Terraform files that no other folder calls as a local module.
pub(super) fn terraform_roots(reader: &mut Reader<'_>, paths: &[String]) -> Vec<String> {
    let mut folders = BTreeSet::new();
    let mut calls: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for path in paths.iter().filter(|path| path.ends_with(".tf") || path.ends_with(".tf.json")) {
        let folder = folder_of(path).to_owned();
        let Some(file) = reader.file(path) else { continue };
        let text = reader.text(file);
        let called = local_sources(&text).filter_map(|source| beside(path, source));
        calls.entry(folder.clone()).or_default().extend(called.filter(|folder| !is_made(folder)));
        folders.insert(folder);
    }
    roots(&folders, &calls).into_iter().collect()
}

/// The values of `source = "./…"`, in HCL or JSON.
fn local_sources(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices("source").filter_map(|(at, word)| {
        let before = text.get(..at)?.chars().next_back();
        let rest = text.get(at + word.len()..)?.trim_start_matches('"').trim_start();
        let value = rest.strip_prefix(['=', ':'])?.trim_start().strip_prefix('"')?;
        let (value, _) = value.split_once('"')?;
        let is_word = before.is_none_or(|before| !(before.is_alphanumeric() || before == '_'));
        let is_local = value.starts_with("./") || value.starts_with("../") || value == "." || value == "..";
        (is_word && is_local).then_some(value)
    })
}
