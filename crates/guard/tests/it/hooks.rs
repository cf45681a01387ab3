//! Hooks inside of real runtimes: for each sink what is an attack and what only looks like one.
#![expect(clippy::disallowed_methods, reason = "a test writes its files and finds its interpreters")]
mod harness;
mod node;
mod python;
