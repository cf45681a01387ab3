//! `execl`, `execlp`, `execle`: their arguments stand behind dots, some in registers and the rest on the stack.
//!
//! Rust has no functions with dots of its own, so that each name is a few instructions that put the registers down and go on
//! in Rust with the two places.
use super::programs::{execv, execve, execvp};
use crate::calls::fail;
use core::arch::naked_asm;
use libc::{c_char, c_int};

/// Arguments of one program; more are refused (E2BIG).
const ARGUMENTS_MAX: usize = 1024;
/// Arguments that come in registers, behind the path.
#[cfg(target_arch = "x86_64")]
const IN_REGISTERS: usize = 5;
#[cfg(target_arch = "aarch64")]
const IN_REGISTERS: usize = 7;

type Text = *const c_char;

/// The list of a call, whole: up to its null, and what stands behind it.
struct List {
    arguments: [Text; ARGUMENTS_MAX + 1],
    behind: Text,
}

impl List {
    /// # Safety
    /// `registers` points at [`IN_REGISTERS`] arguments, `stack` at those that follow; one of them is null.
    #[inline(never)]
    unsafe fn read(registers: *const Text, stack: *const Text) -> Option<Self> {
        let mut list = Self { arguments: [core::ptr::null(); ARGUMENTS_MAX + 1], behind: core::ptr::null() };
        let at = |index: usize| {
            // SAFETY: nothing is read past the null but the one argument behind it, which `execle` has.
            unsafe {
                match index.checked_sub(IN_REGISTERS) {
                    None => *registers.wrapping_add(index),
                    Some(index) => *stack.wrapping_add(index),
                }
            }
        };
        for index in 0..ARGUMENTS_MAX {
            let one = at(index);
            *list.arguments.get_mut(index)? = one;
            if one.is_null() {
                list.behind = at(index.wrapping_add(1));
                return Some(list);
            }
        }
        None
    }
}

unsafe extern "C" fn list(path: Text, registers: *const Text, stack: *const Text) -> c_int {
    // SAFETY: the places that the instructions below put down.
    unsafe {
        match List::read(registers, stack) {
            Some(list) => execv(path, list.arguments.as_ptr()),
            None => fail(libc::E2BIG),
        }
    }
}

unsafe extern "C" fn list_by_name(name: Text, registers: *const Text, stack: *const Text) -> c_int {
    // SAFETY: as in `list`.
    unsafe {
        match List::read(registers, stack) {
            Some(list) => execvp(name, list.arguments.as_ptr()),
            None => fail(libc::E2BIG),
        }
    }
}

unsafe extern "C" fn list_and_variables(path: Text, registers: *const Text, stack: *const Text) -> c_int {
    // SAFETY: as in `list`; what stands behind the null is the list of variables.
    unsafe {
        match List::read(registers, stack) {
            Some(list) => execve(path, list.arguments.as_ptr(), list.behind.cast()),
            None => fail(libc::E2BIG),
        }
    }
}

/// One name that puts its registers down.
macro_rules! listed {
    ($name:ident, $goes_on:path) => {
        /// # Safety
        /// As the C library's.
        #[unsafe(naked)]
        #[unsafe(no_mangle)]
        pub(crate) unsafe extern "C" fn $name() -> c_int {
            // The stack is aligned to 16 again where the call is made.
            #[cfg(target_arch = "x86_64")]
            naked_asm!(
                "lea rax, [rsp + 8]",
                "push r9",
                "push r8",
                "push rcx",
                "push rdx",
                "push rsi",
                "mov rsi, rsp",
                "mov rdx, rax",
                "call {goes_on}",
                "add rsp, 40",
                "ret",
                goes_on = sym $goes_on,
            );
            #[cfg(target_arch = "aarch64")]
            naked_asm!(
                "stp x29, x30, [sp, #-80]!",
                "mov x29, sp",
                "stp x1, x2, [sp, #16]",
                "stp x3, x4, [sp, #32]",
                "stp x5, x6, [sp, #48]",
                "str x7, [sp, #64]",
                "add x1, sp, #16",
                "add x2, sp, #80",
                "bl {goes_on}",
                "ldp x29, x30, [sp], #80",
                "ret",
                goes_on = sym $goes_on,
            );
        }
    };
}

listed!(execl, list);
listed!(execlp, list_by_name);
listed!(execle, list_and_variables);
