//! What happens in the child, between `fork` and `exec`: system calls alone, on what was made before.
#![expect(unsafe_code, reason = "system calls that the standard library does not have")]
use super::filter::Filters;
use super::limits::{self, Limit};
use crate::part::BeforeExec;
use seccompiler::BpfProgram;
use std::io;
use std::os::fd::{AsRawFd as _, OwnedFd};

/// Everything made ready.
#[derive(Debug)]
pub(crate) struct Ready {
    pub limits: Vec<Limit>,
    pub privileges: bool,
    pub landlock: Option<OwnedFd>,
    pub filters: Option<Filters>,
    /// The child's end of the pair through which the guard gets the descriptor that it answers on.
    pub listener: Option<OwnedFd>,
}

pub(crate) fn before_exec(ready: Ready) -> BeforeExec {
    Box::new(move || apply(&ready))
}

/// Applies all. INVARIANT: async-signal-safe; the first failure ends the start.
pub(crate) fn apply(ready: &Ready) -> io::Result<()> {
    for limit in &ready.limits {
        limits::set(*limit)?;
    }
    // A file past its limit is an error (EFBIG), not the end of the process.
    // SAFETY: sets a disposition to a constant; async-signal-safe.
    unsafe { libc::signal(libc::SIGXFSZ, libc::SIG_IGN) };
    if ready.privileges {
        no_new_privileges()?;
        no_capabilities()?;
    }
    if let Some(rules) = &ready.landlock {
        restrict(rules)?;
    }
    if let Some(filters) = &ready.filters {
        install(&filters.unknown, 0)?;
        install(&filters.calls, 0)?;
        if let (Some(watched), Some(socket)) = (&filters.watched, &ready.listener) {
            const NEW_LISTENER: libc::c_ulong = 1 << 3;
            let listener = install(watched, NEW_LISTENER)?;
            send_descriptor(socket.as_raw_fd(), listener)?;
            // SAFETY: closes the descriptor that this function got and nobody else knows.
            unsafe { libc::close(listener) };
        }
    }
    Ok(())
}

fn done(result: libc::c_long) -> io::Result<libc::c_long> {
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(result) }
}

/// No program that is started gains rights (set-user-id, file capabilities).
pub(crate) fn no_new_privileges() -> io::Result<()> {
    // SAFETY: sets a flag of this process; no memory is passed.
    done(unsafe { libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) }.into()).map(|_| ())
}

/// Root without the rights of root. Without effect for other users, who have none.
pub(crate) fn no_capabilities() -> io::Result<()> {
    const CAPABILITIES_MAX: libc::c_ulong = 63;
    const VERSION_3: u32 = 0x2008_0522;
    for capability in 0..=CAPABILITIES_MAX {
        // SAFETY: takes one right out of the bounding set. Refused to other users (EPERM) and past the last (EINVAL).
        unsafe { libc::prctl(libc::PR_CAPBSET_DROP, capability, 0, 0, 0) };
    }
    // SAFETY: empties the ambient set; old kernels do not have one.
    unsafe { libc::prctl(libc::PR_CAP_AMBIENT, libc::PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) };
    let header = [VERSION_3, 0_u32];
    let nothing = [0_u32; 6];
    // SAFETY: both point at memory of the size that version 3 of the call reads.
    done(unsafe { libc::syscall(libc::SYS_capset, header.as_ptr(), nothing.as_ptr()) }).map(|_| ())
}

/// `landlock_restrict_self`.
pub(crate) fn restrict(rules: &OwnedFd) -> io::Result<()> {
    // SAFETY: passes an open descriptor and no memory.
    done(unsafe { libc::syscall(libc::SYS_landlock_restrict_self, rules.as_raw_fd(), 0_u32) }).map(|_| ())
}

/// Installs one filter for all threads; with `NEW_LISTENER` the answer is a descriptor (of the one thread that there is).
pub(crate) fn install(program: &BpfProgram, flags: libc::c_ulong) -> io::Result<i32> {
    const SET_MODE_FILTER: libc::c_ulong = 1;
    const TSYNC: libc::c_ulong = 1;
    let flags = if flags == 0 { TSYNC } else { flags };
    let text = libc::sock_fprog {
        len: u16::try_from(program.len()).map_err(|_| io::Error::from_raw_os_error(libc::E2BIG))?,
        filter: program.as_ptr().cast_mut().cast(),
    };
    // SAFETY: `text` points at `len` instructions that live as long as the call; the kernel copies them.
    let result = done(unsafe { libc::syscall(libc::SYS_seccomp, SET_MODE_FILTER, flags, &raw const text) })?;
    i32::try_from(result).map_err(|_| io::Error::from_raw_os_error(libc::EINVAL))
}

/// Room for one descriptor in a control message, aligned as the kernel wants it.
#[repr(C, align(8))]
pub(super) struct Control(pub(super) [u8; CONTROL_BYTES]);
/// At least `CMSG_SPACE(sizeof(int))` on every architecture.
pub(super) const CONTROL_BYTES: usize = 64;

/// Sends one descriptor and a byte. No allocation.
fn send_descriptor(socket: i32, descriptor: i32) -> io::Result<()> {
    let mut byte = [b'L'];
    let mut part = libc::iovec { iov_base: byte.as_mut_ptr().cast(), iov_len: byte.len() };
    let mut control = Control([0; CONTROL_BYTES]);
    // SAFETY: a message of zeroes is a valid empty message.
    let mut message: libc::msghdr = unsafe { std::mem::zeroed() };
    message.msg_iov = &raw mut part;
    message.msg_iovlen = 1;
    message.msg_control = control.0.as_mut_ptr().cast();
    // SAFETY: arithmetic on a constant.
    message.msg_controllen = unsafe { libc::CMSG_SPACE(size_of::<i32>() as u32) } as _;
    // SAFETY: `msg_control` has room for one header and one number, aligned to 8; the pointers stay inside of it.
    unsafe {
        let header = libc::CMSG_FIRSTHDR(&raw const message);
        (*header).cmsg_level = libc::SOL_SOCKET;
        (*header).cmsg_type = libc::SCM_RIGHTS;
        (*header).cmsg_len = libc::CMSG_LEN(size_of::<i32>() as u32) as _;
        libc::CMSG_DATA(header).cast::<i32>().write_unaligned(descriptor);
    }
    // SAFETY: the message points at live memory of this frame.
    done(unsafe { libc::sendmsg(socket, &raw const message, libc::MSG_NOSIGNAL) } as libc::c_long).map(|_| ())
}
