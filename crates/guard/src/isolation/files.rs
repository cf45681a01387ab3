//! The temporary folder: emptied without following a link, and looked at again.
//!
//! INVARIANT: every name is resolved against the descriptor of its own folder: nothing outside of the folder can be reached.
use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags, RenameFlags, Stat};
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{CStr, CString};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;

/// Folders inside of folders that are entered; deeper ones are moved up first.
const DEPTH_MAX: usize = 40;
/// Entries that one scrubbing removes; more end the environment.
const ENTRIES_MAX: usize = 500_000;
/// Entries of the initialisation that are remembered.
const KNOWN_MAX: usize = 10_000;
/// Times that the folder is read again.
const ROUNDS_MAX: usize = 10_000;

/// The initialisation's own entries at the top, each with a digest of all that is below.
#[derive(Default)]
pub(super) struct Known(BTreeMap<Vec<u8>, u64>);

/// What scrubbing did.
#[derive(Default)]
pub(super) struct Scrubbed {
    /// Names at the top that were removed (or would have been).
    pub(super) removed: Vec<String>,
    /// Entries, with all that was in them.
    pub(super) count: usize,
    /// What is still there.
    pub(super) left: Vec<String>,
}

fn open(parent: BorrowedFd<'_>, name: &CStr) -> rustix::io::Result<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    rustix::fs::openat(parent, name, flags, Mode::empty())
}

fn root(path: &Path) -> rustix::io::Result<OwnedFd> {
    rustix::fs::open(path, OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())
}

/// Names in a folder, without itself and its parent.
fn names(folder: BorrowedFd<'_>) -> Vec<CString> {
    let Ok(mut entries) = Dir::read_from(folder) else { return Vec::new() };
    let mut found = Vec::new();
    while let Some(Ok(entry)) = entries.read() {
        if !matches!(entry.file_name().to_bytes(), b"." | b"..") && found.len() < ENTRIES_MAX {
            found.push(entry.file_name().to_owned());
        }
    }
    found
}

fn stat(folder: BorrowedFd<'_>, name: &CStr) -> Option<Stat> {
    rustix::fs::statat(folder, name, AtFlags::SYMLINK_NOFOLLOW).ok()
}

fn is_folder(stat: &Stat) -> bool {
    FileType::from_raw_mode(stat.st_mode) == FileType::Directory
}

/// What stands in the folder before the first event.
pub(super) fn known(path: &Path) -> Known {
    let Ok(root) = root(path) else { return Known::default() };
    let mut left = KNOWN_MAX;
    let digests = names(root.as_fd()).into_iter().filter_map(|name| {
        let digest = digest(root.as_fd(), &name, 0, &mut left)?;
        Some((name.into_bytes(), digest))
    });
    Known(digests.collect())
}

/// Of an entry and all below: the inode, the size and the time of the last change, which no program can set back.
fn digest(folder: BorrowedFd<'_>, name: &CStr, depth: usize, left: &mut usize) -> Option<u64> {
    use std::hash::{DefaultHasher, Hash as _, Hasher as _};
    *left = left.checked_sub(1)?;
    let stat = stat(folder, name)?;
    let mut hasher = DefaultHasher::new();
    (name.to_bytes(), stat.st_ino, stat.st_mode, stat.st_size, stat.st_ctime, stat.st_ctime_nsec)
        .hash(&mut hasher);
    if is_folder(&stat) {
        if depth >= DEPTH_MAX {
            return None;
        }
        let inner = open(folder, name).ok()?;
        let mut list = names(inner.as_fd());
        list.sort_unstable();
        for name in list {
            digest(inner.as_fd(), &name, depth + 1, left)?.hash(&mut hasher);
        }
    }
    Some(hasher.finish())
}

/// Removes everything but what the initialisation left unchanged and what the policy keeps. `acts`: else only says.
pub(super) fn scrub(path: &Path, known: &Known, keep: &BTreeSet<String>, acts: bool) -> Scrubbed {
    let mut scrubbed = Scrubbed::default();
    let Ok(root) = root(path) else {
        scrubbed.left.push(path.to_string_lossy().into_owned());
        return scrubbed;
    };
    let kept: BTreeSet<&[u8]> = keep
        .iter()
        .map(|kept| Path::new(kept).strip_prefix(path).ok().and_then(Path::to_str).unwrap_or(kept))
        .filter_map(|kept| kept.split('/').find(|part| !part.is_empty()).map(str::as_bytes))
        .collect();
    let stays = |name: &CString| {
        kept.contains(name.as_bytes())
            || known
                .0
                .get(name.as_bytes())
                .is_some_and(|before| digest(root.as_fd(), name, 0, &mut KNOWN_MAX.clone()) == Some(*before))
    };
    let (mut seen, mut resists) = (BTreeSet::new(), BTreeSet::new());
    for _ in 0..ROUNDS_MAX {
        // Names that only moved up count as one with where they came from; those that resist are left.
        let list: Vec<CString> =
            names(root.as_fd()).into_iter().filter(|name| !stays(name) && !resists.contains(name)).collect();
        if list.is_empty() {
            break;
        }
        for name in list {
            if !name.to_bytes().starts_with(MOVED.as_bytes()) && seen.insert(name.clone()) {
                scrubbed.removed.push(text(&name));
            }
            let gone = acts
                && (remove(root.as_fd(), root.as_fd(), &name, 0, &mut scrubbed.count)
                    || stat(root.as_fd(), &name).is_none()
                    || (scrubbed.count < ENTRIES_MAX
                        && unfasten(root.as_fd(), &name).is_some()
                        && remove(root.as_fd(), root.as_fd(), &name, 0, &mut scrubbed.count)));
            if !gone {
                resists.insert(name);
            }
        }
    }
    scrubbed.left = resists.iter().map(text).collect();
    // Looked at again: what came meanwhile, or was never seen, counts as left.
    if acts {
        let late: Vec<String> = names(root.as_fd())
            .iter()
            .filter(|name| !stays(name) && !resists.contains(*name))
            .map(text)
            .collect();
        scrubbed.left.extend(late);
    }
    scrubbed
}

fn text(name: &CString) -> String {
    name.to_string_lossy().into_owned()
}

/// What a deep folder is called once it has moved to the top.
const MOVED: &str = ".buckler-moved-";

/// Removes one entry with all below. False: something is left of it.
fn remove(
    root: BorrowedFd<'_>,
    folder: BorrowedFd<'_>,
    name: &CStr,
    depth: usize,
    count: &mut usize,
) -> bool {
    if *count >= ENTRIES_MAX {
        return false;
    }
    *count += 1;
    let Some(stat) = stat(folder, name) else { return true };
    if !is_folder(&stat) {
        return rustix::fs::unlinkat(folder, name, AtFlags::empty()).is_ok()
            || (unfasten(folder, name).is_some()
                && rustix::fs::unlinkat(folder, name, AtFlags::empty()).is_ok());
    }
    if depth >= DEPTH_MAX {
        let Ok(moved) = CString::new(format!("{MOVED}{count}-{}", stat.st_ino)) else { return false };
        return rustix::fs::renameat_with(folder, name, root, &moved, RenameFlags::NOREPLACE).is_ok();
    }
    let inner = open(folder, name).or_else(|_| {
        // A folder without rights for its owner.
        rustix::fs::chmodat(folder, name, Mode::RWXU, AtFlags::empty())?;
        open(folder, name)
    });
    let Ok(inner) = inner else { return false };
    let _opened = rustix::fs::fchmod(&inner, Mode::RWXU).is_ok();
    for name in names(inner.as_fd()) {
        remove(root, inner.as_fd(), &name, depth + 1, count);
    }
    let gone = || rustix::fs::unlinkat(folder, name, AtFlags::REMOVEDIR).is_ok();
    gone() || (unfasten(folder, name).is_some() && gone())
}

/// Takes away what makes an entry immutable or append-only, where the process may.
fn unfasten(folder: BorrowedFd<'_>, name: &CStr) -> Option<()> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let entry = rustix::fs::openat(folder, name, flags, Mode::empty()).ok()?;
    let fastened = rustix::fs::IFlags::IMMUTABLE | rustix::fs::IFlags::APPEND;
    let had = rustix::fs::ioctl_getflags(&entry).ok()?;
    rustix::fs::ioctl_setflags(&entry, had - fastened).ok()
}
