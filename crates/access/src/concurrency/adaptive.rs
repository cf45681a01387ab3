//! How many requests at once a service can take, found from its latency.
//!
//! A gradient on the latency without a queue: while a window's latency stays near it, the limit grows by its square
//! root; when it rises, a queue is building up, and the limit shrinks by the ratio. Failures by overload shrink it at
//! once by a tenth. The latency without a queue is the least that was seen, and is measured anew now and then with half
//! the limit (as BBR does for networks): a long-term average, as Netflix's `Gradient2Limit` has, drifts upwards with the
//! queue that it should notice. Pure: latencies and moments are arguments.
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Samples of a window, at least.
const SAMPLES_MIN: u32 = 10;
/// Part of the old limit that one window keeps, in the smoothing.
const SMOOTHING: f64 = 0.2;
/// Windows between two measurements of the latency without a queue.
const WINDOWS_BETWEEN: u32 = 100;
/// Windows with half the limit: the first empties the queue, the last is measured.
const WINDOWS_HALF: u32 = 2;

/// Bounds of an adaptive limit.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct AdaptiveConfig {
    /// The limit at the start.
    pub initial: usize,
    pub min: usize,
    pub max: usize,
    /// How much longer than without a queue a window may take before the limit shrinks; 1.0 or more.
    pub tolerance: f64,
    /// The shortest window.
    pub window: crate::limit::Period,
}

impl Default for AdaptiveConfig {
    fn default() -> Self {
        let window = crate::limit::Period(Duration::from_millis(250));
        Self { initial: 64, min: 4, max: 2_000, tolerance: 1.5, window }
    }
}

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Answered: its latency counts.
    Done(Duration),
    /// Timed out or refused for overload: the limit shrinks.
    Overloaded,
    /// The client left, or the answer says nothing about load.
    Ignored,
}

/// An adaptive limit.
#[derive(Clone, Debug)]
pub(super) struct Adaptive {
    config: AdaptiveConfig,
    limit: f64,
    /// Latency without a queue, in seconds; 0: none yet.
    base: f64,
    /// Windows until half the limit is over (at most [`WINDOWS_HALF`]), or until it begins.
    turn: u32,
    window: Window,
}

#[derive(Clone, Copy, Debug, Default)]
struct Window {
    /// `None`: it begins with the next sample.
    end: Option<Duration>,
    samples: u32,
    /// Seconds, all samples together.
    sum: f64,
    in_flight_max: usize,
    is_overloaded: bool,
}

impl Adaptive {
    pub(super) fn new(config: AdaptiveConfig) -> Self {
        let min = config.min.max(1);
        let max = config.max.max(min);
        let tolerance = if config.tolerance.is_finite() { config.tolerance.max(1.0) } else { 1.5 };
        let config = AdaptiveConfig { min, max, tolerance, ..config };
        let limit = float(config.initial.clamp(min, max));
        Self { config, limit, base: 0.0, turn: WINDOWS_BETWEEN, window: Window::default() }
    }

    pub(super) fn limit(&self) -> usize {
        let limit = if self.turn <= WINDOWS_HALF { self.limit / 2.0 } else { self.limit };
        whole(limit).clamp(self.config.min, self.config.max)
    }

    /// Takes one request's end.
    pub(super) fn sample(&mut self, now: Duration, in_flight: usize, outcome: Outcome) {
        let window = &mut self.window;
        let end = *window.end.get_or_insert(now + self.config.window.0);
        window.in_flight_max = window.in_flight_max.max(in_flight);
        match outcome {
            Outcome::Done(latency) => {
                window.samples += 1;
                window.sum += latency.as_secs_f64();
            }
            Outcome::Overloaded => {
                window.samples += 1;
                window.is_overloaded = true;
            }
            Outcome::Ignored => {}
        }
        if now >= end && window.samples >= SAMPLES_MIN {
            let done = std::mem::take(window);
            self.update(done);
        }
    }

    fn update(&mut self, window: Window) {
        let (min, max) = (float(self.config.min), float(self.config.max));
        if window.is_overloaded {
            self.limit = (self.limit * 0.9).clamp(min, max);
            return;
        }
        let short = window.sum / f64::from(window.samples.max(1));
        if short <= 0.0 || !short.is_finite() {
            return;
        }
        self.turn = self.turn.saturating_sub(1);
        if self.turn < WINDOWS_HALF {
            if self.turn == 0 {
                self.base = short;
                self.turn = WINDOWS_BETWEEN;
            }
            return;
        }
        self.base = if self.base <= 0.0 { short } else { self.base.min(short) };
        // A limit that is not used says nothing about whether more would do.
        if float(window.in_flight_max) < self.limit / 2.0 {
            return;
        }
        let gradient = (self.config.tolerance * self.base / short).clamp(0.5, 1.0);
        let wished = self.limit * gradient + self.limit.sqrt();
        self.limit = (self.limit * (1.0 - SMOOTHING) + wished * SMOOTHING).clamp(min, max);
    }
}

/// Counts of requests are far below where a float has gaps.
fn float(number: usize) -> f64 {
    f64::from(u32::try_from(number).unwrap_or(u32::MAX))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to what fits first")]
fn whole(number: f64) -> usize {
    number.clamp(0.0, f64::from(u32::MAX)) as usize
}
