//! The forward proxy: `CONNECT` for everything, absolute addresses for plain HTTP. Blocking, a thread a direction, bounded.
use super::address::literal;
use super::decision::{Decision, normal};
use super::hello::{self, Hello};
use super::{Rules, Shared};
use crate::names;
use std::io::{self, Read, Write};
use std::net::{IpAddr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// Connections at the same time; one more waits in the kernel's queue.
const CONNECTIONS_MAX: usize = 256;
const HEAD_BYTES_MAX: usize = 16 << 10;
const HEADERS_MAX: usize = 96;
/// Addresses of a name that are tried.
const ADDRESSES_MAX: usize = 8;
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const BUFFER_BYTES: usize = 16 << 10;
const STACK_BYTES: usize = 128 << 10;
const TLS_PORT: u16 = 443;
const HTTP_PORT: u16 = 80;

/// What a client asked for.
struct Request {
    host: String,
    port: u16,
    tunnel: bool,
    /// What the server gets first: the head of a plain request; nothing for a tunnel.
    head: Vec<u8>,
    /// What the client sent behind its head.
    rest: Vec<u8>,
}

/// Starts the thread that accepts. It ends with the process.
pub(super) fn start(listener: TcpListener, shared: Arc<Shared>) -> io::Result<()> {
    let open = Arc::new(AtomicUsize::new(0));
    let accept = move || {
        for client in listener.incoming().flatten() {
            if open.fetch_add(1, Ordering::SeqCst) >= CONNECTIONS_MAX {
                open.fetch_sub(1, Ordering::SeqCst);
                drop(answer(&client, 503, "too many connections at once"));
                continue;
            }
            let (shared, open_there) = (Arc::clone(&shared), Arc::clone(&open));
            let serve = move || {
                // A connection that breaks is the client's matter.
                drop(serve(&client, &shared));
                open_there.fetch_sub(1, Ordering::SeqCst);
            };
            let thread = std::thread::Builder::new().name("egress".to_owned()).stack_size(STACK_BYTES);
            if thread.spawn(serve).is_err() {
                open.fetch_sub(1, Ordering::SeqCst);
            }
        }
    };
    std::thread::Builder::new().name("egress".to_owned()).stack_size(STACK_BYTES).spawn(accept)?;
    Ok(())
}

fn serve(client: &TcpStream, shared: &Shared) -> io::Result<()> {
    client.set_read_timeout(Some(HEAD_TIMEOUT))?;
    let request = match read_head(client)? {
        Ok(request) => request,
        Err((status, reason)) => return answer(client, status, reason),
    };
    let (host, port) = (request.host.as_str(), request.port);
    if !shared.passes(host, port, &shared.rules.judge(host, port)) {
        return answer(client, 403, "not a host of the policy");
    }
    let server = match reach(shared, host, port) {
        Ok(Some(server)) => server,
        Ok(None) => return answer(client, 403, "the name leads to an address that is not declared"),
        Err(error) => return answer(client, 502, &format!("not reached: {}", error.kind())),
    };
    server.set_nodelay(true)?;
    client.set_nodelay(true)?;
    let mut first = request.head;
    first.extend_from_slice(&request.rest);
    if request.tunnel {
        (&mut &*client).write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")?;
        if port == TLS_PORT && !same_name(client, &mut first, host, shared)? {
            return client.shutdown(Shutdown::Both);
        }
    }
    client.set_read_timeout(None)?;
    (&mut &server).write_all(&first)?;
    relay(client, &server)
}

/// Connects to an address of the name that was looked at; none where no address is allowed.
fn reach(shared: &Shared, host: &str, port: u16) -> io::Result<Option<TcpStream>> {
    let addresses: Vec<IpAddr> = match literal(host) {
        Some(address) => vec![address],
        None => names::addresses(host, names::WITHIN)?.into_iter().take(ADDRESSES_MAX).collect(),
    };
    let named = literal(host).is_none();
    let mut last = None;
    for address in addresses {
        let decision = if named { shared.rules.answer(host, address, port) } else { Decision::Allow };
        if !shared.passes(host, port, &decision) {
            continue;
        }
        match TcpStream::connect_timeout(&SocketAddr::new(address, port), CONNECT_TIMEOUT) {
            Ok(server) => return Ok(Some(server)),
            Err(error) => last = Some(error),
        }
    }
    last.map_or(Ok(None), Err)
}

/// The name inside of TLS is the one that was asked for. Reads the first record into `first`.
fn same_name(client: &TcpStream, first: &mut Vec<u8>, host: &str, shared: &Shared) -> io::Result<bool> {
    let mut buffer = [0; 2048];
    loop {
        let refused = match hello::read(first) {
            Hello::Partial => {
                let read = (&mut &*client).read(&mut buffer)?;
                if read == 0 || first.len() > hello::RECORD_BYTES_MAX {
                    return Ok(false);
                }
                first.extend_from_slice(buffer.get(..read).unwrap_or_default());
                continue;
            }
            Hello::Other => "what is sent on port 443 is not TLS".to_owned(),
            Hello::Client(name) => match inside(&shared.rules, name.as_deref(), host) {
                None => return Ok(true),
                Some(refused) => refused,
            },
        };
        return Ok(shared.passes(host, TLS_PORT, &Decision::Refuse(refused)));
    }
}

/// Why the name in TLS does not fit; none where it does.
fn inside(rules: &Rules, name: Option<&str>, host: &str) -> Option<String> {
    match (name, literal(host)) {
        // By address: a name may follow if it is allowed itself.
        (Some(name), Some(_)) => match rules.judge(name, TLS_PORT) {
            Decision::Refuse(reason) => Some(reason),
            Decision::Allow | Decision::Tell(_) => None,
        },
        (None, Some(_)) => None,
        (Some(name), None) if normal(name) == normal(host) => None,
        (Some(name), None) => {
            Some(format!("TLS asks for `{}` on a connection to `{host}`", super::decision::shown(name)))
        }
        (None, None) => Some(format!("TLS names no server on a connection to `{host}`")),
    }
}

/// The head, or what to answer instead.
fn read_head(client: &TcpStream) -> io::Result<Result<Request, (u16, &'static str)>> {
    let mut bytes = Vec::with_capacity(1024);
    let mut buffer = [0; 4096];
    loop {
        let read = (&mut &*client).read(&mut buffer)?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        bytes.extend_from_slice(buffer.get(..read).unwrap_or_default());
        let mut headers = [httparse::EMPTY_HEADER; HEADERS_MAX];
        let mut parsed = httparse::Request::new(&mut headers);
        match parsed.parse(&bytes) {
            Ok(httparse::Status::Complete(length)) => {
                let rest = bytes.get(length..).unwrap_or_default().to_vec();
                return Ok(request(&parsed, rest));
            }
            Ok(httparse::Status::Partial) if bytes.len() < HEAD_BYTES_MAX => {}
            Ok(httparse::Status::Partial) => return Ok(Err((431, "the head is too long"))),
            Err(_) => return Ok(Err((400, "this is no request to a proxy"))),
        }
    }
}

fn request(parsed: &httparse::Request<'_, '_>, rest: Vec<u8>) -> Result<Request, (u16, &'static str)> {
    const WRONG: (u16, &str) =
        (400, "a proxy is asked with `CONNECT host:port` or a whole `http://` address");
    let (method, target) = (parsed.method.unwrap_or_default(), parsed.path.unwrap_or_default());
    if method == "CONNECT" {
        let (host, port) = authority(target, None).ok_or(WRONG)?;
        return Ok(Request { host, port, tunnel: true, head: Vec::new(), rest });
    }
    let scheme = target.get(..7).filter(|scheme| scheme.eq_ignore_ascii_case("http://"));
    let after = scheme.and_then(|scheme| target.get(scheme.len()..)).ok_or(WRONG)?;
    let end = after.find(['/', '?', '#']).unwrap_or(after.len());
    let (place, path) = after.split_at_checked(end).ok_or(WRONG)?;
    let (host, port) = authority(place, Some(HTTP_PORT)).ok_or(WRONG)?;
    let slash = if path.starts_with('/') { "" } else { "/" };
    let mut head =
        format!("{method} {slash}{path} HTTP/1.1\r\nHost: {place}\r\nConnection: close\r\n").into_bytes();
    // One request a connection: what follows could be meant for another host.
    let dropped = ["host", "connection", "keep-alive", "proxy-connection", "proxy-authorization"];
    for header in parsed.headers.iter() {
        if dropped.iter().any(|name| header.name.eq_ignore_ascii_case(name)) {
            continue;
        }
        head.extend_from_slice(header.name.as_bytes());
        head.extend_from_slice(b": ");
        head.extend_from_slice(header.value);
        head.extend_from_slice(b"\r\n");
    }
    head.extend_from_slice(b"\r\n");
    Ok(Request { host, port, tunnel: false, head, rest })
}

/// `host:port`; user information is nobody's business here.
fn authority(text: &str, port: Option<u16>) -> Option<(String, u16)> {
    if text.contains('@') {
        return None;
    }
    let (host, number) = match text.rsplit_once(':') {
        Some((host, number)) if !number.contains(']') => (host, number.parse().ok()?),
        _ => (text, port?),
    };
    if host.is_empty() || number == 0 { None } else { Some((host.to_owned(), number)) }
}

fn answer(client: &TcpStream, status: u16, reason: &str) -> io::Result<()> {
    let word = match status {
        400 => "Bad Request",
        403 => "Forbidden",
        431 => "Request Header Fields Too Large",
        502 => "Bad Gateway",
        _ => "Service Unavailable",
    };
    let text = format!(
        "HTTP/1.1 {status} {word}\r\nX-Buckler-Egress: refused\r\nContent-Type: text/plain\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{reason}",
        reason.len()
    );
    (&mut &*client).write_all(text.as_bytes())?;
    client.shutdown(Shutdown::Write)
}

/// Both directions until both have ended.
fn relay(client: &TcpStream, server: &TcpStream) -> io::Result<()> {
    let (from, to) = (client.try_clone()?, server.try_clone()?);
    let thread = std::thread::Builder::new().name("egress".to_owned()).stack_size(STACK_BYTES);
    let up = thread.spawn(move || copy(&from, &to))?;
    copy(server, client);
    drop(up.join());
    Ok(())
}

/// One direction; its end is passed on, and a broken one ends both.
fn copy(from: &TcpStream, to: &TcpStream) {
    let mut buffer = vec![0; BUFFER_BYTES];
    loop {
        match (&mut &*from).read(&mut buffer) {
            Ok(0) => {
                drop(to.shutdown(Shutdown::Write));
                return;
            }
            Ok(read) => {
                if (&mut &*to).write_all(buffer.get(..read).unwrap_or_default()).is_err() {
                    drop(from.shutdown(Shutdown::Both));
                    return;
                }
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => {
                drop(to.shutdown(Shutdown::Both));
                return;
            }
        }
    }
}
