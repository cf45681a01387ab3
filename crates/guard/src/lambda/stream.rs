//! Answers that leave in pieces: nothing is held but what a mask needs to see whole.
use super::answers::{Reply, STREAMED_BYTES_MAX};
use super::flights::Flight;
use super::head::{Framing, Head, Headers};
use super::proxy::{Connection, Served};
use super::wire::{Chunks, Wire, WireError};
use crate::inspect::Stream;
use policy::Mode;

/// How long the beginning of a word that tells nothing yet waits for its rest.
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
    let mut masking = Masking(inspector.map(|inspector| inspector.stream(&flight.invocation)));
    let to = connection.platform.open_for_stream()?;
    let copied = copy(&mut connection.wire, to, head.framing, &mut masking);
    connection.proxy.answered(flight);
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

/// A mask, where there is something to mask.
struct Masking(Option<Stream>);

impl Masking {
    fn is_holding(&self) -> bool {
        self.0.as_ref().is_some_and(|stream| stream.held() > 0)
    }

    fn push(&mut self, piece: &[u8]) -> Vec<u8> {
        self.0.as_mut().map_or_else(|| piece.to_vec(), |stream| stream.push(piece))
    }

    fn pause(&mut self) -> Vec<u8> {
        self.0.as_mut().map(Stream::pause).unwrap_or_default()
    }

    fn finish(&mut self) -> Vec<u8> {
        self.0.take().map(Stream::finish).unwrap_or_default()
    }
}

fn copy(from: &mut Wire, to: &mut Wire, framing: Framing, masking: &mut Masking) -> Result<Headers, Cut> {
    let mut chunks = Chunks::default();
    let mut left = match framing {
        Framing::Length(bytes) => Some(bytes),
        _ => None,
    };
    let mut total = 0_u64;
    loop {
        if masking.is_holding() && !from.readable(PAUSE_MS) {
            to.send_chunk(&masking.pause()).map_err(|_| Cut::Platform)?;
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
