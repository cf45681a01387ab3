//! Names of addresses. Such a question goes to whoever owns the address's zone, and an address of IPv6 carries 16 bytes of anything: where the policy
//! knows hosts it is not asked, but for the machine's own addresses, which a file answers.
use super::hosts::{not_found, nothing};
use super::real;
use crate::rules;
use core::ffi::c_void;
use core::net::{Ipv4Addr, Ipv6Addr};
use libc::{c_char, c_int, hostent, size_t, sockaddr, socklen_t};

/// Where the address stands in `sockaddr_in` and `sockaddr_in6`.
const V4_AT: usize = 4;
const V6_AT: usize = 8;

/// Whether the name of an address may be looked up.
///
/// # Safety
/// `address` is null or has `size` bytes.
unsafe fn may_name(address: *const u8, size: usize, family: c_int) -> bool {
    if !rules::installed().is_some_and(|rules| rules.blocks() && rules.knows_hosts()) {
        return true;
    }
    if address.is_null() {
        return false;
    }
    // SAFETY: as the caller says; arrays of bytes have no alignment.
    unsafe {
        match family {
            libc::AF_INET if size >= 4 => Ipv4Addr::from(*address.cast::<[u8; 4]>()).is_loopback(),
            libc::AF_INET6 if size >= 16 => Ipv6Addr::from(*address.cast::<[u8; 16]>()).is_loopback(),
            _ => false,
        }
    }
}

/// # Safety
/// As the C library's.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn gethostbyaddr(
    address: *const c_void,
    size: socklen_t,
    family: c_int,
) -> *mut hostent {
    type Real = unsafe extern "C" fn(*const c_void, socklen_t, c_int) -> *mut hostent;
    // SAFETY: the arguments are the caller's.
    unsafe {
        match real!(c"gethostbyaddr", Real) {
            Some(real) if may_name(address.cast(), size as usize, family) => real(address, size, family),
            _ => not_found(),
        }
    }
}

/// # Safety
/// As the C library's.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn gethostbyaddr_r(
    address: *const c_void,
    size: socklen_t,
    family: c_int,
    into: *mut hostent,
    room: *mut c_char,
    room_size: size_t,
    found: *mut *mut hostent,
    error: *mut c_int,
) -> c_int {
    type Real = unsafe extern "C" fn(
        *const c_void,
        socklen_t,
        c_int,
        *mut hostent,
        *mut c_char,
        size_t,
        *mut *mut hostent,
        *mut c_int,
    ) -> c_int;
    // SAFETY: the arguments are the caller's.
    unsafe {
        match real!(c"gethostbyaddr_r", Real) {
            Some(real) if may_name(address.cast(), size as usize, family) => {
                real(address, size, family, into, room, room_size, found, error)
            }
            _ => nothing(found, error),
        }
    }
}

/// Gives the address in figures where its name is not asked for; `NI_NAMEREQD` then says that there is none.
///
/// # Safety
/// As the C library's.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn getnameinfo(
    place: *const sockaddr,
    size: socklen_t,
    host: *mut c_char,
    host_size: socklen_t,
    service: *mut c_char,
    service_size: socklen_t,
    flags: c_int,
) -> c_int {
    type Real = unsafe extern "C" fn(
        *const sockaddr,
        socklen_t,
        *mut c_char,
        socklen_t,
        *mut c_char,
        socklen_t,
        c_int,
    ) -> c_int;
    // SAFETY: the arguments are the caller's; nothing is read past `size`.
    unsafe {
        let Some(real) = real!(c"getnameinfo", Real) else { return libc::EAI_SYSTEM };
        let bytes = size as usize;
        let (family, at) = if place.is_null() || bytes < V4_AT {
            (libc::AF_UNSPEC, bytes)
        } else {
            let family = c_int::from((*place).sa_family);
            (family, if family == libc::AF_INET6 { V6_AT } else { V4_AT })
        };
        let left = bytes.saturating_sub(at);
        let address = if left == 0 { core::ptr::null() } else { place.cast::<u8>().add(at) };
        let more = if may_name(address, left, family) { 0 } else { libc::NI_NUMERICHOST };
        real(place, size, host, host_size, service, service_size, flags | more)
    }
}
