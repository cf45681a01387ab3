//! The thread that answers: one loop over all processes of the runtime.
use super::judge::Judge;
use super::question::{Answer, Message};
use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::net::{
    AddressFamily, RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendFlags, SocketFlags, SocketType,
    sockopt,
};
use std::io::{self, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Bytes of one question; hooks cut what is longer.
const MESSAGE_BYTES_MAX: usize = 256 << 10;
/// Processes of one runtime that may ask at a time (each after a `fork` brings its own socket).
const CONNECTIONS_MAX: usize = 64;
/// How long a hook waits for an answer before it refuses by itself.
const ANSWER_TIME: Duration = Duration::from_secs(3);
/// How often the thread looks whether it is to end.
const IDLE_NANOSECONDS: i64 = 250_000_000;

/// One process that asks.
struct Connection {
    socket: OwnedFd,
    /// What waits for details.
    pending: Option<super::judge::Pending>,
}

/// Our end and theirs.
pub(super) fn pair() -> rustix::io::Result<(OwnedFd, OwnedFd)> {
    let (ours, theirs) =
        rustix::net::socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None)?;
    for socket in [&ours, &theirs] {
        sockopt::set_socket_send_buffer_size(socket, MESSAGE_BYTES_MAX * 2)?;
    }
    sockopt::set_socket_timeout(&theirs, sockopt::Timeout::Recv, Some(ANSWER_TIME))?;
    sockopt::set_socket_timeout(&theirs, sockopt::Timeout::Send, Some(ANSWER_TIME))?;
    Ok((ours, theirs))
}

pub(super) fn start(socket: OwnedFd, judge: Arc<Mutex<Judge>>, ended: Arc<AtomicBool>) -> io::Result<()> {
    let name = "buckler-hooks".to_owned();
    std::thread::Builder::new().name(name).stack_size(512 << 10).spawn(move || {
        let mut connections = vec![Connection { socket, pending: None }];
        let mut buffer = vec![0_u8; MESSAGE_BYTES_MAX];
        while !ended.load(Ordering::Acquire) && !connections.is_empty() {
            turn(&mut connections, &mut buffer, &judge);
        }
    })?;
    Ok(())
}

/// Waits once, and answers whoever asked.
fn turn(connections: &mut Vec<Connection>, buffer: &mut [u8], judge: &Mutex<Judge>) {
    let mut polled: Vec<PollFd<'_>> =
        connections.iter().map(|connection| PollFd::new(&connection.socket, PollFlags::IN)).collect();
    let idle = Timespec { tv_sec: 0, tv_nsec: IDLE_NANOSECONDS };
    if rustix::event::poll(&mut polled, Some(&idle)).is_err() {
        return;
    }
    let ready: Vec<bool> = polled.iter().map(|one| !one.revents().is_empty()).collect();
    drop(polled);
    let mut joined = Vec::new();
    let mut gone = Vec::new();
    for (position, connection) in connections.iter_mut().enumerate() {
        if ready.get(position) == Some(&true) && !serve(connection, buffer, judge, &mut joined) {
            gone.push(position);
        }
    }
    for position in gone.into_iter().rev() {
        connections.swap_remove(position);
    }
    for socket in joined {
        if connections.len() < CONNECTIONS_MAX {
            connections.push(Connection { socket, pending: None });
        }
    }
}

/// One message of one process. False: it has gone.
fn serve(
    connection: &mut Connection,
    buffer: &mut [u8],
    judge: &Mutex<Judge>,
    joined: &mut Vec<OwnedFd>,
) -> bool {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(4))];
    let mut control = RecvAncillaryBuffer::new(&mut space);
    let flags = RecvFlags::CMSG_CLOEXEC | RecvFlags::DONTWAIT;
    let received =
        rustix::net::recvmsg(&connection.socket, &mut [IoSliceMut::new(buffer)], &mut control, flags);
    let (length, cut) = match received {
        Ok(message) if message.bytes == 0 => return false,
        Ok(message) => (message.bytes, message.flags.contains(rustix::net::ReturnFlags::TRUNC)),
        Err(rustix::io::Errno::AGAIN | rustix::io::Errno::INTR) => return true,
        Err(_) => return false,
    };
    for message in control.drain() {
        if let RecvAncillaryMessage::ScmRights(sockets) = message {
            joined.extend(sockets);
        }
    }
    let message =
        buffer.get(..length).filter(|_| !cut).and_then(|bytes| serde_json::from_slice::<Message>(bytes).ok());
    let mut judge = judge.lock().unwrap_or_else(PoisonError::into_inner);
    let answer = match message {
        Some(message) => judge.answer(message, &mut connection.pending),
        None => Some(judge.malformed(length)),
    };
    drop(judge);
    answer.is_none_or(|answer| send(&connection.socket, &answer))
}

fn send(socket: &OwnedFd, answer: &Answer) -> bool {
    let Ok(bytes) = serde_json::to_vec(answer) else { return false };
    rustix::net::send(socket, &bytes, SendFlags::NOSIGNAL | SendFlags::DONTWAIT).is_ok()
}
