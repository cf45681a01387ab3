//! `buckler-guard`: the program in the Lambda layer.
use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::SUCCESS
}
