//! `buckler completions SHELL`.
use clap::CommandFactory;

use super::CommandError;
use crate::args::{Arguments, CompletionsArguments, Writing};
use crate::exit::Exit;
use crate::output;

pub(super) fn run(arguments: &CompletionsArguments) -> Result<Exit, CommandError> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Arguments::command(), "buckler", &mut script);
    let writing = Writing { output: None, quiet: true };
    output::put(&writing, &String::from_utf8_lossy(&script))?;
    Ok(Exit::Clean)
}
