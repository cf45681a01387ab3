//! The function's own package: what stands in `LAMBDA_TASK_ROOT` must be what the policy names.
//!
//! Read by several threads beside the rest of the start, and waited for before the runtime starts: nothing of a package that
//! is another one ever runs. Only where the policy has a digest.
use policy::package::{BYTES_MAX, DEPTH_MAX, FILES_MAX, Package, Sum};
use policy::{Function, Mode};
use std::fs::File;
use std::io::{self, Read as _};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::JoinHandle;

/// Threads that read.
const THREADS_MAX: usize = 6;
/// Bytes that are read at once.
const PIECE_BYTES: usize = 256 << 10;
/// Bytes for which a further thread is worth its start.
const THREAD_BYTES_MIN: u64 = 2 << 20;

/// Why the function does not start.
#[derive(Debug, thiserror::Error)]
pub enum PackageError {
    #[error("the function's package `{path}` cannot be read: {why}")]
    Read { path: PathBuf, why: io::Error },
    #[error("the function's package `{path}` has more than {most}")]
    Large { path: PathBuf, most: String },
    #[error("the function's package holds `{path}`, which is neither file, folder nor link")]
    Strange { path: PathBuf },
    #[error(
        "the function's package is not the one of the policy: its digest is {found}, the policy has {wanted}; build the policy again with `--package` if you deployed this one"
    )]
    Other { found: String, wanted: String },
}

/// A digest that is being made.
#[derive(Debug)]
pub(crate) struct Checking {
    wanted: String,
    found: JoinHandle<Result<String, PackageError>>,
}

impl Checking {
    /// Begins, where the policy has a digest.
    pub(crate) fn begin(function: &Function, code: &Path) -> io::Result<Option<Self>> {
        let Some(wanted) = function.package.clone().filter(|_| function.mode != Mode::Off) else {
            return Ok(None);
        };
        let code = code.to_path_buf();
        let work = move || digest(&code);
        let found = std::thread::Builder::new().name("package".to_owned()).spawn(work)?;
        Ok(Some(Self { wanted, found }))
    }

    /// Waits for it.
    ///
    /// # Errors
    /// It is another package, or it cannot be read.
    pub(crate) fn finish(self) -> Result<(), PackageError> {
        let lost = || PackageError::Read { path: PathBuf::new(), why: io::Error::other("its reader ended") };
        let found = self.found.join().map_err(|_| lost())??;
        if found.eq_ignore_ascii_case(&self.wanted) {
            return Ok(());
        }
        Err(PackageError::Other { found, wanted: self.wanted })
    }
}

/// One file or link.
struct Entry {
    /// Below the package.
    name: String,
    path: PathBuf,
    is_link: bool,
}

/// The digest of a folder, as `buckler policy digest` computes it.
///
/// # Errors
/// It cannot be read whole, or is too large.
pub fn digest(folder: &Path) -> Result<String, PackageError> {
    let mut entries = Vec::new();
    let mut bytes = 0;
    list(folder, "", DEPTH_MAX, (&mut entries, &mut bytes))?;
    let wanted = usize::try_from(bytes / THREAD_BYTES_MIN).unwrap_or(THREADS_MAX);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = wanted.min(cores).clamp(1, THREADS_MAX);
    let next = AtomicUsize::new(0);
    let sums = std::thread::scope(|scope| {
        let work = || read_all(&entries, &next);
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let mut sums = work()?;
        for other in others {
            let read = other.join().map_err(|_| PackageError::Read {
                path: folder.to_path_buf(),
                why: io::Error::other("a reader ended"),
            })?;
            sums.extend(read?);
        }
        Ok(sums)
    })?;
    let mut package = Package::default();
    for (index, sum) in sums {
        if let Some(entry) = entries.get(index) {
            package.add_sum(&entry.name, sum);
        }
    }
    Ok(package.digest())
}

type Sums = Vec<(usize, [u8; 32])>;

fn read_all(entries: &[Entry], next: &AtomicUsize) -> Result<Sums, PackageError> {
    let mut buffer = vec![0; PIECE_BYTES];
    let mut sums = Vec::new();
    while let index = next.fetch_add(1, Ordering::Relaxed)
        && let Some(entry) = entries.get(index)
    {
        let wrong = |why| PackageError::Read { path: entry.path.clone(), why };
        let sum = match entry.is_link {
            true => Sum::of_link(std::fs::read_link(&entry.path).map_err(wrong)?.as_os_str().as_bytes()),
            false => read(&entry.path, &mut buffer).map_err(wrong)?,
        };
        sums.push((index, sum));
    }
    Ok(sums)
}

fn read(path: &Path, buffer: &mut [u8]) -> io::Result<[u8; 32]> {
    let mut file = File::open(path)?;
    let mut sum = Sum::default();
    loop {
        match file.read(buffer) {
            Ok(0) => return Ok(sum.finish()),
            Ok(count) => sum.update(buffer.get(..count).unwrap_or_default()),
            Err(why) if why.kind() == io::ErrorKind::Interrupted => {}
            Err(why) => return Err(why),
        }
    }
}

fn list(
    folder: &Path,
    below: &str,
    depth: usize,
    (entries, bytes): (&mut Vec<Entry>, &mut u64),
) -> Result<(), PackageError> {
    let wrong = |why| PackageError::Read { path: folder.to_path_buf(), why };
    let large = |most: String| PackageError::Large { path: folder.to_path_buf(), most };
    for entry in std::fs::read_dir(folder).map_err(wrong)? {
        let entry = entry.map_err(wrong)?;
        let name = entry.file_name();
        let name = name.to_str().ok_or_else(|| wrong(io::Error::other("a name is not UTF-8")))?;
        let name = if below.is_empty() { name.to_owned() } else { format!("{below}/{name}") };
        let kind = entry.file_type().map_err(wrong)?;
        let path = entry.path();
        if kind.is_dir() {
            let depth =
                depth.checked_sub(1).ok_or_else(|| large(format!("{DEPTH_MAX} levels of folders")))?;
            list(&path, &name, depth, (&mut *entries, &mut *bytes))?;
            continue;
        }
        if !(kind.is_file() || kind.is_symlink()) {
            return Err(PackageError::Strange { path });
        }
        if kind.is_file() {
            *bytes += entry.metadata().map_err(wrong)?.len();
        }
        entries.push(Entry { name, path, is_link: kind.is_symlink() });
        if entries.len() > FILES_MAX {
            return Err(large(format!("{FILES_MAX} files")));
        }
        if *bytes > BYTES_MAX {
            return Err(large(format!("{BYTES_MAX} bytes")));
        }
    }
    Ok(())
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "a test lays files down, and reads what was written")]
mod tests {
    use super::*;

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("buckler-package-{name}-{}", std::process::id()));
        std::fs::create_dir_all(folder.join("a/b")).unwrap();
        folder
    }

    #[test]
    fn the_digest_is_the_one_of_the_policy_and_sees_every_change() {
        let folder = folder("sees");
        let big = vec![7; 3 << 20];
        std::fs::write(folder.join("app.py"), "x").unwrap();
        std::fs::write(folder.join("a/b/big"), &big).unwrap();
        std::os::unix::fs::symlink("b/big", folder.join("a/link")).unwrap();
        let mut package = Package::default();
        package.add("app.py", b"x");
        package.add("a/b/big", &big);
        package.add("a/link", b"link:b/big");
        assert_eq!(digest(&folder).unwrap(), package.digest());
        let function = Function { package: Some(package.digest()), mode: Mode::Block, ..Function::default() };
        Checking::begin(&function, &folder).unwrap().unwrap().finish().unwrap();
        std::fs::write(folder.join("a/new.py"), "evil").unwrap();
        let other = Checking::begin(&function, &folder).unwrap().unwrap().finish().unwrap_err();
        assert!(matches!(other, PackageError::Other { .. }), "{other}");
        std::fs::remove_dir_all(&folder).unwrap();
        assert!(Checking::begin(&function, &folder).unwrap().unwrap().finish().is_err(), "nothing there");
        assert!(Checking::begin(&Function::default(), &folder).unwrap().is_none());
    }
}
