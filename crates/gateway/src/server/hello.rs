//! A client's socket that listens to the beginning of the TLS handshake: the fingerprint is in there.
use access::fingerprint::Reader;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// The socket. Once the `ClientHello` is whole, reading costs one comparison more than without it.
pub(crate) struct Heard {
    stream: TcpStream,
    reader: Option<Box<Reader>>,
    fingerprint: Option<Arc<str>>,
}

impl Heard {
    pub(super) fn new(stream: TcpStream) -> Self {
        Self { stream, reader: Some(Box::default()), fingerprint: None }
    }

    /// What was heard.
    pub(super) fn fingerprint(&mut self) -> Option<Arc<str>> {
        self.reader = None;
        self.fingerprint.take()
    }
}

impl AsyncRead for Heard {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buffer))?;
        if let Some(reader) = &mut self.reader
            && let Some(found) = reader.feed(buffer.filled().get(before..).unwrap_or_default())
        {
            self.reader = None;
            self.fingerprint = found.map(Arc::from);
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Heard {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bytes)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
