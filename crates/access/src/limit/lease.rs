//! What a gateway holds of a shared budget, as a count like the others.
use super::algorithm::{Cell, Outcome, Rule};

/// The leases of one key. All times in nanoseconds.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Held {
    until: u64,
    refused_until: u64,
    /// The key may be forgotten from here on: everything booked for it has left the window.
    idle_from: u64,
    left: u32,
    /// What the shared budget had left when it refused.
    remaining: u32,
    /// Permits of the next batch.
    batch: u32,
    /// Spent while the shared state could not be reached.
    debt: u32,
}

/// A batch is at most this part of a limit, so that one gateway does not hold it all.
const BATCH_PART: u32 = 8;

impl Held {
    /// How many permits to ask for, and how much is owed.
    pub(super) fn wish(&self, rule: &Rule, cost: u32) -> (u32, u32) {
        let most = (rule.permits / BATCH_PART).max(1);
        (self.batch.clamp(1, most).max(cost), self.debt)
    }

    /// Takes a lease; what is left of an old one is added as long as it is valid, and ends with it.
    pub(super) fn granted(&mut self, rule: &Rule, now: u64, (permits, until, debt): (u32, u64, u32)) {
        // Used up before its end: ask for more at once. Not even half used: for less.
        let used_up = self.left == 0 && self.until > now;
        let wasted = self.until <= now && self.left > self.batch / 2;
        let most = (rule.permits / BATCH_PART).max(1);
        self.batch = match (used_up, wasted) {
            (true, _) => self.batch.max(1).saturating_mul(2).min(most),
            (_, true) => (self.batch / 2).max(1),
            _ => self.batch.max(1),
        };
        if self.until > now && self.left > 0 {
            self.left = self.left.saturating_add(permits);
            self.until = self.until.min(until);
        } else {
            self.left = permits;
            self.until = until;
        }
        self.debt = self.debt.saturating_sub(debt);
        self.refused_until = 0;
        self.idle_from = self.idle_from.max(until.saturating_add(rule.window));
    }

    /// The shared budget is used up; until then it need not be asked.
    pub(super) fn refused(&mut self, rule: &Rule, until: u64, (remaining, debt): (u32, u32)) {
        self.refused_until = until;
        self.remaining = remaining;
        self.debt = self.debt.saturating_sub(debt);
        self.batch = (self.batch / 2).max(1);
        self.idle_from = self.idle_from.max(until.min(until.saturating_add(rule.slot)));
    }

    /// Spent without a lease.
    pub(super) fn owe(&mut self, rule: &Rule, now: u64, cost: u32) {
        self.debt = self.debt.saturating_add(cost).min(rule.permits);
        self.idle_from = self.idle_from.max(now.saturating_add(rule.window));
    }

    /// Whether a refusal of the shared budget stands for a request of this cost.
    pub(super) const fn is_refused(&self, now: u64, cost: u32) -> bool {
        self.refused_until > now && cost > self.remaining
    }

    /// Whether the lease is nearly used up: time to ask for the next before somebody waits for it. Not for keys that
    /// are asked for one by one.
    pub(super) const fn is_low(&self, now: u64) -> bool {
        self.until > now && self.batch > 1 && self.left <= self.batch / 2 && self.refused_until <= now
    }

    const fn covers(&self, now: u64, cost: u32) -> bool {
        self.until > now && self.left >= cost
    }
}

impl Cell for Held {
    fn is_idle(&self, _rule: &Rule, now: u64) -> bool {
        self.idle_from <= now && self.until <= now && self.refused_until <= now
    }

    fn ask(&mut self, _rule: &Rule, now: u64, cost: u32) -> Outcome {
        let admits = self.covers(now, cost);
        let retry = self.refused_until.saturating_sub(now);
        let remaining = if self.until > now { u64::from(self.left) } else { 0 };
        let remaining = if admits { remaining.saturating_sub(u64::from(cost)) } else { remaining };
        Outcome { admits, remaining, retry, reset: self.until.saturating_sub(now).max(retry) }
    }

    fn book(&mut self, _rule: &Rule, now: u64, cost: u32) {
        if self.covers(now, cost) {
            self.left -= cost;
        }
    }

    /// What was leased for all of them cannot be taken along.
    fn parted(&self) -> Option<Self> {
        None
    }
}
