//! The files of a git revision as a source: what an application looked like before a change.
use std::collections::BTreeMap;
use std::path::Path;

use gix::ObjectId;
use gix::objs::tree::EntryKind;
use iac::{ReadError, Source};

use crate::commands::CommandError;
use crate::disk;

/// Files of one revision, at most.
const FILES_MAX: usize = 200_000;
/// Folders within folders.
const DEPTH_MAX: usize = 128;

/// The files below a folder as one commit holds them.
pub(crate) struct Revision {
    repository: gix::ThreadSafeRepository,
    blobs: BTreeMap<String, ObjectId>,
    paths: Vec<String>,
}

impl Revision {
    /// Leaves every file out of the list but the one of this path's name.
    pub(crate) fn only(&mut self, path: &Path) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        self.paths.retain(|path| *path == name);
    }

    /// Lists the files of `revision` below `folder`, which lies in a checkout.
    pub(crate) fn open(folder: &Path, revision: &str) -> Result<Self, CommandError> {
        let failed = |why: String| CommandError::Git { why };
        let repository = gix::discover(folder).map_err(|why| failed(why.to_string()))?;
        let root = repository.workdir().unwrap_or(repository.git_dir()).to_owned();
        let below = below(&root, folder).map_err(failed)?;
        let spec = format!("{revision}^{{commit}}");
        let commit = repository
            .rev_parse_single(spec.as_str())
            .map_err(|_| failed(format!("`{revision}` is no revision of this repository, and no folder")))?;
        let tree = commit
            .object()
            .ok()
            .and_then(|object| object.peel_to_tree().ok())
            .ok_or_else(|| failed(format!("the files of `{revision}` cannot be read")))?
            .id;
        let mut lister = Lister { repository: &repository, below, blobs: BTreeMap::new() };
        lister.list(tree).map_err(failed)?;
        let blobs = lister.blobs;
        let paths = blobs.keys().filter(|path| !disk::is_vendored(path)).cloned().collect();
        Ok(Self { repository: repository.into_sync(), blobs, paths })
    }
}

/// The folder's path below the root of the checkout, `""` or ending in `/`.
fn below(root: &Path, folder: &Path) -> Result<String, String> {
    let real = |path: &Path| path.canonicalize().map_err(|why| why.to_string());
    let (root, folder) = (real(root)?, real(folder)?);
    let relative = folder.strip_prefix(&root).map_err(|_| "the folder is not in the checkout".to_owned())?;
    let parts: Vec<_> = relative.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    Ok(if parts.is_empty() { String::new() } else { format!("{}/", parts.join("/")) })
}

struct Lister<'a> {
    repository: &'a gix::Repository,
    below: String,
    blobs: BTreeMap<String, ObjectId>,
}

impl Lister<'_> {
    fn list(&mut self, root: ObjectId) -> Result<(), String> {
        let mut folders = vec![(root, String::new(), 0)];
        while let Some((id, path, depth)) = folders.pop() {
            let tree = self.repository.find_tree(id).map_err(|why| why.to_string())?;
            for entry in tree.iter() {
                let entry = entry.map_err(|why| why.to_string())?;
                let path = format!("{path}{}", entry.filename());
                match entry.kind() {
                    EntryKind::Tree if depth < DEPTH_MAX && self.concerns(&path) => {
                        folders.push((entry.object_id(), format!("{path}/"), depth + 1));
                    }
                    EntryKind::Blob | EntryKind::BlobExecutable => self.file(&path, entry.object_id())?,
                    _ => {}
                }
            }
        }
        Ok(())
    }

    /// Whether a folder holds, or lies in, the wanted one.
    fn concerns(&self, path: &str) -> bool {
        let path = format!("{path}/");
        path.starts_with(&self.below) || self.below.starts_with(&path)
    }

    fn file(&mut self, path: &str, id: ObjectId) -> Result<(), String> {
        if let Some(path) = path.strip_prefix(&self.below) {
            if self.blobs.len() >= FILES_MAX {
                return Err(format!("the revision has more than {FILES_MAX} files"));
            }
            self.blobs.insert(path.to_owned(), id);
        }
        Ok(())
    }
}

impl Source for Revision {
    fn paths(&self) -> &[String] {
        &self.paths
    }

    fn read(&self, path: &str, bytes_max: u64) -> Result<String, ReadError> {
        let id = *self.blobs.get(path).ok_or(ReadError::NotFound)?;
        let failed = |why: &dyn std::fmt::Display| ReadError::Failed(why.to_string());
        let repository = self.repository.to_thread_local();
        let bytes = repository.find_header(id).map_err(|why| failed(&why))?.size();
        if bytes > bytes_max {
            return Err(ReadError::TooLarge { bytes });
        }
        let mut blob = repository.find_blob(id).map_err(|why| failed(&why))?;
        String::from_utf8(blob.take_data()).map_err(|_| ReadError::NotText)
    }
}
