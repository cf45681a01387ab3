//! The process in which controls are tried. INVARIANT: after `fork`, system calls alone.
#![expect(unsafe_code, reason = "system calls that the standard library does not have")]
use crate::sandbox::apply;
use crate::sandbox::filter::Filters;
use crate::sandbox::limits::{self, Limit};
use std::io;
use std::os::fd::OwnedFd;
use std::sync::atomic::{AtomicI32, Ordering};

/// Where the child writes what it found; larger than any errno, or below 1.
pub(super) const NOT_TRIED: i32 = 0;
pub(super) const ENFORCED: i32 = -1;
pub(super) const WITHOUT_EFFECT: i32 = -2;

/// One thing that is tried.
#[derive(Clone, Copy, Debug)]
#[repr(usize)]
pub(super) enum Slot {
    NoNewPrivileges,
    Core,
    Reaper,
    Limits,
    Processes,
    Files,
    Ports,
    Seccomp,
    Watch,
}

const SLOTS: usize = 16;

/// Made before `fork`.
#[derive(Debug)]
pub(super) struct Prepared {
    pub files: Option<OwnedFd>,
    pub ports: Option<OwnedFd>,
    pub filters: Option<Filters>,
    /// Something listens here on 127.0.0.1.
    pub port: u16,
}

/// What the child found.
#[derive(Debug)]
pub(super) struct Found([i32; SLOTS]);

impl Found {
    pub(super) fn get(&self, slot: Slot) -> i32 {
        self.0.get(slot as usize).copied().unwrap_or(NOT_TRIED)
    }
}

/// Memory that both processes see.
#[derive(Debug)]
struct Shared(*mut AtomicI32);

// SAFETY: the numbers behind the pointer are atomic, and the mapping ends with its owner.
unsafe impl Send for Shared {}

impl Shared {
    fn new() -> io::Result<Self> {
        let (protection, flags) =
            (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_SHARED | libc::MAP_ANONYMOUS);
        // SAFETY: new memory of zeroes at an address of the kernel's choice.
        let at =
            unsafe { libc::mmap(std::ptr::null_mut(), size_of::<[i32; SLOTS]>(), protection, flags, -1, 0) };
        if at == libc::MAP_FAILED { Err(io::Error::last_os_error()) } else { Ok(Self(at.cast())) }
    }

    fn slot(&self, slot: usize) -> &AtomicI32 {
        // SAFETY: the mapping has `SLOTS` numbers and lives as long as `self`; the remainder keeps the place inside.
        unsafe { &*self.0.add(slot % SLOTS) }
    }

    fn set(&self, slot: Slot, value: i32) {
        self.slot(slot as usize).store(value, Ordering::SeqCst);
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        // SAFETY: unmaps what `new` mapped; no reference outlives `self`.
        unsafe { libc::munmap(self.0.cast(), size_of::<[i32; SLOTS]>()) };
    }
}

/// The child while it tries.
#[derive(Debug)]
pub(super) struct Running {
    /// 0 once it was waited for.
    child: i32,
    shared: Shared,
}

impl Running {
    /// Forks, and tries everything in the child.
    pub(super) fn start(prepared: &Prepared) -> io::Result<Self> {
        let shared = Shared::new()?;
        // SAFETY: the child only makes system calls and ends with `_exit`.
        match unsafe { libc::fork() } {
            -1 => Err(io::Error::last_os_error()),
            0 => {
                inside(prepared, &shared);
                // SAFETY: ends the child without running anything of the parent's.
                unsafe { libc::_exit(0) };
            }
            child => Ok(Self { child, shared }),
        }
    }

    /// Waits for it.
    pub(super) fn finish(mut self) -> io::Result<Found> {
        wait(std::mem::take(&mut self.child))?;
        let mut found = [NOT_TRIED; SLOTS];
        for (index, value) in found.iter_mut().enumerate() {
            *value = self.shared.slot(index).load(Ordering::SeqCst);
        }
        Ok(Found(found))
    }
}

impl Drop for Running {
    /// Nobody wants to know any more.
    fn drop(&mut self) {
        if self.child > 0 {
            // SAFETY: ends the child of this process that nobody waited for yet, so that the number is still its own.
            unsafe { libc::kill(self.child, libc::SIGKILL) };
            drop(wait(self.child));
        }
    }
}

fn wait(child: i32) -> io::Result<i32> {
    let mut status = 0;
    loop {
        // SAFETY: `status` is a number for the call to fill.
        if unsafe { libc::waitpid(child, &raw mut status, 0) } == child {
            return Ok(status);
        }
        let error = io::Error::last_os_error();
        if error.kind() != io::ErrorKind::Interrupted {
            return Err(error);
        }
    }
}

/// The errno of the last call.
fn errno() -> i32 {
    io::Error::last_os_error().raw_os_error().unwrap_or(libc::EINVAL)
}

/// Enforced when the call failed with one of these; the forbidden thing worked otherwise.
fn refused(result: libc::c_long, expected: &[i32]) -> i32 {
    if result >= 0 {
        return WITHOUT_EFFECT;
    }
    let errno = errno();
    if expected.contains(&errno) { ENFORCED } else { errno }
}

fn outcome(result: &io::Result<()>) -> Option<i32> {
    result.as_ref().err().map(|error| error.raw_os_error().unwrap_or(libc::EINVAL))
}

fn inside(prepared: &Prepared, shared: &Shared) {
    shared.set(Slot::Core, core());
    // SAFETY: sets a flag of this process.
    let reaper = unsafe { libc::prctl(libc::PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) };
    shared.set(Slot::Reaper, if reaper == 0 { ENFORCED } else { errno() });
    shared.set(Slot::NoNewPrivileges, no_new_privileges());
    // As in the sandbox, so that what only root's rights allow is not counted.
    shared.set(Slot::Limits, outcome(&apply::no_capabilities()).unwrap_or(NOT_TRIED));
    shared.set(Slot::Processes, processes());
    shared.set(Slot::Limits, open_files());
    if let Some(rules) = &prepared.ports {
        let result = outcome(&apply::restrict(rules));
        shared.set(Slot::Ports, result.unwrap_or_else(|| connects(prepared.port)));
    }
    if let Some(rules) = &prepared.files {
        let result = outcome(&apply::restrict(rules));
        shared.set(Slot::Files, result.unwrap_or_else(opens));
    }
    if let Some(filters) = &prepared.filters {
        seccomp(filters, shared);
    }
}

fn no_new_privileges() -> i32 {
    if let Some(errno) = outcome(&apply::no_new_privileges()) {
        return errno;
    }
    // SAFETY: reads and changes flags of this process. It must be there, and must not go away again.
    let there = unsafe { libc::prctl(libc::PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) } == 1;
    // SAFETY: as above.
    let stays = unsafe { libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0) } != 0;
    if there && stays { ENFORCED } else { WITHOUT_EFFECT }
}

/// A process that ends by SIGABRT leaves no core.
fn core() -> i32 {
    if let Some(errno) = outcome(&limits::no_core()) {
        return errno;
    }
    // SAFETY: the grandchild makes three calls and ends.
    match unsafe { libc::fork() } {
        -1 => errno(),
        0 => {
            // SAFETY: the default disposition, then the signal, then the end whatever happened.
            unsafe {
                libc::signal(libc::SIGABRT, libc::SIG_DFL);
                libc::kill(libc::getpid(), libc::SIGABRT);
                libc::_exit(1)
            }
        }
        grandchild => match wait(grandchild) {
            Ok(status) if libc::WIFSIGNALED(status) && !libc::WCOREDUMP(status) => ENFORCED,
            Ok(_) => WITHOUT_EFFECT,
            Err(_) => errno(),
        },
    }
}

/// No process past the limit.
fn processes() -> i32 {
    if let Some(errno) = outcome(&limits::set(Limit { resource: libc::RLIMIT_NPROC as i32, value: 1 })) {
        return errno;
    }
    // One per user counts this process too, so that two more can never be.
    for _ in 0..2 {
        // SAFETY: the grandchild ends at once.
        match unsafe { libc::fork() } {
            -1 => return refused(-1, &[libc::EAGAIN]),
            // SAFETY: ends the grandchild.
            0 => unsafe { libc::_exit(0) },
            grandchild => drop(wait(grandchild)),
        }
    }
    WITHOUT_EFFECT
}

/// No descriptor past the limit.
fn open_files() -> i32 {
    const FILES_MAX: u64 = 64;
    if let Some(errno) =
        outcome(&limits::set(Limit { resource: libc::RLIMIT_NOFILE as i32, value: FILES_MAX }))
    {
        return errno;
    }
    // SAFETY: copies standard input, or whatever stands there, to a number past the limit.
    let result = unsafe { libc::fcntl(0, libc::F_DUPFD, FILES_MAX as libc::c_int) };
    refused(result.into(), &[libc::EINVAL, libc::EMFILE, libc::EBADF])
}

/// Opening a folder.
fn opens() -> i32 {
    // SAFETY: a constant path that ends with a zero.
    let result = unsafe { libc::open(c"/".as_ptr(), libc::O_RDONLY | libc::O_DIRECTORY | libc::O_CLOEXEC) };
    refused(result.into(), &[libc::EACCES])
}

/// Connecting to a port where something listens.
fn connects(port: u16) -> i32 {
    // SAFETY: an address of zeroes is valid, and is filled below.
    let mut address: libc::sockaddr_in = unsafe { std::mem::zeroed() };
    address.sin_family = libc::AF_INET as _;
    address.sin_port = port.to_be();
    address.sin_addr.s_addr = u32::from_ne_bytes([127, 0, 0, 1]);
    // SAFETY: a new socket; the address is valid for the length that is given.
    let result = unsafe {
        let socket = libc::socket(libc::AF_INET, libc::SOCK_STREAM | libc::SOCK_CLOEXEC, 0);
        if socket < 0 {
            return errno();
        }
        libc::connect(socket, (&raw const address).cast(), size_of::<libc::sockaddr_in>() as _)
    };
    refused(result.into(), &[libc::EACCES])
}

/// A call that always works, until it is filtered.
fn seccomp(filters: &Filters, shared: &Shared) {
    const ADDR_NO_RANDOMIZE: libc::c_ulong = 0x0004_0000;
    // SAFETY: sets a flag of this process that matters to programs started by it: there are none.
    if unsafe { libc::personality(ADDR_NO_RANDOMIZE) } < 0 {
        shared.set(Slot::Seccomp, errno());
        return;
    }
    let installed =
        apply::install(&filters.unknown, 0).and_then(|_| apply::install(&filters.calls, 0)).map(|_| ());
    if let Some(errno) = outcome(&installed) {
        shared.set(Slot::Seccomp, errno);
        return;
    }
    // SAFETY: as above.
    let result = unsafe { libc::personality(ADDR_NO_RANDOMIZE) };
    shared.set(Slot::Seccomp, refused(result.into(), &[libc::EPERM]));
    const NEW_LISTENER: libc::c_ulong = 1 << 3;
    let Some(watched) = &filters.watched else { return };
    match apply::install(watched, NEW_LISTENER) {
        Ok(listener) => {
            // SAFETY: closes what was just opened; with nobody to ask, starting a program fails (ENOSYS).
            unsafe { libc::close(listener) };
            let (argv, envp) = ([std::ptr::null::<libc::c_char>()], [std::ptr::null::<libc::c_char>()]);
            // SAFETY: constant path, empty lists that end with a null.
            let result = unsafe { libc::execve(c"/".as_ptr(), argv.as_ptr(), envp.as_ptr()) };
            shared.set(Slot::Watch, refused(result.into(), &[libc::ENOSYS]));
        }
        Err(error) => shared.set(Slot::Watch, error.raw_os_error().unwrap_or(libc::EINVAL)),
    }
}
