//! The guard around real programs.
mod hooks;
