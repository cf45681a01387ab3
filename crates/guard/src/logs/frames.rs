//! The framed log of managed runtimes: `_LAMBDA_TELEMETRY_LOG_FD`.
//!
//! A frame is a type (4 bytes, `0xa55a` and what follows), the length of the message (4), microseconds since 1970 (8; the
//! two oldest types have none), the message; numbers in network order. The runtime writes to a pipe of the guard, which
//! writes the same frame with a redacted message to the platform.
use super::redact::Redactor;
use crate::events::Lines;
use crate::{Action, Layer, Occurrence, Report};
use std::fs::File;
use std::io::{self, Read};

/// Bytes of one message.
const MESSAGE_BYTES_MAX: u32 = 8 << 20;

/// Reads frames until the runtime closes the pipe or breaks the framing.
pub(crate) fn pump(mut from: File, to: &Lines, redactor: &Redactor, report: &dyn Report) {
    loop {
        match one(&mut from) {
            Ok(Some((mut head, message))) => {
                let message = redactor.message(&message);
                let length = u32::try_from(message.len()).unwrap_or(u32::MAX);
                if let Some(place) = head.get_mut(4..8) {
                    place.copy_from_slice(&length.to_be_bytes());
                }
                head.extend_from_slice(&message);
                to.write(&head);
            }
            Ok(None) => return,
            Err(why) => {
                report.report(Occurrence {
                    layer: Layer::Logs,
                    action: Action::Blocked,
                    hostile: false,
                    request_id: None,
                    reason: format!("the runtime's framed log is broken and was closed: {why}"),
                    rule: Some("log-frames".to_owned()),
                    facts: Vec::new(),
                });
                return;
            }
        }
    }
}

/// The next frame: its head, its message.
pub(crate) fn one(from: &mut impl Read) -> io::Result<Option<(Vec<u8>, Vec<u8>)>> {
    let mut first = [0; 8];
    let read = from.read(first.get_mut(..1).unwrap_or_default())?;
    if read == 0 {
        return Ok(None);
    }
    from.read_exact(first.get_mut(1..).unwrap_or_default())?;
    let [k0, k1, k2, k3, l0, l1, l2, l3] = first;
    if (k0, k1) != (0xa5, 0x5a) {
        return Err(io::Error::other("a frame of a type that is not known"));
    }
    let length = u32::from_be_bytes([l0, l1, l2, l3]);
    if length > MESSAGE_BYTES_MAX {
        return Err(io::Error::other(format!("a message of more than {MESSAGE_BYTES_MAX} bytes")));
    }
    let mut head = first.to_vec();
    if !matches!(u16::from_be_bytes([k2, k3]), 1 | 2) {
        let mut time = [0; 8];
        from.read_exact(&mut time)?;
        head.extend_from_slice(&time);
    }
    let mut message = Vec::new();
    if from.take(u64::from(length)).read_to_end(&mut message)? < usize::try_from(length).unwrap_or(usize::MAX)
    {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(Some((head, message)))
}
