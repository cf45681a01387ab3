//! Layers laid over each other: folders are joined, everything else of a later layer takes the place of what was there.
use crate::unpack::{Budget, UnpackError, at};
use std::fs::FileType;
use std::os::unix::fs::symlink;
use std::path::{Component, Path, PathBuf};

/// Folders inside of each other.
const DEPTH_MAX: usize = 100;

/// Lays the folder `layer` over `place`.
pub(super) fn lay(layer: &Path, place: &Path, budget: &mut Budget) -> Result<(), UnpackError> {
    at(place, std::fs::create_dir_all(place))?;
    let mut waiting = vec![(layer.to_owned(), place.to_owned(), 0)];
    while let Some((from, to, depth)) = waiting.pop() {
        for entry in at(&from, std::fs::read_dir(&from))? {
            let entry = at(&from, entry)?;
            budget.entry()?;
            let (source, target) = (entry.path(), to.join(entry.file_name()));
            let kind = at(&source, entry.file_type())?;
            clear(&target, kind)?;
            if kind.is_dir() {
                if depth >= DEPTH_MAX {
                    return Err(UnpackError::TooMany);
                }
                at(&target, std::fs::create_dir_all(&target))?;
                waiting.push((source, target, depth + 1));
            } else if kind.is_symlink() {
                at(&target, symlink(link(layer, &source)?, &target))?;
            } else if kind.is_file() {
                budget.bytes(at(&source, entry.metadata())?.len())?;
                at(&target, std::fs::copy(&source, &target))?;
            }
        }
    }
    Ok(())
}

/// Takes away what an earlier layer has there, unless both are folders. Links are not followed.
fn clear(target: &Path, kind: FileType) -> Result<(), UnpackError> {
    let Ok(known) = target.symlink_metadata() else { return Ok(()) };
    match (known.is_dir(), kind.is_dir()) {
        (true, true) => Ok(()),
        (true, false) => at(target, std::fs::remove_dir_all(target)),
        (false, _) => at(target, std::fs::remove_file(target)),
    }
}

/// Where a link of a layer leads. One that leads out of the layer does so on this machine only, and keeps doing it.
fn link(layer: &Path, source: &Path) -> Result<PathBuf, UnpackError> {
    let target = at(source, std::fs::read_link(source))?;
    let depth = source.strip_prefix(layer).map_or(0, |inside| inside.components().count().saturating_sub(1));
    let climbs = target.components().filter(|part| *part == Component::ParentDir).count();
    if target.is_absolute() || climbs <= depth {
        return Ok(target);
    }
    Ok(source.canonicalize().unwrap_or(target))
}
