//! The sockets of a process's network, as the kernel's tables in `/proc/PID/net` tell of them.

/// State of a listening socket in `tcp`.
const LISTENING: &str = "0A";
/// `__SO_ACCEPTCON` in the flags of `unix`.
const ACCEPTS: u32 = 1 << 16;

/// A socket, by the number that a descriptor's link has, too.
pub(super) struct Socket {
    pub(super) inode: String,
    kind: Kind,
}

enum Kind {
    /// Both ends: address and port in hexadecimal.
    Tcp {
        own: String,
        other: String,
        is_listening: bool,
    },
    Udp {
        own: String,
        other: String,
    },
    /// The name, `@` in front of an abstract one.
    Unix {
        name: String,
        is_listening: bool,
    },
}

/// Who comes to a socket that an invocation left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// Somebody outside, who was asked: a connection that is kept, as those to databases are.
    Out,
    /// Whoever knows of it.
    Anybody,
    /// The process itself: what was written into it waits there.
    Itself,
}

impl Reach {
    /// Why an environment with it cannot go on.
    pub(super) const fn ends(self) -> Option<&'static str> {
        match self {
            Self::Out => None,
            Self::Anybody => Some("an invocation left a socket that listens"),
            Self::Itself => Some("an invocation left a connection of the function with itself"),
        }
    }
}

impl Socket {
    /// `all`: the sockets of the network; `is_own`: whether the process holds the socket of an inode.
    pub(super) fn reach(&self, all: &[Self], is_own: &dyn Fn(&str) -> bool) -> Reach {
        match &self.kind {
            Kind::Tcp { is_listening: true, .. } => Reach::Anybody,
            Kind::Tcp { own, other, .. } => {
                let is_peer = |socket: &&Self| matches!(&socket.kind, Kind::Tcp { own: its, other: from, .. } if its == other && from == own);
                let is_itself = all.iter().find(is_peer).is_some_and(|peer| is_own(&peer.inode));
                if is_itself { Reach::Itself } else { Reach::Out }
            }
            // Bound to an address of its own and connected to nobody. What only sends has no address: the system gives it a port.
            Kind::Udp { own, other } if is_nobody(other) && !is_unspecified(own) => Reach::Anybody,
            Kind::Unix { is_listening: true, name } if name.starts_with('@') => Reach::Anybody,
            Kind::Udp { .. } | Kind::Unix { .. } => Reach::Out,
        }
    }

    /// The file on which it listens.
    pub(super) fn listening_file(&self) -> Option<&str> {
        match &self.kind {
            Kind::Unix { name, is_listening: true } if name.starts_with('/') => Some(name),
            _ => None,
        }
    }

    /// What it is, for people.
    pub(super) fn name(&self) -> String {
        match &self.kind {
            Kind::Tcp { own, is_listening: true, .. } => format!("listener on port {}", port(own)),
            Kind::Tcp { other, .. } => format!("connection to port {}", port(other)),
            Kind::Udp { own, other } if is_nobody(other) => format!("UDP socket on port {}", port(own)),
            Kind::Udp { other, .. } => format!("UDP socket to port {}", port(other)),
            Kind::Unix { name, is_listening: true } => format!("listener on {name}"),
            Kind::Unix { .. } => "socket".to_owned(),
        }
    }
}

fn port(end: &str) -> u16 {
    end.rsplit_once(':').and_then(|(_, port)| u16::from_str_radix(port, 16).ok()).unwrap_or(0)
}

fn is_nobody(end: &str) -> bool {
    port(end) == 0 && is_unspecified(end)
}

fn is_unspecified(end: &str) -> bool {
    end.rsplit_once(':').is_some_and(|(address, _)| address.bytes().all(|digit| digit == b'0'))
}

/// All that a process could reach and be reached by.
pub(super) fn of(pid: u32) -> Vec<Socket> {
    let mut found = of_files(pid);
    for (table, is_tcp) in [("tcp", true), ("tcp6", true), ("udp", false), ("udp6", false)] {
        found.extend(lines(pid, table).lines().skip(1).filter_map(|line| internet(line, is_tcp)));
    }
    found
}

/// Those of this machine: `Num RefCount Protocol Flags Type St Inode Path`.
pub(super) fn of_files(pid: u32) -> Vec<Socket> {
    let socket = |line: &str| {
        let mut fields = line.split_ascii_whitespace();
        let flags = u32::from_str_radix(fields.nth(3)?, 16).ok()?;
        let inode = fields.nth(2)?.to_owned();
        let name = fields.next().unwrap_or_default().to_owned();
        Some(Socket { inode, kind: Kind::Unix { name, is_listening: flags & ACCEPTS != 0 } })
    };
    lines(pid, "unix").lines().skip(1).filter_map(socket).collect()
}

/// `sl local_address rem_address st tx_queue:rx_queue tr:tm->when retrnsmt uid timeout inode …`
fn internet(line: &str, is_tcp: bool) -> Option<Socket> {
    let mut fields = line.split_ascii_whitespace();
    let (own, other, state) = (fields.nth(1)?.to_owned(), fields.next()?.to_owned(), fields.next()?);
    let is_listening = state == LISTENING;
    let kind = if is_tcp { Kind::Tcp { own, other, is_listening } } else { Kind::Udp { own, other } };
    Some(Socket { inode: fields.nth(5)?.to_owned(), kind })
}

#[expect(clippy::disallowed_methods, reason = "the kernel tells of sockets in files")]
fn lines(pid: u32, table: &str) -> String {
    std::fs::read_to_string(format!("/proc/{pid}/net/{table}")).unwrap_or_default()
}
