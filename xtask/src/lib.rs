//! Chores of the workspace. Nothing here is needed to build or ships.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a tool for developers: it reads, writes and talks"
)]
mod verdicts;

use std::process::ExitCode;

const HELP: &str = "cargo xtask COMMAND

  verdicts FILE FOLDER [ID…]   compare our findings with recorded verdicts of another tool";

/// Runs one command.
#[must_use]
pub fn run(arguments: &[String]) -> ExitCode {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["verdicts", file, folder, ids @ ..] => verdicts::compare(file, folder, ids),
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
