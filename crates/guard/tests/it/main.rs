//! The guard as a program, around real runtimes.
mod guarded;
mod platform;
mod proxy;
