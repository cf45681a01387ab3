//! How long the environment takes to start, and how much slower its first invocations are than those that follow.
use crate::part::Aftermath;
use crate::{Action, Invocation, Layer, Occurrence, Part, Report, clock};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Invocations that are measured; the second half of them says what is usual.
const MEASURED: usize = 10;

/// Measures the start and the first invocations, and tells of each once.
pub(crate) struct Pace {
    report: Arc<dyn Report>,
    /// Everything is told.
    done: AtomicBool,
    state: Mutex<State>,
}

struct State {
    started: Instant,
    /// Those that run, with their beginnings.
    running: Vec<(String, Instant)>,
    took: Vec<Duration>,
}

impl State {
    fn new() -> Self {
        Self { started: clock::moment(), running: Vec::new(), took: Vec::new() }
    }
}

impl Pace {
    pub(crate) fn new(report: Arc<dyn Report>) -> Self {
        Self { report, done: AtomicBool::new(false), state: Mutex::new(State::new()) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self, rule: &str, reason: &str, facts: Vec<(&'static str, String)>) {
        self.report.report(Occurrence {
            layer: Layer::Isolation,
            action: Action::Told,
            hostile: false,
            request_id: None,
            reason: reason.to_owned(),
            rule: Some(rule.to_owned()),
            facts,
        });
    }
}

impl Part for Pace {
    fn started(&self, _pid: u32) {
        *self.state() = State::new();
    }

    fn restored(&self) {
        *self.state() = State::new();
        self.done.store(false, Ordering::Release);
    }

    fn ready(&self) {
        let facts = vec![("init_ms", self.state().started.elapsed().as_millis().to_string())];
        self.tell("cold-start", "an execution environment started and is ready for its first event", facts);
    }

    fn begin(&self, invocation: &Invocation) {
        if !self.done.load(Ordering::Acquire) {
            self.state().running.push((invocation.request_id.clone(), clock::moment()));
        }
    }

    fn answered(&self, invocation: &Invocation) {
        if self.done.load(Ordering::Acquire) {
            return;
        }
        let mut state = self.state();
        let Some(at) = state.running.iter().position(|(id, _)| *id == invocation.request_id) else { return };
        let (_, began) = state.running.swap_remove(at);
        state.took.push(began.elapsed());
        if state.took.len() == MEASURED {
            self.done.store(true, Ordering::Release);
            let facts = warmth(&state.took);
            state.running.clear();
            self.tell("warm-up", "what the first invocations took, and what is usual", facts);
        }
    }

    fn end(&self, _invocation: &Invocation) -> Aftermath {
        Aftermath::Keep
    }
}

/// The first one, the usual one (the median of the second half), both in microseconds, and how many came before the first one that took
/// at most half more than usual.
fn warmth(took: &[Duration]) -> Vec<(&'static str, String)> {
    let (_, settled) = took.split_at(took.len() / 2);
    let mut settled = settled.to_vec();
    settled.sort_unstable();
    let usual = settled.get(settled.len() / 2).copied().unwrap_or_default();
    let first = took.first().copied().unwrap_or_default();
    let slow = took.iter().position(|one| *one <= usual + usual / 2).unwrap_or(took.len());
    vec![
        ("first_us", first.as_micros().to_string()),
        ("usual_us", usual.as_micros().to_string()),
        ("slow_invocations", slow.to_string()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_ones_are_slow_and_the_rest_is_usual() {
        let took: Vec<Duration> =
            [90, 20, 4, 3, 5, 2, 3, 2, 9, 2].into_iter().map(Duration::from_millis).collect();
        let facts: Vec<String> =
            warmth(&took).into_iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(facts, ["first_us=90000", "usual_us=2000", "slow_invocations=3"]);
    }

    #[test]
    fn an_environment_without_a_slow_start_says_so() {
        let facts = warmth(&[Duration::from_millis(3); MEASURED]);
        assert_eq!(facts.last(), Some(&("slow_invocations", "0".to_owned())));
    }
}
