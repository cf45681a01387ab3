//! A zip file, of a layer or of a function's code, as a folder.
//!
//! INVARIANT: nothing of an archive is written outside of its folder, and no link of it leads out.
use std::io::Read;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Component, Path, PathBuf};

/// Bytes of a link's target.
const TARGET_BYTES_MAX: u64 = 4096;
/// Times that an entry may grow, past its first bytes: long runs of zeros are harmless, a bomb is not.
const RATIO_MAX: u64 = 200;
const RATIO_FREE_BYTES: u64 = 16 << 20;
/// What kind of file a mode says.
const KIND: u32 = 0o170_000;
const LINK: u32 = 0o120_000;

/// Bytes of what is laid out for a function: what Lambda allows its code, and its layers under `/opt`.
const BYTES_MAX: u64 = 250 << 20;
/// Files, folders and links of it.
const ENTRIES_MAX: usize = 100_000;

/// Why an archive or a folder cannot be laid out.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UnpackError {
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
    #[error("the name `{0}` leads out of it")]
    Name(String),
    #[error("the link `{0}` leads out of it")]
    Link(String),
}

/// Adds what an operation failed on.
pub(crate) fn at<T>(path: &Path, result: std::io::Result<T>) -> Result<T, UnpackError> {
    result.map_err(|why| UnpackError::Io { path: path.to_owned(), why })
}

/// What may still be laid out.
#[derive(Debug)]
pub(crate) struct Budget {
    bytes: u64,
    entries: usize,
}

impl Budget {
    pub(crate) const fn new() -> Self {
        Self { bytes: BYTES_MAX, entries: ENTRIES_MAX }
    }

    pub(crate) fn entry(&mut self) -> Result<(), UnpackError> {
        self.entries = self.entries.checked_sub(1).ok_or(UnpackError::TooMany)?;
        Ok(())
    }

    pub(crate) fn bytes(&mut self, count: u64) -> Result<(), UnpackError> {
        self.bytes = self.bytes.checked_sub(count).ok_or(UnpackError::TooLarge)?;
        Ok(())
    }
}

/// Unpacks `archive` into `folder`, which is new.
pub(crate) fn unpack(archive: &Path, folder: &Path) -> Result<(), UnpackError> {
    let file = at(archive, std::fs::File::open(archive))?;
    let mut archive = zip::ZipArchive::new(std::io::BufReader::new(file))?;
    at(folder, std::fs::create_dir_all(folder))?;
    let mut budget = Budget::new();
    let mut links = Vec::new();
    for position in 0..archive.len() {
        budget.entry()?;
        let mut entry = archive.by_index(position)?;
        let name = entry.name().map(|name| name.into_owned()).unwrap_or_default();
        let Some(inside) = inside(&name) else { return Err(UnpackError::Name(name)) };
        let mode = entry.unix_mode().unwrap_or(0o644);
        let place = folder.join(&inside);
        if entry.is_dir() {
            at(&place, std::fs::create_dir_all(&place))?;
        } else if mode & KIND == LINK {
            let mut target = Vec::new();
            at(&place, entry.by_ref().take(TARGET_BYTES_MAX).read_to_end(&mut target))?;
            links.push((inside, String::from_utf8_lossy(&target).into_owned()));
        } else {
            write(&mut entry, &place, mode, &mut budget)?;
        }
    }
    // Last: no file is written through one.
    for (inside, target) in links {
        link(folder, &inside, &target)?;
    }
    Ok(())
}

/// A name as a path below the folder; none that leads out of it.
fn inside(name: &str) -> Option<PathBuf> {
    let path = Path::new(name.trim_end_matches('/'));
    let mut inside = PathBuf::new();
    for part in path.components() {
        match part {
            Component::Normal(part) => inside.push(part),
            Component::CurDir => {}
            Component::ParentDir | Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    let is_plain = !name.contains(['\0', '\\']) && (!inside.as_os_str().is_empty() || name.ends_with('/'));
    is_plain.then_some(inside)
}

fn write<R: Read>(
    entry: &mut zip::read::ZipFile<'_, R>,
    place: &Path,
    mode: u32,
    budget: &mut Budget,
) -> Result<(), UnpackError> {
    if let Some(parent) = place.parent() {
        at(parent, std::fs::create_dir_all(parent))?;
    }
    let packed = entry.compressed_size();
    // What the archive says of the size is not believed.
    let most = budget.bytes.min(packed.saturating_mul(RATIO_MAX).max(RATIO_FREE_BYTES));
    let mut file = at(place, std::fs::File::create(place))?;
    let written = at(place, std::io::copy(&mut entry.by_ref().take(most.saturating_add(1)), &mut file))?;
    if written > most && most < budget.bytes {
        return Err(UnpackError::Ratio(place.file_name().unwrap_or_default().to_string_lossy().into_owned()));
    }
    budget.bytes(written)?;
    // Readable for the function's user, and no bits that lend somebody's rights.
    let mode = (mode & 0o777) | 0o644;
    at(place, std::fs::set_permissions(place, std::fs::Permissions::from_mode(mode)))
}

/// A link below `folder`. It may climb only from where it stands, and no higher than the folder: what it passes after that is a name, so
/// no link on its way leads out either.
fn link(folder: &Path, inside: &Path, target: &str) -> Result<(), UnpackError> {
    let mut depth = inside.components().count().saturating_sub(1);
    let mut climbs = true;
    for part in Path::new(target).components() {
        match part {
            Component::ParentDir if climbs && depth > 0 => depth -= 1,
            Component::Normal(_) => climbs = false,
            Component::CurDir => {}
            _ => return Err(UnpackError::Link(inside.display().to_string())),
        }
    }
    let place = folder.join(inside);
    if let Some(parent) = place.parent() {
        // A folder of the archive, or a new one; another link in its place would move this one.
        at(parent, std::fs::create_dir_all(parent))?;
        let is_own =
            at(parent, parent.canonicalize())? == at(folder, folder.canonicalize())?.join(parent_of(inside));
        if !is_own {
            return Err(UnpackError::Link(inside.display().to_string()));
        }
    }
    if place.symlink_metadata().is_ok() {
        return Err(UnpackError::Link(inside.display().to_string()));
    }
    at(&place, symlink(target, &place))
}

fn parent_of(inside: &Path) -> &Path {
    inside.parent().unwrap_or_else(|| Path::new(""))
}
