//! The function host: runs the functions of an application's template on this machine, under the guard.
//!
//! Real runtimes speak the Lambda Runtime API to it; HTTP comes through the gateway; events come from an AWS endpoint on
//! loopback. One process group an execution environment.
//!
//! INVARIANT: it listens on loopback only, and ends by itself whatever it started.
