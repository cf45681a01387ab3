//! Requests at once of one identity, counted together by all gateways.
//!
//! An entry of the store names, for one identity, every gateway that holds places, how many, and until when. A gateway writes itself
//! in before it lets a request pass, only over what it has read, so that two never take the same place; it renews what is in use,
//! gives back what is not, and a gateway that dies loses its places once their time is over ([`LEASE`] and [`SKEW`]).
//!
//! While more than half of the limit is free, a gateway keeps a few places a moment longer, so that a busy identity does not cost two
//! changes of the store a request. What it keeps idle is missing to the others for that moment: never more than the limit pass,
//! somewhat fewer may.
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use store::{Entry, Expect, Key, Put, State, StateError};
use tokio::sync::Notify;

use crate::concurrency::Who;
use crate::encode;

/// How long places are held without a word of their gateway.
const LEASE: Duration = Duration::from_secs(10);
/// How far the clocks of two gateways may be apart.
const SKEW: Duration = Duration::from_secs(2);
/// How long a place that nobody uses is kept while there are many.
const LINGER: Duration = Duration::from_millis(500);
/// Attempts against gateways that change the same entry.
const ATTEMPTS_MAX: usize = 32;
/// A place that was just given back is on its way: so often it is looked for, with a rest before each look.
const LOOKS: usize = 6;
const LOOK_AGAIN: Duration = Duration::from_millis(20);
/// Gateways in one entry.
const HOLDERS_MAX: usize = 256;
/// Bytes of one of them: who (8), until when (8, milliseconds since 1970-01-01), how many (4).
const HOLDER_BYTES: usize = 20;
/// Locks for bookings, so that requests of one identity book one after the other.
const LOCKS: usize = 16;
/// Where the entries are.
const PREFIX: &str = "places";

/// Why there is no place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoPlace {
    #[error("too many requests at once by one identity, at all gateways together")]
    Busy,
    #[error("the places of an identity cannot be asked for: {0}")]
    Away(String),
}

/// Places of identities on the store.
#[derive(Debug)]
pub struct SharedPlaces {
    state: Arc<dyn State>,
    /// This gateway, and this setting of it: a number of its own.
    me: u64,
    limits: PlaceLimits,
    wait_max: Duration,
    held: Mutex<BTreeMap<Key, Held>>,
    /// Whose places changed.
    changed: Mutex<BTreeSet<Key>>,
    wake: Notify,
    booking: [tokio::sync::Mutex<()>; LOCKS],
    seed: RandomState,
}

/// How many places there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlaceLimits {
    pub per_identity: usize,
    /// Of one address, for requests of nobody.
    pub per_address: usize,
}

/// What this gateway has of one identity.
#[derive(Clone, Copy, Debug, Default)]
struct Held {
    in_use: u32,
    limit: u32,
    /// Places that requests may take here; never more than the store has for us.
    booked: u32,
    /// What the store has for us at most, also when a change had no answer.
    told: u32,
    /// When the last booking was written; it holds for [`LEASE`].
    written: Duration,
    /// Whether most of the limit was free then.
    is_roomy: bool,
}

/// A place. Dropping it gives the place back.
#[derive(Debug)]
#[must_use = "the place is given back when this is dropped"]
pub struct SharedPlace {
    of: Arc<SharedPlaces>,
    key: Key,
}

impl SharedPlaces {
    /// Places of which all gateways together give at most so many to one identity. A request waits for the store so long at most.
    /// `me`: a number that no other gateway has.
    #[must_use]
    pub fn new(state: Arc<dyn State>, me: u64, limits: PlaceLimits, wait_max: Duration) -> Arc<Self> {
        Arc::new(Self {
            state,
            me,
            limits,
            wait_max,
            held: Mutex::default(),
            changed: Mutex::default(),
            wake: Notify::new(),
            booking: std::array::from_fn(|_| tokio::sync::Mutex::default()),
            seed: RandomState::new(),
        })
    }

    /// Takes a place for somebody at a moment (since 1970-01-01).
    ///
    /// # Errors
    /// All places are taken, or the store does not say.
    pub async fn enter(self: &Arc<Self>, who: Who<'_>, now: Duration) -> Result<SharedPlace, NoPlace> {
        let key = key(who)?;
        if self.take(&key, now) {
            return Ok(SharedPlace { of: Arc::clone(self), key });
        }
        let limit = match who {
            Who::Identity(_) => self.limits.per_identity,
            Who::Address(_) => self.limits.per_address,
        };
        let limit = u32::try_from(limit).unwrap_or(u32::MAX).max(1);
        let full = AtomicBool::new(false);
        let booked = tokio::time::timeout(self.wait_max, self.book(&key, (limit, &full), now)).await;
        match booked {
            Ok(Ok(())) => Ok(SharedPlace { of: Arc::clone(self), key }),
            Ok(Err(why)) => Err(why),
            // The store did say: only another look came too late.
            Err(_) if full.load(Relaxed) => Err(NoPlace::Busy),
            Err(_) => Err(NoPlace::Away("no answer in time".to_owned())),
        }
    }

    /// Takes one of the places that are booked and not used.
    fn take(&self, key: &Key, now: Duration) -> bool {
        let mut held = self.held();
        match held.get_mut(key) {
            Some(own) if own.in_use < own.booked && now < own.written + LEASE / 2 => {
                own.in_use += 1;
                true
            }
            _ => false,
        }
    }

    /// Books a place in the store, and takes it. Sets the mark once the store said that all are taken.
    async fn book(&self, key: &Key, (limit, full): (u32, &AtomicBool), now: Duration) -> Result<(), NoPlace> {
        let lock = self.booking.get(self.seed.hash_one(key) as usize % LOCKS);
        let _one = match lock {
            Some(lock) => Some(lock.lock().await),
            None => None,
        };
        let begun = tokio::time::Instant::now();
        let mut looks = 0;
        for _ in 0..ATTEMPTS_MAX {
            let now = now + begun.elapsed();
            if self.take(key, now) {
                return Ok(());
            }
            match self.write(key, now, Some(limit)).await {
                Ok(true) => {}
                Ok(false) if looks < LOOKS => {
                    looks += 1;
                    full.store(true, Relaxed);
                    tokio::time::sleep(LOOK_AGAIN).await;
                }
                Ok(false) => return Err(NoPlace::Busy),
                Err(StateError::Conflict { .. }) => {}
                Err(why) => return Err(NoPlace::Away(why.to_string())),
            }
        }
        Err(NoPlace::Away("too many gateways book at once".to_owned()))
    }

    /// Writes what we hold over what is there; with `more`, which is the limit, one place more than is in use. `false`: there is none.
    async fn write(&self, key: &Key, now: Duration, more: Option<u32>) -> Result<bool, StateError> {
        let entry = self.state.get(key).await?;
        let mut holders = Holders::read(entry.as_ref());
        holders.drop_old(now);
        let others = holders.others(self.me);
        let (booked, is_roomy) = {
            let mut held = self.held();
            let own = held.entry(key.clone()).or_default();
            own.limit = more.unwrap_or(own.limit);
            let needed = own.in_use.saturating_add(u32::from(more.is_some()));
            let is_full = holders.0.len() >= HOLDERS_MAX;
            if more.is_some() && (others.saturating_add(needed) > own.limit || is_full) {
                own.is_gone().then(|| held.remove(key));
                return Ok(false);
            }
            let is_roomy = others.saturating_add(needed) <= own.limit / 2;
            // What lingers stays booked; the next request of the identity finds it.
            let lingers = is_roomy
                && own.booked > needed
                && now < own.written + LINGER
                && others.saturating_add(own.booked) <= own.limit;
            let booked = if lingers { own.booked } else { needed };
            // Before the store knows: what is given back is taken by nobody here, what is asked for may be ours.
            own.booked = own.booked.min(booked);
            own.told = own.told.max(booked);
            (booked, is_roomy)
        };
        holders.set(self.me, booked, now + LEASE);
        let how = entry.as_ref().map_or(Put::NEW, |entry| Put::over(entry.revision));
        if holders.0.is_empty() {
            if let Some(entry) = &entry {
                self.state.remove(key, Expect::Revision(entry.revision)).await?;
            }
        } else {
            self.state.put(key, &holders.written(), how.expiring(LEASE + SKEW * 2)).await?;
        }
        let mut held = self.held();
        let own = held.entry(key.clone()).or_default();
        (own.booked, own.told, own.written, own.is_roomy) = (booked, booked, now, is_roomy);
        own.is_gone().then(|| held.remove(key));
        Ok(true)
    }

    /// Gives back and renews what is due, after waiting for something to do for half a [`LINGER`] at most. Call it for ever; `now` tells
    /// the time since 1970-01-01. What cannot be written is tried again at the next call.
    pub async fn keep(&self, now: impl Fn() -> Duration) {
        // Not to be told is no loss: then it is the time.
        drop(tokio::time::timeout(LINGER / 2, self.wake.notified()).await);
        let mut due = std::mem::take(&mut *self.changed());
        let moment = now();
        due.extend(self.held().iter().filter(|(_, own)| own.is_due(moment)).map(|(key, _)| key.clone()));
        for key in due {
            let Some(lock) = self.booking.get(self.seed.hash_one(&key) as usize % LOCKS) else { continue };
            let _one = lock.lock().await;
            let moment = now();
            let is_due = self.held().get(&key).is_some_and(|own| own.is_due(moment));
            if !is_due {
                continue;
            }
            for _ in 0..ATTEMPTS_MAX {
                match tokio::time::timeout(LEASE / 4, self.write(&key, now(), None)).await {
                    Ok(Err(StateError::Conflict { .. })) => {}
                    Ok(Ok(_)) => break,
                    // The others have them back once our time is over.
                    Ok(Err(_)) | Err(_) => {
                        self.forget(&key, now());
                        break;
                    }
                }
            }
        }
    }

    /// Nothing is used of what could not be given back for so long that it is not ours any more.
    fn forget(&self, key: &Key, now: Duration) {
        let mut held = self.held();
        if held.get(key).is_some_and(|own| own.in_use == 0 && now > own.written + LEASE + SKEW) {
            held.remove(key);
        }
    }

    /// Places in use at this gateway, of all identities.
    #[must_use]
    pub fn in_use(&self) -> usize {
        self.held().values().map(|own| own.in_use as usize).sum()
    }

    fn held(&self) -> MutexGuard<'_, BTreeMap<Key, Held>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn changed(&self) -> MutexGuard<'_, BTreeSet<Key>> {
        self.changed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn leave(&self, key: &Key) {
        let is_scarce = {
            let mut held = self.held();
            let Some(own) = held.get_mut(key) else { return };
            own.in_use = own.in_use.saturating_sub(1);
            !own.is_roomy
        };
        // Where there are few, others wait for it; where there are many, it is looked at a moment later.
        if is_scarce {
            self.changed().insert(key.clone());
            self.wake.notify_one();
        }
    }
}

impl Held {
    /// Whether the store should be told: places that nobody uses, or that must be renewed.
    fn is_due(&self, now: Duration) -> bool {
        let idle = self.told > self.in_use && (!self.is_roomy || now >= self.written + LINGER);
        idle || (self.in_use > 0 && now >= self.written + LEASE / 3)
    }

    /// Whether nothing need be known of it.
    fn is_gone(&self) -> bool {
        self.in_use == 0 && self.booked == 0 && self.told == 0
    }
}

impl Drop for SharedPlace {
    fn drop(&mut self) {
        self.of.leave(&self.key);
    }
}

/// The name of an entry: nobody can read in the store who it is.
fn key(who: Who<'_>) -> Result<Key, NoPlace> {
    let (kind, issuer, subject, network) = who.parts();
    let mut bytes = vec![kind];
    bytes.extend_from_slice(&(issuer.len() as u64).to_be_bytes());
    bytes.extend_from_slice(issuer.as_bytes());
    bytes.extend_from_slice(subject.as_bytes());
    bytes.extend_from_slice(&network.to_be_bytes());
    let name = encode::hex(&encode::sha256(&bytes));
    Key::of([PREFIX, &name]).map_err(|why| NoPlace::Away(why.to_string()))
}

/// Who holds how many places: number, until when (milliseconds since 1970-01-01), how many.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Holders(Vec<(u64, u64, u32)>);

impl Holders {
    fn read(entry: Option<&Entry>) -> Self {
        let (all, _) =
            entry.map(|entry| entry.value.as_slice()).unwrap_or_default().as_chunks::<HOLDER_BYTES>();
        let holder = |bytes: &[u8; HOLDER_BYTES]| {
            let (who, rest) = bytes.split_first_chunk::<8>()?;
            let (until, count) = rest.split_first_chunk::<8>()?;
            let count = count.first_chunk::<4>()?;
            Some((u64::from_be_bytes(*who), u64::from_be_bytes(*until), u32::from_be_bytes(*count)))
        };
        Self(all.iter().filter_map(holder).collect())
    }

    fn written(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.0.len() * HOLDER_BYTES);
        for (who, until, count) in &self.0 {
            bytes.extend_from_slice(&who.to_be_bytes());
            bytes.extend_from_slice(&until.to_be_bytes());
            bytes.extend_from_slice(&count.to_be_bytes());
        }
        bytes
    }

    /// Without those whose time is over, by any clock.
    fn drop_old(&mut self, now: Duration) {
        let now = millis(now.saturating_sub(SKEW));
        self.0.retain(|(_, until, count)| *until > now && *count > 0);
    }

    fn others(&self, me: u64) -> u32 {
        self.0.iter().filter(|(who, ..)| *who != me).fold(0, |sum, (.., count)| sum.saturating_add(*count))
    }

    fn set(&mut self, me: u64, count: u32, until: Duration) {
        self.0.retain(|(who, ..)| *who != me);
        if count > 0 && self.0.len() < HOLDERS_MAX {
            self.0.push((me, millis(until), count));
        }
    }
}

fn millis(moment: Duration) -> u64 {
    u64::try_from(moment.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
