//! Programs of this workspace that tests of other crates start.
#![expect(clippy::unwrap_used, reason = "a test fails loudly")]
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::SystemTime;

/// A program of this workspace: where cargo put it, built when it is not there yet or older than a source of any crate. (Cargo is not asked each
/// time: what tests of the whole workspace built has other features than what is built for itself.)
///
/// # Panics
/// It cannot be built.
#[must_use]
pub fn built(arguments: &[&str], place: &str) -> PathBuf {
    static ONE: Mutex<()> = Mutex::new(());
    let _one = ONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let path = target.join("debug").join(place);
    if time(&path).is_none_or(|built| newest_source(&root).is_some_and(|written| written > built)) {
        let status = std::process::Command::new(env!("CARGO"))
            .args(["build", "--quiet"])
            .args(arguments)
            .current_dir(&root)
            .status()
            .unwrap();
        assert!(status.success(), "cargo build {arguments:?}");
    }
    path.canonicalize().unwrap()
}

/// The guard's program, with the preload library beside it.
///
/// # Panics
/// One of them cannot be built.
#[must_use]
pub fn guard() -> PathBuf {
    let program = built(&["-p", "guard"], "buckler-guard");
    // Asked for by itself: building tests puts the program in its place, and leaves the library out.
    let preload = built(&["-p", "preload"], "libbuckler_preload.so");
    assert_eq!(program.parent(), preload.parent());
    program
}

fn time(path: &Path) -> Option<SystemTime> {
    std::fs::metadata(path).and_then(|data| data.modified()).ok()
}

/// When a source of a crate, not of its tests, was last written.
fn newest_source(root: &Path) -> Option<SystemTime> {
    let crates = std::fs::read_dir(root.join("crates")).unwrap().flatten();
    let mut folders: Vec<PathBuf> =
        crates.map(|one| one.path().join("src")).filter(|src| src.is_dir()).collect();
    let mut newest = None;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                folders.push(entry.path());
            } else if entry.path().extension().is_some_and(|end| end == "rs") {
                newest = newest.max(time(&entry.path()));
            }
        }
    }
    newest
}
