//! Limits of resources (`setrlimit`).
#![expect(unsafe_code, reason = "system calls that the standard library does not have")]
use policy::Limits;
use std::io;

/// Threads and processes of the function where its policy says nothing: what AWS Lambda gives.
pub(crate) const PROCESSES_MAX: u64 = 1024;
/// Address space is cheap and resident memory is not: stacks and reservations beside the policy's bytes.
const MEMORY_SLACK_BYTES: u64 = 128 << 20;
/// One byte, not zero: a handler behind a pipe (`core_pattern`) is started for zero, and for one it is not; files of one byte
/// are not written either (`core(5)`).
const CORE_BYTES: u64 = 1;

/// One limit, as the child sets it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limit {
    pub resource: i32,
    pub value: u64,
}

/// The limits of a function.
///
/// `RLIMIT_NPROC` counts every thread of the user, so `running` (those there already) is added.
pub(crate) fn of(limits: &Limits, running: u64) -> Vec<Limit> {
    let mut found = vec![
        Limit { resource: libc::RLIMIT_CORE as i32, value: CORE_BYTES },
        Limit {
            resource: libc::RLIMIT_NPROC as i32,
            value: limits.processes.unwrap_or(PROCESSES_MAX).saturating_add(running),
        },
    ];
    let mut add = |resource: i32, value: Option<u64>| {
        if let Some(value) = value {
            found.push(Limit { resource, value });
        }
    };
    add(libc::RLIMIT_FSIZE as i32, limits.file_bytes);
    add(libc::RLIMIT_NOFILE as i32, limits.open_files);
    // Private writable memory, not the address space: V8 reserves gigabytes that it never touches.
    add(libc::RLIMIT_DATA as i32, limits.memory_bytes.map(|bytes| bytes.saturating_add(MEMORY_SLACK_BYTES)));
    found
}

/// Sets a limit, soft and hard, never above the hard one that is there. Async-signal-safe.
pub(crate) fn set(limit: Limit) -> io::Result<()> {
    let mut now = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: `now` is a valid `rlimit` for the call to fill.
    if unsafe { libc::getrlimit(limit.resource as _, &raw mut now) } != 0 {
        return Err(io::Error::last_os_error());
    }
    let value = limit.value.min(now.rlim_max);
    let wanted = libc::rlimit { rlim_cur: value, rlim_max: value };
    // SAFETY: `wanted` is a valid `rlimit` that the call reads.
    if unsafe { libc::setrlimit(limit.resource as _, &raw const wanted) } != 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}

/// No core dumps of this process.
pub(crate) fn no_core() -> io::Result<()> {
    set(Limit { resource: libc::RLIMIT_CORE as i32, value: CORE_BYTES })
}

/// Threads of this user that run now; at most as many folders of `/proc` are read as a machine of the size can have.
pub(crate) fn running() -> u64 {
    const PROCESSES_READ_MAX: usize = 65_536;
    // SAFETY: reads the identity of this process; cannot fail.
    let user = unsafe { libc::geteuid() };
    let Ok(folder) = std::fs::read_dir("/proc") else { return 0 };
    let mut threads = 0;
    for entry in folder.flatten().take(PROCESSES_READ_MAX) {
        use std::os::unix::fs::MetadataExt as _;
        let name = entry.file_name();
        let is_process = name.as_encoded_bytes().first().is_some_and(u8::is_ascii_digit);
        if !is_process || entry.metadata().map(|data| data.uid()).ok() != Some(user) {
            continue;
        }
        let tasks = std::fs::read_dir(entry.path().join("task")).map_or(1, Iterator::count);
        threads += u64::try_from(tasks).unwrap_or(1);
    }
    threads
}
