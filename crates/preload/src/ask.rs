//! Questions to the guard: one packet with a descriptor for the answer. No allocation, no lock; threads do not meet.
use crate::calls;
use crate::rules::{DESCRIPTOR, Rules};
use core::mem;

/// Bytes of a question: a path or a name, and a little.
const QUESTION_BYTES_MAX: usize = 4200;
/// Milliseconds that an answer may take: a name is resolved meanwhile.
const ANSWER_MS_MAX: libc::c_int = 15_000;

/// What the guard says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    Yes(usize),
    No,
    /// It cannot be asked.
    Nobody,
}

/// What a question is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Kind {
    /// `[family 4|6][port, big-endian][address]`.
    Connect = b'c',
    /// As above, without a connection.
    Send = b'u',
    /// A name; the answer has addresses: `[4|6][address]…`.
    Resolve = b'n',
    /// A path or name of a program.
    Start = b'x',
    /// Something was refused here: `f` and the path. No answer.
    Refused = b'r',
    /// The library is loaded. No answer.
    Loaded = b'h',
}

#[repr(C, align(8))]
struct Control([u8; 64]);

/// Whether the descriptor is the guard's socket and not one that took its number.
fn there(rules: &Rules<'_>) -> bool {
    // SAFETY: a `stat` of zeroes is filled by the call.
    let mut found: libc::stat = unsafe { mem::zeroed() };
    let place = &raw mut found;
    // SAFETY: `place` is valid for the call.
    let result = unsafe { libc::syscall(libc::SYS_fstat, DESCRIPTOR, place) };
    result == 0 && rules.inode != 0 && found.st_ino == rules.inode
}

/// Asks, and waits for the answer; what follows its first byte goes into `into`.
pub(crate) fn ask(rules: &Rules<'_>, kind: Kind, content: &[u8], into: &mut [u8]) -> Answer {
    let before = calls::errno();
    let answer = asked(rules, kind, content, into).unwrap_or(Answer::Nobody);
    calls::fail(before);
    answer
}

fn asked(rules: &Rules<'_>, kind: Kind, content: &[u8], into: &mut [u8]) -> Option<Answer> {
    if !there(rules) {
        return None;
    }
    let mut pair = [-1; 2];
    let form = libc::SOCK_SEQPACKET | libc::SOCK_CLOEXEC;
    // SAFETY: `pair` has room for two descriptors.
    let made = unsafe { libc::syscall(libc::SYS_socketpair, libc::AF_UNIX, form, 0, pair.as_mut_ptr()) };
    if made != 0 {
        return None;
    }
    let [ours, guards] = pair;
    let sent = send(kind, content, Some(guards));
    calls::close(guards);
    let answer = if sent { receive(ours, into) } else { None };
    calls::close(ours);
    answer
}

/// Tells, without an answer.
pub(crate) fn tell(rules: &Rules<'_>, kind: Kind, content: &[u8]) {
    let before = calls::errno();
    if there(rules) {
        send(kind, content, None);
    }
    calls::fail(before);
}

fn send(kind: Kind, content: &[u8], reply: Option<i32>) -> bool {
    let mut text = [0_u8; QUESTION_BYTES_MAX];
    let length = content.len().min(QUESTION_BYTES_MAX.wrapping_sub(1));
    let (Some((first, rest)), Some(content)) = (text.split_first_mut(), content.get(..length)) else {
        return false;
    };
    *first = kind as u8;
    for (place, byte) in rest.iter_mut().zip(content) {
        *place = *byte;
    }
    let mut part = libc::iovec { iov_base: text.as_mut_ptr().cast(), iov_len: length.wrapping_add(1) };
    let mut control = Control([0; 64]);
    // SAFETY: a message of zeroes is a valid empty message.
    let mut message: libc::msghdr = unsafe { mem::zeroed() };
    message.msg_iov = &raw mut part;
    message.msg_iovlen = 1;
    if let Some(reply) = reply {
        message.msg_control = control.0.as_mut_ptr().cast();
        // SAFETY: `control` has room for a header and a number, aligned to 8.
        unsafe {
            message.msg_controllen = libc::CMSG_SPACE(4) as _;
            let header = libc::CMSG_FIRSTHDR(&raw const message);
            if header.is_null() {
                return false;
            }
            (*header).cmsg_level = libc::SOL_SOCKET;
            (*header).cmsg_type = libc::SCM_RIGHTS;
            (*header).cmsg_len = libc::CMSG_LEN(4) as _;
            libc::CMSG_DATA(header).cast::<i32>().write_unaligned(reply);
        }
    }
    // A tell never waits: a full queue means that enough was told.
    let flags = libc::MSG_NOSIGNAL | if reply.is_none() { libc::MSG_DONTWAIT } else { 0 };
    // SAFETY: the message points at live memory of this frame.
    unsafe { libc::syscall(libc::SYS_sendmsg, DESCRIPTOR, &raw const message, flags) >= 0 }
}

fn receive(socket: i32, into: &mut [u8]) -> Option<Answer> {
    let mut poll = libc::pollfd { fd: socket, events: libc::POLLIN, revents: 0 };
    // SAFETY: one entry, as said.
    if unsafe { libc::poll(&raw mut poll, 1, ANSWER_MS_MAX) } != 1 {
        return None;
    }
    let none: *mut libc::c_void = core::ptr::null_mut();
    // SAFETY: `into` has room for as many bytes as said; no address is wanted.
    let length = unsafe {
        libc::syscall(
            libc::SYS_recvfrom,
            socket,
            into.as_mut_ptr(),
            into.len(),
            libc::MSG_DONTWAIT,
            none,
            none,
        )
    };
    match (usize::try_from(length).ok()?, into.first()) {
        (length @ 1.., Some(b'y')) => Some(Answer::Yes(length)),
        (1.., Some(_)) => Some(Answer::No),
        _ => None,
    }
}
