//! Chores of the workspace. Nothing here is needed to build or ships.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a tool for developers: it reads, writes and talks"
)]
mod bench;
mod catalogue;
mod ci;
mod fixes;
mod guard_program;
mod new_check;
mod proxy;
mod tools;
mod verdicts;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

const HELP: &str = "cargo xtask COMMAND

  ci                           set up and run every test: what CI runs
  tools                        install what tests use below `target/tools`; `ci` does it, too
  new-check AREA ID            start a check: its file and its line in the area's list
  pages                        write the generated pages and snapshots again
  verdicts FILE FOLDER [ID…]   compare our findings with recorded verdicts of another tool
  catalogue                    gather the facts of AWS again (needs Python and PyPI), write crates/iam/src/catalogue/data
  fixes FOLDER…                fix copies of folders, and see that nothing else changes and nothing breaks
  guard-program ARCHITECTURE [FEATURE…]
                               build what a layer of the guard holds, for `x86_64` or `arm64`, below `target/guard`
  proxy RULES [REQUESTS]       requests a second of the gateway beside nginx, with the Core Rule Set in RULES; or its memory
                               over so many requests and 100 reloads
  bench FOLDER [COMMAND…]      CPU time and memory of a scan, beside another command on the same folder";

/// Runs one command.
#[must_use]
pub fn run(arguments: &[String]) -> ExitCode {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["ci"] => ci::run(),
        ["tools"] => tools::install(),
        ["pages"] => ci::pages(),
        ["new-check", area, id] => new_check::run(area, id),
        ["verdicts", file, folder, ids @ ..] => verdicts::compare(file, folder, ids),
        ["catalogue"] => catalogue::run(),
        ["fixes", folders @ ..] if !folders.is_empty() => fixes::run(folders),
        ["guard-program", machine, features @ ..] => guard_program::run(machine, features),
        ["proxy", rules] => proxy::run(rules, None),
        ["proxy", rules, requests] => proxy::run(rules, Some(requests)),
        ["bench", folder, peer @ ..] => bench::run(folder, peer),
        _ => Err(HELP.to_owned()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

/// The workspace's folder.
#[must_use]
pub fn root() -> PathBuf {
    // What cargo says now: a build directory may be shared, and then the one of the build is another checkout.
    let now = std::env::var_os("CARGO_MANIFEST_DIR");
    let own = now.as_deref().map_or(Path::new(env!("CARGO_MANIFEST_DIR")), Path::new);
    own.parent().unwrap_or(own).to_owned()
}
