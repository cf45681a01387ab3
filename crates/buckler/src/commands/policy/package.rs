//! The files of a function's own package, for their digest.
#![expect(clippy::disallowed_methods, reason = "the files are read here")]
use std::path::Path;

use policy::package::{FILES_MAX, Package};

use super::CommandError;

/// Levels of folders.
const DEPTH_MAX: usize = 64;

/// The digest of a folder.
pub(super) fn digest(folder: &Path) -> Result<String, CommandError> {
    let mut package = Package::default();
    add(folder, "", DEPTH_MAX, &mut package)?;
    Ok(package.digest())
}

fn add(folder: &Path, below: &str, depth: usize, package: &mut Package) -> Result<(), CommandError> {
    let wrong = |why: String| CommandError::Read { path: folder.to_owned(), why };
    let entries = std::fs::read_dir(folder).map_err(|why| wrong(why.to_string()))?;
    for entry in entries {
        let path = entry.map_err(|why| wrong(why.to_string()))?.path();
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .ok_or_else(|| wrong("a name is not UTF-8".to_owned()))?;
        let inner = if below.is_empty() { name.to_owned() } else { format!("{below}/{name}") };
        let kind = path.symlink_metadata().map_err(|why| wrong(why.to_string()))?;
        if kind.is_symlink() {
            let to = std::fs::read_link(&path).map_err(|why| wrong(why.to_string()))?;
            package.add(&inner, format!("link:{}", to.display()).as_bytes());
        } else if kind.is_dir() {
            let depth = depth.checked_sub(1).ok_or_else(|| wrong(format!("more than {DEPTH_MAX} levels")))?;
            add(&path, &inner, depth, package)?;
        } else {
            if package.len() >= FILES_MAX {
                return Err(wrong(format!("more than {FILES_MAX} files")));
            }
            package.add(&inner, &std::fs::read(&path).map_err(|why| wrong(why.to_string()))?);
        }
    }
    Ok(())
}
