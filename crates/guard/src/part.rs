//! A part of the guard that stands around the runtime: hooks, sandbox, egress, isolation.
//!
//! Each prepares the runtime's process before it starts, and is told when an invocation begins and ends. None knows another.
use crate::Invocation;
use std::ffi::OsString;
use std::fmt;
use std::io;
use std::os::fd::OwnedFd;

/// Runs in the runtime's process between `fork` and `exec`: only what is async-signal-safe, no allocation.
pub type BeforeExec = Box<dyn FnMut() -> io::Result<()> + Send + Sync>;

/// What a part changes about the process of the runtime before it starts.
#[derive(Default)]
pub struct Preparation {
    /// Environment variables that are set (`Some`) or taken away (`None`). Lists such as `NODE_OPTIONS`, `PYTHONPATH` and
    /// `LD_PRELOAD` are given with what the function had.
    pub environment: Vec<(OsString, Option<OsString>)>,
    /// Descriptors that stay open in the child, each with the number that it has there; the parts agree: 3 to 9.
    pub inherited: Vec<(OwnedFd, i32)>,
    /// In this order, after those of the parts before.
    pub before_exec: Vec<BeforeExec>,
}

impl fmt::Debug for Preparation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Values of variables may be secrets.
        formatter
            .debug_struct("Preparation")
            .field("environment", &self.environment.iter().map(|(name, _)| name).collect::<Vec<_>>())
            .field("inherited", &self.inherited)
            .field("before_exec", &self.before_exec.len())
            .finish()
    }
}

/// Whether an execution environment goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Aftermath {
    Keep,
    /// It is ended after this invocation's answer has left; the platform starts another. With the reason.
    Recycle(String),
}

/// What is told of each invocation.
pub trait Part: Send + Sync {
    /// The runtime's process runs.
    fn started(&self, _pid: u32) {}
    /// The runtime asks for its first event.
    fn ready(&self) {}
    /// Before the event reaches the runtime.
    fn begin(&self, invocation: &Invocation);
    /// The runtime has answered; it does not know yet that it was heard.
    fn answered(&self, _invocation: &Invocation) {}
    /// The environment was restored from a snapshot: what is counted from its start is counted from here.
    fn restored(&self) {}
    /// The runtime's processes are ended, and another runtime follows. With the reason why it cannot.
    fn replaced(&self) -> Result<(), String> {
        Ok(())
    }
    /// After the answer has left, before the next event is asked for.
    fn end(&self, invocation: &Invocation) -> Aftermath;
}
