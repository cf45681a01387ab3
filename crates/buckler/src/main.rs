//! The `buckler` command: arguments, configuration, wiring, exit codes.
mod advisories;
mod args;
mod clock;
mod commands;
mod config;
mod disk;
mod exit;
mod facts;
mod http;
mod input;
mod output;
mod revision;
mod since;
mod trail;

use std::process::ExitCode;

use clap::Parser;

/// Requests are many small allocations on many threads, where this one costs a fraction of the C library's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let arguments = match args::Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let is_help = !error.use_stderr();
            // Nothing can be told when the terminal is gone.
            drop(error.print());
            return if is_help { exit::Exit::Clean.into() } else { exit::Exit::Usage.into() };
        }
    };
    match commands::run(&arguments) {
        Ok(exit) => exit.into(),
        Err(error) => {
            output::tell(&format!("error: {error}"));
            if let Some(help) = error.help() {
                output::tell(&format!("  help: {help}"));
            }
            exit::Exit::Usage.into()
        }
    }
}
