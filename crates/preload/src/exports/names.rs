//! Names of hosts: where the policy knows hosts, the guard resolves them, so that what is connected to is what was looked at.
use super::real;
use crate::ask::{self, Answer, Kind};
use crate::calls;
use crate::rules;
use libc::{addrinfo, c_char, c_int};

type Resolve =
    unsafe extern "C" fn(*const c_char, *const c_char, *const addrinfo, *mut *mut addrinfo) -> c_int;

/// Addresses of one answer.
const ANSWER_BYTES_MAX: usize = 1024;
/// `ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff` and its zero.
const TEXT_BYTES_MAX: usize = 48;

/// # Safety
/// As the C library's.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn getaddrinfo(
    node: *const c_char,
    service: *const c_char,
    hints: *const addrinfo,
    found: *mut *mut addrinfo,
) -> c_int {
    // SAFETY: the arguments are the caller's.
    unsafe {
        let Some(real) = real!(c"getaddrinfo", Resolve) else { return libc::EAI_SYSTEM };
        let Some(rules) = rules::installed() else { return real(node, service, hints, found) };
        let Some(name) = calls::bytes(node) else { return real(node, service, hints, found) };
        let wanted = if hints.is_null() { zero() } else { *hints };
        if wanted.ai_flags & libc::AI_NUMERICHOST != 0 || numeric(name) || name == b"localhost" {
            return real(node, service, hints, found);
        }
        let mut answer = [0_u8; ANSWER_BYTES_MAX];
        match ask::ask(&rules, Kind::Resolve, name, &mut answer) {
            // Allowed, and the guard leaves it to this process.
            Answer::Yes(1) => real(node, service, hints, found),
            Answer::Yes(length) => built(&answer, length, service, &wanted, (real, found)),
            Answer::No => libc::EAI_NONAME,
            Answer::Nobody if rules.blocks() && rules.knows_hosts() => libc::EAI_AGAIN,
            Answer::Nobody => real(node, service, hints, found),
        }
    }
}

fn zero() -> addrinfo {
    // SAFETY: numbers and null pointers.
    unsafe { core::mem::zeroed() }
}

/// An address in figures; such a node is never looked up.
pub(super) fn numeric(name: &[u8]) -> bool {
    name.contains(&b':')
        || (!name.is_empty() && name.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.'))
}

/// A list of the C library's own, made of addresses in figures, so that its `freeaddrinfo` frees it.
///
/// # Safety
/// As `getaddrinfo`.
unsafe fn built(
    answer: &[u8],
    length: usize,
    service: *const c_char,
    wanted: &addrinfo,
    (real, found): (Resolve, *mut *mut addrinfo),
) -> c_int {
    let mut hints = *wanted;
    hints.ai_flags = (hints.ai_flags | libc::AI_NUMERICHOST) & !(libc::AI_CANONNAME | libc::AI_ADDRCONFIG);
    let (mut first, mut last): (*mut addrinfo, *mut addrinfo) =
        (core::ptr::null_mut(), core::ptr::null_mut());
    let mut result = libc::EAI_NONAME;
    let mut rest = answer.get(1..length).unwrap_or_default();
    while let Some((kind, after)) = rest.split_first() {
        let (family, size) = if *kind == b'6' { (libc::AF_INET6, 16) } else { (libc::AF_INET, 4) };
        let Some((address, after)) = after.split_at_checked(size) else { break };
        rest = after;
        if hints.ai_family != libc::AF_UNSPEC && hints.ai_family != family {
            continue;
        }
        let mut text = [0 as c_char; TEXT_BYTES_MAX];
        // SAFETY: `address` has the size of the family, `text` room for the longest form; lists end with a null.
        unsafe {
            if inet_ntop(family, address.as_ptr().cast(), text.as_mut_ptr(), TEXT_BYTES_MAX as u32).is_null()
            {
                continue;
            }
            let mut one = core::ptr::null_mut();
            result = real(text.as_ptr(), service, &raw const hints, &raw mut one);
            if result != 0 {
                break;
            }
            if last.is_null() {
                first = one;
            } else {
                (*last).ai_next = one;
            }
            last = one;
            while !last.is_null() && !(*last).ai_next.is_null() {
                last = (*last).ai_next;
            }
        }
    }
    if first.is_null() {
        return if result == 0 { libc::EAI_NONAME } else { result };
    }
    // SAFETY: the caller's place for the list.
    unsafe { *found = first };
    0
}

unsafe extern "C" {
    pub(super) fn inet_ntop(
        family: c_int,
        from: *const libc::c_void,
        to: *mut c_char,
        size: u32,
    ) -> *const c_char;
}
