//! What a client is told: `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers-10, sections 3 and 4:
//! lists of structured fields, RFC 9651) and `Retry-After` (RFC 9110, section 10.2.3).
use std::fmt::Write;
use std::time::Duration;

use super::decide::{LimitDecision, Limiter, Standing, Verdict};

/// The largest integer of a structured field (RFC 9651, section 3.3.1).
const INTEGER_MAX: u64 = 999_999_999_999_999;
const NANOS: u64 = 1_000_000_000;

/// The headers of an answer, in lower case. A refusal carries `retry-after`, unless coming back would not help.
#[must_use]
pub fn of(limiter: &Limiter, decision: &LimitDecision) -> Vec<(&'static str, String)> {
    let mut headers = Vec::new();
    if limiter.config().headers {
        let mut policy = String::new();
        let mut standing = String::new();
        for one in decision.standings() {
            write(limiter, *one, (&mut policy, &mut standing));
        }
        if !policy.is_empty() {
            headers.push(("ratelimit-policy", policy));
            headers.push(("ratelimit", standing));
        }
    }
    if let Verdict::Refused { retry_after: Some(wait), .. } = &decision.verdict {
        headers.push(("retry-after", seconds(*wait).to_string()));
    }
    headers
}

fn write(limiter: &Limiter, standing: Standing, (policy, state): (&mut String, &mut String)) {
    let Some((name, quota, period)) = limiter.quota(standing.limit) else { return };
    for text in [&mut *policy, &mut *state].into_iter().filter(|text| !text.is_empty()) {
        text.push_str(", ");
    }
    // Names are checked to need no escape. A `String` takes what is written.
    let window = period.div_ceil(NANOS).max(1);
    write!(policy, "\"{name}\";q={};w={window}", quota.min(INTEGER_MAX)).unwrap_or_default();
    let reset = standing.reset_nanos.div_ceil(NANOS);
    write!(state, "\"{name}\";r={};t={reset}", standing.remaining.min(INTEGER_MAX)).unwrap_or_default();
}

/// Whole seconds, never too few, at least one.
fn seconds(wait: Duration) -> u64 {
    (wait.as_secs() + u64::from(wait.subsec_nanos() > 0)).max(1)
}
