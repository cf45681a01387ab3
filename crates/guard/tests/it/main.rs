//! The guard as a program, around real runtimes.
mod guarded;
mod hooks;
mod platform;
mod proxy;
