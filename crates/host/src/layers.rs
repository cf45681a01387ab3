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
mod unpack;

use crate::plan::{Function, Plan};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Bytes of everything under `/opt`: what Lambda allows a function with its layers.
const BYTES_MAX: u64 = 250 << 20;
/// Files, folders and links under `/opt`.
const ENTRIES_MAX: usize = 100_000;

/// Why a layer cannot be laid out.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LayerError {
    #[error("`{}` cannot be read or written: {why}", .path.display())]
    Io { path: PathBuf, why: std::io::Error },
    #[error("it is no zip file: {0}")]
    Zip(#[from] zip::result::ZipError),
    #[error("it has more than {} MiB", BYTES_MAX >> 20)]
    TooLarge,
    #[error("it has more than {ENTRIES_MAX} entries")]
    TooMany,
    #[error("`{0}` is packed more tightly than anything honest")]
    Ratio(String),
    #[error("the name `{0}` leads out of the layer")]
    Name(String),
    #[error("the link `{0}` leads out of the layer")]
    Link(String),
}

/// Adds what an operation failed on.
fn at<T>(path: &Path, result: std::io::Result<T>) -> Result<T, LayerError> {
    result.map_err(|why| LayerError::Io { path: path.to_owned(), why })
}

/// What may still be laid out.
#[derive(Debug)]
struct Budget {
    bytes: u64,
    entries: usize,
}

impl Budget {
    const fn new() -> Self {
        Self { bytes: BYTES_MAX, entries: ENTRIES_MAX }
    }

    fn entry(&mut self) -> Result<(), LayerError> {
        self.entries = self.entries.checked_sub(1).ok_or(LayerError::TooMany)?;
        Ok(())
    }

    fn bytes(&mut self, count: u64) -> Result<(), LayerError> {
        self.bytes = self.bytes.checked_sub(count).ok_or(LayerError::TooLarge)?;
        Ok(())
    }
}

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
        let one = known.entry(layer).or_insert_with_key(|layer| match unpack::unpack(layer, &place) {
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
