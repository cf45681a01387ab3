//! How many invocations of one identity are at work at once in this execution environment.
use super::caller::Asked;
use super::problem::Problem;
use crate::invocation::Work;
use crate::{Invocation, Layer};
use access::concurrency::Who;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// Counts them. Nothing is given back: an invocation counts until it is answered or nobody holds it any more.
#[derive(Debug)]
pub(super) struct Crowd {
    most: u64,
    seed: RandomState,
    /// Never longer than the invocations that the environment has at once, and those that came to nothing since.
    at_work: Mutex<Vec<(u64, Weak<Work>)>>,
}

impl Crowd {
    /// `most`: of one identity, or of one address for nobody.
    pub(super) fn new(most: u64) -> Self {
        Self { most, seed: RandomState::new(), at_work: Mutex::default() }
    }

    /// Counts one more, unless there are too many.
    pub(super) fn join(&self, asked: &Asked<'_>, invocation: &Invocation) -> Result<(), Problem> {
        let who = match asked.identity {
            Some(identity) => Who::Identity(identity),
            // Nobody is known to have sent it: a queue, a schedule.
            None if asked.address.is_unspecified() => return Ok(()),
            None => Who::Address(asked.address),
        };
        let key = self.seed.hash_one(who.parts());
        let mut at_work = self.at_work.lock().unwrap_or_else(PoisonError::into_inner);
        at_work.retain(|(_, work)| work.upgrade().is_some_and(|work| work.goes_on()));
        let count = at_work.iter().filter(|(other, _)| *other == key).count() as u64;
        if count >= self.most {
            let reason =
                format!("{count} invocations of one identity are at work; {} is the most", self.most);
            return Err(Problem::new(Layer::Rate, 429, reason).rule("at_once_per_identity"));
        }
        at_work.push((key, Arc::downgrade(&invocation.work)));
        Ok(())
    }
}
