//! The guard as a program, around real runtimes.
mod escapes;
mod guarded;
mod hooks;
mod hostile;
mod platform;
mod proxy;
mod residue;
