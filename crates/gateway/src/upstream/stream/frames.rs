//! Frames of `application/vnd.amazon.eventstream`, read from bytes as they come.
//!
//! INVARIANT: a frame that is handed on was whole, and both of its checksums fit.
use bytes::{Buf as _, Bytes, BytesMut};
use flate2::Crc;
use serde_json::Value;

/// Bytes of one frame at most: 16 MiB of payload and 128 KiB of headers.
const FRAME_BYTES_MAX: usize = (16 << 20) + (128 << 10) + FIXED_BYTES;
/// Bytes of a frame beside headers and payload.
pub(super) const FIXED_BYTES: usize = 16;
/// Bytes before a frame's headers.
const PRELUDE_BYTES: usize = 12;
/// What a frame says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Event {
    /// A part of what the function writes.
    Chunk(Bytes),
    /// The function has ended; with an error code where it failed.
    Complete(Option<String>),
    /// Nothing that concerns us.
    Other,
}

/// Takes frames from bytes as they come. Each byte is checked once.
#[derive(Debug, Default)]
pub(super) struct Decoder {
    pub(super) read: BytesMut,
}

impl Decoder {
    /// The next event, once its frame is whole.
    pub(super) fn next(&mut self) -> Result<Option<Event>, &'static str> {
        let Some((total, headers)) = self.lengths()? else { return Ok(None) };
        if self.read.len() < total {
            return Ok(None);
        }
        let mut frame = self.read.split_to(total).freeze();
        let told = frame.split_off(total - 4).get_u32();
        if checksum(&frame) != told {
            return Err("a frame's checksum does not fit");
        }
        frame.advance(PRELUDE_BYTES);
        let fields = frame.split_to(headers);
        let kind = field(&fields, b":message-type").ok_or("a frame does not say what it is")?;
        let event = field(&fields, b":event-type").unwrap_or_default();
        Ok(Some(match (kind.as_ref(), event.as_ref()) {
            (b"event", b"PayloadChunk") => Event::Chunk(frame),
            (b"event", b"InvokeComplete") => Event::Complete(failure(&frame)),
            (b"event", _) => Event::Other,
            _ => Event::Complete(Some("exception".to_owned())),
        }))
    }

    /// The lengths of the next frame and of its headers, once they are there and right.
    pub(super) fn lengths(&self) -> Result<Option<(usize, usize)>, &'static str> {
        let Some(mut prelude) = self.read.get(..PRELUDE_BYTES) else { return Ok(None) };
        let sum = checksum(prelude.get(..8).unwrap_or_default());
        let (total, headers) = (prelude.get_u32() as usize, prelude.get_u32() as usize);
        if prelude.get_u32() != sum {
            return Err("a frame's first checksum does not fit");
        }
        if !(FIXED_BYTES..=FRAME_BYTES_MAX).contains(&total) || headers > total - FIXED_BYTES {
            return Err("a frame's lengths are not possible");
        }
        Ok(Some((total, headers)))
    }
}

pub(super) fn checksum(bytes: &[u8]) -> u32 {
    let mut crc = Crc::new();
    crc.update(bytes);
    crc.sum()
}

/// A header that is text.
fn field(fields: &Bytes, wanted: &[u8]) -> Option<Bytes> {
    let mut rest = fields.clone();
    while rest.has_remaining() {
        let length = usize::from(rest.try_get_u8().ok()?);
        let name = take(&mut rest, length)?;
        let kind = rest.try_get_u8().ok()?;
        let length = match kind {
            0 | 1 => 0,
            2 => 1,
            3 => 2,
            4 => 4,
            5 | 8 => 8,
            6 | 7 => usize::from(rest.try_get_u16().ok()?),
            9 => 16,
            _ => return None,
        };
        let value = take(&mut rest, length)?;
        if kind == 7 && name == wanted {
            return Some(value);
        }
    }
    None
}

fn take(rest: &mut Bytes, length: usize) -> Option<Bytes> {
    (length <= rest.len()).then(|| rest.split_to(length))
}

/// The error of an `InvokeComplete`.
fn failure(payload: &[u8]) -> Option<String> {
    let value: Value = serde_json::from_slice(payload).ok()?;
    let code = value.get("ErrorCode")?.as_str()?;
    (!code.is_empty()).then(|| code.chars().take(100).collect())
}
