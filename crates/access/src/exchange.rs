//! HTTP without a socket: what to ask, what came back.

/// A request that the caller sends on our behalf.
#[derive(Clone)]
pub struct Ask {
    pub method: &'static str,
    pub url: url::Url,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// Most bytes of the answer worth reading.
    pub answer_bytes_max: usize,
}

impl std::fmt::Debug for Ask {
    /// Without headers and body: client secrets and tokens stand there.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} {}", self.method, self.url)
    }
}

/// What came back.
#[derive(Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl std::fmt::Debug for Answer {
    /// Without the body: it may hold tokens.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} ({} bytes)", self.status, self.body.len())
    }
}
