//! What the guard said at the start: one environment variable, copied once into memory that is then only readable.
//!
//! `mode;guard's pid;socket's inode;own ports;read;write;hidden;library;programs`: `mode` is letters (`b` block, `h` hosts known, `p` programs
//! known, `r` reads known, `w` writes known), ports and names stand with commas between them, paths with `:`.
use core::cell::UnsafeCell;
use core::sync::atomic::{AtomicUsize, Ordering};

/// The variable.
pub(crate) const NAME: &[u8] = b"BUCKLER_PRELOAD";
/// Bytes of rules; the guard does not give more.
pub(crate) const BYTES_MAX: usize = 16_384;
/// The descriptor that leads to the guard.
pub(crate) const DESCRIPTOR: i32 = 6;
const FIELDS: usize = 9;

#[repr(C, align(4096))]
struct Memory(UnsafeCell<[u8; BYTES_MAX]>);

// SAFETY: written once by `install`, before any other thread of the process exists; read-only afterwards.
unsafe impl Sync for Memory {}

static MEMORY: Memory = Memory(UnsafeCell::new([0; BYTES_MAX]));
static LENGTH: AtomicUsize = AtomicUsize::new(0);

/// The rules of this process; all fields are empty where there are none.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules<'a> {
    mode: &'a [u8],
    pub guard: u64,
    pub inode: u64,
    ports: &'a [u8],
    read: &'a [u8],
    write: &'a [u8],
    hidden: &'a [u8],
    /// Where this library's file is.
    pub library: &'a [u8],
    programs: &'a [u8],
}

/// Copies the variable's value. Too long a value is cut in no place: there are then no rules but the strictest.
pub(crate) fn install(text: &[u8]) {
    let text = if text.len() > BYTES_MAX { b"bhprw;0;0;;;;" } else { text };
    // SAFETY: the loader calls this once, before `main`; `MEMORY` has room for `BYTES_MAX` bytes, and is of whole pages.
    unsafe {
        let at = MEMORY.0.get().cast::<u8>();
        core::ptr::copy_nonoverlapping(text.as_ptr(), at, text.len());
        libc::mprotect(at.cast(), BYTES_MAX, libc::PROT_READ);
    }
    LENGTH.store(text.len(), Ordering::Release);
}

/// The rules, where there are some.
pub(crate) fn installed() -> Option<Rules<'static>> {
    let length = LENGTH.load(Ordering::Acquire);
    if length == 0 {
        return None;
    }
    // SAFETY: nothing writes after `install` has stored the length.
    let memory = unsafe { &*MEMORY.0.get() };
    memory.get(..length).map(parse)
}

/// The value of the variable in the form it is passed on to children.
pub(crate) fn text() -> &'static [u8] {
    let length = LENGTH.load(Ordering::Acquire);
    // SAFETY: as in `installed`.
    let memory = unsafe { &*MEMORY.0.get() };
    memory.get(..length).unwrap_or_default()
}

/// Reads the fields; what is not there is empty.
pub(crate) fn parse(text: &[u8]) -> Rules<'_> {
    let mut fields: [&[u8]; FIELDS] = [&[]; FIELDS];
    for (field, part) in fields.iter_mut().zip(text.split(|byte| *byte == b';')) {
        *field = part;
    }
    let [mode, guard, inode, ports, read, write, hidden, library, programs] = fields;
    Rules { mode, guard: number(guard), inode: number(inode), ports, read, write, hidden, library, programs }
}

impl Rules<'_> {
    fn has(&self, letter: u8) -> bool {
        self.mode.contains(&letter)
    }

    /// What is not allowed is refused, and not merely told.
    pub(crate) fn blocks(&self) -> bool {
        self.has(b'b')
    }

    pub(crate) fn knows_hosts(&self) -> bool {
        self.has(b'h')
    }

    pub(crate) fn knows_programs(&self) -> bool {
        self.has(b'p')
    }

    /// A port of this machine that needs no question.
    pub(crate) fn own_port(&self, port: u16) -> bool {
        self.ports.split(|byte| *byte == b',').any(|one| !one.is_empty() && number(one) == u64::from(port))
    }

    /// A path below what may be read. True where the policy does not know reads.
    pub(crate) fn may_read(&self, path: &[u8]) -> bool {
        !self.has(b'r') || below_any(self.read, path) || below_any(self.write, path)
    }

    /// A path below what may be written. True where the policy does not know writes.
    pub(crate) fn may_write(&self, path: &[u8]) -> bool {
        !self.has(b'w') || below_any(self.write, path)
    }

    pub(crate) fn is_writable(&self, path: &[u8]) -> bool {
        below_any(self.write, path)
    }

    /// A program that needs no question: children close their descriptors before they become another program.
    pub(crate) fn may_start(&self, path: &[u8]) -> bool {
        self.programs.split(|byte| *byte == b':').any(|one| !one.is_empty() && one == path)
    }

    /// Any rule of files at all.
    pub(crate) fn knows_files(&self) -> bool {
        self.has(b'r') || self.has(b'w')
    }

    /// A variable that children do not get.
    pub(crate) fn hides(&self, name: &[u8]) -> bool {
        self.hidden.split(|byte| *byte == b',').any(|one| !one.is_empty() && one == name)
    }
}

fn below_any(list: &[u8], path: &[u8]) -> bool {
    list.split(|byte| *byte == b':').any(|prefix| !prefix.is_empty() && below(prefix, path))
}

/// `/a` holds `/a` and `/a/b`, not `/ab`.
pub(crate) fn below(prefix: &[u8], path: &[u8]) -> bool {
    let prefix = prefix.strip_suffix(b"/").unwrap_or(prefix);
    path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
}

pub(crate) fn number(text: &[u8]) -> u64 {
    let mut found = 0_u64;
    for byte in text {
        if !byte.is_ascii_digit() {
            return 0;
        }
        found = found.wrapping_mul(10).wrapping_add(u64::from(byte.wrapping_sub(b'0')));
    }
    found
}

#[cfg(test)]
mod tests;
