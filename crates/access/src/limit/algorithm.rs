//! The three ways to count, as plain state and arithmetic. Times are nanoseconds of one clock that never goes back.
use std::collections::VecDeque;

use super::config::{Algorithm, Limit};

/// Slots of a window; one more is kept, because a window begins in the middle of one.
pub(super) const SLOTS: usize = 15;
/// How many logged requests are walked to say when to come back; past them, the whole period is told.
const RETRY_STEPS_MAX: usize = 64;

/// A limit, ready for arithmetic.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rule {
    /// Permits in one window.
    pub permits: u32,
    /// The window, in nanoseconds.
    pub window: u64,
    /// GCRA: nanoseconds for one permit, rounded up: never more than the rate.
    pub interval: u64,
    /// GCRA: how far the theoretical arrival time may lie ahead, in nanoseconds.
    pub tolerance: u64,
    /// Window: nanoseconds of a slot, rounded up: the slots cover at least the window.
    pub slot: u64,
}

impl Rule {
    pub(super) fn of(limit: &Limit) -> Self {
        Self::new(limit.rate.permits, nanos(limit.rate.per), limit.burst)
    }

    pub(super) fn new(permits: u32, window: u64, burst: Option<u32>) -> Self {
        let permits = permits.max(1);
        let interval = window.div_ceil(u64::from(permits)).max(1);
        Self {
            permits,
            window,
            interval,
            tolerance: interval.saturating_mul(u64::from(burst.unwrap_or(permits))),
            slot: window.div_ceil(SLOTS as u64).max(1),
        }
    }

    /// How many permits can be had at once, at most.
    pub(super) fn quota(&self, algorithm: Algorithm) -> u64 {
        match algorithm {
            Algorithm::Gcra => self.tolerance / self.interval,
            Algorithm::Window | Algorithm::Log => u64::from(self.permits),
        }
    }

    /// In how many nanoseconds the whole quota comes back.
    pub(super) fn period(&self, algorithm: Algorithm) -> u64 {
        match algorithm {
            Algorithm::Gcra => self.tolerance,
            Algorithm::Window | Algorithm::Log => self.window,
        }
    }
}

/// A length of time in nanoseconds; 584 years at most.
pub(super) fn nanos(time: std::time::Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

/// What a count says to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Outcome {
    pub admits: bool,
    /// Permits left, after this request when it is admitted.
    pub remaining: u64,
    /// When refused: nanoseconds until the same request could pass; `u64::MAX`: never.
    pub retry: u64,
    /// Nanoseconds until all permits are back, when nothing more comes.
    pub reset: u64,
}

/// The state of one key.
pub(super) trait Cell: Clone + Default {
    /// Whether it is as good as a new one. Such a place may be given to another key: nothing is forgotten.
    fn is_idle(&self, rule: &Rule, now: u64) -> bool;
    /// What a request would be told. Cheap housekeeping is all that changes.
    fn ask(&mut self, rule: &Rule, now: u64, cost: u32) -> Outcome;
    /// Books a request, whether it was admitted or not.
    fn book(&mut self, rule: &Rule, now: u64, cost: u32);
    /// The state that a key begins with which was counted together with others until now. `None`: it stays with them.
    fn parted(&self) -> Option<Self>;
}

/// The generic cell rate algorithm: the theoretical arrival time of the next request, in nanoseconds.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Gcra(u64);

impl Cell for Gcra {
    fn is_idle(&self, _rule: &Rule, now: u64) -> bool {
        self.0 <= now
    }

    fn ask(&mut self, rule: &Rule, now: u64, cost: u32) -> Outcome {
        let ahead = self.0.saturating_sub(now);
        let room = rule.tolerance.saturating_sub(ahead);
        let need = rule.interval.saturating_mul(u64::from(cost));
        if need <= room {
            let reset = ahead.saturating_add(need);
            return Outcome { admits: true, remaining: (room - need) / rule.interval, retry: 0, reset };
        }
        let retry = if need > rule.tolerance { u64::MAX } else { need - room };
        Outcome { admits: false, remaining: room / rule.interval, retry, reset: ahead }
    }

    fn book(&mut self, rule: &Rule, now: u64, cost: u32) {
        let need = rule.interval.saturating_mul(u64::from(cost));
        // A debt ends after two tolerances: somebody whose failures are counted gets out again.
        let most = now.saturating_add(rule.tolerance.saturating_mul(2));
        self.0 = self.0.max(now).saturating_add(need).min(most);
    }

    fn parted(&self) -> Option<Self> {
        Some(*self)
    }
}

/// A sliding window in slots.
///
/// INVARIANT: the counted slots cover the window, so their sum is never less than what the window saw.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Slots {
    /// Number of the newest slot since the clock's beginning.
    latest: u64,
    counts: [u32; SLOTS + 1],
}

impl Slots {
    /// Forgets the slots that have left the window.
    fn roll(&mut self, rule: &Rule, now: u64) {
        let index = now / rule.slot;
        let passed = index.saturating_sub(self.latest);
        if passed == 0 {
            return;
        }
        if passed > SLOTS as u64 {
            self.counts = [0; SLOTS + 1];
        } else {
            for slot in self.latest.saturating_add(1)..=index {
                if let Some(count) = self.counts.get_mut(place(slot)) {
                    *count = 0;
                }
            }
        }
        self.latest = index;
    }

    fn used(&self) -> u64 {
        self.counts.iter().map(|count| u64::from(*count)).sum()
    }

    /// Nanoseconds until a slot has left the window.
    fn leaves(slot: u64, rule: &Rule, now: u64) -> u64 {
        slot.saturating_add(SLOTS as u64 + 1).saturating_mul(rule.slot).saturating_sub(now)
    }

    /// Slots of the window with their counts, the oldest first.
    fn each(&self) -> impl DoubleEndedIterator<Item = (u64, u32)> + '_ {
        (self.latest.saturating_sub(SLOTS as u64)..=self.latest)
            .map(|slot| (slot, self.counts.get(place(slot)).copied().unwrap_or(0)))
    }
}

/// Where a slot's count is kept.
fn place(slot: u64) -> usize {
    usize::try_from(slot % (SLOTS as u64 + 1)).unwrap_or(0)
}

impl Cell for Slots {
    fn is_idle(&self, rule: &Rule, now: u64) -> bool {
        now / rule.slot > self.latest.saturating_add(SLOTS as u64) || self.used() == 0
    }

    fn ask(&mut self, rule: &Rule, now: u64, cost: u32) -> Outcome {
        self.roll(rule, now);
        let used = self.used();
        let most = u64::from(rule.permits);
        let left = most.saturating_sub(used);
        let cost = u64::from(cost);
        if cost <= left {
            let reset = Self::leaves(self.latest, rule, now);
            return Outcome { admits: true, remaining: left - cost, retry: 0, reset };
        }
        let newest = self.each().rev().find(|(_, count)| *count > 0);
        let reset = newest.map_or(0, |(slot, _)| Self::leaves(slot, rule, now));
        let mut retry = u64::MAX;
        let mut freed = 0;
        for (slot, count) in self.each().filter(|_| cost <= most) {
            freed += u64::from(count);
            if left + freed >= cost && count > 0 {
                retry = Self::leaves(slot, rule, now);
                break;
            }
        }
        Outcome { admits: false, remaining: left, retry, reset }
    }

    fn book(&mut self, rule: &Rule, now: u64, cost: u32) {
        self.roll(rule, now);
        if let Some(count) = self.counts.get_mut(place(self.latest)) {
            *count = count.saturating_add(cost);
        }
    }

    fn parted(&self) -> Option<Self> {
        Some(*self)
    }
}

/// A sliding window that logs each request.
#[derive(Clone, Debug, Default)]
pub(super) struct Log {
    /// Moments and costs, the oldest first.
    requests: VecDeque<(u64, u32)>,
    used: u64,
}

impl Log {
    fn roll(&mut self, rule: &Rule, now: u64) {
        while let Some((moment, cost)) = self.requests.front().copied() {
            if moment.saturating_add(rule.window) > now {
                break;
            }
            self.used = self.used.saturating_sub(u64::from(cost));
            self.requests.pop_front();
        }
    }

    fn retry(&self, rule: &Rule, now: u64, missing: u64) -> u64 {
        let mut freed = 0;
        for (moment, cost) in self.requests.iter().take(RETRY_STEPS_MAX) {
            freed += u64::from(*cost);
            if freed >= missing {
                return moment.saturating_add(rule.window).saturating_sub(now);
            }
        }
        rule.window
    }
}

impl Cell for Log {
    fn is_idle(&self, rule: &Rule, now: u64) -> bool {
        self.requests.back().is_none_or(|(moment, _)| moment.saturating_add(rule.window) <= now)
    }

    fn ask(&mut self, rule: &Rule, now: u64, cost: u32) -> Outcome {
        self.roll(rule, now);
        let most = u64::from(rule.permits);
        let left = most.saturating_sub(self.used);
        let cost = u64::from(cost);
        if cost <= left {
            return Outcome { admits: true, remaining: left - cost, retry: 0, reset: rule.window };
        }
        let back = self.requests.back().map_or(0, |(moment, _)| moment.saturating_add(rule.window));
        let retry = if cost > most { u64::MAX } else { self.retry(rule, now, cost - left) };
        Outcome { admits: false, remaining: left, retry, reset: back.saturating_sub(now) }
    }

    fn book(&mut self, rule: &Rule, now: u64, cost: u32) {
        self.roll(rule, now);
        self.used = self.used.saturating_add(u64::from(cost));
        // INVARIANT: what is logged past the limit (failures are booked unasked) stays bounded.
        let is_long = self.requests.len() > rule.permits as usize;
        match self.requests.back_mut() {
            Some((moment, last)) if *moment >= now || is_long => {
                *moment = now.max(*moment);
                *last = last.saturating_add(cost);
            }
            _ => self.requests.push_back((now, cost)),
        }
    }

    /// A copy for each new key would let a flood multiply the log.
    fn parted(&self) -> Option<Self> {
        None
    }
}

#[cfg(test)]
mod tests;
