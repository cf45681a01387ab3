//! This process, as the kernel sees it: its environment, its descriptors, who may look into it.
#![expect(unsafe_code, reason = "the environment block, prctl and descriptors that were inherited")]

use std::ffi::CStr;
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, AsRawFd, FromRawFd, OwnedFd, RawFd};

unsafe extern "C" {
    /// POSIX: the environment of this process.
    static mut environ: *mut *mut libc::c_char;
}

/// Takes the environment out of the memory that `/proc/PID/environ` shows; the process itself keeps a copy without `hidden`.
///
/// A child of the same user could otherwise read there what was taken out of its own environment. Call it before any
/// thread is started.
///
/// # Errors
/// The kernel does not say where that memory is.
pub fn hide_environment(hidden: &[&str]) -> io::Result<()> {
    let stat = std::io::read_to_string(File::open("/proc/self/stat")?)?;
    // Fields 50 and 51 of proc_pid_stat(5); the name in field 2 may hold anything but ends with the last `)`.
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_ascii_whitespace().collect();
    let field = |number: usize| fields.get(number - 3).and_then(|field| field.parse::<usize>().ok());
    let (Some(start), Some(end)) = (field(50), field(51)) else {
        return Err(io::Error::other("the kernel does not tell where the environment is"));
    };
    if start == 0 || end <= start {
        return Err(io::Error::other("the kernel does not tell where the environment is"));
    }
    let mut kept: Vec<*mut libc::c_char> = Vec::new();
    // SAFETY: no other thread runs yet (the contract above), so nobody changes `environ`; it is a list of C strings with a
    // null pointer at its end.
    let mut at = unsafe { environ };
    // SAFETY: `at` walks that list and stops at its null pointer.
    while !at.is_null() && unsafe { !(*at).is_null() } {
        // SAFETY: an entry of the list, a C string.
        let entry = unsafe { CStr::from_ptr(*at) };
        let name = entry.to_bytes().split(|&byte| byte == b'=').next().unwrap_or_default();
        if !hidden.iter().any(|hidden| hidden.as_bytes() == name) {
            kept.push(entry.to_owned().into_raw());
        }
        // SAFETY: not yet at the null pointer, so the next entry exists.
        at = unsafe { at.add(1) };
    }
    kept.push(std::ptr::null_mut());
    // SAFETY: the new list is leaked, so it lives as long as the process; no other thread reads it now.
    unsafe { environ = kept.leak().as_mut_ptr() };
    // SAFETY: the kernel put the environment there when this process started (it is writable memory of its stack), and
    // nothing points into it any more.
    unsafe { std::ptr::write_bytes(start as *mut u8, 0, end - start) };
    Ok(())
}

/// Tells the allocator what this process is: threads that take turns, and events of any size. Call it before any thread is started.
///
/// Glibc's would give each thread a heap of its own, that grows by one page a call, and would give memory back to the kernel after
/// every large event. Other C libraries do neither.
pub fn tune_memory() {
    #[cfg(target_env = "gnu")]
    {
        const KEPT_BYTES: libc::c_int = 1 << 20;
        // SAFETY: changes settings of the allocator; no other thread runs.
        unsafe {
            libc::mallopt(libc::M_ARENA_MAX, 1);
            libc::mallopt(libc::M_TOP_PAD, KEPT_BYTES / 2);
            libc::mallopt(libc::M_TRIM_THRESHOLD, KEPT_BYTES);
            libc::mallopt(libc::M_MMAP_THRESHOLD, KEPT_BYTES);
        }
    }
}

/// Numbers below this one are the child's: the parts agree which of them is what (`Preparation::inherited`).
const CHILD_NUMBERS: RawFd = 16;

/// Takes every free number that a descriptor may have in the child, so that no descriptor of the guard (a rule set of the kernel, the
/// pipe that tells of a failed start) gets one and is replaced on the way into the child. Call it before anything is opened.
///
/// # Errors
/// No descriptor is left.
pub fn reserve_child_numbers() -> io::Result<()> {
    loop {
        let placeholder = File::open("/dev/null")?;
        if placeholder.as_raw_fd() >= CHILD_NUMBERS {
            return Ok(());
        }
        // Kept until the process ends; closed in the child by `exec`.
        std::mem::forget(placeholder);
    }
}

/// Keeps others from reading this process's memory and descriptors; false where the platform does not allow it.
#[must_use]
pub fn close_to_others() -> bool {
    // SAFETY: prctl with numbers only.
    let undumpable = unsafe { libc::prctl(libc::PR_SET_DUMPABLE, 0, 0, 0, 0) } == 0;
    let none = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: the structure outlives the call.
    let no_cores = unsafe { libc::setrlimit(libc::RLIMIT_CORE, &raw const none) } == 0;
    undumpable && no_cores
}

/// Orphans of the runtime become children of the guard, so that they can be found and ended.
#[must_use]
pub fn adopt_orphans() -> bool {
    // SAFETY: prctl with numbers only.
    unsafe { libc::prctl(libc::PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0 }
}

/// Takes a descriptor that this process was given by its number; the child does not inherit it. Call it once of each.
///
/// # Errors
/// It is not open.
pub fn given(number: RawFd) -> io::Result<OwnedFd> {
    // SAFETY: fcntl only asks whether the number is an open descriptor and sets a flag of it.
    if unsafe { libc::fcntl(number, libc::F_SETFD, libc::FD_CLOEXEC) } < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: it is open (above), and was given to this process by number: nobody else here owns it.
    Ok(unsafe { OwnedFd::from_raw_fd(number) })
}

/// Whether something can be read, or the other side has closed, within so many milliseconds.
#[must_use]
pub fn readable(descriptor: &impl AsFd, ms: i32) -> bool {
    let mut asked = libc::pollfd { fd: descriptor.as_fd().as_raw_fd(), events: libc::POLLIN, revents: 0 };
    // SAFETY: one structure that outlives the call.
    unsafe { libc::poll(&raw mut asked, 1, ms) != 0 }
}

/// A pipe: what is read, what is written.
///
/// # Errors
/// No descriptor is left.
pub fn pipe() -> io::Result<(File, OwnedFd)> {
    let (reader, writer) = io::pipe()?;
    Ok((File::from(OwnedFd::from(reader)), writer.into()))
}
