//! Answers to the preload library.
use crate::egress::{Decision, Rules as Hosts, literal};
use crate::names;
use crate::sandbox::{find, only_asks};
use crate::{Action, Layer, Occurrence, Places, Report};
use policy::{Function, Mode};
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::io;
use std::net::IpAddr;
use std::os::fd::{AsRawFd as _, FromRawFd as _, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Bytes of a question.
const QUESTION_BYTES_MAX: usize = 4200;
/// Addresses that names were resolved to; the oldest is forgotten.
const ADDRESSES_MAX: usize = 4096;
/// Names that are resolved at the same time.
const RESOLVING_MAX: usize = 16;
/// Occurrences that the library's side may cause; then one says that no more are told.
const TOLD_MAX: usize = 4096;
/// Addresses of one name that are given back.
const ANSWER_ADDRESSES_MAX: usize = 16;

#[repr(C, align(8))]
struct Control([u8; 64]);

/// What every question needs.
pub(super) struct Shared {
    function: Function,
    places: Places,
    hosts: Hosts,
    programs: Option<BTreeSet<PathBuf>>,
    report: Arc<dyn Report>,
    loaded: Arc<AtomicBool>,
    names: Mutex<Names>,
    resolving: AtomicUsize,
    told: AtomicUsize,
}

/// Which name an address was given out for.
#[derive(Default)]
struct Names {
    by_address: BTreeMap<IpAddr, (u64, String)>,
    clock: u64,
}

impl Names {
    fn remember(&mut self, address: IpAddr, name: &str) {
        self.clock += 1;
        self.by_address.insert(address, (self.clock, name.to_owned()));
        if self.by_address.len() > ADDRESSES_MAX {
            let oldest =
                self.by_address.iter().min_by_key(|(_, (when, _))| *when).map(|(address, _)| *address);
            oldest.map(|address| self.by_address.remove(&address));
        }
    }
}

pub(super) struct Answers(Arc<Shared>);

impl Answers {
    pub(super) fn new(
        function: &Function,
        places: &Places,
        hosts: Hosts,
        report: Arc<dyn Report>,
        loaded: Arc<AtomicBool>,
    ) -> Self {
        let programs = super::allowed(function, places);
        Self(Arc::new(Shared {
            function: function.clone(),
            places: places.clone(),
            hosts,
            programs,
            report,
            loaded,
            names: Mutex::default(),
            resolving: AtomicUsize::new(0),
            told: AtomicUsize::new(0),
        }))
    }

    pub(super) fn shared(&self) -> Arc<Shared> {
        Arc::clone(&self.0)
    }

    /// Answers until the last process with the other end has ended.
    pub(super) fn serve(&self, socket: &OwnedFd) {
        let mut buffer = [0; QUESTION_BYTES_MAX];
        loop {
            let (question, reply) = match receive(socket, &mut buffer) {
                Ok(Some(received)) => received,
                Ok(None) => return,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(_) => return,
            };
            let Some((kind, content)) = question.split_first() else { continue };
            match (*kind, reply) {
                (b'h', _) => self.0.loaded.store(true, Ordering::SeqCst),
                (b'r', _) => self.0.refused_file(content),
                (b'c' | b'u', Some(reply)) => answer(&reply, self.0.connects(content), &[]),
                (b'x', Some(reply)) => answer(&reply, self.0.starts(content), &[]),
                (b'n', Some(reply)) => self.resolve(content, reply),
                _ => {}
            }
        }
    }

    /// In a thread of its own, since it waits for others.
    fn resolve(&self, name: &[u8], reply: OwnedFd) {
        let shared = Arc::clone(&self.0);
        if shared.resolving.fetch_add(1, Ordering::SeqCst) >= RESOLVING_MAX {
            shared.resolving.fetch_sub(1, Ordering::SeqCst);
            answer(&reply, false, &[]);
            return;
        }
        let name = String::from_utf8_lossy(name).into_owned();
        let work = move || {
            let (fine, addresses) = shared.resolve(&name);
            answer(&reply, fine, &addresses);
            shared.resolving.fetch_sub(1, Ordering::SeqCst);
        };
        let spawned = std::thread::Builder::new().name("resolve".to_owned()).spawn(work);
        if spawned.is_err() {
            self.0.resolving.fetch_sub(1, Ordering::SeqCst);
        }
    }
}

/// What became of what the function wanted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Met {
    Passed,
    /// Without the look of an attack.
    Refused,
    Attack,
}

impl Shared {
    fn blocks(&self) -> bool {
        self.function.mode == Mode::Block
    }

    fn tell(&self, layer: Layer, met: Met, reason: String, rule: String) {
        let count = self.told.fetch_add(1, Ordering::Relaxed);
        if count > TOLD_MAX {
            return;
        }
        let reason =
            if count == TOLD_MAX { "no more of the preload library is told".to_owned() } else { reason };
        self.report.report(Occurrence {
            layer,
            action: if met != Met::Passed && self.blocks() { Action::Blocked } else { Action::Told },
            hostile: met == Met::Attack,
            request_id: None,
            reason,
            rule: Some(rule),
            facts: vec![("by", "preload".to_owned())],
        });
    }

    /// Tells what is not allowed; true where it goes on.
    fn passes(&self, decision: &Decision, host: &str, port: u16) -> bool {
        let host: String = shown(host);
        match decision {
            Decision::Allow => true,
            Decision::Tell(reason) => {
                self.tell(Layer::Egress, Met::Passed, reason.clone(), format!("{host}:{port}"));
                true
            }
            Decision::Refuse(reason) => {
                self.tell(Layer::Egress, Met::Attack, reason.clone(), format!("{host}:{port}"));
                !self.blocks()
            }
        }
    }

    /// `[4|6][port][address]`.
    fn connects(&self, content: &[u8]) -> bool {
        let Some((address, port)) = place(content) else { return !self.blocks() };
        let (name, decision) = self.decision(address, port);
        self.passes(&decision, &name.unwrap_or_else(|| address.to_string()), port)
    }

    /// What is decided about an address, and the name that it was given out for.
    pub(super) fn decision(&self, address: IpAddr, port: u16) -> (Option<String>, Decision) {
        let names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        let name = names.by_address.get(&address).map(|(_, name)| name.clone());
        drop(names);
        // An address that a name had is judged by the name, and by where it leads.
        let decision = match &name {
            Some(name) => match self.hosts.judge(name, port) {
                Decision::Refuse(_) => self.hosts.address(address, port),
                _ => self.hosts.answer(name, address, port),
            },
            None => self.hosts.address(address, port),
        };
        (name, decision)
    }

    /// Whether a name is resolved, and to what: nothing where the library resolves it itself.
    fn resolve(&self, name: &str) -> (bool, Vec<u8>) {
        // Which port comes later; a name that no rule has with any port is refused now.
        if let Decision::Refuse(reason) = self.hosts.name(name) {
            self.tell(Layer::Egress, Met::Attack, reason, shown(name));
            if self.blocks() {
                return (false, Vec::new());
            }
        }
        if !self.hosts.known() || literal(name).is_some() {
            return (true, Vec::new());
        }
        let Ok(found) = names::addresses(name, names::WITHIN) else { return (false, Vec::new()) };
        let addresses: BTreeSet<IpAddr> = found.into_iter().take(ANSWER_ADDRESSES_MAX).collect();
        let mut bytes = Vec::new();
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        for address in addresses {
            names.remember(address, name);
            match address {
                IpAddr::V4(address) => {
                    bytes.push(b'4');
                    bytes.extend_from_slice(&address.octets());
                }
                IpAddr::V6(address) => {
                    bytes.push(b'6');
                    bytes.extend_from_slice(&address.octets());
                }
            }
        }
        (!bytes.is_empty(), bytes)
    }

    fn starts(&self, path: &[u8]) -> bool {
        let path = Path::new(OsStr::from_bytes(path));
        let shown = shown(&path.to_string_lossy());
        let Some(programs) = &self.programs else {
            self.tell(
                Layer::Sandbox,
                Met::Passed,
                format!("`{shown}` is started; the policy does not know programs"),
                shown,
            );
            return true;
        };
        let found = path.to_str().and_then(|name| find(name, &self.places));
        let real = path.canonicalize().ok();
        let fits = |one: &PathBuf| programs.contains(one);
        let runtime = self.places.program.as_deref() == Some(path);
        if runtime
            || fits(&path.to_path_buf())
            || found.as_ref().is_some_and(fits)
            || real.as_ref().is_some_and(fits)
        {
            return true;
        }
        let reason = format!("`{shown}` was not started: the policy does not have it");
        let met = if only_asks(path) { Met::Refused } else { Met::Attack };
        self.tell(Layer::Sandbox, met, reason, shown);
        !self.blocks()
    }

    fn refused_file(&self, path: &[u8]) {
        let shown = shown(&String::from_utf8_lossy(path));
        self.tell(
            Layer::Sandbox,
            Met::Attack,
            format!("`{shown}` was not opened: the policy does not have it"),
            shown,
        );
    }
}

fn place(content: &[u8]) -> Option<(IpAddr, u16)> {
    let (family, rest) = content.split_first()?;
    let (port, address) = rest.split_at_checked(2)?;
    let port = u16::from_be_bytes(port.try_into().ok()?);
    let address = match family {
        b'4' => IpAddr::from(<[u8; 4]>::try_from(address).ok()?),
        b'6' => IpAddr::from(<[u8; 16]>::try_from(address).ok()?),
        _ => return None,
    };
    Some((address, port))
}

fn shown(text: &str) -> String {
    const SHOWN_MAX: usize = 120;
    text.chars().take(SHOWN_MAX).map(|one| if one.is_control() { '?' } else { one }).collect()
}

/// One packet and the descriptor that came with it; none at the end.
fn receive<'a>(socket: &OwnedFd, buffer: &'a mut [u8]) -> io::Result<Option<(&'a [u8], Option<OwnedFd>)>> {
    let mut part = libc::iovec { iov_base: buffer.as_mut_ptr().cast(), iov_len: buffer.len() };
    let mut control = Control([0; 64]);
    // SAFETY: a message of zeroes is a valid empty message.
    let mut message: libc::msghdr = unsafe { std::mem::zeroed() };
    message.msg_iov = &raw mut part;
    message.msg_iovlen = 1;
    message.msg_control = control.0.as_mut_ptr().cast();
    message.msg_controllen = control.0.len() as _;
    // SAFETY: the message points at live memory.
    let length = unsafe { libc::recvmsg(socket.as_raw_fd(), &raw mut message, libc::MSG_CMSG_CLOEXEC) };
    if length < 0 {
        return Err(io::Error::last_os_error());
    }
    let mut reply = None;
    // SAFETY: walks the headers that the kernel wrote into `control`; every descriptor in them is ours from here on.
    unsafe {
        let mut header = libc::CMSG_FIRSTHDR(&raw const message);
        while !header.is_null() {
            if (*header).cmsg_level == libc::SOL_SOCKET && (*header).cmsg_type == libc::SCM_RIGHTS {
                let bytes = ((*header).cmsg_len as usize).saturating_sub(libc::CMSG_LEN(0) as usize);
                let data = libc::CMSG_DATA(header).cast::<i32>();
                for index in 0..bytes / size_of::<i32>() {
                    // More than one is a mistake of the other side: each is closed but the last.
                    reply = Some(OwnedFd::from_raw_fd(data.add(index).read_unaligned()));
                }
            }
            header = libc::CMSG_NXTHDR(&raw const message, header);
        }
    }
    if length == 0 {
        return Ok(None);
    }
    let length = usize::try_from(length).unwrap_or_default();
    Ok(Some((buffer.get(..length).unwrap_or_default(), reply)))
}

/// Answers; that nobody waits any more is no matter.
fn answer(reply: &OwnedFd, fine: bool, content: &[u8]) {
    let mut bytes = vec![if fine { b'y' } else { b'n' }];
    bytes.extend_from_slice(content);
    let flags = libc::MSG_NOSIGNAL | libc::MSG_DONTWAIT;
    // SAFETY: as many bytes as said are there. Whatever descriptor it is, nothing is read from it.
    unsafe { libc::send(reply.as_raw_fd(), bytes.as_ptr().cast(), bytes.len(), flags) };
}
