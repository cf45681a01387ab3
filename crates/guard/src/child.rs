//! The runtime's process: started in its own group with what the parts prepared, watched, ended.
//!
//! INVARIANT: nothing of the guard is left to the child: no descriptor, no setting, not the address of the platform.
#![expect(unsafe_code, reason = "fork, signals and descriptors")]

use crate::part::Preparation;
use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Command, ExitStatus, Stdio};

/// The lowest number of a descriptor on its way into the child: above all that parts agreed on.
const PASSING_MIN: RawFd = 100;

/// A started runtime.
#[derive(Debug)]
pub struct Runtime {
    pid: libc::pid_t,
    pub stdout: Option<File>,
    pub stderr: Option<File>,
}

/// What is to be started.
#[derive(Debug)]
pub struct Launch {
    pub program: OsString,
    pub arguments: Vec<OsString>,
    /// The whole environment.
    pub environment: crate::settings::Variables,
    /// In their order.
    pub preparations: Vec<Preparation>,
}

/// Signals that the guard takes itself, all of them handed on or waited for.
const TAKEN: &[libc::c_int] = &[libc::SIGTERM, libc::SIGINT, libc::SIGHUP, libc::SIGQUIT, libc::SIGCHLD];

fn taken() -> libc::sigset_t {
    let mut set = std::mem::MaybeUninit::<libc::sigset_t>::uninit();
    // SAFETY: sigemptyset makes the set a valid one.
    unsafe { libc::sigemptyset(set.as_mut_ptr()) };
    for signal in TAKEN {
        // SAFETY: a valid set, a valid signal.
        unsafe { libc::sigaddset(set.as_mut_ptr(), *signal) };
    }
    // SAFETY: made valid by sigemptyset.
    unsafe { set.assume_init() }
}

/// From now on [`Runtime::wait`] sees the signals. Call it before any thread is started.
pub fn take_signals() {
    let set = taken();
    // SAFETY: the set outlives the call.
    unsafe { libc::pthread_sigmask(libc::SIG_BLOCK, &raw const set, std::ptr::null_mut()) };
}

impl Launch {
    /// Starts the process in a group of its own.
    ///
    /// # Errors
    /// The program cannot be started, or a preparation fails in the child.
    pub fn start(self) -> io::Result<Runtime> {
        let mut command = Command::new(&self.program);
        let mut environment = self.environment;
        let mut inherited: Vec<(OwnedFd, RawFd)> = Vec::new();
        let mut before = Vec::new();
        for preparation in self.preparations {
            for (name, value) in preparation.environment {
                match value {
                    Some(value) => environment.insert(name, value),
                    None => environment.remove(&name),
                };
            }
            inherited.extend(preparation.inherited);
            before.extend(preparation.before_exec);
        }
        let inherited = out_of_the_way(inherited)?;
        let numbers: Vec<(RawFd, RawFd)> =
            inherited.iter().map(|(owned, number)| (owned.as_raw_fd(), *number)).collect();
        command.args(&self.arguments).env_clear().envs(&environment);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
        let setup = move || {
            unblock_signals();
            for &(from, to) in &numbers {
                // SAFETY: dup2 is async-signal-safe; `from` is open and above every `to`.
                if unsafe { libc::dup2(from, to) } < 0 {
                    return Err(io::Error::last_os_error());
                }
            }
            // SAFETY: prctl with numbers only: the runtime does not outlive the guard.
            unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL, 0, 0, 0) };
            before.iter_mut().try_for_each(|prepare| prepare())
        };
        // SAFETY: what runs between fork and exec is a few system calls, and the parts' `before_exec`, which promise to be
        // async-signal-safe and not to allocate.
        unsafe { command.pre_exec(setup) };
        let mut child = command.spawn()?;
        drop(inherited);
        let file = |owned: OwnedFd| File::from(owned);
        Ok(Runtime {
            pid: libc::pid_t::try_from(child.id()).unwrap_or(0),
            stdout: child.stdout.take().map(|pipe| file(pipe.into())),
            stderr: child.stderr.take().map(|pipe| file(pipe.into())),
        })
    }
}

/// Moves descriptors above every number that one of them will have in the child.
fn out_of_the_way(inherited: Vec<(OwnedFd, RawFd)>) -> io::Result<Vec<(OwnedFd, RawFd)>> {
    let mut moved = Vec::with_capacity(inherited.len());
    for (owned, number) in inherited {
        // SAFETY: duplicates an open descriptor to a free number.
        let high = unsafe { libc::fcntl(owned.as_raw_fd(), libc::F_DUPFD_CLOEXEC, PASSING_MIN) };
        if high < 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: fcntl just made it, nobody else owns it.
        moved.push((unsafe { OwnedFd::from_raw_fd(high) }, number));
    }
    Ok(moved)
}

/// The runtime gets its signals, which the guard keeps from its own threads. Async-signal-safe.
fn unblock_signals() {
    let set = taken();
    // SAFETY: the set outlives the call.
    unsafe { libc::sigprocmask(libc::SIG_UNBLOCK, &raw const set, std::ptr::null_mut()) };
}

/// What the process that waits has to do next.
#[derive(Clone, Copy, Debug)]
pub enum Woken {
    /// The runtime ended.
    Ended(ExitStatus),
    /// The platform sent a signal that was handed on.
    Signal(i32),
}

impl Runtime {
    #[must_use]
    pub const fn pid(&self) -> i32 {
        self.pid
    }

    /// Waits for the end of the runtime or a signal, which is handed on to the runtime's group.
    pub fn wait(&self) -> Woken {
        let set = taken();
        loop {
            if let Some(status) = self.reap() {
                return Woken::Ended(status);
            }
            let mut signal = 0;
            // SAFETY: both pointers outlive the call.
            if unsafe { libc::sigwait(&raw const set, &raw mut signal) } != 0 || signal == libc::SIGCHLD {
                continue;
            }
            self.signal(signal);
            return Woken::Signal(signal);
        }
    }

    /// Collects the runtime and orphans that ended.
    fn reap(&self) -> Option<ExitStatus> {
        let mut ended = None;
        loop {
            let mut status = 0;
            // SAFETY: the pointer outlives the call.
            let pid = unsafe { libc::waitpid(-1, &raw mut status, libc::WNOHANG) };
            if pid == self.pid {
                ended = Some(ExitStatus::from_raw(status));
            }
            if pid <= 0 {
                return ended;
            }
        }
    }

    /// Sends a signal to every process of the runtime's group.
    pub fn signal(&self, signal: i32) {
        signal_group(self.pid, signal);
    }
}

/// Sends a signal to a process group; one that is gone is no error.
pub fn signal_group(group: i32, signal: i32) {
    if group > 1 {
        // SAFETY: kill with numbers only.
        unsafe { libc::kill(-group, signal) };
    }
}

/// Ends this process as the runtime ended, so that the platform tells the same.
pub fn end_as(status: ExitStatus) -> i32 {
    if let Some(signal) = status.signal() {
        // SAFETY: a handler back to its default, the mask without the signal, and the signal to this process.
        unsafe {
            libc::signal(signal, libc::SIG_DFL);
            let mut set = taken();
            libc::sigaddset(&raw mut set, signal);
            libc::pthread_sigmask(libc::SIG_UNBLOCK, &raw const set, std::ptr::null_mut());
            libc::raise(signal);
        }
        return 128 + signal;
    }
    status.code().unwrap_or(1)
}
