//! The platform's side: one connection that is kept, opened again where the platform closed it.
use super::answers::{EVENT_BYTES_MAX, error_object};
use super::head::{Framing, Head, Headers, line};
use super::wire::{Wire, WireError};
use crate::names;
use std::net::TcpStream;
use std::sync::Arc;

/// A client of the Runtime API. One of each connection of the runtime, so that nothing is shared on the way.
#[derive(Debug)]
pub(crate) struct Platform {
    address: Arc<str>,
    wire: Option<Wire>,
}

/// What the platform said.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) head: Head,
    /// The body, or how many bytes it would have had.
    pub(crate) body: Result<Vec<u8>, u64>,
}

impl Platform {
    pub(crate) const fn new(address: Arc<str>) -> Self {
        Self { address, wire: None }
    }

    /// The head of a request with everything that belongs to the message.
    pub(crate) fn head(&self, method: &str, target: &str, headers: &Headers, framing: Framing) -> Vec<u8> {
        let mut out = Vec::with_capacity(512);
        out.extend_from_slice(format!("{method} {target} HTTP/1.1\r\n").as_bytes());
        line(&mut out, "Host", self.address.as_bytes());
        headers.write_end_to_end(&mut out);
        match framing {
            Framing::None | Framing::UntilClose => {}
            Framing::Length(bytes) => line(&mut out, "Content-Length", bytes.to_string().as_bytes()),
            Framing::Chunked => {
                for trailer in headers.all("trailer") {
                    line(&mut out, "Trailer", trailer);
                }
                line(&mut out, "Transfer-Encoding", b"chunked");
            }
        }
        out.extend_from_slice(b"\r\n");
        out
    }

    fn connect(&self) -> Result<Wire, WireError> {
        let addresses = names::sockets(&self.address, names::WITHIN)?;
        Wire::new(TcpStream::connect(addresses.as_slice())?)
    }

    /// The open connection, fresh where the platform closed the old one.
    pub(crate) fn open(&mut self) -> Result<&mut Wire, WireError> {
        let wire = match self.wire.take() {
            Some(wire) if wire.is_open() => wire,
            _ => self.connect()?,
        };
        Ok(self.wire.insert(wire))
    }

    /// The connection on which a head was just sent.
    pub(crate) fn open_for_stream(&mut self) -> Result<&mut Wire, WireError> {
        self.wire.as_mut().ok_or(WireError::Truncated)
    }

    /// The answer to what was sent in pieces.
    pub(crate) fn answer(&mut self, ended: bool) -> Result<Said, WireError> {
        let wire = self.wire.as_mut().ok_or(WireError::Truncated)?;
        let said = read(wire);
        match said {
            Ok(said) if ended => Ok(self.settled(said)),
            said => {
                self.wire = None;
                said
            }
        }
    }

    pub(crate) fn close(&mut self) {
        self.wire = None;
    }

    /// Asks, and waits for as long as it takes.
    pub(crate) fn ask(&mut self, head: &[u8], body: &[u8]) -> Result<Said, WireError> {
        if let Some(wire) = &mut self.wire {
            match exchange(wire, head, body) {
                Ok(said) => return Ok(self.settled(said)),
                // The platform may have closed an idle connection: nothing of this request was answered, so it is asked
                // again. An answer that it did take before is refused the second time, which changes nothing.
                Err(WireError::Io(_) | WireError::Truncated) => self.wire = None,
                Err(why) => return Err(why),
            }
        }
        let mut wire = self.connect()?;
        let said = exchange(&mut wire, head, body)?;
        self.wire = Some(wire);
        Ok(self.settled(said))
    }

    fn settled(&mut self, said: Said) -> Said {
        if !said.head.keeps || said.body.is_err() {
            self.wire = None;
        }
        said
    }

    /// Posts an error of an invocation.
    pub(crate) fn post_error(
        &mut self,
        request_id: &str,
        invocation_id: Option<&[u8]>,
        kind: &str,
        message: &str,
    ) -> Result<Said, WireError> {
        let body = error_object(kind, message);
        let mut headers = Headers(vec![
            ("Content-Type".to_owned(), b"application/json".to_vec()),
            ("Lambda-Runtime-Function-Error-Type".to_owned(), kind.as_bytes().to_vec()),
        ]);
        headers.0.extend(invocation_id.map(|id| ("Lambda-Runtime-Invocation-Id".to_owned(), id.to_vec())));
        let target = format!("/2018-06-01/runtime/invocation/{request_id}/error");
        let head = self.head("POST", &target, &headers, Framing::Length(body.len() as u64));
        self.ask(&head, &body)
    }

    /// Posts an answer that the guard gives itself.
    pub(crate) fn post_response(
        &mut self,
        request_id: &str,
        invocation_id: Option<&[u8]>,
        body: &[u8],
    ) -> Result<Said, WireError> {
        let mut headers = Headers(vec![("Content-Type".to_owned(), b"application/json".to_vec())]);
        headers.0.extend(invocation_id.map(|id| ("Lambda-Runtime-Invocation-Id".to_owned(), id.to_vec())));
        let target = format!("/2018-06-01/runtime/invocation/{request_id}/response");
        let head = self.head("POST", &target, &headers, Framing::Length(body.len() as u64));
        self.ask(&head, body)
    }
}

fn exchange(wire: &mut Wire, head: &[u8], body: &[u8]) -> Result<Said, WireError> {
    wire.send(head, body)?;
    read(wire)
}

fn read(wire: &mut Wire) -> Result<Said, WireError> {
    let head = wire.answer()?;
    match wire.body(head.framing, EVENT_BYTES_MAX) {
        Ok((body, _)) => Ok(Said { head, body: Ok(body) }),
        Err(WireError::BodyTooLarge { bytes, .. }) => Ok(Said { head, body: Err(bytes) }),
        Err(why) => Err(why),
    }
}
