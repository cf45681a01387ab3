//! System calls that do not go through this library's own functions.
use libc::{c_int, c_long};

/// Sets `errno`.
pub(crate) fn fail(errno: c_int) -> c_int {
    // SAFETY: the C library gives the place of this thread's `errno`.
    unsafe { *libc::__errno_location() = errno };
    -1
}

pub(crate) fn errno() -> c_int {
    // SAFETY: as above.
    unsafe { *libc::__errno_location() }
}

/// Calls that give back a small number.
pub(crate) fn small(value: c_long) -> c_int {
    value as c_int
}

pub(crate) fn close(descriptor: c_int) {
    // SAFETY: no memory is passed.
    unsafe { libc::syscall(libc::SYS_close, descriptor) };
}

/// `openat` without this library's look at the path, which ends with a zero.
///
/// # Safety
/// `path` points at a string that ends with a zero.
pub(crate) unsafe fn openat(
    folder: c_int,
    path: *const libc::c_char,
    flags: c_int,
    mode: libc::mode_t,
) -> c_int {
    // SAFETY: as the caller says.
    small(unsafe { libc::syscall(libc::SYS_openat, folder, path, flags, mode) })
}

/// The real path behind a descriptor, into `into`.
pub(crate) fn path_of(descriptor: c_int, into: &mut [u8]) -> Option<&[u8]> {
    let mut name = [0_u8; 40];
    let prefix = b"/proc/self/fd/";
    let mut digits = [0_u8; 12];
    let digits = decimal(descriptor, &mut digits);
    put(&mut name, prefix)?;
    put(name.get_mut(prefix.len()..)?, digits)?;
    // SAFETY: `name` ends with a zero, having room for more digits than there are, and `into` has room for as many bytes as said.
    let length = unsafe {
        libc::syscall(libc::SYS_readlinkat, libc::AT_FDCWD, name.as_ptr(), into.as_mut_ptr(), into.len())
    };
    into.get(..usize::try_from(length).ok()?)
}

fn decimal(value: c_int, into: &mut [u8; 12]) -> &[u8] {
    let mut rest = value.unsigned_abs();
    let mut at = into.len();
    while at > 0 {
        at = at.wrapping_sub(1);
        if let Some(place) = into.get_mut(at) {
            *place = b'0'.wrapping_add((rest % 10) as u8);
        }
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    into.get(at..).unwrap_or_default()
}

/// Copies all of `from` to the start of `into`; none where there is no room. (`copy_from_slice` brings what prints panics.)
pub(crate) fn put(into: &mut [u8], from: &[u8]) -> Option<()> {
    if into.len() < from.len() {
        return None;
    }
    for (place, byte) in into.iter_mut().zip(from) {
        *place = *byte;
    }
    Some(())
}

/// The bytes of a C string, up to a limit; none for a null pointer or a longer string.
///
/// # Safety
/// `text` is null or ends with a zero, and lives as long as the result is used.
pub(crate) unsafe fn bytes<'a>(text: *const libc::c_char) -> Option<&'a [u8]> {
    const BYTES_MAX: usize = 1 << 17;
    if text.is_null() {
        return None;
    }
    // SAFETY: `strnlen` reads to the zero at most.
    let length = unsafe { libc::strnlen(text, BYTES_MAX) };
    if length == BYTES_MAX {
        return None;
    }
    // SAFETY: that many bytes were just read.
    Some(unsafe { core::slice::from_raw_parts(text.cast(), length) })
}
