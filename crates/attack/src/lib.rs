//! Simulated attacks against an application that runs: what gets through is proven, not guessed.
//!
//! The graph and the facts of the code say which inputs there are and where they end. For each, [`plan`] makes attacks: payloads of
//! a family, written so that they have an effect that can be seen from outside (a callback on loopback, a file, a delay, a
//! product that only an evaluator can have computed), then mutated as attackers do. [`run`] sends them, one after the other and at a
//! bounded rate, watches canaries and what the guard and the gateway tell, and judges each.
//!
//! INVARIANT: no payload destroys anything, reads more than a marker, or talks to anything but the canary on loopback.
//! INVARIANT: an attack without an answer, or without a baseline that was answered, is *undecided*, never *stopped*.
mod canary;
mod family;
mod grow;
mod judge;
mod mutate;
mod payload;
mod place;
mod plan;
mod pointer;
mod report;
mod run;
mod seed;
mod target;
mod token;

pub use canary::{Canaries, CanaryError};
pub use family::Family;
pub use grow::Growth;
pub use judge::{Outcome, Verdict};
pub use mutate::Evasion;
pub use payload::Proof;
pub use place::{Place, Shot};
pub use plan::{Attack, Canary, Limits, Plan, Seed, plan};
pub use report::{Judged, Report, Summary, json, junit, text};
pub use run::{Progress, Settings, run};
pub use seed::{Sampler, SeedError, requests, seeds};
pub use target::{Answer, HttpTarget, Target, TargetError, Told, Watch};
