//! `/opt` of a function: its layers laid over each other in their order, as in Lambda.
//!
//! ```text
//! layer.zip  --unpacked, bounded-->  a folder   \
//! a folder                                       >--merged, a later one wins-->  one folder  -->  /opt, or its own place
//! ```
//! One folder alone is `/opt` itself, so that what changes in it is seen.
//!
//! INVARIANT: nothing of an archive is written outside of its folder, and no link of it leads out.
mod merge;

use crate::plan::{Function, Plan};
use crate::unpack::{Budget, unpack};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Lays the layers of every function out below a folder. What cannot be is told; such a function has its other layers.
pub(crate) fn lay_out(plan: &mut Plan, folder: &Path) -> std::io::Result<()> {
    if folder.exists() {
        std::fs::remove_dir_all(folder)?;
    }
    let mut unpacked: BTreeMap<PathBuf, Option<PathBuf>> = BTreeMap::new();
    let mut merged: BTreeMap<Vec<PathBuf>, Option<PathBuf>> = BTreeMap::new();
    let Plan { functions, problems, .. } = plan;
    for function in functions.values_mut().map(Arc::make_mut).filter(|one| !one.layers.is_empty()) {
        unpack_all(function, folder, &mut unpacked, problems);
        let opt = match function.layers.as_slice() {
            [] => None,
            [one] => Some(one.clone()),
            several => {
                let place = folder.join(format!("opt-{}", merged.len()));
                let all = merged.entry(several.to_vec());
                all.or_insert_with(|| merge_all(&function.name, several, place, problems)).clone()
            }
        };
        function.opt = opt;
    }
    Ok(())
}

/// Puts folders in the place of archives.
fn unpack_all(
    function: &mut Function,
    folder: &Path,
    known: &mut BTreeMap<PathBuf, Option<PathBuf>>,
    problems: &mut Vec<String>,
) {
    let mut found = Vec::new();
    for layer in std::mem::take(&mut function.layers) {
        if layer.is_dir() {
            found.push(layer);
            continue;
        }
        let place = folder.join(format!("layer-{}", known.len()));
        let one = known.entry(layer).or_insert_with_key(|layer| match unpack(layer, &place) {
            Ok(()) => Some(place),
            Err(why) => {
                problems.push(format!("the layer `{}` is left out: {why}", layer.display()));
                None
            }
        });
        found.extend(one.clone());
    }
    function.layers = found;
}

fn merge_all(
    function: &str,
    layers: &[PathBuf],
    place: PathBuf,
    problems: &mut Vec<String>,
) -> Option<PathBuf> {
    let mut budget = Budget::new();
    match layers.iter().try_for_each(|layer| merge::lay(layer, &place, &mut budget)) {
        Ok(()) => Some(place),
        Err(why) => {
            problems.push(format!(
                "`{function}` has no `/opt`: its layers cannot be laid over each other: {why}; their folders are on the paths"
            ));
            None
        }
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "tests lay layers down and read them")]
mod tests;
