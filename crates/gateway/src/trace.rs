//! W3C trace context, handed on; spans go out with OTLP.

/// The trace that a request belongs to.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Context {
    pub(crate) trace: u128,
    /// Our span.
    pub(crate) span: u64,
    pub(crate) parent: u64,
    pub(crate) sampled: bool,
}
