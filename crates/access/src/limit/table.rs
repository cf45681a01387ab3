//! A table of keys that has all its memory from the start, and forgets only what has no effect any more.
//!
//! Shards with a lock each; in a shard, sets of four places. A key may stand in one of two sets, so a decision looks at
//! eight places at most. A place is given to another key only when its state is idle: as good as new. So nobody can
//! push a key out to begin anew, neither others' nor their own.
//!
//! When all eight places are taken by live keys, the new key is counted in a *cell*, together with the keys of the same
//! aggregate (a network) and few others. Cells are a fixed array, too.
//!
//! INVARIANT: a key's state is never less than what it booked: it stands in its place, or in its cell; and when it moves
//! from the cell to a place, it takes the cell's whole state along.
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::algorithm::{Cell, Outcome, Rule};
use super::config::Full;

/// Places of a set.
const WAYS: usize = 4;
/// Most shards. More locks than threads, so that two rarely meet.
const SHARDS_MAX: usize = 256;
/// Cells where keys are counted together.
const CELLS_MAX: usize = 16_384;
/// Locks over the cells.
const CELL_LOCKS: usize = 64;

/// A key, as numbers that nobody outside can foresee.
pub(super) trait Keyed {
    fn key(&self) -> u64;
    /// The same for keys that are counted together when there is no place. Rarely asked for.
    fn aggregate(&self) -> u64;
}

#[derive(Debug)]
pub(super) struct Table<C> {
    shards: Box<[Mutex<Shard<C>>]>,
    cells: Box<[Mutex<Vec<C>>]>,
    /// Until when a cell may be live; before, no cell needs a look. Nanoseconds.
    cells_until: AtomicU64,
    rule: Rule,
    full: Full,
}

#[derive(Debug)]
pub(super) struct Shard<C> {
    sets: Vec<Set<C>>,
    /// The latest moment seen. A thread that comes late is given this one: time never goes back for a key.
    now: u64,
}

/// Begins a line of the processor's cache: the tags, and the states of the smallest algorithm, stand in one.
#[derive(Clone, Debug)]
#[repr(align(64))]
struct Set<C> {
    /// 0: free.
    tags: [u64; WAYS],
    states: [C; WAYS],
}

/// A key's state under its lock.
#[derive(Debug)]
pub(super) enum Held<'a, C> {
    Place {
        shard: MutexGuard<'a, Shard<C>>,
        set: usize,
        way: usize,
    },
    Cell {
        shard: MutexGuard<'a, Shard<C>>,
        cells: MutexGuard<'a, Vec<C>>,
        index: usize,
    },
    /// There was no place, and none is needed (`Full::Admit`) or allowed (`Full::Refuse`).
    None {
        admits: bool,
    },
}

impl<C: Cell> Table<C> {
    /// A table for at least so many keys. Hashing does not spread evenly, so there are a third more places.
    pub(super) fn new(rule: Rule, keys: usize, full: Full) -> Self {
        let sets = (keys.saturating_add(keys / 3)).div_ceil(WAYS).max(2);
        let shards = (sets / 16).next_power_of_two().clamp(1, SHARDS_MAX);
        let per_shard = sets.div_ceil(shards).max(2);
        let empty = || Set { tags: [0; WAYS], states: std::array::from_fn(|_| C::default()) };
        let shard = || {
            let mut sets = Vec::new();
            sets.resize_with(per_shard, empty);
            Mutex::new(Shard { sets, now: 0 })
        };
        let cells = if full == Full::Aggregate { keys.next_power_of_two().min(CELLS_MAX) } else { 0 };
        let per_lock = cells.div_ceil(CELL_LOCKS);
        Self {
            shards: std::iter::repeat_with(shard).take(shards).collect(),
            cells: std::iter::repeat_with(|| Mutex::new(vec![C::default(); per_lock]))
                .take(CELL_LOCKS)
                .collect(),
            cells_until: AtomicU64::new(0),
            rule,
            full,
        }
    }

    /// Takes a key's lock and finds its state, or a place for one.
    pub(super) fn hold(&self, key: &impl Keyed, now: u64) -> Held<'_, C> {
        let tag = key.key().max(1);
        let Some(shard) = self.shards.get(pick(tag, self.shards.len())) else {
            return Held::None { admits: false };
        };
        let mut shard = locked(shard);
        shard.now = shard.now.max(now);
        let now = shard.now;
        let sets = shard.sets.len();
        let both = [pick(tag.rotate_left(24), sets), pick(tag.rotate_left(44), sets)];
        // The tags of both are read before anything is decided, so that the two waits for memory are one.
        let [one, other] = both.map(|set| shard.sets.get(set).map_or(0, |found| found.places(tag)));
        for (set, places) in both.into_iter().zip([one, other]) {
            if places != 0 {
                return Held::Place { shard, set, way: places.trailing_zeros() as usize };
            }
        }
        // The emptier of the two sets is taken: they fill far more evenly than with one choice.
        let mut free: Option<(usize, usize)> = None;
        let mut most = 0;
        for set in both {
            let Some(found) = shard.sets.get(set) else { continue };
            let is_free = |(one, state): (&u64, &C)| *one == 0 || state.is_idle(&self.rule, now);
            let mut ways = found.tags.iter().zip(&found.states).enumerate();
            let mut room = ways.by_ref().filter(|(_, place)| is_free(*place)).map(|(way, _)| way);
            if let Some(way) = room.next() {
                let count = 1 + room.count();
                if count > most {
                    (free, most) = (Some((set, way)), count);
                }
            }
        }
        self.begin(key, shard, free)
    }

    /// A key without a place: gives it a free one, or its cell.
    fn begin<'a>(
        &'a self,
        key: &impl Keyed,
        mut shard: MutexGuard<'a, Shard<C>>,
        free: Option<(usize, usize)>,
    ) -> Held<'a, C> {
        let now = shard.now;
        let mut state = C::default();
        if free.is_none() || self.cells_until.load(Ordering::Acquire) > now {
            match (self.cell(key), free) {
                (Some((cells, index)), None) => return Held::Cell { shard, cells, index },
                (Some((cells, index)), Some(_)) => {
                    let cell = cells.get(index).filter(|cell| !cell.is_idle(&self.rule, now));
                    match cell.map(C::parted) {
                        Some(Some(parted)) => state = parted,
                        Some(None) => return Held::Cell { shard, cells, index },
                        None => {}
                    }
                }
                (None, None) => return Held::None { admits: self.full == Full::Admit },
                (None, Some(_)) => {}
            }
        }
        let Some((set, way)) = free else { return Held::None { admits: false } };
        if let Some(found) = shard.sets.get_mut(set)
            && let (Some(tag), Some(place)) = (found.tags.get_mut(way), found.states.get_mut(way))
        {
            *tag = key.key().max(1);
            *place = state;
        }
        Held::Place { shard, set, way }
    }

    fn cell(&self, key: &impl Keyed) -> Option<(MutexGuard<'_, Vec<C>>, usize)> {
        let aggregate = key.aggregate();
        let cells = locked(self.cells.get(pick(aggregate, self.cells.len()))?);
        let index = pick(aggregate.rotate_left(32), cells.len());
        (index < cells.len()).then_some((cells, index))
    }

    /// What a request would be told.
    pub(super) fn ask(&self, held: &mut Held<'_, C>, cost: u32) -> Outcome {
        let now = held.now();
        match held.state() {
            Some(state) => state.ask(&self.rule, now, cost),
            None => {
                let admits = matches!(held, Held::None { admits: true });
                Outcome { admits, remaining: 0, retry: self.rule.slot, reset: self.rule.window }
            }
        }
    }

    /// Books a request.
    pub(super) fn book(&self, held: &mut Held<'_, C>, cost: u32) {
        let now = held.now();
        if let Some(state) = held.state() {
            state.book(&self.rule, now, cost);
        }
        self.touch(held);
    }

    /// Remembers that a cell is live, when the state stands in one.
    pub(super) fn touch(&self, held: &Held<'_, C>) {
        if held.is_aggregate() {
            // Two windows (or tolerances) and a slot after the last change, every state is idle.
            let live =
                self.rule.window.max(self.rule.tolerance).saturating_mul(2).saturating_add(self.rule.slot);
            self.cells_until.fetch_max(held.now().saturating_add(live), Ordering::AcqRel);
        }
    }

    /// Whether keys are, or were lately, counted together for want of places.
    pub(super) fn is_crowded(&self, now: u64) -> bool {
        self.cells_until.load(Ordering::Relaxed) > now
    }

    /// Bytes that the table takes, without what logs grow to.
    pub(super) fn bytes(&self) -> usize {
        let sets: usize = self.shards.iter().map(|shard| locked(shard).sets.len()).sum();
        let cells: usize = self.cells.iter().map(|cells| locked(cells).len()).sum();
        sets * size_of::<Set<C>>() + cells * size_of::<C>()
    }
}

impl<C> Set<C> {
    /// The ways with this tag, as bits. Without a branch.
    fn places(&self, tag: u64) -> u32 {
        self.tags.iter().enumerate().fold(0, |places, (way, one)| places | u32::from(*one == tag) << way)
    }
}

impl<C> Held<'_, C> {
    /// The moment that counts for this key.
    pub(super) fn now(&self) -> u64 {
        match self {
            Self::Place { shard, .. } | Self::Cell { shard, .. } => shard.now,
            Self::None { .. } => 0,
        }
    }

    pub(super) fn state(&mut self) -> Option<&mut C> {
        match self {
            Self::Place { shard, set, way } => shard.sets.get_mut(*set)?.states.get_mut(*way),
            Self::Cell { cells, index, .. } => cells.get_mut(*index),
            Self::None { .. } => None,
        }
    }

    /// Whether the key is counted together with others.
    pub(super) const fn is_aggregate(&self) -> bool {
        matches!(self, Self::Cell { .. })
    }
}

/// Evenly one of so many, by a number's upper half of a product (no division).
fn pick(number: u64, of: usize) -> usize {
    let product = u128::from(number) * (of as u128);
    usize::try_from(product >> 64).unwrap_or(0)
}

/// A state is whole after each line that changes it, so a thread that died with the lock harmed nothing.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
