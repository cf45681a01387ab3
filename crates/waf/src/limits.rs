//! What one transaction may cost at most.

/// Named limits of one transaction; what passes one is told, never silently cut.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a request body that are read (`SecRequestBodyLimit`).
    pub request_body_bytes_max: usize,
    /// Bytes of a response body that are read (`SecResponseBodyLimit`).
    pub response_body_bytes_max: usize,
    /// Bytes that a compressed body may grow to.
    pub decompressed_bytes_max: usize,
    /// Bytes out of one compressed byte, over the whole body.
    pub decompression_ratio_max: usize,
    /// Arguments of query and body together (`SecArgumentsLimit`).
    pub arguments_max: usize,
    /// Depth of JSON and XML (`SecRequestBodyJsonDepthLimit`).
    pub depth_max: usize,
    /// Parts of a multipart body.
    pub parts_max: usize,
    /// Matches that one transaction keeps.
    pub matches_max: usize,
    /// Steps that one regular expression may take on one value (`SecPcreMatchLimit`).
    pub regex_steps_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            request_body_bytes_max: 12 << 20,
            response_body_bytes_max: 512 << 10,
            decompressed_bytes_max: 12 << 20,
            decompression_ratio_max: 200,
            arguments_max: 1000,
            depth_max: 512,
            parts_max: 1000,
            matches_max: 1000,
            regex_steps_max: 10_000_000,
        }
    }
}
