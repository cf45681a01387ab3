//! Addresses of names: a small resolver of our own, in place of the C library's.
//!
//! A static program of glibc loads the very same glibc from the machine to resolve a name, which a function's image need not have;
//! and what does that is half a megabyte. Here: addresses in any spelling, `/etc/hosts`, `localhost`, then the servers of
//! `/etc/resolv.conf` with its search list (RFC 1034 and 1035, RFC 6761). Deliberately absent: other sources (NIS, mDNS), DNSSEC,
//! a cache; the C library has none either.
//!
//! INVARIANT: an answer counts when it comes from the server that was asked, to a port and with a number that are random, and
//! repeats the question. Everything ends at the deadline.
mod message;
mod settings;
#[cfg(test)]
mod tests;

use crate::clock;
use crate::egress::literal;
use message::{Kind, Query, Reply};
use settings::Settings;
use std::io::{self, Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream, UdpSocket};
use std::time::{Duration, Instant};

/// Bytes of an answer by UDP: without an extension nobody sends more.
const ANSWER_BYTES_MAX: usize = 4096;
/// What a name may take where nobody says.
pub(crate) const WITHIN: Duration = Duration::from_secs(10);
/// Where a route to an address is looked for; nothing is sent there.
const ROUTE_PORT: u16 = 53;

/// The addresses of a name, those that there is a route to first, and of these IPv4 before IPv6.
///
/// # Errors
/// It has none, or no server said so within the time.
pub(crate) fn addresses(host: &str, within: Duration) -> io::Result<Vec<IpAddr>> {
    if let Some(address) = literal(host) {
        return Ok(vec![address]);
    }
    Settings::of_system().addresses(host, Deadline::after(within))
}

/// The addresses of `host:port`.
///
/// # Errors
/// As [`addresses`]; or it is not of this form.
pub(crate) fn sockets(address: &str, within: Duration) -> io::Result<Vec<SocketAddr>> {
    if let Ok(address) = address.parse() {
        return Ok(vec![address]);
    }
    let parts = address.rsplit_once(':').and_then(|(host, port)| Some((host, port.parse::<u16>().ok()?)));
    let Some((host, port)) = parts else {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "no address of the form `host:port`"));
    };
    let found = addresses(host, within)?;
    Ok(found.into_iter().map(|address| SocketAddr::new(address, port)).collect())
}

#[derive(Clone, Copy, Debug)]
struct Deadline(Instant);

impl Deadline {
    fn after(within: Duration) -> Self {
        let now = clock::moment();
        Self(now.checked_add(within).unwrap_or(now))
    }

    fn left(self) -> Option<Duration> {
        self.0.checked_duration_since(clock::moment()).filter(|left| !left.is_zero())
    }

    /// The nearer of two.
    fn or(self, within: Duration) -> Self {
        Self(self.0.min(Self::after(within).0))
    }
}

fn unknown() -> io::Error {
    io::Error::new(io::ErrorKind::NotFound, "the name has no address")
}

fn unanswered() -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, "no name server answered")
}

impl Settings {
    fn addresses(&self, host: &str, deadline: Deadline) -> io::Result<Vec<IpAddr>> {
        let name = host.strip_suffix('.').unwrap_or(host);
        let mut found = self.of_hosts(name);
        let is_local = name.rsplit('.').next().is_some_and(|last| last.eq_ignore_ascii_case("localhost"));
        if found.is_empty() && is_local {
            found = vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()];
        }
        if found.is_empty() {
            found = self.asked(host, deadline)?;
        }
        Ok(in_order(found))
    }

    fn asked(&self, host: &str, deadline: Deadline) -> io::Result<Vec<IpAddr>> {
        for name in self.candidates(host) {
            // One without a valid form is not looked for; others of the search list may be.
            if !message::is_name(&name) {
                continue;
            }
            let found = self.of_servers(&name, deadline)?;
            if !found.is_empty() {
                return Ok(found);
            }
        }
        Err(unknown())
    }

    /// Asks one server after the other, each as often as it may be asked. Nothing, when one says that there is nothing.
    fn of_servers(&self, name: &str, deadline: Deadline) -> io::Result<Vec<IpAddr>> {
        for _ in 0..self.attempts {
            for server in &self.servers {
                if deadline.left().is_none() {
                    return Err(unanswered());
                }
                let replies = ask(*server, name, deadline.or(self.timeout));
                let is_certain = replies.iter().all(|reply| !matches!(reply, Ok(Reply::Failed) | Err(_)));
                let addresses = replies.into_iter().filter_map(|reply| match reply {
                    Ok(Reply::Addresses(addresses)) => Some(addresses),
                    _ => None,
                });
                let found: Vec<IpAddr> = addresses.flatten().collect();
                if is_certain || !found.is_empty() {
                    return Ok(found);
                }
            }
        }
        Err(unanswered())
    }
}

/// Each once; those with a route first, and of these IPv4 before IPv6.
fn in_order(found: Vec<IpAddr>) -> Vec<IpAddr> {
    let mut ranked: [Vec<IpAddr>; 4] = Default::default();
    for address in found {
        let rank = usize::from(!has_route(address)) * 2 + usize::from(address.is_ipv6());
        if let Some(same) = ranked.get_mut(rank).filter(|same| !same.contains(&address)) {
            same.push(address);
        }
    }
    ranked.concat()
}

/// Whether the machine could send something there. Nothing is sent.
fn has_route(address: IpAddr) -> bool {
    socket(SocketAddr::new(address, ROUTE_PORT)).is_ok()
}

/// A socket of its own, and so with a random port, that takes what one server sends.
fn socket(server: SocketAddr) -> io::Result<UdpSocket> {
    let any: IpAddr =
        if server.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    let socket = UdpSocket::bind(SocketAddr::new(any, 0))?;
    socket.connect(server)?;
    Ok(socket)
}

/// Asks a server for both kinds of addresses at once.
fn ask(server: SocketAddr, name: &str, deadline: Deadline) -> Vec<io::Result<Reply>> {
    let sent = [Kind::V4, Kind::V6].map(|kind| {
        let query = Query::new(name, kind).ok_or_else(unknown)?;
        let socket = socket(server)?;
        socket.send(query.bytes())?;
        Ok((query, socket))
    });
    let replies = sent.into_iter().map(|sent: io::Result<_>| {
        let (query, socket) = sent?;
        match receive(&socket, &query, deadline)? {
            Reply::Truncated => by_stream(server, &query, deadline),
            reply => Ok(reply),
        }
    });
    replies.collect()
}

/// What is no answer to the query is passed over: anybody can send it.
fn receive(socket: &UdpSocket, query: &Query, deadline: Deadline) -> io::Result<Reply> {
    let mut buffer = [0; ANSWER_BYTES_MAX];
    loop {
        socket.set_read_timeout(Some(deadline.left().ok_or_else(unanswered)?))?;
        let length = socket.recv(&mut buffer)?;
        if let Some(reply) = query.reply(buffer.get(..length).unwrap_or_default()) {
            return Ok(reply);
        }
    }
}

/// The same by TCP, for an answer that is too long otherwise.
fn by_stream(server: SocketAddr, query: &Query, deadline: Deadline) -> io::Result<Reply> {
    let left = || deadline.left().ok_or_else(unanswered);
    let mut stream = TcpStream::connect_timeout(&server, left()?)?;
    stream.set_write_timeout(Some(left()?))?;
    let length = u16::try_from(query.bytes().len()).map_err(io::Error::other)?;
    stream.write_all(&[&length.to_be_bytes(), query.bytes()].concat())?;
    let mut taken = Vec::new();
    let mut buffer = [0; ANSWER_BYTES_MAX];
    loop {
        let wanted = taken.first_chunk().map(|length| usize::from(u16::from_be_bytes(*length)));
        if let Some(message) = wanted.and_then(|length| taken.get(2..2 + length)) {
            return query.reply(message).ok_or_else(unanswered);
        }
        stream.set_read_timeout(Some(left()?))?;
        match stream.read(&mut buffer)? {
            0 => return Err(unanswered()),
            read => taken.extend_from_slice(buffer.get(..read).unwrap_or_default()),
        }
    }
}
