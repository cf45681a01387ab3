//! One side of a block list (who is blocked, or who is let in), made ready for look-ups.
use std::collections::{BTreeMap, HashMap, HashSet};
use std::net::IpAddr;
use std::sync::Arc;

use ipnet::IpNet;

use super::intervals::{Intervals, Range};
use super::{Kind, Target};

/// Changes that are kept beside the base before both become a new base: this many, or a sixteenth of the base.
const RECENT_MAX: usize = 4096;

/// What is kept of an entry beside its target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Kept {
    /// Seconds since 1970-01-01; `u64::MAX`: for good.
    pub expires: u64,
    pub reason: Arc<str>,
}

/// Entries of one side. Immutable.
#[derive(Debug)]
pub(super) struct Side {
    v4: Intervals<u32>,
    v6: Intervals<u128>,
    /// Identities, credentials, fingerprints.
    names: [HashMap<Box<str>, u32>; 3],
    /// Ordered by target.
    stored: Vec<Stored>,
    reasons: Vec<Arc<str>>,
}

#[derive(Debug)]
struct Stored {
    target: Target,
    expires: u64,
    reason: u32,
}

impl Side {
    pub(super) fn new(entries: BTreeMap<Target, Kept>) -> Self {
        let (mut v4, mut v6) = (Vec::new(), Vec::new());
        let mut names: [HashMap<Box<str>, u32>; 3] = Default::default();
        let mut stored = Vec::with_capacity(entries.len());
        let mut reasons = Vec::new();
        let mut known: BTreeMap<Arc<str>, u32> = BTreeMap::new();
        for (target, kept) in entries {
            let item = index(stored.len());
            match &target {
                Target::Prefix(IpNet::V4(net)) => {
                    v4.push(Range { first: net.network().to_bits(), last: net.broadcast().to_bits(), item });
                }
                Target::Prefix(IpNet::V6(net)) => {
                    v6.push(Range { first: net.network().to_bits(), last: net.broadcast().to_bits(), item });
                }
                Target::Name(kind, name) => {
                    if let Some(names) = names.get_mut(*kind as usize) {
                        names.insert(name.clone(), item);
                    }
                }
            }
            let reason = *known.entry(Arc::clone(&kept.reason)).or_insert_with(|| {
                reasons.push(Arc::clone(&kept.reason));
                index(reasons.len() - 1)
            });
            stored.push(Stored { target, expires: kept.expires, reason });
        }
        Self { v4: Intervals::new(v4), v6: Intervals::new(v6), names, stored, reasons }
    }

    fn address(&self, address: IpAddr, counts: impl Fn(u32, &Stored) -> bool) -> Option<u32> {
        let counts = |item: &u32| self.stored.get(*item as usize).is_some_and(|stored| counts(*item, stored));
        match address {
            IpAddr::V4(v4) => self.v4.holding(v4.to_bits()).find(counts),
            IpAddr::V6(v6) => self.v6.holding(v6.to_bits()).find(counts),
        }
    }

    fn name(&self, kind: Kind, name: &str) -> Option<u32> {
        self.names.get(kind as usize)?.get(name).copied()
    }

    fn find(&self, target: &Target) -> Option<u32> {
        self.stored.binary_search_by(|stored| stored.target.cmp(target)).ok().map(index)
    }

    fn kept(&self, item: u32) -> Option<(&Target, Kept)> {
        let stored = self.stored.get(item as usize)?;
        let reason = Arc::clone(self.reasons.get(stored.reason as usize)?);
        Some((&stored.target, Kept { expires: stored.expires, reason }))
    }

    fn each(&self) -> impl Iterator<Item = (u32, &Target, Kept)> {
        (0..index(self.stored.len())).filter_map(|item| {
            let (target, kept) = self.kept(item)?;
            Some((item, target, kept))
        })
    }
}

/// A side with its latest changes. Cloning is cheap, a change costs what the latest changes cost.
#[derive(Clone, Debug)]
pub(super) struct Layers {
    base: Arc<Side>,
    recent: Arc<Side>,
    /// Entries of the base that were removed or replaced.
    hidden: Arc<HashSet<u32>>,
}

/// A change of one side.
pub(super) type SideChange = (Target, Option<Kept>);

impl Layers {
    pub(super) fn new(entries: BTreeMap<Target, Kept>) -> Self {
        Self {
            base: Arc::new(Side::new(entries)),
            recent: Arc::new(Side::new(BTreeMap::new())),
            hidden: Arc::new(HashSet::new()),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.base.stored.len() - self.hidden.len() + self.recent.stored.len()
    }

    /// The narrowest live entry that holds an address, the latest changes first.
    pub(super) fn address(&self, address: IpAddr, now: u64) -> Option<(&Target, Kept)> {
        let is_live = |_, stored: &Stored| stored.expires > now;
        if let Some(item) = self.recent.address(address, is_live) {
            return self.recent.kept(item);
        }
        let is_shown = |item, stored: &Stored| stored.expires > now && !self.hidden.contains(&item);
        self.base.kept(self.base.address(address, is_shown)?)
    }

    pub(super) fn name(&self, kind: Kind, name: &str, now: u64) -> Option<(&Target, Kept)> {
        let live = |found: Option<(&'_ Target, Kept)>| found.is_some_and(|(_, kept)| kept.expires > now);
        let recent = self.recent.name(kind, name).and_then(|item| self.recent.kept(item));
        if live(recent.clone()) {
            return recent;
        }
        let item = self.base.name(kind, name).filter(|item| !self.hidden.contains(item))?;
        self.base.kept(item).filter(|(_, kept)| kept.expires > now)
    }

    /// Whether any entry is by such a name.
    pub(super) fn has_names(&self, kind: Kind) -> bool {
        let has = |side: &Side| side.names.get(kind as usize).is_some_and(|names| !names.is_empty());
        has(&self.base) || has(&self.recent)
    }

    /// The same with changes. Entries that ended before `now` are dropped when the layers are merged.
    pub(super) fn changed(&self, changes: Vec<SideChange>, now: u64) -> Self {
        let mut recent: BTreeMap<Target, Kept> =
            self.recent.each().map(|(_, target, kept)| (target.clone(), kept)).collect();
        let mut hidden = (*self.hidden).clone();
        for (target, kept) in changes {
            if let Some(item) = self.base.find(&target) {
                hidden.insert(item);
            }
            match kept {
                Some(kept) => recent.insert(target, kept),
                None => recent.remove(&target),
            };
        }
        if recent.len() + hidden.len() <= RECENT_MAX.max(self.base.stored.len() / 16) {
            let recent = Arc::new(Side::new(recent));
            return Self { base: Arc::clone(&self.base), recent, hidden: Arc::new(hidden) };
        }
        let shown = self.base.each().filter(|(item, _, _)| !hidden.contains(item));
        let mut all: BTreeMap<Target, Kept> =
            shown.map(|(_, target, kept)| (target.clone(), kept)).chain(recent).collect();
        all.retain(|_, kept| kept.expires > now);
        Self::new(all)
    }

    /// Every entry, ordered by target.
    pub(super) fn entries(&self) -> BTreeMap<&Target, Kept> {
        let shown = self.base.each().filter(|(item, _, _)| !self.hidden.contains(item));
        shown.chain(self.recent.each()).map(|(_, target, kept)| (target, kept)).collect()
    }
}

fn index(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
