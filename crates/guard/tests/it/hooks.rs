//! Hooks inside of real runtimes: for each sink what is an attack and what only looks like one.
#![expect(clippy::disallowed_methods, reason = "tests make folders and lay files down")]
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests stop at whatever is wrong")]
mod harness;
mod node;
mod python;
