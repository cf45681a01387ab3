//! Paths: which may be opened, by prefix, after links.
use crate::ask::{self, Kind};
use crate::calls;
use crate::rules::{Rules, below, number};

const PATH_BYTES_MAX: usize = 4096;

/// How a file is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    Read,
    Write,
    /// As code of this process.
    Load,
}

impl Use {
    pub(crate) fn of_flags(flags: libc::c_int) -> Self {
        let changes = flags & (libc::O_CREAT | libc::O_TRUNC) != 0;
        if changes || flags & libc::O_ACCMODE != libc::O_RDONLY { Self::Write } else { Self::Read }
    }

    /// `r`, `w+`, `a` of `fopen`.
    pub(crate) fn of_mode(mode: &[u8]) -> Self {
        if mode.iter().any(|byte| matches!(byte, b'w' | b'a' | b'+')) { Self::Write } else { Self::Read }
    }
}

/// Whether a file may be opened. Tells the guard when not.
///
/// # Safety
/// `path` ends with a zero.
pub(crate) unsafe fn allowed(
    rules: &Rules<'_>,
    folder: libc::c_int,
    path: *const libc::c_char,
    what: Use,
) -> bool {
    // SAFETY: as the caller says.
    let Some(text) = (unsafe { calls::bytes(path) }) else { return true };
    let is_process = below(b"/proc", text);
    if !rules.knows_files() && !is_process && text.starts_with(b"/") && plain(text) {
        return true;
    }
    let own = u64::from(std_pid());
    let fine = if text.starts_with(b"/") && plain(text) && !is_process && fixed(rules, text) {
        judge(rules, text, what, own)
    } else {
        let mut memory = [0_u8; PATH_BYTES_MAX];
        // SAFETY: as the caller says.
        let real = unsafe { resolve(folder, path, text, &mut memory) };
        // What leads nowhere cannot be opened, and is left to the kernel to refuse.
        real.is_none_or(|real| judge(rules, real, what, own)) && (!is_process || process(text, what, own))
    };
    if fine {
        return true;
    }
    ask::tell(rules, Kind::Refused, text);
    !rules.blocks()
}

fn std_pid() -> u32 {
    // SAFETY: no memory is passed.
    unsafe { libc::syscall(libc::SYS_getpid) as u32 }
}

/// A path in folders that nobody can write: no link there can be the function's.
fn fixed(rules: &Rules<'_>, path: &[u8]) -> bool {
    !rules.is_writable(path)
        && [&b"/usr"[..], b"/lib", b"/lib64", b"/var/task", b"/var/runtime", b"/var/lang", b"/opt", b"/etc"]
            .iter()
            .any(|prefix| below(prefix, path))
}

/// No `.`, `..` or empty parts.
pub(crate) fn plain(path: &[u8]) -> bool {
    !path.split(|byte| *byte == b'/').skip(1).any(|part| matches!(part, b"." | b".."))
}

/// A path without links.
pub(crate) fn judge(rules: &Rules<'_>, path: &[u8], what: Use, own: u64) -> bool {
    // Pipes, sockets, memory: `pipe:[7]`.
    if !path.starts_with(b"/") {
        return true;
    }
    if below(b"/proc", path) {
        return process(path, what, own);
    }
    let device =
        [&b"/dev/null"[..], b"/dev/zero", b"/dev/full", b"/dev/random", b"/dev/urandom", b"/dev/tty"];
    if device.contains(&path) || below(b"/dev/pts", path) {
        return true;
    }
    match what {
        Use::Read => rules.may_read(path),
        Use::Write => rules.may_write(path),
        // Code that the function itself could have written is not loaded where programs are restricted.
        Use::Load => rules.may_read(path) && !(rules.knows_programs() && rules.is_writable(path)),
    }
}

/// Files of processes: those of this one, but never its memory to write; nothing of another's.
pub(crate) fn process(path: &[u8], what: Use, own: u64) -> bool {
    let mut parts = path.split(|byte| *byte == b'/').filter(|part| !part.is_empty()).skip(1);
    let Some(first) = parts.next() else { return true };
    let last = parts.last().unwrap_or_default();
    let of_process = first.iter().all(u8::is_ascii_digit);
    if of_process && number(first) != own && !last.is_empty() {
        // What everybody may know: its name and state.
        return matches!(last, b"stat" | b"status" | b"comm" | b"cmdline") && what == Use::Read;
    }
    if of_process || matches!(first, b"self" | b"thread-self") {
        return !(last == b"mem" && what == Use::Write);
    }
    what == Use::Read
}

/// The path after all links; that of the folder where the file is not there yet.
///
/// # Safety
/// `path` ends with a zero and is `text`.
unsafe fn resolve<'a>(
    folder: libc::c_int,
    path: *const libc::c_char,
    text: &[u8],
    memory: &'a mut [u8; PATH_BYTES_MAX],
) -> Option<&'a [u8]> {
    let before = calls::errno();
    let flags = libc::O_PATH | libc::O_CLOEXEC;
    // SAFETY: as the caller says.
    let mut found = unsafe { calls::openat(folder, path, flags, 0) };
    if found < 0 {
        let end = text.iter().rposition(|byte| *byte == b'/');
        let parent: &[u8] = match end {
            None => b".",
            Some(0) => b"/",
            Some(end) => text.get(..end)?,
        };
        let mut copy = [0_u8; PATH_BYTES_MAX];
        calls::put(&mut copy, parent)?;
        if copy.last() != Some(&0) {
            return None;
        }
        // SAFETY: `copy` ends with a zero.
        found = unsafe { calls::openat(folder, copy.as_ptr().cast(), flags, 0) };
    }
    let real = if found < 0 { None } else { calls::path_of(found, memory) };
    if found >= 0 {
        calls::close(found);
    }
    calls::fail(before);
    real
}

#[cfg(test)]
mod tests;
