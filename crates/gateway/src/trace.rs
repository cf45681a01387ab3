//! W3C trace context, handed on; spans go out with OTLP.
use crate::clock::Moment;
use crate::config::Trace;
use http::HeaderMap;

/// The trace that a request belongs to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Context {
    pub(crate) trace: u128,
    /// Our span.
    pub(crate) span: u64,
    /// The client's span; 0 where there is none.
    pub(crate) parent: u64,
    pub(crate) sampled: bool,
}

impl Context {
    /// The context of a request: the client's, or a new one.
    pub(crate) fn of(headers: &HeaderMap, settings: &Trace, moment: Moment) -> Self {
        let mut random = [0_u8; 24];
        let given = headers.get("traceparent").and_then(|value| parse(value.as_bytes()));
        if given.is_none() && settings.endpoint.is_none() {
            return Self::default();
        }
        if aws_lc_rs::rand::fill(&mut random).is_err() {
            return Self::default();
        }
        let number =
            u128::from_be_bytes(std::array::from_fn(|at| random.get(at).copied().unwrap_or_default()));
        let span =
            u64::from_be_bytes(std::array::from_fn(|at| random.get(at + 16).copied().unwrap_or_default()))
                | 1;
        let _ = moment;
        match given {
            Some((trace, parent, sampled)) => {
                Self { trace, span, parent, sampled: sampled && settings.endpoint.is_some() }
            }
            None => {
                let sampled = span % 1000 < u64::from(settings.sampled_per_mille);
                Self { trace: number | 1, span, parent: 0, sampled }
            }
        }
    }

    /// What the upstream gets.
    pub(crate) fn header(&self) -> Option<String> {
        (self.trace != 0)
            .then(|| format!("00-{:032x}-{:016x}-{:02x}", self.trace, self.span, u8::from(self.sampled)))
    }
}

/// `00-<trace>-<span>-<flags>`, as the recommendation demands: lower-case digits, nothing all zero.
fn parse(text: &[u8]) -> Option<(u128, u64, bool)> {
    let text = std::str::from_utf8(text).ok()?;
    let mut parts = text.split('-');
    let (version, trace, span, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let digits = |text: &str, count: usize| {
        text.len() == count && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    };
    let shape = digits(version, 2) && digits(trace, 32) && digits(span, 16) && digits(flags, 2);
    if !shape || version == "ff" || (version == "00" && parts.next().is_some()) {
        return None;
    }
    let (trace, span) = (u128::from_str_radix(trace, 16).ok()?, u64::from_str_radix(span, 16).ok()?);
    (trace != 0 && span != 0).then_some((trace, span, u8::from_str_radix(flags, 16).ok()? & 1 == 1))
}
