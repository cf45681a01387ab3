//! The guard's end of the preload library: its rules, and the answers to its questions.
//!
//! The library asks over one inherited socket, each question with a descriptor for its answer. Hosts are judged by
//! [`crate::egress`], programs by the policy's list; names are resolved here, and what is connected to later must be an address
//! that a judged name had.
//!
//! INVARIANT: what the library says is bounded and never trusted: it runs in the process that it watches.
#![expect(unsafe_code, reason = "descriptors in messages, which the standard library does not have")]
mod answers;
mod connects;

#[cfg(test)]
mod tests;

pub(crate) use connects::Connects;

use crate::egress::Rules as Hosts;
use crate::sandbox::SandboxError;
use crate::{Action, Aftermath, Invocation, Layer, Occurrence, Part, Places, Preparation, Report};
use policy::{Function, Mode};
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::io;
use std::os::fd::{AsRawFd as _, FromRawFd as _, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The descriptor in the runtime's process.
const DESCRIPTOR: i32 = 6;
/// As much as the library keeps.
const RULES_BYTES_MAX: usize = 16_384;
const VARIABLE: &str = "BUCKLER_PRELOAD";
/// What programs that the function starts never get.
const CREDENTIALS: &[&str] = &[
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
];

/// The preload library in one runtime.
pub struct Preload {
    loaded: Arc<AtomicBool>,
    /// That it should be loaded and is not is told once.
    expected: AtomicBool,
    connects: Arc<Connects>,
    report: Arc<dyn Report>,
}

impl std::fmt::Debug for Preload {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Preload").field("loaded", &self.loaded).finish_non_exhaustive()
    }
}

impl Part for Preload {
    fn begin(&self, _invocation: &Invocation) {
        if self.expected.swap(false, Ordering::SeqCst) && !self.loaded() {
            self.report.report(Occurrence {
                layer: Layer::Sandbox,
                action: Action::Told,
                hostile: false,
                request_id: None,
                reason: "the runtime runs without the preload library: a statically linked program, or another C library"
                    .to_owned(),
                rule: Some("preload-absent".to_owned()),
                facts: Vec::new(),
            });
        }
    }

    fn end(&self, _invocation: &Invocation) -> Aftermath {
        Aftermath::Keep
    }
}

impl Preload {
    /// Starts the thread that answers. Where the library is missing or the runtime cannot load it, nothing is prepared, and [`crate::probe`] says so.
    ///
    /// # Errors
    /// No socket, no thread, or an egress host that is not understood.
    pub fn new(
        function: &Function,
        places: &Places,
        report: Arc<dyn Report>,
    ) -> Result<(Self, Preparation), SandboxError> {
        let loaded = Arc::new(AtomicBool::new(false));
        let library = places.layer.join(crate::probe::PRELOAD);
        let mut preparation = Preparation::default();
        let absent = matches!(crate::probe::preload(places), crate::probe::State::Absent(_));
        let hosts = Hosts::new(function, places).map_err(|error| SandboxError::Preload(error.to_string()))?;
        if function.mode == Mode::Off || absent {
            let connects = Arc::new(Connects::new(hosts, None, &loaded, &report));
            return Ok((Self { loaded, expected: AtomicBool::new(false), connects, report }, preparation));
        }
        let (ours, theirs) = pair()?;
        let rules = rules(function, places, &library, inode(&theirs)?);
        if rules.len() > RULES_BYTES_MAX {
            return Err(SandboxError::Preload(format!(
                "its rules have {} bytes, and {RULES_BYTES_MAX} are the most: name folders instead of files in the policy",
                rules.len()
            )));
        }
        let answers =
            answers::Answers::new(function, places, hosts.clone(), Arc::clone(&report), Arc::clone(&loaded));
        let connects = Arc::new(Connects::new(hosts, Some(answers.shared()), &loaded, &report));
        std::thread::Builder::new().name("preload".to_owned()).spawn(move || answers.serve(&ours))?;
        preparation.environment = vec![
            (OsString::from("LD_PRELOAD"), Some(list(&library))),
            (OsString::from(VARIABLE), Some(OsString::from(std::ffi::OsStr::from_bytes(&rules)))),
        ];
        preparation.inherited = vec![(theirs, DESCRIPTOR)];
        Ok((Self { loaded, expected: AtomicBool::new(true), connects, report }, preparation))
    }

    /// The same decision about connections, for the kernel's questions.
    pub(crate) fn connects(&self) -> Arc<Connects> {
        Arc::clone(&self.connects)
    }

    /// The library has said that it is there: the runtime is a program that loads it.
    #[must_use]
    pub fn loaded(&self) -> bool {
        self.loaded.load(Ordering::SeqCst)
    }
}

/// `LD_PRELOAD` with what the function had, behind ours.
fn list(library: &Path) -> OsString {
    let mut list = library.as_os_str().to_owned();
    if let Some(before) = std::env::var_os("LD_PRELOAD").filter(|before| !before.is_empty()) {
        list.push(":");
        list.push(before);
    }
    list
}

/// Two ends of a socket that keeps packets apart and ends when the last process has ended.
fn pair() -> io::Result<(OwnedFd, OwnedFd)> {
    let mut pair = [0_i32; 2];
    let form = libc::SOCK_SEQPACKET | libc::SOCK_CLOEXEC;
    // SAFETY: `pair` has room for the two descriptors.
    if unsafe { libc::socketpair(libc::AF_UNIX, form, 0, pair.as_mut_ptr()) } != 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: both are open and owned by nobody else.
    let [ours, theirs] = pair.map(|descriptor| unsafe { OwnedFd::from_raw_fd(descriptor) });
    Ok((ours, theirs))
}

fn inode(socket: &OwnedFd) -> io::Result<u64> {
    // SAFETY: a `stat` of zeroes is filled by the call.
    let mut found: libc::stat = unsafe { std::mem::zeroed() };
    // SAFETY: `found` is valid for the call.
    if unsafe { libc::fstat(socket.as_raw_fd(), &raw mut found) } != 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(found.st_ino)
}

/// The rules as the library reads them (`crates/preload/src/rules.rs`).
fn rules(function: &Function, places: &Places, library: &Path, inode: u64) -> Vec<u8> {
    let mut mode = String::new();
    for (letter, is) in [
        ('b', function.mode == Mode::Block),
        ('h', function.egress.hosts.is_some()),
        ('p', function.programs.allowed.is_some()),
        ('r', function.files.read.is_some()),
        ('w', function.files.write.is_some()),
    ] {
        if is {
            mode.push(letter);
        }
    }
    let mut ports = vec![places.api_port];
    ports.extend(places.egress_port);
    ports.extend(places.ports.iter().copied());
    ports.extend(function.sandbox.ports.iter().copied());
    let real = places.platform_api.map(|at| at.port());
    let ports: Vec<String> =
        ports.iter().filter(|port| **port != 0 && Some(**port) != real).map(u16::to_string).collect();
    let mut hidden: Vec<&str> = Vec::new();
    if function.environment.hidden_from_children {
        hidden.extend(CREDENTIALS);
        hidden.extend(function.environment.secrets.iter().map(String::as_str));
    }
    let (read, write) = crate::sandbox::folders(function, places);
    let programs: Vec<_> = allowed(function, places).into_iter().flatten().collect();
    let fields = [
        mode.into_bytes(),
        std::process::id().to_string().into_bytes(),
        inode.to_string().into_bytes(),
        ports.join(",").into_bytes(),
        paths(&read),
        paths(&write),
        hidden.join(",").into_bytes(),
        library.as_os_str().as_bytes().to_vec(),
        paths(&programs),
    ];
    fields.join(&b';')
}

/// The programs of the policy: as they are named, where they are found, and behind links.
pub(crate) fn allowed(function: &Function, places: &Places) -> Option<BTreeSet<PathBuf>> {
    let names = function.programs.allowed.as_ref()?;
    let mut found: BTreeSet<PathBuf> = names.iter().map(PathBuf::from).collect();
    found.extend(names.iter().filter_map(|name| crate::sandbox::find(name, places)));
    let real: Vec<PathBuf> = found.iter().filter_map(|path| path.canonicalize().ok()).collect();
    found.extend(real);
    Some(found)
}

/// Paths with a separator of the rules in their name cannot be given; they are then not open either.
fn paths(list: &[PathBuf]) -> Vec<u8> {
    let fits = |path: &&[u8]| !path.iter().any(|byte| matches!(byte, b';' | b':'));
    list.iter().map(|path| path.as_os_str().as_bytes()).filter(fits).collect::<Vec<_>>().join(&b':')
}
