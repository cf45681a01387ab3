//! Changed texts to disk: whole or not at all, inside of the folder, never through a link.
#![expect(clippy::disallowed_methods, reason = "this is where fixes are written")]
use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::overlay::Texts;
use crate::commands::CommandError;
use crate::disk::Disk;

/// Why a file must not be written. `None` when it may.
pub(in crate::commands) fn may_not(disk: &Disk, path: &str) -> Option<String> {
    place(disk, path).err()
}

/// The file's place on disk, with no link on the way there.
fn place(disk: &Disk, path: &str) -> Result<PathBuf, String> {
    let file = disk.root().join(path);
    let real = file.canonicalize().map_err(|why| format!("`{path}` cannot be written: {why}"))?;
    if real != file {
        return Err(format!("`{path}` is reached through a link"));
    }
    let metadata = file.symlink_metadata().map_err(|why| format!("`{path}` cannot be written: {why}"))?;
    if !metadata.is_file() {
        return Err(format!("`{path}` is no plain file"));
    }
    if metadata.permissions().readonly() {
        return Err(format!("`{path}` is write-protected"));
    }
    Ok(file)
}

/// Writes every text, each beside its file first. When one cannot be written, those written before are put back.
pub(in crate::commands) fn write(disk: &Disk, texts: &Texts, originals: &Texts) -> Result<(), CommandError> {
    let mut written: Vec<(PathBuf, &String)> = Vec::new();
    for (path, text) in texts {
        let original = originals.get(path);
        let result = place(disk, path).and_then(|file| {
            let now = std::fs::read_to_string(&file).map_err(|why| why.to_string())?;
            if original != Some(&now) {
                return Err("it changed while it was being fixed; run the command again".to_owned());
            }
            replace(&file, text).map_err(|why| why.to_string())?;
            Ok(file)
        });
        match (result, original) {
            (Ok(file), Some(original)) => written.push((file, original)),
            (Ok(_), None) => {}
            (Err(why), _) => {
                for (file, original) in &written {
                    if let Err(why) = replace(file, original) {
                        crate::output::tell(&format!("`{}` could not be put back: {why}", file.display()));
                    }
                }
                return Err(CommandError::Write { path: path.into(), why });
            }
        }
    }
    Ok(())
}

/// A sibling with the permissions of the file takes its place.
fn replace(file: &Path, text: &str) -> std::io::Result<()> {
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.tmp", std::process::id()));
    let sibling = file.with_file_name(name);
    let written = (|| {
        let mut new = std::fs::OpenOptions::new().write(true).create_new(true).open(&sibling)?;
        new.write_all(text.as_bytes())?;
        new.set_permissions(file.metadata()?.permissions())?;
        new.sync_all()?;
        std::fs::rename(&sibling, file)
    })();
    if written.is_err() {
        // The reason is told; a file that was never made cannot be removed.
        drop(std::fs::remove_file(&sibling));
    }
    written
}
