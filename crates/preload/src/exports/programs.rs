//! Starts of programs: asked of the guard; this library stays in the environment, credentials do not.
use super::{environ, real};
use crate::ask::{self, Answer, Kind};
use crate::calls::{self, fail, small};
use crate::environment::Memory;
use crate::rules::{self, Rules};
use libc::{c_char, c_int, c_void};

type List = *const *const c_char;

/// Whether a program may be started.
///
/// # Safety
/// `path` is null or ends with a zero.
unsafe fn starts(path: *const c_char) -> bool {
    let Some(rules) = rules::installed() else { return true };
    // SAFETY: as the caller says.
    let Some(path) = (unsafe { calls::bytes(path) }) else { return true };
    may_start(&rules, path)
}

fn may_start(rules: &Rules<'_>, path: &[u8]) -> bool {
    if rules.may_start(path) {
        return true;
    }
    match ask::ask(rules, Kind::Start, path, &mut [0; 8]) {
        Answer::Yes(_) => true,
        Answer::No => false,
        Answer::Nobody => !(rules.blocks() && rules.knows_programs()),
    }
}

/// This process is not the runtime itself, which may be a shell that becomes it.
fn is_child(rules: &Rules<'_>) -> bool {
    // SAFETY: no memory is passed.
    let parent = unsafe { libc::syscall(libc::SYS_getppid) };
    u64::try_from(parent).ok() != Some(rules.guard)
}

/// Calls `start` with the environment that a new program gets.
///
/// # Safety
/// `from` is null or a list that ends with a null, of strings that end with zeroes.
unsafe fn with_environment(from: List, always_child: bool, start: impl FnOnce(List) -> c_int) -> c_int {
    let Some(rules) = rules::installed() else { return start(from) };
    let hide = always_child || is_child(&rules);
    let mut memory = Memory::new();
    // SAFETY: as the caller says; `memory` lives until `start` has ended.
    match unsafe { memory.fill(&rules, (rules.library, rules::text()), from, hide) } {
        Some(list) => start(list),
        None => fail(libc::E2BIG),
    }
}

/// # Safety
/// As the C library's.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn execve(path: *const c_char, arguments: List, variables: List) -> c_int {
    // SAFETY: the arguments are the caller's.
    unsafe {
        if !starts(path) {
            return fail(libc::EACCES);
        }
        with_environment(variables, false, |list| {
            small(libc::syscall(libc::SYS_execve, path, arguments, list))
        })
    }
}

/// # Safety
/// As the C library's.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn execv(path: *const c_char, arguments: List) -> c_int {
    // SAFETY: the arguments are the caller's; `environ` is the process's own list.
    unsafe { execve(path, arguments, environ.cast()) }
}

type Execvpe = unsafe extern "C" fn(*const c_char, List, List) -> c_int;

/// # Safety
/// As the C library's.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn execvpe(name: *const c_char, arguments: List, variables: List) -> c_int {
    // SAFETY: the arguments are the caller's.
    unsafe {
        if !starts(name) {
            return fail(libc::EACCES);
        }
        let Some(real) = real!(c"execvpe", Execvpe) else { return fail(libc::ENOSYS) };
        with_environment(variables, false, |list| real(name, arguments, list))
    }
}

/// # Safety
/// As the C library's.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn execvp(name: *const c_char, arguments: List) -> c_int {
    // SAFETY: the arguments are the caller's; `environ` is the process's own list.
    unsafe { execvpe(name, arguments, environ.cast()) }
}

/// # Safety
/// As the C library's.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn execveat(
    folder: c_int,
    path: *const c_char,
    arguments: List,
    variables: List,
    flags: c_int,
) -> c_int {
    // SAFETY: the arguments are the caller's.
    unsafe {
        let bytes = calls::bytes(path).unwrap_or_default();
        let by_descriptor = bytes.is_empty() && flags & libc::AT_EMPTY_PATH != 0;
        if !(if by_descriptor { starts_behind(folder) } else { starts(path) }) {
            return fail(libc::EACCES);
        }
        with_environment(variables, false, |list| {
            small(libc::syscall(libc::SYS_execveat, folder, path, arguments, list, flags))
        })
    }
}

/// # Safety
/// As the C library's.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn fexecve(descriptor: c_int, arguments: List, variables: List) -> c_int {
    // SAFETY: the arguments are the caller's.
    unsafe { execveat(descriptor, c"".as_ptr(), arguments, variables, libc::AT_EMPTY_PATH) }
}

/// Whether the program behind a descriptor may be started: `/memfd:…` never has a name that is allowed.
fn starts_behind(descriptor: c_int) -> bool {
    let Some(rules) = rules::installed() else { return true };
    let mut memory = [0_u8; 4096];
    may_start(&rules, calls::path_of(descriptor, &mut memory).unwrap_or_default())
}

type Spawn =
    unsafe extern "C" fn(*mut libc::pid_t, *const c_char, *const c_void, *const c_void, List, List) -> c_int;

/// # Safety
/// As the C library's.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn posix_spawn(
    process: *mut libc::pid_t,
    path: *const c_char,
    actions: *const c_void,
    attributes: *const c_void,
    arguments: List,
    variables: List,
) -> c_int {
    // SAFETY: the arguments are the caller's.
    unsafe {
        let Some(real) = real!(c"posix_spawn", Spawn) else { return libc::ENOSYS };
        if !starts(path) {
            return libc::EACCES;
        }
        spawned(with_environment(variables, true, |list| {
            real(process, path, actions, attributes, arguments, list)
        }))
    }
}

/// # Safety
/// As the C library's.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn posix_spawnp(
    process: *mut libc::pid_t,
    name: *const c_char,
    actions: *const c_void,
    attributes: *const c_void,
    arguments: List,
    variables: List,
) -> c_int {
    // SAFETY: the arguments are the caller's.
    unsafe {
        let Some(real) = real!(c"posix_spawnp", Spawn) else { return libc::ENOSYS };
        if !starts(name) {
            return libc::EACCES;
        }
        spawned(with_environment(variables, true, |list| {
            real(process, name, actions, attributes, arguments, list)
        }))
    }
}

/// These give back an error's number, not -1.
fn spawned(result: c_int) -> c_int {
    if result == -1 { calls::errno() } else { result }
}

const SHELL: &core::ffi::CStr = c"/bin/sh";

/// # Safety
/// As the C library's.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn system(command: *const c_char) -> c_int {
    // SAFETY: the arguments are the caller's.
    unsafe {
        let Some(real) = real!(c"system", unsafe extern "C" fn(*const c_char) -> c_int) else {
            return fail(libc::ENOSYS);
        };
        // Without a command it asks whether there is a shell.
        if !starts(SHELL.as_ptr()) {
            return if command.is_null() { 0 } else { fail(libc::EACCES) };
        }
        real(command)
    }
}

/// # Safety
/// As the C library's.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn popen(command: *const c_char, mode: *const c_char) -> *mut libc::FILE {
    type Popen = unsafe extern "C" fn(*const c_char, *const c_char) -> *mut libc::FILE;
    // SAFETY: the arguments are the caller's.
    unsafe {
        match real!(c"popen", Popen) {
            Some(real) if starts(SHELL.as_ptr()) => real(command, mode),
            _ => {
                fail(libc::EACCES);
                core::ptr::null_mut()
            }
        }
    }
}

/// # Safety
/// As the C library's.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn unsetenv(name: *const c_char) -> c_int {
    // SAFETY: the arguments are the caller's.
    unsafe {
        let bytes = calls::bytes(name).unwrap_or_default();
        if rules::installed().is_some() && (bytes == b"LD_PRELOAD" || bytes == rules::NAME) {
            return 0;
        }
        match real!(c"unsetenv", unsafe extern "C" fn(*const c_char) -> c_int) {
            Some(real) => real(name),
            None => fail(libc::ENOSYS),
        }
    }
}

/// # Safety
/// As the C library's.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn kill(process: libc::pid_t, signal: c_int) -> c_int {
    let guard = rules::installed().map_or(0, |rules| rules.guard);
    let named = u64::from(process.unsigned_abs());
    if guard != 0 && (named == guard || process == -1) {
        return fail(libc::EPERM);
    }
    // SAFETY: no memory is passed.
    unsafe { small(libc::syscall(libc::SYS_kill, process, signal)) }
}
