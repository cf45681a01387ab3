//! A page that the runtime may read and only the guard may write: how many invocations run.
use rustix::fs::{MemfdFlags, SealFlags};
use rustix::mm::{MapFlags, ProtFlags};
use std::os::fd::OwnedFd;
use std::sync::atomic::{AtomicU64, Ordering};

const BYTES: usize = 4096;

/// The guard's mapping, of words of 8 bytes in the machine's order: invocations that run now; that began; that the runtime has not
/// answered yet.
pub(super) struct Page(*mut AtomicU64);

// SAFETY: the mapping lives as long as the value, and is only used through atomics.
unsafe impl Send for Page {}
// SAFETY: as above.
unsafe impl Sync for Page {}

impl Page {
    /// The mapping, and a descriptor from which others can read and that nobody can write or map writable any more.
    pub(super) fn new() -> rustix::io::Result<(Self, OwnedFd)> {
        let file = rustix::fs::memfd_create("buckler-page", MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING)?;
        rustix::fs::ftruncate(&file, BYTES as u64)?;
        let (protection, flags) = (ProtFlags::READ | ProtFlags::WRITE, MapFlags::SHARED);
        // SAFETY: a new mapping at an address that the kernel chooses; nothing else refers to it.
        let at = unsafe { rustix::mm::mmap(std::ptr::null_mut(), BYTES, protection, flags, &file, 0) }?;
        let page = Self(at.cast());
        let seals = SealFlags::FUTURE_WRITE | SealFlags::GROW | SealFlags::SHRINK | SealFlags::SEAL;
        rustix::fs::fcntl_add_seals(&file, seals)?;
        Ok((page, file))
    }

    fn cell(&self, at: usize) -> &AtomicU64 {
        // SAFETY: the mapping is 4096 bytes, page-aligned, and lives as long as `self`; `at` is 0 to 2.
        unsafe { &*self.0.add(at) }
    }

    pub(super) fn begin(&self) {
        self.cell(2).fetch_add(1, Ordering::AcqRel);
        self.cell(1).fetch_add(1, Ordering::AcqRel);
        self.cell(0).fetch_add(1, Ordering::AcqRel);
    }

    pub(super) fn answered(&self) {
        self.down(2);
    }

    pub(super) fn end(&self) {
        self.down(0);
    }

    fn down(&self, at: usize) {
        let down = |count: u64| count.checked_sub(1);
        // An end without a beginning changes nothing.
        let _unchanged = self.cell(at).fetch_update(Ordering::AcqRel, Ordering::Acquire, down).is_err();
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        // SAFETY: the mapping was made in `new` with this length, and no reference outlives `self`.
        let unmapped = unsafe { rustix::mm::munmap(self.0.cast(), BYTES) };
        debug_assert!(unmapped.is_ok(), "a mapping of ours can be taken away");
    }
}
