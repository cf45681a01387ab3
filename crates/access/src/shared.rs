//! What several gateways know together, on [`store::State`]: budgets of limits, block lists, what was used once, sums.
//!
//! [`SharedLimiter::decide`] is the limits' front door: it spends leases from memory, fetches the next one in the
//! background while there is still some left, and lets a request wait (for a bounded time, all requests of a key together)
//! only when its key is cold.
//!
//! What is scarce is divided: each entry names the gateways that asked within the period, and each of them takes at most
//! its part of what is left, then lets the others have their turn.
//!
//! # When the store is away
//! Leases at hand are spent. Then, with [`Alone::Refuse`](crate::limit::Alone), what no lease covers is refused.
//! With [`Alone::Local`](crate::limit::Alone) each gateway goes on with its part of what was left when it last looked,
//! under two rules that keep the sum below the limit:
//! - every gateway proves twice a second, in the store, that it reaches it. It spends alone only when its last proof is
//!   older than [`CUT_AFTER`] and the limit's period (but not more than five seconds longer: in a long period, what the
//!   others book before they notice is little);
//! - every other gateway that sees no proof for [`AWAY_AFTER`] (which is shorter by more than a call takes) leaves that
//!   gateway's part unspent, until a period after its next proof.
//!
//! What was spent alone is booked when the store is back, before anything new is leased: no burst.
mod blocks;
mod claims;
mod flight;
mod leases;
mod members;
mod places;
mod quotas;
mod replay;
mod sums;

pub use blocks::{BlockChange, SharedBlocks};
pub use flight::SharedLimiter;
pub use leases::{Counted, SharedState};
pub use members::{AWAY_AFTER, CUT_AFTER};
pub use places::{NoPlace, PlaceLimits, SharedPlace, SharedPlaces};
pub use quotas::{SharedQuotaDecision, SharedQuotas};
pub use replay::SharedReplay;
pub use sums::{SumError, Sums};

use crate::limit::Alone;
use std::time::Duration;

/// How a gateway takes part.
#[derive(Clone, Debug)]
pub struct Options {
    /// A name that no other gateway has.
    pub gateway: String,
    /// What to do while the store cannot be reached.
    pub alone: Alone,
    /// Gateways there are at least; more are seen by themselves.
    pub gateways: u32,
    /// The longest that a request waits for leases.
    pub wait_max: Duration,
}

impl Options {
    /// Waits at most 250 ms; refuses while the store is away.
    #[must_use]
    pub fn new(gateway: &str) -> Self {
        let wait_max = Duration::from_millis(250);
        Self { gateway: gateway.to_owned(), alone: Alone::Refuse, gateways: 1, wait_max }
    }
}

#[cfg(test)]
mod tests;
