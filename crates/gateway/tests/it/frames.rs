//! HTTP/2 written by hand (RFC 9113), for what no library would send.
use crate::support::PATIENCE;
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

pub(crate) const DATA: u8 = 0;
pub(crate) const HEADERS: u8 = 1;
pub(crate) const RESET: u8 = 3;
pub(crate) const SETTINGS: u8 = 4;
pub(crate) const PING: u8 = 6;
pub(crate) const GO_AWAY: u8 = 7;
pub(crate) const WINDOW: u8 = 8;
pub(crate) const CONTINUATION: u8 = 9;
pub(crate) const END_STREAM: u8 = 1;
pub(crate) const END_HEADERS: u8 = 4;

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// `GET http://a/` in HPACK: three of the static table, and `:authority: a`.
pub(crate) const HEAD: &[u8] = &[0x82, 0x86, 0x84, 0x41, 0x01, b'a'];

/// A frame: type, flags, stream, payload.
pub(crate) fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let mut frame = length[1..].to_vec();
    frame.extend([kind, flags]);
    frame.extend(stream.to_be_bytes());
    frame.extend(payload);
    frame
}

/// A field as it stands, without the tables of HPACK (RFC 7541, section 6.2.2).
pub(crate) fn field(name: &str, value: &str) -> Vec<u8> {
    let text = |text: &str| {
        // Lengths of 7 bits, or more behind 127.
        let mut out = Vec::new();
        match u8::try_from(text.len()) {
            Ok(length) if length < 127 => out.push(length),
            _ => {
                out.push(127);
                let mut rest = text.len() - 127;
                while rest >= 128 {
                    out.push(u8::try_from(rest % 128).unwrap() | 128);
                    rest /= 128;
                }
                out.push(u8::try_from(rest).unwrap());
            }
        }
        out.extend(text.as_bytes());
        out
    };
    [vec![0], text(name), text(value)].concat()
}

/// A connection whose preface and settings are said.
pub(crate) async fn open(address: SocketAddr) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let begin = [PREFACE, &frame(SETTINGS, 0, 0, &[])].concat();
    stream.write_all(&begin).await.unwrap();
    stream
}

/// Writes `start`, then pieces until the gateway closes or there were so many. Tells whether it closed.
pub(crate) async fn flood(
    address: SocketAddr,
    start: &[u8],
    piece: impl Fn(u32) -> Vec<u8>,
    most: u32,
) -> bool {
    let mut stream = open(address).await;
    if stream.write_all(start).await.is_err() {
        return true;
    }
    let (mut read, mut write) = stream.split();
    let writing = async {
        for number in 0..most {
            if write.write_all(&piece(number)).await.is_err() {
                return;
            }
        }
        std::future::pending::<()>().await;
    };
    let reading = async {
        let mut piece = [0; 4096];
        while let Ok(1..) = read.read(&mut piece).await {}
    };
    let both = async {
        tokio::select! {
            () = reading => {}
            () = writing => {}
        }
    };
    tokio::time::timeout(PATIENCE, both).await.is_ok()
}

/// What became of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// An answer with status 200.
    Ok,
    /// An answer with any other status.
    Other,
    Reset,
    Closed,
}

/// Reads until something became of stream 1.
pub(crate) async fn end(stream: &mut TcpStream) -> End {
    let read = async {
        loop {
            let mut head = [0; 9];
            if stream.read_exact(&mut head).await.is_err() {
                return End::Closed;
            }
            let length = usize::from(head[0]) << 16 | usize::from(head[1]) << 8 | usize::from(head[2]);
            let mut payload = vec![0; length];
            if stream.read_exact(&mut payload).await.is_err() {
                return End::Closed;
            }
            match head[3] {
                // `:status: 200` is number 8 of the static table.
                HEADERS if payload.first() == Some(&0x88) => return End::Ok,
                HEADERS => return End::Other,
                RESET => return End::Reset,
                GO_AWAY => return End::Closed,
                _ => {}
            }
        }
    };
    tokio::time::timeout(PATIENCE, read).await.expect("an end of the stream")
}
