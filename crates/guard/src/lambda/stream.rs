//! Answers that leave in pieces: nothing is held but what a mask needs to see whole.
use super::answers::{Reply, STREAMED_BYTES_MAX};
use super::flights::Flight;
use super::head::{Framing, Head, Headers};
use super::proxy::{Connection, Served};
use super::wire::{Chunks, Wire, WireError};
use crate::inspect::Stream;
use policy::Mode;

/// How long the beginning of something that may have to be masked waits for its rest.
const PAUSE_MS: i32 = 20;
/// Bytes of one piece.
const PIECE_BYTES: u64 = 16 << 10;

/// Why a stream ended early.
enum Cut {
    /// The runtime's side.
    Runtime(WireError),
    /// The platform wants no more, and has said why, or is gone.
    Platform,
    TooLarge,
}

/// Passes a streamed answer on.
pub(super) fn pass(connection: &mut Connection<'_>, head: &Head, flight: &Flight) -> Served {
    connection.invite(head)?;
    let onward = connection.platform.head("POST", &head.target, &head.headers, Framing::Chunked);
    connection.platform.open()?.send(&onward, b"")?;
    let inspector = connection.proxy.inspector.as_ref().filter(|_| connection.proxy.mode == Mode::Block);
    let mut masking =
        Masking { make: || inspector.map(|inspector| inspector.stream(&flight.invocation)), now: None };
    let to = connection.platform.open_for_stream()?;
    let copied = copy(&mut connection.wire, to, head.framing, &mut masking);
    let trailers = match &copied {
        Ok(trailers) => trailers.clone(),
        Err(Cut::Runtime(_)) => error_trailer("Runtime.TruncatedResponse"),
        Err(Cut::TooLarge) => error_trailer("Function.ResponseSizeTooLarge"),
        Err(Cut::Platform) => Headers::default(),
    };
    let mut end = b"0\r\n".to_vec();
    trailers.write_trailers(&mut end);
    end.extend_from_slice(b"\r\n");
    let ended = matches!(copied, Err(Cut::Platform)) || to.send(&end, b"").is_ok();
    let said = connection.platform.answer(ended);
    match copied {
        Ok(_) => {
            let said = said?;
            connection.relay(&said, head)
        }
        Err(Cut::Runtime(why)) => {
            connection.platform.close();
            // The runtime may be gone.
            drop(Reply::truncated().send(&mut connection.wire, false));
            Err(why)
        }
        Err(Cut::TooLarge) => {
            connection.platform.close();
            Reply::too_large().send(&mut connection.wire, false)?;
            Ok(false)
        }
        Err(Cut::Platform) => {
            connection.platform.close();
            // What is left of the body is not read: the connection cannot go on.
            match said {
                Ok(said) => drop(connection.relay(&said, head)?),
                Err(_) => Reply::unavailable().send(&mut connection.wire, false)?,
            }
            Ok(false)
        }
    }
}

fn error_trailer(kind: &str) -> Headers {
    Headers(vec![("Lambda-Runtime-Function-Error-Type".to_owned(), kind.as_bytes().to_vec())])
}

/// A mask that can begin anew.
struct Masking<F> {
    make: F,
    now: Option<Stream>,
}

impl<F: Fn() -> Option<Stream>> Masking<F> {
    fn push(&mut self, piece: &[u8]) -> Vec<u8> {
        if self.now.is_none() {
            self.now = (self.make)();
        }
        self.now.as_mut().map_or_else(|| piece.to_vec(), |stream| stream.push(piece))
    }

    fn finish(&mut self) -> Vec<u8> {
        self.now.take().map(Stream::finish).unwrap_or_default()
    }
}

fn copy<F: Fn() -> Option<Stream>>(
    from: &mut Wire,
    to: &mut Wire,
    framing: Framing,
    masking: &mut Masking<F>,
) -> Result<Headers, Cut> {
    let mut chunks = Chunks::default();
    let mut left = match framing {
        Framing::Length(bytes) => Some(bytes),
        _ => None,
    };
    let mut total = 0_u64;
    loop {
        if masking.now.is_some() && !from.readable(PAUSE_MS) {
            to.send_chunk(&masking.finish()).map_err(|_| Cut::Platform)?;
        }
        let (piece, taken) = match (framing, left) {
            (Framing::Chunked, _) => {
                let piece = from.chunk(&mut chunks).map_err(Cut::Runtime)?;
                (masking.push(piece), piece.len())
            }
            (_, Some(bytes)) if bytes > 0 => {
                let piece = from.some(bytes.min(PIECE_BYTES)).map_err(Cut::Runtime)?;
                (masking.push(piece), piece.len())
            }
            _ => (Vec::new(), 0),
        };
        if taken == 0 {
            to.send_chunk(&masking.finish()).map_err(|_| Cut::Platform)?;
            return Ok(chunks.trailers);
        }
        if framing == Framing::Chunked {
            from.chunk_done(&mut chunks, taken);
        } else {
            from.taken(taken);
        }
        left = left.map(|bytes| bytes - taken as u64);
        total += taken as u64;
        if total > STREAMED_BYTES_MAX {
            return Err(Cut::TooLarge);
        }
        to.send_chunk(&piece).map_err(|_| Cut::Platform)?;
    }
}
