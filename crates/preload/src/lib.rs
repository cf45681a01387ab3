//! Loaded into every process of a function (`LD_PRELOAD`): stands before `connect`, name resolution, starts of programs and
//! opening of files.
//!
//! It decides nothing but prefixes of paths: hosts and programs are asked of the guard over an inherited socket, so that one
//! decision serves proxy, hooks and this. Where the guard cannot be asked (a program that closed its descriptors), what the
//! policy restricts is refused, but for the guard's own ports.
//!
//! Nothing here allocates, locks or prints; every function may run in a signal handler and after `fork`. What is refused gets
//! EACCES. Raw system calls and statically linked programs pass by it: the kernel's controls are for those.
//!
//! INVARIANT: no panic can be reached: no indexing, no checked arithmetic that can overflow.
//!
//! What ships is built with the feature `bare`, which leaves the standard library out (it brings 300 kB that print panics):
//! `cargo build -p preload --profile guard --features bare`.
#![cfg_attr(all(feature = "bare", panic = "abort"), no_std)]
#![cfg_attr(
    test,
    expect(dead_code, reason = "what stands before the C library is not part of a test binary")
)]

mod ask;
mod calls;
mod environment;
mod files;
mod rules;

// In a test binary these would stand before the test's own C library.
#[cfg(not(test))]
mod exports;

/// Never reached; a program that comes here must not go on.
#[cfg(all(feature = "bare", panic = "abort"))]
#[panic_handler]
fn panic(_info: &core::panic::PanicInfo<'_>) -> ! {
    // SAFETY: ends the process.
    unsafe { libc::abort() }
}
