//! The guard answers each start of a program: the runtime's own goes on, others only where the policy has them; and each
//! connection, by its address.
//!
//! The kernel stops the caller, whatever way it came (library, raw system call, another thread, a static program), and asks
//! over a descriptor that only the guard holds. Each refusal is told.
//!
//! With an empty list the answer counts starts and reads nothing, so that nothing can be changed between question and
//! answer. With a list the path is read from the caller's memory, which another thread may change afterwards: there Landlock
//! decides which files can be started, and this only closes the way around it through a loader. The address of a connection is
//! read in the same way: a second thread that changes it in time gets what Landlock's ports leave.
#![expect(unsafe_code, reason = "system calls that the standard library does not have")]
use super::apply::{CONTROL_BYTES, Control};
use super::profile::{interpreters, is_script, only_asks};
use crate::preload::Connects;
use crate::{Action, Layer, Occurrence, Places, Report};
use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::net::IpAddr;
use std::os::fd::{AsRawFd as _, FromRawFd as _, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Bytes of an address that are read from the caller: `sockaddr_storage`.
const ADDRESS_BYTES_MAX: usize = 128;
/// Bytes of a path that are read from the caller.
const PATH_BYTES_MAX: usize = 4096;
/// Shells that start a runtime and are then replaced by it.
const SHELLS: &[&str] = &["sh", "bash", "dash", "busybox", "env"];

/// Which starts and connections go on.
#[derive(Clone, Debug)]
pub(super) struct Rules {
    program: Option<PathBuf>,
    programs: BTreeSet<PathBuf>,
    connects: Option<Arc<Connects>>,
}

impl Rules {
    pub(super) fn new(places: &Places, programs: BTreeSet<PathBuf>, connects: Option<Arc<Connects>>) -> Self {
        let mut programs = programs;
        // A script's interpreter is opened by the kernel itself, and `env` starts what the script names.
        let more: Vec<PathBuf> =
            programs.iter().filter(|path| is_script(path)).flat_map(|path| interpreters(path)).collect();
        programs.extend(more.into_iter().filter(|path| !is_loader(path)));
        Self { program: places.program.clone(), programs, connects }
    }

    /// Whether a program is listed, under this path or as what the path leads to (`/bin/sh` where `/bin` is a link). The name has
    /// to be listed too: one file may be many programs by its name (busybox).
    fn list(&self, path: &Path) -> bool {
        let named = || self.programs.iter().any(|one| one.file_name() == path.file_name());
        self.programs.contains(path)
            || (named() && path.canonicalize().is_ok_and(|real| self.programs.contains(&real)))
    }
}

/// A program that starts any other that it is given.
fn is_loader(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().as_bytes();
    name.starts_with(b"ld-") || name.starts_with(b"ld.so") || name.starts_with(b"ld64.so")
}

/// `struct seccomp_notif`.
#[repr(C)]
#[derive(Clone, Copy)]
struct Question {
    id: u64,
    pid: u32,
    flags: u32,
    call: i32,
    architecture: u32,
    instruction: u64,
    arguments: [u64; 6],
    /// For kernels that tell more.
    more: [u64; 32],
}

/// `struct seccomp_notif_resp`.
#[repr(C)]
struct Answer {
    id: u64,
    value: i64,
    error: i32,
    flags: u32,
    more: [u64; 32],
}

const RECEIVE: libc::c_ulong = 0xc050_2100;
const SEND: libc::c_ulong = 0xc018_2101;
const STILL_THERE: libc::c_ulong = 0x4008_2102;
const CONTINUE: u32 = 1;

/// Starts the thread that answers, and gives the socket that the child sends its descriptor through. The thread ends when the
/// last process under the filter has ended, or when the child never came.
pub(super) fn start(rules: Rules, report: Arc<dyn Report>) -> io::Result<OwnedFd> {
    let mut pair = [0_i32; 2];
    // SAFETY: `pair` has room for the two descriptors.
    if unsafe {
        libc::socketpair(libc::AF_UNIX, libc::SOCK_STREAM | libc::SOCK_CLOEXEC, 0, pair.as_mut_ptr())
    } != 0
    {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: both are open and owned by nobody else.
    let [ours, childs] = pair.map(|descriptor| unsafe { OwnedFd::from_raw_fd(descriptor) });
    std::thread::Builder::new().name("sandbox".to_owned()).stack_size(128 << 10).spawn(move || {
        if let Ok(Some(listener)) = receive_descriptor(&ours) {
            drop(ours);
            Watch { rules, report, started: 0, main: 0, again: false, refused: None }.answer_all(&listener);
        }
    })?;
    Ok(childs)
}

/// One descriptor from the child; none where it ended before.
fn receive_descriptor(socket: &OwnedFd) -> io::Result<Option<OwnedFd>> {
    let mut byte = [0_u8];
    let mut part = libc::iovec { iov_base: byte.as_mut_ptr().cast(), iov_len: byte.len() };
    let mut control = Control([0; CONTROL_BYTES]);
    // SAFETY: a message of zeroes is a valid empty message.
    let mut message: libc::msghdr = unsafe { std::mem::zeroed() };
    message.msg_iov = &raw mut part;
    message.msg_iovlen = 1;
    message.msg_control = control.0.as_mut_ptr().cast();
    message.msg_controllen = CONTROL_BYTES as _;
    // SAFETY: the message points at live memory of this frame.
    if unsafe { libc::recvmsg(socket.as_raw_fd(), &raw mut message, libc::MSG_CMSG_CLOEXEC) } < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the kernel filled `message`; a header is only read where there is one.
    unsafe {
        let header = libc::CMSG_FIRSTHDR(&raw const message);
        if header.is_null() || (*header).cmsg_type != libc::SCM_RIGHTS {
            return Ok(None);
        }
        Ok(Some(OwnedFd::from_raw_fd(libc::CMSG_DATA(header).cast::<i32>().read_unaligned())))
    }
}

struct Watch {
    rules: Rules,
    report: Arc<dyn Report>,
    started: u64,
    /// The process of the runtime.
    main: u32,
    /// What the runtime's process runs is a script or a shell that will be replaced by the runtime.
    again: bool,
    /// The last process that was refused a program, and that program's name: a search along `PATH` asks folder by folder, and is
    /// told once.
    refused: Option<(u32, OsString)>,
}

impl Watch {
    fn answer_all(&mut self, listener: &OwnedFd) {
        loop {
            // SAFETY: a question of zeroes is what the kernel wants to fill.
            let mut question: Question = unsafe { std::mem::zeroed() };
            // SAFETY: `question` is larger than what any kernel so far writes.
            if unsafe { libc::ioctl(listener.as_raw_fd(), RECEIVE as _, &raw mut question) } != 0 {
                match io::Error::last_os_error().raw_os_error() {
                    // The caller was killed meanwhile, or a signal came.
                    Some(libc::ENOENT | libc::EINTR) if !ended(listener) => continue,
                    _ => return,
                }
            }
            let allowed = match i64::from(question.call) {
                libc::SYS_connect => self.connects(&question, listener),
                _ => self.allowed(&question, listener),
            };
            let mut answer = Answer { id: question.id, value: 0, error: 0, flags: CONTINUE, more: [0; 32] };
            if !allowed {
                (answer.error, answer.flags) = (-libc::EACCES, 0);
            }
            // SAFETY: `answer` begins with what the kernel reads. That the caller has gone (ENOENT) is no matter.
            unsafe { libc::ioctl(listener.as_raw_fd(), SEND as _, &raw mut answer) };
        }
    }

    /// Sockets of this machine's files are no business of the address; what cannot be read is refused.
    fn connects(&self, question: &Question, listener: &OwnedFd) -> bool {
        let Some(rules) = &self.rules.connects else { return true };
        let address = address_of(question);
        match address {
            // The address may be another process's by now.
            _ if !there(question, listener) => false,
            None => false,
            Some(None) => true,
            Some(Some((address, port))) => rules.goes_on(address, port),
        }
    }

    fn allowed(&mut self, question: &Question, listener: &OwnedFd) -> bool {
        self.started += 1;
        if self.started == 1 {
            // The runtime: no code of the function has run yet.
            self.main = question.pid;
            self.again = self.rules.program.as_deref().is_some_and(leads_on);
            return true;
        }
        let path = path_of(question);
        let there = there(question, listener);
        if self.again && question.pid == self.main && there {
            self.again = path.as_deref().is_some_and(leads_on);
            return true;
        }
        if there && path.as_deref().is_some_and(|path| self.rules.list(path)) {
            return true;
        }
        self.tell(question.pid, path.as_deref());
        false
    }

    fn tell(&mut self, pid: u32, path: Option<&Path>) {
        let name = path.and_then(Path::file_name).unwrap_or_default();
        if self.refused.as_ref().is_some_and(|(before, known)| *before == pid && known == name) {
            return;
        }
        self.refused = Some((pid, name.to_owned()));
        let shown = path.map_or_else(|| "a program".to_owned(), shown);
        self.report.report(Occurrence {
            layer: Layer::Sandbox,
            action: Action::Blocked,
            hostile: !path.is_some_and(only_asks),
            request_id: None,
            reason: format!("`{shown}` was not started: the policy does not have it"),
            rule: Some("programs".to_owned()),
            facts: vec![("program", shown)],
        });
    }
}

/// The caller still waits, so that what was read was its own.
fn there(question: &Question, listener: &OwnedFd) -> bool {
    // SAFETY: reads one number.
    unsafe { libc::ioctl(listener.as_raw_fd(), STILL_THERE as _, &raw const question.id) == 0 }
}

/// Where the caller wants to connect, as its memory has it now; nothing inside where that is no address of the internet.
fn address_of(question: &Question) -> Option<Option<(IpAddr, u16)>> {
    let [_, at, length, ..] = question.arguments;
    let length = usize::try_from(length & u64::from(u32::MAX)).ok()?.min(ADDRESS_BYTES_MAX);
    let mut bytes = [0; ADDRESS_BYTES_MAX];
    let memory = File::open(format!("/proc/{}/mem", question.pid)).ok()?;
    memory.read_exact_at(bytes.get_mut(..length)?, at).ok()?;
    let bytes = bytes.get(..length)?;
    let Some(family) = bytes.first_chunk::<2>() else { return Some(None) };
    let port = bytes.get(2..4).and_then(|port| port.try_into().ok()).map(u16::from_be_bytes);
    let part = |from: usize, size: usize| bytes.get(from..)?.get(..size);
    let address = match i32::from(u16::from_ne_bytes(*family)) {
        libc::AF_INET => part(4, 4).and_then(|four| <[u8; 4]>::try_from(four).ok()).map(IpAddr::from),
        libc::AF_INET6 => part(8, 16).and_then(|six| <[u8; 16]>::try_from(six).ok()).map(IpAddr::from),
        _ => None,
    };
    Some(address.zip(port))
}

fn leads_on(path: &Path) -> bool {
    let name = path.file_name().and_then(OsStr::to_str).unwrap_or_default();
    SHELLS.contains(&name) || is_script(path)
}

/// Nobody is left under the filter.
fn ended(listener: &OwnedFd) -> bool {
    let mut poll = libc::pollfd { fd: listener.as_raw_fd(), events: libc::POLLIN, revents: 0 };
    // SAFETY: one entry, as said.
    let ready = unsafe { libc::poll(&raw mut poll, 1, 0) };
    ready > 0 && poll.revents & libc::POLLHUP != 0
}

/// The path that the caller wants to start, as its memory has it now.
fn path_of(question: &Question) -> Option<PathBuf> {
    let at = match i64::from(question.call) {
        libc::SYS_execve => *question.arguments.first()?,
        libc::SYS_execveat => *question.arguments.get(1)?,
        _ => return None,
    };
    let memory = File::open(format!("/proc/{}/mem", question.pid)).ok()?;
    let mut bytes = vec![0; PATH_BYTES_MAX];
    let mut read = 0;
    while read < bytes.len() {
        // Up to the end of a page, since the next may not be there.
        const PAGE: u64 = 4096;
        let place = at.checked_add(read as u64)?;
        let until = usize::try_from(PAGE - place % PAGE).ok()?.min(bytes.len() - read);
        let got = memory.read_at(bytes.get_mut(read..read + until)?, place).ok()?;
        let fresh = bytes.get(read..read + got)?;
        if let Some(end) = fresh.iter().position(|byte| *byte == 0) {
            bytes.truncate(read + end);
            let path = PathBuf::from(OsStr::from_bytes(&bytes));
            return if path.is_absolute() { Some(path) } else { absolute(question.pid, &path) };
        }
        if got == 0 {
            return None;
        }
        read += got;
    }
    None
}

fn absolute(process: u32, path: &Path) -> Option<PathBuf> {
    std::fs::read_link(format!("/proc/{process}/cwd")).ok().map(|folder| folder.join(path))
}

/// A short, printable part of a path.
fn shown(path: &Path) -> String {
    const SHOWN_MAX: usize = 120;
    let text = path.to_string_lossy();
    text.chars().take(SHOWN_MAX).map(|one| if one.is_control() { '?' } else { one }).collect()
}
