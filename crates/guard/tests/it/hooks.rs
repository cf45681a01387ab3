//! Hooks inside of real runtimes: for each sink what is an attack and what only looks like one.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests stop at whatever is wrong")]
mod harness;
mod node;
mod python;
