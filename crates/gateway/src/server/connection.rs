//! One connection: handshake, protocol, requests, and the times that it must keep.
use super::handle;
use super::hello::Heard;
use super::room::{Answering, Asked};
use super::total::Streams;
use super::wire::{Transport, Vital, Wire};
use super::{Listener, Permit, Worker};
use crate::config::Limits;
use crate::exchange::{Connection, TlsFacts};
use crate::upstream::headers::address_value;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::task::Poll;
use std::time::Duration;
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;
use tokio::time::timeout;

/// What an HTTP/2 client that knows what it speaks to sends first (RFC 9113, section 3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// Serves one connection to its end.
pub(super) async fn serve(
    worker: Arc<Worker>,
    listener: Arc<Listener>,
    stream: TcpStream,
    peer: (SocketAddr, Permit),
) {
    let (peer, permit) = peer;
    let gate = worker.shared.gate.load_full();
    let limits = &gate.config.limits;
    let first_byte = Duration::from_millis(limits.keep_alive_ms.min(limits.handshake_ms));
    let Ok(local) = stream.local_addr() else { return };
    let Some((transport, tls, http2)) = timeout(first_byte, open(&listener, stream)).await.ok().flatten()
    else {
        worker.shared.metrics.handshakes_failed.inc();
        return;
    };
    let peer_value = address_value(peer.ip().to_canonical());
    let connection = Arc::new(Connection { peer, local, peer_value, tls });
    drop(gate);
    let Some((transport, prefix, http2)) = first(&worker, transport, http2, listener.http2).await else {
        return;
    };
    let vital = Arc::new(Vital::new(permit));
    let look = (!http2).then(|| handle::look(&worker, &connection));
    let wire = TokioIo::new(Wire::new(transport, prefix, look, Arc::clone(&vital)));
    // Boxed, so that a connection which says nothing costs only its socket.
    if http2 {
        Box::pin(http2_loop(worker, connection, vital, wire)).await;
    } else {
        Box::pin(http1_loop(worker, connection, vital, wire)).await;
    }
}

/// The handshake, where there is one. Tells whether ALPN chose HTTP/2 (`None`: nothing was said).
async fn open(listener: &Listener, stream: TcpStream) -> Option<(Transport, Option<TlsFacts>, Option<bool>)> {
    stream.set_nodelay(true).ok()?;
    let Some(config) = listener.tls.as_ref().map(|tls| tls.load_full()) else {
        return Some((Transport::Plain(stream), None, None));
    };
    let mut stream = tokio_rustls::TlsAcceptor::from(config).accept(Heard::new(stream)).await.ok()?;
    let ja4 = stream.get_mut().0.fingerprint();
    let session = stream.get_ref().1;
    let facts = TlsFacts {
        server_name: session.server_name().map(str::to_ascii_lowercase),
        version: match session.protocol_version() {
            Some(rustls::ProtocolVersion::TLSv1_3) => "TLSv1.3",
            _ => "TLSv1.2",
        },
        ja4,
        client_chain: session
            .peer_certificates()
            .map(|chain| chain.iter().map(|der| der.clone().into_owned()).collect())
            .unwrap_or_default(),
    };
    let http2 = session.alpn_protocol() == Some(b"h2");
    Some((Transport::Tls(Box::new(stream)), Some(facts), Some(http2)))
}

/// Waits for the first byte with nothing but the socket in memory, and tells which protocol it is.
async fn first(
    worker: &Worker,
    mut transport: Transport,
    chosen: Option<bool>,
    http2: bool,
) -> Option<(Transport, Vec<u8>, bool)> {
    let (keep_alive, header_read) =
        worker.shared.with_limits(|limits| (limits.keep_alive_ms, limits.header_read_ms));
    let mut stop = worker.stop.clone();
    let mut start = [0_u8; 24];
    let read = tokio::select! {
        read = timeout(Duration::from_millis(keep_alive), read_some(&mut transport, &mut start)) => read.ok()??,
        _ = stop.changed() => return None,
    };
    let mut prefix = start.get(..read)?.to_vec();
    if let Some(chosen) = chosen {
        return Some((transport, prefix, chosen));
    }
    // Prior knowledge: as long as it may be the preface, we wait for more of it.
    let end = tokio::time::Instant::now() + Duration::from_millis(header_read);
    while http2 && prefix.len() < PREFACE.len() && PREFACE.starts_with(&prefix) {
        let room = start.get_mut(..PREFACE.len() - prefix.len())?;
        let read = tokio::time::timeout_at(end, read_some(&mut transport, room)).await.ok()??;
        prefix.extend_from_slice(start.get(..read)?);
    }
    let is_http2 = http2 && prefix == PREFACE;
    Some((transport, prefix, is_http2))
}

async fn read_some(transport: &mut Transport, buffer: &mut [u8]) -> Option<usize> {
    let read = match transport {
        Transport::Plain(stream) => stream.read(buffer).await,
        Transport::Tls(stream) => stream.read(buffer).await,
    };
    read.ok().filter(|read| *read > 0)
}

fn service(
    worker: Arc<Worker>,
    connection: Arc<Connection>,
    vital: Arc<Vital>,
) -> impl Fn(http::Request<Incoming>) -> Answering + Clone {
    move |request| {
        let (worker, connection, vital) = (Arc::clone(&worker), Arc::clone(&connection), Arc::clone(&vital));
        // Not in the connection, so that it holds a pointer while no request is under way.
        Answering::begin(Asked { worker, connection, vital, request })
    }
}

async fn http1_loop(
    worker: Arc<Worker>,
    connection: Arc<Connection>,
    vital: Arc<Vital>,
    wire: TokioIo<Wire>,
) {
    let mut builder = hyper::server::conn::http1::Builder::new();
    worker.shared.with_limits(|limits| {
        builder
            .max_headers(limits.headers_max)
            .max_buf_size(limits.header_bytes_max.max(8192))
            .max_header_size(limits.header_bytes_max)
            .header_read_timeout(None)
            .half_close(false);
    });
    let peer = Arc::clone(&connection);
    let service = service_fn(service(Arc::clone(&worker), connection, Arc::clone(&vital)));
    let served = builder.serve_connection(wire, service).with_upgrades();
    let mut served = std::pin::pin!(served);
    worker.watch(&vital);
    let (mut graceful, mut known) = (false, None);
    let ended = std::future::poll_fn(|cx| {
        if vital.is_killed(cx, &mut known) {
            return Poll::Ready(Ok(()));
        }
        if !graceful && worker.is_draining() {
            graceful = true;
            served.as_mut().graceful_shutdown();
        }
        served.as_mut().poll(cx)
    })
    .await;
    if let Some(violation) = vital.violation.get() {
        let rules = vital.refused_rules.get().cloned().unwrap_or_default();
        handle::note_unread(&worker, &peer, violation.to_string(), rules);
    } else if let Err(error) = ended
        && error.is_parse()
    {
        handle::note_unread(&worker, &peer, error.to_string(), Vec::new());
    }
}

async fn http2_loop(
    worker: Arc<Worker>,
    connection: Arc<Connection>,
    vital: Arc<Vital>,
    wire: TokioIo<Wire>,
) {
    let mut builder = hyper::server::conn::http2::Builder::new(Streams(Arc::clone(&vital)));
    worker.shared.with_limits(|limits| {
        builder
            .timer(TokioTimer::new())
            .max_concurrent_streams(limits.streams_max)
            .max_header_list_size(u32::try_from(limits.header_bytes_max).unwrap_or(u32::MAX))
            .max_pending_accept_reset_streams(20)
            .max_local_error_reset_streams(usize::try_from(limits.resets_max).unwrap_or(usize::MAX))
            .initial_stream_window_size(256 << 10)
            .initial_connection_window_size(1 << 20)
            .max_send_buf_size(256 << 10)
            .keep_alive_interval(Duration::from_millis(limits.keep_alive_ms))
            .keep_alive_timeout(Duration::from_millis(limits.write_idle_ms));
    });
    let service = service_fn(service(Arc::clone(&worker), connection, Arc::clone(&vital)));
    let mut served = std::pin::pin!(builder.serve_connection(wire, service));
    worker.watch(&vital);
    let (mut graceful, mut known) = (false, None);
    std::future::poll_fn(|cx| {
        if vital.is_killed(cx, &mut known) {
            return Poll::Ready(());
        }
        if !graceful && worker.is_draining() {
            graceful = true;
            served.as_mut().graceful_shutdown();
        }
        served.as_mut().poll(cx).map(drop)
    })
    .await;
}

/// Whether a connection breaks one of its times.
pub(super) fn is_late(vital: &Vital, limits: &Limits, crowded: bool) -> bool {
    let now = vital.now();
    let since = |moment: u64, most: u64| moment != 0 && now.saturating_sub(moment) > most;
    if vital.upgraded.load(Relaxed) {
        return false;
    }
    // When places run short, those who say nothing go first.
    let keep_alive_ms = if crowded { limits.keep_alive_ms / 8 } else { limits.keep_alive_ms };
    let running = vital.running.load(Relaxed);
    since(vital.head_since.load(Relaxed), limits.header_read_ms)
        || since(vital.write_since.load(Relaxed), limits.write_idle_ms)
        || (running == 0
            && vital.head_since.load(Relaxed) == 0
            && since(vital.idle_since.load(Relaxed), keep_alive_ms))
}
