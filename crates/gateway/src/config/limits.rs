//! What a client may ask of the gateway at most.
use serde::Deserialize;

/// The longest time that can be given to a request, in milliseconds: 30 days.
pub(super) const TOTAL_MS_MAX: u64 = 30 * 24 * 3600 * 1000;

/// Named limits of connections and requests.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Limits {
    /// Connections at once, all listeners together.
    pub connections_max: usize,
    /// Connections at once from one address.
    pub connections_per_address_max: usize,
    /// Bytes of a request's head (request line and header fields).
    pub header_bytes_max: usize,
    /// Header fields of a request.
    pub headers_max: usize,
    /// Bytes of a request target.
    pub target_bytes_max: usize,
    /// Bytes of a request's body; a route may say otherwise.
    pub body_bytes_max: u64,
    /// Bytes of a body that are held in memory for a layer that wants to see it whole.
    pub buffered_bytes_max: usize,
    /// Milliseconds for the TLS handshake.
    pub handshake_ms: u64,
    /// Milliseconds from a head's first byte to its last.
    pub header_read_ms: u64,
    /// Milliseconds between two pieces of a request's body.
    pub body_idle_ms: u64,
    /// Milliseconds for a whole request body.
    pub body_total_ms: u64,
    /// Milliseconds from the first byte of a request's head to the last of its answer; 0: no bound. A route may say otherwise.
    pub request_total_ms: u64,
    /// The same for streams: upgrades (WebSocket), gRPC, server-sent events.
    pub stream_total_ms: u64,
    /// Milliseconds that a connection without a request stays open.
    pub keep_alive_ms: u64,
    /// Milliseconds that a client may leave an answer unread.
    pub write_idle_ms: u64,
    /// Requests on one connection.
    pub requests_per_connection_max: u64,
    /// HTTP/2: streams at once on one connection.
    pub streams_max: u32,
    /// HTTP/2: streams that a client may reset in one window of ten seconds before its connection is closed.
    pub resets_max: u32,
    /// Milliseconds that running requests get when the gateway stops.
    pub drain_ms: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections_max: 20_000,
            connections_per_address_max: 1_000,
            header_bytes_max: 32 << 10,
            headers_max: 100,
            target_bytes_max: 8 << 10,
            body_bytes_max: 10 << 20,
            buffered_bytes_max: 10 << 20,
            handshake_ms: 10_000,
            header_read_ms: 10_000,
            body_idle_ms: 15_000,
            body_total_ms: 300_000,
            request_total_ms: 600_000,
            stream_total_ms: 0,
            keep_alive_ms: 60_000,
            write_idle_ms: 30_000,
            requests_per_connection_max: 100_000,
            streams_max: 128,
            resets_max: 200,
            drain_ms: 30_000,
        }
    }
}
