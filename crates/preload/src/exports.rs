//! The functions that stand before the C library's, under its names.
//!
//! `open` and its relations take a mode behind their dots; on x86-64 and arm64 such an argument comes in the same register as
//! a named one, so that a function with three or four arguments takes the call as it is.
use crate::ask::{self, Answer, Kind};
use crate::calls::{self, fail, small};
use crate::files::{self, Use};
use crate::rules::{self, Rules};
use libc::{c_char, c_int, c_void, mode_t, size_t, ssize_t};

mod hosts;
mod lists;
mod names;
mod programs;
mod reverse;

/// Runs before the program's own code, and before that of libraries loaded later.
#[used]
#[unsafe(link_section = ".init_array")]
static START: extern "C" fn(c_int, *const *const c_char, *const *const c_char) = start;

unsafe extern "C" {
    static mut environ: *mut *mut c_char;
}

extern "C" fn start(_count: c_int, _arguments: *const *const c_char, variables: *const *const c_char) {
    // SAFETY: the loader passes a list that ends with a null; every string in it ends with a zero.
    let Some(text) = (unsafe { variable(variables, rules::NAME) }) else { return };
    rules::install(text);
    let Some(rules) = rules::installed() else { return };
    // SAFETY: no memory is passed.
    let parent = unsafe { libc::syscall(libc::SYS_getppid) };
    if u64::try_from(parent).ok() != Some(rules.guard) {
        // A program that the function started in a way that did not pass here: credentials go now.
        // SAFETY: no other thread runs yet; `environ` is the list that the C library made.
        unsafe { forget(&rules, environ) };
        return;
    }
    ask::tell(&rules, Kind::Loaded, b"");
}

/// # Safety
/// `list` is null or ends with a null; every string in it ends with a zero.
unsafe fn variable<'a>(list: *const *const c_char, name: &[u8]) -> Option<&'a [u8]> {
    let mut at = list;
    if at.is_null() {
        return None;
    }
    // SAFETY: reads up to the null, as the caller says.
    unsafe {
        while !(*at).is_null() {
            let value = calls::bytes(*at).and_then(|one| one.strip_prefix(name)?.strip_prefix(b"="));
            if value.is_some() {
                return value;
            }
            at = at.add(1);
        }
    }
    None
}

/// Takes hidden variables out of a list.
///
/// # Safety
/// As [`variable`]; nobody else reads the list meanwhile.
unsafe fn forget(rules: &Rules<'_>, list: *mut *mut c_char) {
    if list.is_null() {
        return;
    }
    let (mut from, mut to) = (list, list);
    // SAFETY: reads and writes up to the null, the second never past the first.
    unsafe {
        while !(*from).is_null() {
            let bytes = calls::bytes(*from).unwrap_or_default();
            let name = bytes.split(|byte| *byte == b'=').next().unwrap_or_default();
            if rules.hides(name) {
                // The value is on the stack that `/proc/PID/environ` shows.
                libc::explicit_bzero((*from).cast(), bytes.len());
            } else {
                *to = *from;
                to = to.add(1);
            }
            from = from.add(1);
        }
        *to = core::ptr::null_mut();
    }
}

/// The C library's own function behind one of ours; for unsafe blocks.
macro_rules! real {
    ($name:literal, $kind:ty) => {{
        static PLACE: core::sync::atomic::AtomicPtr<core::ffi::c_void> =
            core::sync::atomic::AtomicPtr::new(core::ptr::null_mut());
        let mut found = PLACE.load(core::sync::atomic::Ordering::Relaxed);
        if found.is_null() {
            // SAFETY: a constant name that ends with a zero.
            found = libc::dlsym(libc::RTLD_NEXT, $name.as_ptr());
            PLACE.store(found, core::sync::atomic::Ordering::Relaxed);
        }
        if found.is_null() {
            None
        } else {
            // SAFETY: the C library's function of that name has this form.
            Some(core::mem::transmute::<*mut core::ffi::c_void, $kind>(found))
        }
    }};
}
pub(crate) use real;

/// An address of the internet as the guard reads it: `[4|6][port][address]`.
///
/// # Safety
/// `address` is null or points at `length` bytes.
unsafe fn place(address: *const libc::sockaddr, length: libc::socklen_t) -> Option<([u8; 19], usize, bool)> {
    let length = usize::try_from(length).ok()?;
    if address.is_null() || length < 2 {
        return None;
    }
    let mut found = [0_u8; 19];
    // SAFETY: as many bytes are read as the caller says are there.
    let bytes = unsafe { core::slice::from_raw_parts(address.cast::<u8>(), length) };
    let (first, second) = (*bytes.first()?, *bytes.get(1)?);
    let family = u16::from_ne_bytes([first, second]);
    let port = bytes.get(2..4)?;
    let (kind, from, size) = match i32::from(family) {
        libc::AF_INET => (b'4', 4, 4),
        libc::AF_INET6 => (b'6', 8, 16),
        _ => return None,
    };
    let ip = bytes.get(from..)?.get(..size)?;
    *found.first_mut()? = kind;
    calls::put(found.get_mut(1..)?, port)?;
    calls::put(found.get_mut(3..)?, ip)?;
    let own = (kind == b'4' && ip.first() == Some(&127))
        || (kind == b'6' && ip == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
    Some((found, size.wrapping_add(3), own))
}

/// Whether the socket file of a local address may be connected to, which is writing to it.
///
/// # Safety
/// As [`place`].
unsafe fn local(address: *const libc::sockaddr, length: libc::socklen_t) -> bool {
    const PATH: usize = 2;
    const PATH_BYTES_MAX: usize = 108;
    let length = length as usize;
    if address.is_null() || length <= PATH || length > PATH.wrapping_add(PATH_BYTES_MAX) {
        return true;
    }
    // SAFETY: as many bytes are read as the caller says are there.
    let bytes = unsafe { core::slice::from_raw_parts(address.cast::<u8>(), length) };
    let (Some(family), Some(path)) = (bytes.first_chunk::<PATH>(), bytes.get(PATH..)) else { return true };
    if i32::from(u16::from_ne_bytes(*family)) != libc::AF_UNIX || path.first() == Some(&0) {
        return true;
    }
    // The path need not end with a zero.
    let mut copy = [0_u8; PATH_BYTES_MAX + 1];
    if calls::put(&mut copy, path).is_none() {
        return true;
    }
    // SAFETY: `copy` ends with a zero.
    unsafe { opens(libc::AT_FDCWD, copy.as_ptr().cast(), Use::Write) }
}

/// Whether something may be sent to an address.
///
/// # Safety
/// As [`place`].
unsafe fn reaches(kind: Kind, address: *const libc::sockaddr, length: libc::socklen_t) -> bool {
    let Some(rules) = rules::installed() else { return true };
    // SAFETY: as the caller says.
    let Some((found, size, own)) = (unsafe { place(address, length) }) else { return true };
    let [_, high, low, ..] = found;
    let port = u16::from_be_bytes([high, low]);
    // Connecting a datagram socket to port 0 asks the system for a route and sends nothing.
    if (own && rules.own_port(port)) || port == 0 {
        return true;
    }
    match ask::ask(&rules, kind, found.get(..size).unwrap_or_default(), &mut [0; 8]) {
        Answer::Yes(_) => true,
        Answer::No => false,
        Answer::Nobody => !(rules.blocks() && rules.knows_hosts()),
    }
}

/// # Safety
/// As the C library's.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn connect(
    socket: c_int,
    address: *const libc::sockaddr,
    length: libc::socklen_t,
) -> c_int {
    // SAFETY: the arguments are the caller's.
    unsafe {
        if !reaches(Kind::Connect, address, length) || !local(address, length) {
            return fail(libc::EACCES);
        }
        small(libc::syscall(libc::SYS_connect, socket, address, length))
    }
}

/// # Safety
/// As the C library's.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn sendto(
    socket: c_int,
    bytes: *const c_void,
    count: size_t,
    flags: c_int,
    address: *const libc::sockaddr,
    length: libc::socklen_t,
) -> ssize_t {
    // SAFETY: the arguments are the caller's.
    unsafe {
        if !reaches(Kind::Send, address, length) {
            return fail(libc::EACCES) as ssize_t;
        }
        libc::syscall(libc::SYS_sendto, socket, bytes, count, flags, address, length) as ssize_t
    }
}

/// # Safety
/// As the C library's.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn sendmsg(
    socket: c_int,
    message: *const libc::msghdr,
    flags: c_int,
) -> ssize_t {
    // SAFETY: the arguments are the caller's.
    unsafe {
        if !message.is_null() && !reaches(Kind::Send, (*message).msg_name.cast(), (*message).msg_namelen) {
            return fail(libc::EACCES) as ssize_t;
        }
        libc::syscall(libc::SYS_sendmsg, socket, message, flags) as ssize_t
    }
}

/// # Safety
/// As the C library's.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn sendmmsg(
    socket: c_int,
    messages: *mut libc::mmsghdr,
    count: libc::c_uint,
    flags: c_int,
) -> c_int {
    // SAFETY: the arguments are the caller's; `count` messages are there.
    unsafe {
        for index in 0..count as usize {
            let header = &raw const (*messages.wrapping_add(index)).msg_hdr;
            if !reaches(Kind::Send, (*header).msg_name.cast(), (*header).msg_namelen) {
                return fail(libc::EACCES);
            }
        }
        small(libc::syscall(libc::SYS_sendmmsg, socket, messages, count, flags))
    }
}

/// Whether a file may be opened; sets `errno` if not.
///
/// # Safety
/// `path` is null or ends with a zero.
unsafe fn opens(folder: c_int, path: *const c_char, what: Use) -> bool {
    let Some(rules) = rules::installed() else { return true };
    // SAFETY: as the caller says.
    let fine = path.is_null() || unsafe { files::allowed(&rules, folder, path, what) };
    if !fine {
        fail(libc::EACCES);
    }
    fine
}

/// # Safety
/// As the C library's.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn openat(
    folder: c_int,
    path: *const c_char,
    flags: c_int,
    mode: mode_t,
) -> c_int {
    // SAFETY: the arguments are the caller's.
    unsafe {
        if flags & libc::O_PATH == 0 && !opens(folder, path, Use::of_flags(flags)) {
            return -1;
        }
        calls::openat(folder, path, flags, mode)
    }
}

/// # Safety
/// As the C library's.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn openat64(
    folder: c_int,
    path: *const c_char,
    flags: c_int,
    mode: mode_t,
) -> c_int {
    // SAFETY: the arguments are the caller's.
    unsafe { openat(folder, path, flags, mode) }
}

/// # Safety
/// As the C library's.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn open(path: *const c_char, flags: c_int, mode: mode_t) -> c_int {
    // SAFETY: the arguments are the caller's.
    unsafe { openat(libc::AT_FDCWD, path, flags, mode) }
}

/// # Safety
/// As the C library's.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn open64(path: *const c_char, flags: c_int, mode: mode_t) -> c_int {
    // SAFETY: the arguments are the caller's.
    unsafe { openat(libc::AT_FDCWD, path, flags, mode) }
}

/// # Safety
/// As the C library's.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn creat(path: *const c_char, mode: mode_t) -> c_int {
    // SAFETY: the arguments are the caller's.
    unsafe { openat(libc::AT_FDCWD, path, libc::O_CREAT | libc::O_WRONLY | libc::O_TRUNC, mode) }
}

/// What `open` is in programs that are compiled with checks (`_FORTIFY_SOURCE`).
///
/// # Safety
/// As the C library's.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn __open_2(path: *const c_char, flags: c_int) -> c_int {
    // SAFETY: the arguments are the caller's.
    unsafe { openat(libc::AT_FDCWD, path, flags, 0) }
}

/// # Safety
/// As the C library's.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn __open64_2(path: *const c_char, flags: c_int) -> c_int {
    // SAFETY: the arguments are the caller's.
    unsafe { openat(libc::AT_FDCWD, path, flags, 0) }
}

/// # Safety
/// As the C library's.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn __openat_2(folder: c_int, path: *const c_char, flags: c_int) -> c_int {
    // SAFETY: the arguments are the caller's.
    unsafe { openat(folder, path, flags, 0) }
}

/// # Safety
/// As the C library's.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn __openat64_2(folder: c_int, path: *const c_char, flags: c_int) -> c_int {
    // SAFETY: the arguments are the caller's.
    unsafe { openat(folder, path, flags, 0) }
}

type Fopen = unsafe extern "C" fn(*const c_char, *const c_char) -> *mut libc::FILE;

/// # Safety
/// As the C library's.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn fopen(path: *const c_char, mode: *const c_char) -> *mut libc::FILE {
    // SAFETY: the arguments are the caller's.
    unsafe {
        let what = Use::of_mode(calls::bytes(mode).unwrap_or_default());
        match real!(c"fopen", Fopen) {
            Some(real) if opens(libc::AT_FDCWD, path, what) => real(path, mode),
            _ => core::ptr::null_mut(),
        }
    }
}

/// # Safety
/// As the C library's.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn fopen64(path: *const c_char, mode: *const c_char) -> *mut libc::FILE {
    // SAFETY: the arguments are the caller's.
    unsafe { fopen(path, mode) }
}

/// # Safety
/// As the C library's.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn dlopen(path: *const c_char, flags: c_int) -> *mut c_void {
    // SAFETY: the arguments are the caller's.
    unsafe {
        let named = calls::bytes(path).is_some_and(|path| path.contains(&b'/'));
        match real!(c"dlopen", unsafe extern "C" fn(*const c_char, c_int) -> *mut c_void) {
            Some(real) if !named || opens(libc::AT_FDCWD, path, Use::Load) => real(path, flags),
            _ => core::ptr::null_mut(),
        }
    }
}

/// # Safety
/// As the C library's.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn linkat(
    from_folder: c_int,
    from: *const c_char,
    to_folder: c_int,
    to: *const c_char,
    flags: c_int,
) -> c_int {
    // SAFETY: the arguments are the caller's.
    unsafe {
        if !(opens(from_folder, from, Use::Write) && opens(to_folder, to, Use::Write)) {
            return -1;
        }
        small(libc::syscall(libc::SYS_linkat, from_folder, from, to_folder, to, flags))
    }
}

/// # Safety
/// As the C library's.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn link(from: *const c_char, to: *const c_char) -> c_int {
    // SAFETY: the arguments are the caller's.
    unsafe { linkat(libc::AT_FDCWD, from, libc::AT_FDCWD, to, 0) }
}

/// # Safety
/// As the C library's.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn renameat2(
    from_folder: c_int,
    from: *const c_char,
    to_folder: c_int,
    to: *const c_char,
    flags: libc::c_uint,
) -> c_int {
    // SAFETY: the arguments are the caller's.
    unsafe {
        if !(opens(from_folder, from, Use::Write) && opens(to_folder, to, Use::Write)) {
            return -1;
        }
        small(libc::syscall(libc::SYS_renameat2, from_folder, from, to_folder, to, flags))
    }
}

/// # Safety
/// As the C library's.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn renameat(
    from_folder: c_int,
    from: *const c_char,
    to_folder: c_int,
    to: *const c_char,
) -> c_int {
    // SAFETY: the arguments are the caller's.
    unsafe { renameat2(from_folder, from, to_folder, to, 0) }
}

/// # Safety
/// As the C library's.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn rename(from: *const c_char, to: *const c_char) -> c_int {
    // SAFETY: the arguments are the caller's.
    unsafe { renameat2(libc::AT_FDCWD, from, libc::AT_FDCWD, to, 0) }
}
