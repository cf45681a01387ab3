//! `buckler guard`: what brings the guard into functions.
mod layer;
mod patch;

use super::CommandError;
use crate::args::{GuardArguments, GuardCommand, Writing};
use crate::exit::Exit;

/// What is told goes to the standard output.
const STDOUT: Writing = Writing { output: None, quiet: false };

pub(super) fn run(arguments: &GuardArguments) -> Result<Exit, CommandError> {
    match &arguments.command {
        GuardCommand::Layer(arguments) => layer::run(arguments),
        GuardCommand::Patch(arguments) => patch::run(arguments),
        GuardCommand::Probe(arguments) => {
            crate::output::put(&STDOUT, &guard::probe::run(arguments.json))?;
            Ok(Exit::Clean)
        }
    }
}
