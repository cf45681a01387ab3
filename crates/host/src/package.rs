//! Deployment packages: the code of a function that is a zip file, as a folder, and anew when the file changes.
use crate::plan::{Function, Plan};
use crate::unpack::{UnpackError, at, unpack};
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Unpacks the code of every function that is packed. A function whose package cannot be opened says why, and does not run.
pub(crate) fn lay_out(plan: &mut Plan, folder: &Path) -> std::io::Result<()> {
    if folder.exists() {
        std::fs::remove_dir_all(folder)?;
    }
    std::fs::create_dir_all(folder)?;
    let mut known: BTreeMap<PathBuf, (PathBuf, Option<String>)> = BTreeMap::new();
    for function in plan.functions.values_mut().map(Arc::make_mut) {
        let Some(package) = function.package.clone() else { continue };
        let place = folder.join(format!("code-{}", known.len()));
        let (place, missing) = known.entry(package).or_insert_with_key(|package| {
            let unpacked = renew(package, &place);
            let say = |why| format!("its code `{}` cannot be unpacked: {why}", package.display());
            (place, unpacked.err().map(say))
        });
        function.folder.clone_from(place);
        function.missing.clone_from(missing);
    }
    Ok(())
}

/// Puts what is in a package now in the place of what was there. Nothing is done where it is there already: several functions
/// share a package. What is no zip file (somebody is writing it) leaves the old code.
fn renew(package: &Path, place: &Path) -> Result<(), UnpackError> {
    let stamp = stamp(package).to_string();
    let (stamped, fresh, old) =
        (place.with_extension("stamp"), place.with_extension("fresh"), place.with_extension("old"));
    if is_same(&stamped, &stamp) {
        return Ok(());
    }
    for left in [&fresh, &old] {
        if left.exists() {
            at(left, std::fs::remove_dir_all(left))?;
        }
    }
    unpack(package, &fresh)?;
    if place.exists() {
        at(place, std::fs::rename(place, &old))?;
    }
    at(place, std::fs::rename(&fresh, place))?;
    at(&stamped, crate::runtimes::put(&stamped, stamp.as_bytes()))?;
    if old.exists() {
        at(&old, std::fs::remove_dir_all(&old))?;
    }
    Ok(())
}

/// A number that is another one when the file is: the clock of a file system may stand still between two writes, so it has the
/// length in it, too. 0 where there is no file.
pub(crate) fn stamp(package: &Path) -> u64 {
    let Ok(data) = std::fs::metadata(package) else { return 0 };
    let mut hasher = DefaultHasher::new();
    (data.modified().ok(), data.len()).hash(&mut hasher);
    hasher.finish()
}

#[expect(clippy::disallowed_methods, reason = "the host reads what it wrote")]
fn is_same(stamped: &Path, stamp: &str) -> bool {
    std::fs::read_to_string(stamped).is_ok_and(|known| known == stamp)
}

/// Brings a function's folder up to its package.
pub(crate) fn renewed(function: &Function) -> Result<(), UnpackError> {
    function.package.as_deref().map_or(Ok(()), |package| renew(package, &function.folder))
}
