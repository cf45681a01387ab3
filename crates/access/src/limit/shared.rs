//! One budget for several gateways: booked up front in batches, spent from memory.
//!
//! A gateway never asks the shared state about a single request. It takes a *lease*: so many permits of one key, booked
//! in the shared budget at once with compare-and-put, to be spent before the lease ends. So permits may be lost (a
//! gateway died, traffic stopped), and are never spent twice.
//!
//! # How the parts meet
//! 1. [`super::Limiter::decide`] answers [`super::Verdict::Lease`] with one [`Want`] for each shared limit whose lease
//!    does not cover the request. Nothing was counted.
//! 2. The gateway awaits [`SharedLimits::lease`] for each, hands the answers to [`super::Limiter::leased`] (or
//!    [`super::Limiter::alone`] for an error), and decides again. After [`ASKS_MAX`] rounds it refuses.
//! 3. An implementation reads the entry of [`Want::entry`], lets [`Budget::grant`] do the arithmetic, and puts the bytes
//!    back expecting the revision that it read; after a conflict it starts over. Asks for one key that come while one is
//!    under way should wait for it and share its answer's outcome by deciding again (each would take its own batch
//!    otherwise, which is safe but wasteful).
//!
//! # Why the limit holds
//! The budget is a sliding window in [`SHARED_SLOTS`] slots. A permit is booked in the slot in which its lease *ends*,
//! plus the allowed difference of clocks, and counts until that slot has left the window. So a permit counts for at
//! least one window after the last moment at which it can be spent: no window of that length, by any gateway's clock,
//! sees more than the limit. The price: up to a twentieth of the period for the lease, a sixtieth for the slot, and the
//! clocks' difference twice, before a permit comes back.
use std::fmt;
use std::time::Duration;

use super::algorithm::nanos;
use super::key::LimitKey;

/// How often a request may ask for leases before it is refused.
pub const ASKS_MAX: usize = 3;
/// Slots of a shared window.
pub const SHARED_SLOTS: usize = 60;
/// A lease lasts this part of the period.
const LEASE_PART: u64 = 20;
/// Slots kept: the window's, the one it begins in, those of running leases, and some for the clocks' difference.
const SLOTS_KEPT: usize = SHARED_SLOTS + 12;
/// The form of the bytes.
const FORM: u8 = 1;

/// A lease that a gateway wishes for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Want {
    /// The limit's place in the configuration.
    pub limit: usize,
    /// The limit's name.
    pub name: String,
    pub key: LimitKey,
    /// Best so many; a batch grows while it is used up early.
    pub permits: u32,
    /// At least so many, or the request cannot pass.
    pub least: u32,
    /// Permits that were spent while the shared state could not be reached: booked whatever is left.
    pub debt: u32,
    /// The asking gateway's moment since 1970-01-01.
    pub now: Duration,
    pub terms: Terms,
}

/// The shared limit itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    pub permits: u32,
    pub period: Duration,
    /// How far two gateways' clocks may be apart.
    pub skew: Duration,
}

/// Permits that may be spent here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    pub permits: u32,
    /// By the asking gateway's clock, since 1970-01-01. Not spent afterwards.
    pub until: Duration,
}

/// What the shared budget says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grant {
    Lease(Lease),
    /// Not even the least is left.
    Refused {
        /// `None`: it costs more than the whole limit.
        retry_after: Option<Duration>,
        /// What is left, less than the least.
        remaining: u32,
    },
}

/// Why no answer came. The gateway goes on as `shared.alone` says.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the shared limits cannot be reached: {reason}")]
pub struct SharedError {
    pub reason: String,
}

/// Where shared budgets are kept.
pub trait SharedLimits: Send + Sync + fmt::Debug {
    /// Books a lease. Must end in bounded time: a slow store is an error, not a wait.
    fn lease<'a>(&'a self, want: &'a Want) -> store::Pending<'a, Result<Grant, SharedError>>;
}

/// One key's budget as it is kept: the permits booked in each slot.
///
/// Bytes: a form (1), the newest slot's number (8, big-endian), then a count (4, big-endian) for each of
/// [`SHARED_SLOTS`] + 12 slots, the newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Budget {
    latest: u64,
    /// The newest first.
    counts: Vec<u32>,
}

impl Default for Budget {
    fn default() -> Self {
        Self { latest: 0, counts: vec![0; SLOTS_KEPT] }
    }
}

impl Terms {
    /// How long a lease may be spent.
    #[must_use]
    pub fn lease(&self) -> Duration {
        self.period / u32::try_from(LEASE_PART).unwrap_or(u32::MAX)
    }

    fn slot(&self) -> u64 {
        nanos(self.period).div_ceil(SHARED_SLOTS as u64).max(1)
    }
}

impl Want {
    /// The name of its entry: `limit`, the limit's name, and the key in URL-safe base64 (its SHA-256 when it is long).
    #[must_use]
    pub fn entry(&self) -> String {
        use base64::Engine;
        let engine = base64::engine::general_purpose::URL_SAFE_NO_PAD;
        let bytes = self.key.as_bytes();
        let key = if bytes.len() <= 32 {
            engine.encode(bytes)
        } else {
            let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes);
            format!("={}", engine.encode(digest.as_ref()))
        };
        format!("limit.{}.{key}", self.name)
    }

    /// How long the entry matters after it was put.
    #[must_use]
    pub fn expires_in(&self) -> Duration {
        self.terms.period * 2 + self.terms.lease() + self.terms.skew * 4 + Duration::from_secs(1)
    }
}

impl Budget {
    /// Reads what [`Budget::to_bytes`] wrote. `None`: damaged, or of a later form; the asker then treats the state as
    /// one that cannot be reached, never as empty.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (form, rest) = bytes.split_first()?;
        let (latest, counts) = rest.split_first_chunk::<8>()?;
        let (counts, odd) = counts.as_chunks::<4>();
        if *form != FORM || counts.len() != SLOTS_KEPT || !odd.is_empty() {
            return None;
        }
        let counts = counts.iter().map(|count| u32::from_be_bytes(*count)).collect();
        Some(Self { latest: u64::from_be_bytes(*latest), counts })
    }

    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![FORM];
        bytes.extend_from_slice(&self.latest.to_be_bytes());
        bytes.extend(self.counts.iter().flat_map(|count| count.to_be_bytes()));
        bytes
    }

    /// Books a lease, or says when to come back. The budget must be put back in both cases when `debt` was booked.
    pub fn grant(&mut self, want: &Want) -> Grant {
        let terms = &want.terms;
        let slot = terms.slot();
        let skew = nanos(terms.skew);
        let until = want.now + terms.lease();
        // Booked where the lease ends by the fastest clock; what another gateway booked later still counts as there.
        let end = nanos(until).saturating_add(skew) / slot;
        // What has left the window by the slowest clock. Slots after that one count.
        let now = nanos(want.now).saturating_sub(skew);
        let oldest = (now / slot).saturating_sub(SHARED_SLOTS as u64);
        self.roll(end, oldest);
        if want.debt > 0 {
            self.add(want.debt);
        }
        let used = self.used_since(oldest);
        let left = u64::from(terms.permits).saturating_sub(used);
        let least = want.least.max(1);
        let permits = u64::from(want.permits.max(least)).min(left);
        if permits < u64::from(least) {
            let need = u64::from(least) - left;
            let retry_after = (least <= terms.permits).then(|| self.frees(need, oldest, slot, now));
            return Grant::Refused { retry_after, remaining: u32::try_from(left).unwrap_or(u32::MAX) };
        }
        let permits = u32::try_from(permits).unwrap_or(u32::MAX);
        self.add(permits);
        Grant::Lease(Lease { permits, until })
    }

    /// Makes room for a slot. Where a faster clock has booked later already, its slot is used: that counts longer.
    ///
    /// INVARIANT: what still counts is never dropped; past the kept slots it moves to a later one.
    fn roll(&mut self, slot: u64, oldest: u64) {
        if slot <= self.latest {
            return;
        }
        let mut counts = vec![0_u32; SLOTS_KEPT];
        for (old, count) in self.slots().filter(|(old, _)| *old >= oldest) {
            let back = usize::try_from(slot - old).unwrap_or(usize::MAX).min(SLOTS_KEPT - 1);
            if let Some(place) = counts.get_mut(back) {
                *place = place.saturating_add(count);
            }
        }
        self.counts = counts;
        self.latest = slot;
    }

    fn add(&mut self, permits: u32) {
        if let Some(count) = self.counts.first_mut() {
            *count = count.saturating_add(permits);
        }
    }

    fn slots(&self) -> impl DoubleEndedIterator<Item = (u64, u32)> + '_ {
        self.counts.iter().enumerate().map(|(back, count)| (self.latest.saturating_sub(back as u64), *count))
    }

    fn used_since(&self, oldest: u64) -> u64 {
        self.slots().filter(|(slot, _)| *slot >= oldest).map(|(_, count)| u64::from(count)).sum()
    }

    /// When so many permits will be back.
    fn frees(&self, need: u64, oldest: u64, slot_nanos: u64, now: u64) -> Duration {
        let mut freed = 0;
        let mut last = oldest;
        for (slot, count) in self.slots().rev().filter(|(slot, _)| *slot >= oldest) {
            freed += u64::from(count);
            last = slot;
            if freed >= need {
                break;
            }
        }
        let back = (last + SHARED_SLOTS as u64 + 1).saturating_mul(slot_nanos);
        Duration::from_nanos(back.saturating_sub(now))
    }
}

#[cfg(test)]
mod tests;
