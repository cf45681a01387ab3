//! Programs of this workspace that tests of other crates start.
#![expect(clippy::unwrap_used, reason = "a test fails loudly")]
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// A program of this workspace: where cargo put it, built when it is not there yet or older than `source`.
///
/// # Panics
/// It cannot be built.
#[must_use]
pub fn built(arguments: &[&str], place: &str, source: &str) -> PathBuf {
    static ONE: Mutex<()> = Mutex::new(());
    let _one = ONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let path = target.join("debug").join(place);
    let time = |path: &Path| std::fs::metadata(path).and_then(|data| data.modified()).ok();
    if time(&path).is_none_or(|built| time(&root.join(source)).is_some_and(|written| written > built)) {
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
    let program = built(&["-p", "guard"], "buckler-guard", "crates/guard/src/main.rs");
    // Asked for by itself: building tests puts the program in its place, and leaves the library out.
    let preload = built(&["-p", "preload"], "libbuckler_preload.so", "crates/preload/src/lib.rs");
    assert_eq!(program.parent(), preload.parent());
    program
}
