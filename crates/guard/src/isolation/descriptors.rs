//! Descriptors of the runtime: connections, listeners and files that an invocation left open.
use std::collections::BTreeSet;

/// Descriptors that are told of one by one.
const TOLD_MAX: usize = 50;
/// State of a listening socket in `/proc/PID/net/tcp`.
const LISTENING: &str = "0A";

/// Numbers and targets before the first event, and what was told already.
#[derive(Default)]
pub(super) struct Known {
    numbers: BTreeSet<u32>,
    told: std::sync::Mutex<BTreeSet<String>>,
}

/// What is new.
#[derive(Default)]
pub(super) struct New {
    pub(super) told: Vec<String>,
    /// Why the environment cannot go on.
    pub(super) ends: Option<String>,
}

fn numbers(pid: u32) -> BTreeSet<u32> {
    let Ok(entries) = std::fs::read_dir(format!("/proc/{pid}/fd")) else { return BTreeSet::new() };
    entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect()
}

pub(super) fn known(pid: u32) -> Known {
    if pid == 0 {
        Known::default()
    } else {
        Known { numbers: numbers(pid), told: std::sync::Mutex::default() }
    }
}

/// Descriptors that came since, each told once.
pub(super) fn leftover(pid: u32, known: &Known) -> New {
    let mut new = New::default();
    if pid == 0 {
        return new;
    }
    let mut told = known.told.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let mut sockets = None;
    for number in numbers(pid).difference(&known.numbers).take(TOLD_MAX) {
        let Ok(target) = std::fs::read_link(format!("/proc/{pid}/fd/{number}")) else { continue };
        let target = target.to_string_lossy().into_owned();
        if target.starts_with("anon_inode:") || target.starts_with("/dev/") || !told.insert(target.clone()) {
            continue;
        }
        let inode = target.strip_prefix("socket:[").and_then(|rest| rest.strip_suffix(']'));
        let name = match inode {
            Some(inode) => {
                let list = sockets.get_or_insert_with(|| sockets_of(pid));
                match list.iter().find(|socket| socket.inode == inode) {
                    Some(socket) if socket.is_listening => {
                        new.ends = Some("an invocation left a socket that listens".to_owned());
                        format!("listener on port {}", socket.port)
                    }
                    Some(socket) => format!("connection to port {}", socket.port),
                    None => "socket".to_owned(),
                }
            }
            None if target.ends_with(" (deleted)") => {
                new.ends = Some("an invocation left a file open that no folder shows".to_owned());
                target
            }
            None => target,
        };
        new.told.push(name);
    }
    new
}

struct Socket {
    inode: String,
    is_listening: bool,
    /// The other side's; a listener's own.
    port: u16,
}

/// TCP sockets of the process's network, from `/proc/PID/net/tcp` and `tcp6`.
fn sockets_of(pid: u32) -> Vec<Socket> {
    let mut found = Vec::new();
    for table in ["tcp", "tcp6"] {
        #[expect(clippy::disallowed_methods, reason = "the kernel tells of sockets in files")]
        let text = std::fs::read_to_string(format!("/proc/{pid}/net/{table}")).unwrap_or_default();
        found.extend(text.lines().skip(1).filter_map(|line| {
            let mut fields = line.split_ascii_whitespace();
            let (own, other, state) = (fields.nth(1)?, fields.next()?, fields.next()?);
            let is_listening = state == LISTENING;
            let port = if is_listening { own } else { other }.rsplit_once(':')?.1;
            Some(Socket {
                inode: fields.nth(5)?.to_owned(),
                is_listening,
                port: u16::from_str_radix(port, 16).ok()?,
            })
        }));
    }
    found
}
