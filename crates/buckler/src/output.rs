//! Results to the standard output or a file; talk to the standard error.
#![expect(clippy::disallowed_methods, reason = "this is where the program writes")]
use std::io::{IsTerminal, Write};
use std::path::Path;

use crate::args::Writing;
use crate::commands::CommandError;

/// One line for people, on the standard error.
pub(crate) fn tell(line: &str) {
    anstream::eprintln!("{line}");
}

/// Whether the result may be coloured: only on a terminal, and `NO_COLOR` wins.
pub(crate) fn colour(writing: &Writing) -> bool {
    writing.output.is_none()
        && anstream::AutoStream::choice(&std::io::stdout()) != anstream::ColorChoice::Never
        && std::io::stdout().is_terminal()
}

/// Writes a result where the arguments say.
pub(crate) fn put(writing: &Writing, text: &str) -> Result<(), CommandError> {
    match &writing.output {
        Some(path) => write_file(path, text),
        None => {
            let mut stdout = std::io::stdout().lock();
            let written = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
            match written {
                // A reader such as `head` that has seen enough is no error.
                Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
                    Err(CommandError::Write { path: "the standard output".into(), why: error.to_string() })
                }
                _ => Ok(()),
            }
        }
    }
}

/// Writes a file whole or not at all: a sibling is written first, then renamed.
pub(crate) fn write_file(path: &Path, text: &str) -> Result<(), CommandError> {
    write_bytes(path, text.as_bytes())
}

/// The same with bytes.
pub(crate) fn write_bytes(path: &Path, text: &[u8]) -> Result<(), CommandError> {
    let error = |why: std::io::Error| CommandError::Write { path: path.into(), why: why.to_string() };
    let is_plain = path.symlink_metadata().map_or(true, |metadata| metadata.is_file());
    if !is_plain {
        // A device or a pipe cannot be replaced by renaming.
        return std::fs::write(path, text).map_err(error);
    }
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.tmp", std::process::id()));
    let sibling = path.with_file_name(name);
    std::fs::write(&sibling, text).map_err(error)?;
    std::fs::rename(&sibling, path).map_err(error)
}
