//! The older ways to a host's addresses (`gethostbyname` and its relations), and plain questions to DNS (`res_query`).
//!
//! Where the guard resolves, the C library gets the first address in figures, which it never looks up.
use super::real;
use crate::ask::{self, Answer, Kind};
use crate::calls;
use crate::rules;
use libc::{c_char, c_int, c_uchar, hostent, size_t};

/// `ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff` and its zero.
const TEXT_BYTES_MAX: usize = 48;
const ANSWER_BYTES_MAX: usize = 1024;
/// `h_errno`: the name does not exist.
const HOST_NOT_FOUND: c_int = 1;

/// What is asked of the C library in the place of a name.
enum Instead {
    /// The name itself.
    Same,
    /// An address in figures.
    Address([c_char; TEXT_BYTES_MAX]),
    Nothing,
}

/// # Safety
/// `name` is null or ends with a zero.
#[inline(never)]
unsafe fn instead(name: *const c_char, family: c_int) -> Instead {
    let Some(rules) = rules::installed() else { return Instead::Same };
    // SAFETY: as the caller says.
    let Some(bytes) = (unsafe { calls::bytes(name) }) else { return Instead::Same };
    if super::names::numeric(bytes) || bytes == b"localhost" {
        return Instead::Same;
    }
    let mut answer = [0_u8; ANSWER_BYTES_MAX];
    match ask::ask(&rules, Kind::Resolve, bytes, &mut answer) {
        Answer::Yes(1) => Instead::Same,
        Answer::Yes(length) => first(answer.get(1..length).unwrap_or_default(), family),
        Answer::No => Instead::Nothing,
        Answer::Nobody if rules.blocks() && rules.knows_hosts() => Instead::Nothing,
        Answer::Nobody => Instead::Same,
    }
}

/// The first address of a family.
fn first(answer: &[u8], family: c_int) -> Instead {
    let mut rest = answer;
    while let Some((kind, after)) = rest.split_first() {
        let (own, size) = if *kind == b'6' { (libc::AF_INET6, 16) } else { (libc::AF_INET, 4) };
        let Some((address, after)) = after.split_at_checked(size) else { break };
        rest = after;
        let mut text = [0 as c_char; TEXT_BYTES_MAX];
        // SAFETY: `address` has the size of the family, `text` room for the longest form.
        let written = own == family
            && unsafe {
                !super::names::inet_ntop(
                    own,
                    address.as_ptr().cast(),
                    text.as_mut_ptr(),
                    TEXT_BYTES_MAX as u32,
                )
                .is_null()
            };
        if written {
            return Instead::Address(text);
        }
    }
    Instead::Nothing
}

unsafe extern "C" {
    #[link_name = "__h_errno_location"]
    fn host_error() -> *mut c_int;
}

pub(super) fn not_found() -> *mut hostent {
    // SAFETY: the place of this thread's own number.
    unsafe { *host_error() = HOST_NOT_FOUND };
    core::ptr::null_mut()
}

/// # Safety
/// As the C library's.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn gethostbyname(name: *const c_char) -> *mut hostent {
    // SAFETY: the arguments are the caller's.
    unsafe {
        let Some(real) = real!(c"gethostbyname", unsafe extern "C" fn(*const c_char) -> *mut hostent) else {
            return not_found();
        };
        match instead(name, libc::AF_INET) {
            Instead::Same => real(name),
            Instead::Address(text) => real(text.as_ptr()),
            Instead::Nothing => not_found(),
        }
    }
}

/// # Safety
/// As the C library's.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn gethostbyname2(name: *const c_char, family: c_int) -> *mut hostent {
    type Real = unsafe extern "C" fn(*const c_char, c_int) -> *mut hostent;
    // SAFETY: the arguments are the caller's.
    unsafe {
        let Some(real) = real!(c"gethostbyname2", Real) else { return not_found() };
        match instead(name, family) {
            Instead::Same => real(name, family),
            Instead::Address(text) => real(text.as_ptr(), family),
            Instead::Nothing => not_found(),
        }
    }
}

/// Says "no such name" in the way of the functions with a place for their result.
///
/// # Safety
/// Both are null or places of the caller.
pub(super) unsafe fn nothing(found: *mut *mut hostent, error: *mut c_int) -> c_int {
    // SAFETY: as the caller says.
    unsafe {
        if !found.is_null() {
            *found = core::ptr::null_mut();
        }
        if !error.is_null() {
            *error = HOST_NOT_FOUND;
        }
    }
    libc::ENOENT
}

/// # Safety
/// As the C library's.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn gethostbyname_r(
    name: *const c_char,
    into: *mut hostent,
    room: *mut c_char,
    size: size_t,
    found: *mut *mut hostent,
    error: *mut c_int,
) -> c_int {
    type Real = unsafe extern "C" fn(
        *const c_char,
        *mut hostent,
        *mut c_char,
        size_t,
        *mut *mut hostent,
        *mut c_int,
    ) -> c_int;
    // SAFETY: the arguments are the caller's.
    unsafe {
        let Some(real) = real!(c"gethostbyname_r", Real) else { return nothing(found, error) };
        match instead(name, libc::AF_INET) {
            Instead::Same => real(name, into, room, size, found, error),
            Instead::Address(text) => real(text.as_ptr(), into, room, size, found, error),
            Instead::Nothing => nothing(found, error),
        }
    }
}

/// # Safety
/// As the C library's.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn gethostbyname2_r(
    name: *const c_char,
    family: c_int,
    into: *mut hostent,
    room: *mut c_char,
    size: size_t,
    found: *mut *mut hostent,
    error: *mut c_int,
) -> c_int {
    type Real = unsafe extern "C" fn(
        *const c_char,
        c_int,
        *mut hostent,
        *mut c_char,
        size_t,
        *mut *mut hostent,
        *mut c_int,
    ) -> c_int;
    // SAFETY: the arguments are the caller's.
    unsafe {
        let Some(real) = real!(c"gethostbyname2_r", Real) else { return nothing(found, error) };
        match instead(name, family) {
            Instead::Same => real(name, family, into, room, size, found, error),
            Instead::Address(text) => real(text.as_ptr(), family, into, room, size, found, error),
            Instead::Nothing => nothing(found, error),
        }
    }
}

type Query = unsafe extern "C" fn(*const c_char, c_int, c_int, *mut c_uchar, c_int) -> c_int;

/// Whether a plain question about a name may be sent.
///
/// # Safety
/// `name` is null or ends with a zero.
#[inline(never)]
unsafe fn may_ask(name: *const c_char) -> bool {
    // SAFETY: as the caller says. The answer's family does not matter: whether there is one does.
    !matches!(unsafe { instead(name, libc::AF_INET) }, Instead::Nothing)
}

/// A question to DNS under one of its names.
macro_rules! query {
    ($name:ident, $text:literal) => {
        /// # Safety
        /// As the C library's.
        #[unsafe(no_mangle)]
        pub(crate) unsafe extern "C" fn $name(
            name: *const c_char,
            class: c_int,
            kind: c_int,
            into: *mut c_uchar,
            size: c_int,
        ) -> c_int {
            // SAFETY: the arguments are the caller's.
            unsafe {
                match real!($text, Query) {
                    Some(real) if may_ask(name) => real(name, class, kind, into, size),
                    _ => {
                        not_found();
                        -1
                    }
                }
            }
        }
    };
}

query!(res_query, c"res_query");
query!(res_search, c"res_search");
query!(__res_query, c"__res_query");
query!(__res_search, c"__res_search");

type OwnQuery =
    unsafe extern "C" fn(*mut libc::c_void, *const c_char, c_int, c_int, *mut c_uchar, c_int) -> c_int;

/// The same with a state of its own.
macro_rules! own_query {
    ($name:ident, $text:literal) => {
        /// # Safety
        /// As the C library's.
        #[unsafe(no_mangle)]
        pub(crate) unsafe extern "C" fn $name(
            state: *mut libc::c_void,
            name: *const c_char,
            class: c_int,
            kind: c_int,
            into: *mut c_uchar,
            size: c_int,
        ) -> c_int {
            // SAFETY: the arguments are the caller's.
            unsafe {
                match real!($text, OwnQuery) {
                    Some(real) if may_ask(name) => real(state, name, class, kind, into, size),
                    _ => {
                        not_found();
                        -1
                    }
                }
            }
        }
    };
}

/// The same for a name in two parts.
macro_rules! parted_query {
    ($name:ident, $text:literal $(, $state:ident)?) => {
        /// # Safety
        /// As the C library's.
        #[unsafe(no_mangle)]
        pub(crate) unsafe extern "C" fn $name(
            $($state: *mut libc::c_void,)?
            name: *const c_char,
            domain: *const c_char,
            class: c_int,
            kind: c_int,
            into: *mut c_uchar,
            size: c_int,
        ) -> c_int {
            type Real = unsafe extern "C" fn(
                $(parted_query!(@ $state),)?
                *const c_char,
                *const c_char,
                c_int,
                c_int,
                *mut c_uchar,
                c_int,
            ) -> c_int;
            // SAFETY: the arguments are the caller's. Each part has to be a name that may be asked for: no policy names halves.
            unsafe {
                match real!($text, Real) {
                    Some(real) if may_ask(name) && may_ask(domain) => {
                        real($($state,)? name, domain, class, kind, into, size)
                    }
                    _ => {
                        not_found();
                        -1
                    }
                }
            }
        }
    };
    (@ $state:ident) => { *mut libc::c_void };
}

parted_query!(res_querydomain, c"res_querydomain");
parted_query!(__res_querydomain, c"__res_querydomain");
parted_query!(res_nquerydomain, c"res_nquerydomain", state);
parted_query!(__res_nquerydomain, c"__res_nquerydomain", state);
own_query!(res_nquery, c"res_nquery");
own_query!(res_nsearch, c"res_nsearch");
own_query!(__res_nquery, c"__res_nquery");
own_query!(__res_nsearch, c"__res_nsearch");
