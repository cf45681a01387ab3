//! `buckler init`: a commented configuration.
use super::CommandError;
use crate::args::InitArguments;
use crate::config;
use crate::exit::Exit;
use crate::output;

pub(super) fn run(arguments: &InitArguments) -> Result<Exit, CommandError> {
    let path = match &arguments.writing.output {
        Some(path) => path.clone(),
        None => arguments.path.join("buckler.toml"),
    };
    if path.exists() && !arguments.force {
        return Err(CommandError::Exists { path });
    }
    output::write_file(&path, config::DEFAULT)?;
    if !arguments.writing.quiet {
        output::tell(&format!("wrote `{}`", path.display()));
    }
    Ok(Exit::Clean)
}
