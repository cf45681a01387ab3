//! W3C trace context, handed on; spans go out with OTLP.
use crate::config::Trace;
use crate::server::{Phase, Shared};
use access::Ask;
use http::{HeaderMap, HeaderName};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

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

const TRACE_PARENT: HeaderName = HeaderName::from_static("traceparent");

impl Context {
    /// The context of a request: the client's, or a new one.
    pub(crate) fn of(headers: &HeaderMap, settings: &Trace) -> Self {
        let mut random = [0_u8; 24];
        let given = headers.get(TRACE_PARENT).and_then(|value| parse(value.as_bytes()));
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
pub(crate) fn parse(text: &[u8]) -> Option<(u128, u64, bool)> {
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

/// A request as a span, once its answer has ended.
#[derive(Clone, Debug)]
pub(crate) struct Span {
    pub(crate) context: Context,
    pub(crate) name: String,
    pub(crate) start_micros: u64,
    pub(crate) end_micros: u64,
    pub(crate) status: u16,
    pub(crate) route: String,
}

/// Spans that wait to be sent: bounded, and what comes then is counted.
#[derive(Debug, Default)]
pub(crate) struct Waiting {
    spans: Mutex<Vec<Span>>,
    lost: AtomicU64,
}

impl Waiting {
    /// Hands a span over; drops it when too many wait.
    pub(crate) fn push(&self, span: Span, most: usize) {
        let mut spans = self.spans.lock().unwrap_or_else(PoisonError::into_inner);
        if spans.len() < most {
            spans.push(span);
        } else {
            self.lost.fetch_add(1, Relaxed);
        }
    }

    /// Spans that were dropped.
    pub(crate) fn lost(&self) -> u64 {
        self.lost.load(Relaxed)
    }

    fn take(&self) -> Vec<Span> {
        std::mem::take(&mut *self.spans.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Between two requests to the collector.
const GATHER: Duration = Duration::from_secs(2);

/// Sends spans to the collector, with OTLP over HTTP as JSON, until the gateway stops.
pub(crate) async fn export(shared: Arc<Shared>) {
    let mut phase = shared.phase.subscribe();
    loop {
        let last = tokio::select! {
            () = tokio::time::sleep(GATHER) => false,
            _ = phase.wait_for(|phase| *phase == Phase::Stopped) => true,
        };
        let spans = shared.spans.take();
        let endpoint = shared.gate.load().config.trace.endpoint.clone();
        if let (Some(endpoint), false) =
            (endpoint.and_then(|text| url::Url::parse(&text).ok()), spans.is_empty())
        {
            let count = spans.len() as u64;
            let sent = crate::fetch::fetch(Ask {
                method: "POST",
                url: endpoint,
                headers: vec![("content-type".to_owned(), "application/json".to_owned())],
                body: otlp(&spans).to_string().into_bytes(),
                answer_bytes_max: 64 << 10,
            })
            .await;
            if !sent.is_ok_and(|answer| answer.status < 300) {
                shared.spans.lost.fetch_add(count, Relaxed);
            }
        }
        if last {
            return;
        }
    }
}

/// `ExportTraceServiceRequest` (OTLP 1.0, JSON encoding: identifiers in hexadecimal, 64-bit numbers as text).
fn otlp(spans: &[Span]) -> Value {
    let attribute = |name: &str, value: Value| json!({"key": name, "value": value});
    let span = |span: &Span| {
        let parent =
            if span.context.parent == 0 { String::new() } else { format!("{:016x}", span.context.parent) };
        json!({
            "traceId": format!("{:032x}", span.context.trace),
            "spanId": format!("{:016x}", span.context.span),
            "parentSpanId": parent,
            "name": span.name,
            "kind": 2,
            "startTimeUnixNano": (u128::from(span.start_micros) * 1000).to_string(),
            "endTimeUnixNano": (u128::from(span.end_micros) * 1000).to_string(),
            "attributes": [
                attribute("http.route", json!({"stringValue": span.route})),
                attribute("http.response.status_code", json!({"intValue": span.status.to_string()})),
            ],
            "status": {"code": if span.status >= 500 { 2 } else { 0 }},
        })
    };
    json!({"resourceSpans": [{
        "resource": {"attributes": [attribute("service.name", json!({"stringValue": "buckler-gateway"}))]},
        "scopeSpans": [{"scope": {"name": "buckler"}, "spans": spans.iter().map(span).collect::<Vec<_>>()}],
    }]})
}

#[cfg(test)]
mod tests;
