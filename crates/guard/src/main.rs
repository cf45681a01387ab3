//! `buckler-guard`: the program in the Lambda layer.
#[cfg(all(target_env = "gnu", target_feature = "crt-static", panic = "abort"))]
mod unused;

use guard::command;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().collect();
    let code = command::run(&arguments, std::env::vars_os().collect());
    ExitCode::from(u8::try_from(code).unwrap_or(1))
}
