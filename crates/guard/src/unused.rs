//! Parts of the C library that a static program would carry for nothing. Functions here have their names, and take their place when
//! the program is linked.
//!
//! aws-lc reads one variable of the environment with `sscanf` (`OPENSSL_ia32cap`, which switches instructions of the processor off),
//! and brings the C library's readers of numbers in four sizes for it (0.1 MB). The standard library asks the unwinder for the frames
//! of a panic, and reads the program's debug information for their names (0.15 MB): the program has neither tables of unwinding
//! (`link.ld`) nor debug information.
#![expect(unsafe_code, reason = "the names are those of the C library")]
use std::ffi::{c_int, c_void};

/// Reads nothing, and says so: the variable has no effect.
// SAFETY: callers pass what `sscanf` takes; arguments that are not looked at need no declaration in the calling conventions of
// x86-64 and AArch64, and 0 is the answer of `sscanf` to a text that does not fit.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn __isoc99_sscanf() -> c_int {
    0
}

/// An assertion of C code does not hold: the program ends, as with the C library's own, but without a message.
// SAFETY: it never comes back, as its callers expect, and looks at no argument.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn __assert_fail() -> ! {
    std::process::abort()
}

/// Writes nothing: what `perror` says, for which the C library brings its formats a second time, in wide letters.
// SAFETY: no argument is looked at, and nobody looks at the number of letters.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn __fxprintf() -> c_int {
    0
}

/// Writes no letters for a number with a fraction: no C code here prints one, and Rust has its own way.
// SAFETY: no argument is looked at, and nothing is written.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn __printf_fp() -> c_int {
    0
}

/// The same in hexadecimal digits (`%a`).
// SAFETY: as above.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn __printf_fphex() -> c_int {
    0
}

/// `_URC_END_OF_STACK`
const END_OF_STACK: c_int = 5;

/// There are no frames to be seen.
// SAFETY: the unwinder may stop before the first frame, and says so with this number; what it was given is not looked at.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn _Unwind_Backtrace(_trace: *const c_void, _argument: *mut c_void) -> c_int {
    END_OF_STACK
}
