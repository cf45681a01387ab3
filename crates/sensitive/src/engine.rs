//! The pass over the text: triggers, a window around each, and one match where several overlap.
use std::cell::Cell;
use std::collections::BTreeMap;
use std::ops::Range;

use model::Confidence;

use crate::place::Place;
use crate::structure::Shape;
use crate::trigger::{Trigger, Triggers};
use crate::view::{AHEAD_BYTES_MAX, At, BACK_BYTES_MAX, View, is_word};
use crate::{HashKey, guided, mask, personal, providers, structure};

/// What kind of data a detector finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    Secret,
    Personal,
}

/// Which detectors run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    Secrets,
    Personal,
    All,
}

/// A secret or a piece of personal data in a text. Never its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    /// Names the kind: `aws-access-key-id`, `password`, `iban`. A promise: never renamed.
    pub detector: &'static str,
    /// In a sentence: "an AWS access key id".
    pub what: &'static str,
    pub class: Class,
    /// Bytes from the beginning of the text, or of the stream.
    pub start: u64,
    pub end: u64,
    pub confidence: Confidence,
    /// The format's public prefix and the length at most: `ghp_…(40)`.
    pub preview: String,
    /// Keyed hash of the value, see [`HashKey::hash`].
    pub hash: String,
    /// A value that documents print as an example.
    pub is_example: bool,
}

/// A kind of secret or data.
#[derive(Debug)]
pub(crate) struct Detector {
    pub(crate) id: &'static str,
    pub(crate) what: &'static str,
    pub(crate) class: Class,
    /// Which of two matches of the same place says more.
    pub(crate) rank: u8,
}

impl Detector {
    pub(crate) const fn secret(id: &'static str, what: &'static str, rank: u8) -> Self {
        Self { id, what, class: Class::Secret, rank }
    }

    pub(crate) const fn personal(id: &'static str, what: &'static str, rank: u8) -> Self {
        Self { id, what, class: Class::Personal, rank }
    }
}

/// What a detector says of a place. Positions are those of its window.
#[derive(Debug)]
pub(crate) struct Hit {
    pub(crate) detector: &'static Detector,
    pub(crate) range: Range<At>,
    pub(crate) confidence: Confidence,
    /// Bytes at the beginning that everyone may see.
    pub(crate) public: usize,
    pub(crate) is_example: bool,
}

impl Hit {
    pub(crate) fn new(detector: &'static Detector, range: Range<At>, confidence: Confidence) -> Self {
        Self { detector, range, confidence, public: 0, is_example: false }
    }
}

/// All matches in a text, in order, none of which overlap.
#[must_use]
pub fn scan(text: &[u8], place: Place, wanted: Wanted, key: &HashKey) -> Vec<Match> {
    let mut pass = Pass::new(place, wanted, key.clone());
    let mut found = pass.advance(text, 0, text.len());
    found.extend(pass.finish());
    found
}

/// The same for a text that comes in chunks.
#[derive(Debug)]
pub struct Scanner {
    pass: Pass,
    /// The end of the text so far: what is not judged yet, and a window before it.
    held: Vec<u8>,
    /// Where `held` begins in the stream.
    base: u64,
}

impl Scanner {
    #[must_use]
    pub fn new(place: Place, wanted: Wanted, key: &HashKey) -> Self {
        Self { pass: Pass::new(place, wanted, key.clone()), held: Vec::new(), base: 0 }
    }

    /// Takes the next chunk; gives the matches that nothing to come can change.
    pub fn push(&mut self, chunk: &[u8]) -> Vec<Match> {
        self.held.extend_from_slice(chunk);
        let safe = self.held.len().saturating_sub(AHEAD_BYTES_MAX + Triggers::get().bytes_max);
        let found = self.pass.advance(&self.held, self.base, safe);
        let done = usize::try_from(self.pass.done.saturating_sub(self.base)).unwrap_or(0);
        let drop = done.saturating_sub(BACK_BYTES_MAX + 1).min(self.held.len());
        self.held.drain(..drop);
        self.base += drop as u64;
        found
    }

    /// Everything before is decided: what was found there was given, or is nothing.
    #[must_use]
    pub fn settled(&self) -> u64 {
        self.pass.settled()
    }

    /// The matches of the end of the text.
    #[must_use]
    pub fn finish(mut self) -> Vec<Match> {
        let mut found = self.pass.advance(&self.held, self.base, self.held.len());
        found.extend(self.pass.finish());
        found
    }

    /// Bytes that detectors have read so far, each as often as it was read.
    #[must_use]
    pub fn steps(&self) -> u64 {
        self.pass.steps.get()
    }
}

/// What a pass remembers between chunks.
#[derive(Debug)]
pub(crate) struct Pass {
    place: Place,
    wanted: Wanted,
    key: HashKey,
    /// Everything that begins before is judged.
    done: u64,
    /// The end of the name that was judged last: one name may hold several words.
    named_until: u64,
    /// The same for structures that are read far ahead.
    read_until: BTreeMap<Shape, u64>,
    pending: Vec<(u8, Match)>,
    current: Option<(u8, Match)>,
    steps: Cell<u64>,
}

impl Pass {
    fn new(place: Place, wanted: Wanted, key: HashKey) -> Self {
        let (pending, current, steps) = (Vec::new(), None, Cell::new(0));
        Self {
            place,
            wanted,
            key,
            done: 0,
            named_until: 0,
            read_until: BTreeMap::new(),
            pending,
            current,
            steps,
        }
    }

    /// Judges everything that begins before `until`. `bytes` begins at `base` of the text.
    fn advance(&mut self, bytes: &[u8], base: u64, until: usize) -> Vec<Match> {
        let from = usize::try_from(self.done.saturating_sub(base)).unwrap_or(0);
        if until <= from {
            return Vec::new();
        }
        if self.wanted != Wanted::Personal {
            self.secrets(bytes, base, from..until);
        }
        if self.wanted != Wanted::Secrets {
            self.personal(bytes, base, from..until);
        }
        self.done = base + until as u64;
        self.settle(self.done.saturating_sub(BACK_BYTES_MAX as u64))
    }

    fn secrets(&mut self, bytes: &[u8], base: u64, range: Range<usize>) {
        let triggers = Triggers::get();
        let end = (range.end + triggers.bytes_max).min(bytes.len());
        let slice = bytes.get(range.start..end).unwrap_or_default();
        triggers.find(slice, |from, to, trigger| {
            let (from, to) = (from + range.start, to + range.start);
            if from < range.end {
                self.judge(bytes, base, from..to, trigger);
            }
        });
    }

    fn judge(&mut self, bytes: &[u8], base: u64, at: Range<usize>, trigger: Trigger) {
        if matches!(trigger, Trigger::Name) && base + (at.start as u64) < self.named_until {
            return;
        }
        let from = base + at.start as u64;
        let low = at.start.saturating_sub(BACK_BYTES_MAX);
        let high = at.start.saturating_add(AHEAD_BYTES_MAX).min(bytes.len());
        let steps = std::mem::take(&mut self.steps);
        let view = View::new(bytes.get(low..high).unwrap_or_default(), &steps);
        let here = at.start - low..at.end - low;
        let mut hits = Vec::new();
        match trigger {
            Trigger::Provider(provider) => hits.extend(providers::verify(&view, here, provider)),
            Trigger::Name => {
                let name = guided::name_at(&view, here);
                self.named_until = base + (low + name.end) as u64;
                let end = name.end;
                hits.extend(guided::judge(&view, name, self.place));
                // Names inside of a long value are part of it; else each of them would read it again.
                if view.reach() > end + guided::LONG_VALUE_BYTES {
                    self.named_until = base + (low + view.reach()) as u64;
                }
            }
            Trigger::Shape(shape) if self.read_until.get(&shape).is_some_and(|until| from < *until) => {}
            Trigger::Shape(shape) => {
                structure::verify(&view, here, shape, self.place, &mut hits);
                if shape.reads_far() {
                    self.read_until.insert(shape, base + (low + view.reach()) as u64);
                }
            }
        }
        self.take(&view, base + low as u64, hits);
        self.steps = steps;
    }

    /// Personal data begins where a word does.
    fn personal(&mut self, bytes: &[u8], base: u64, range: Range<usize>) {
        let steps = std::mem::take(&mut self.steps);
        let mut next_at = personal::NextAt::default();
        let mut before = range.start.checked_sub(1).and_then(|at| bytes.get(at)).copied().unwrap_or(0);
        for (offset, byte) in bytes.get(range.clone()).unwrap_or_default().iter().enumerate() {
            let begins = personal::may_begin(*byte, before);
            before = *byte;
            if !begins {
                continue;
            }
            let at = range.start + offset;
            if !personal::may_be(bytes, at, &mut next_at) {
                continue;
            }
            let low = at.saturating_sub(BACK_BYTES_MAX);
            let high = at.saturating_add(personal::AHEAD_BYTES_MAX).min(bytes.len());
            let view = View::new(bytes.get(low..high).unwrap_or_default(), &steps);
            if let Some(hit) = personal::verify(&view, at - low) {
                self.take(&view, base + low as u64, vec![hit]);
            }
        }
        self.steps = steps;
    }

    fn take(&mut self, view: &View<'_>, base: u64, hits: Vec<Hit>) {
        for hit in hits {
            let value = view.slice(hit.range.clone());
            if value.is_empty() {
                continue;
            }
            let found = Match {
                detector: hit.detector.id,
                what: hit.detector.what,
                class: hit.detector.class,
                start: base + hit.range.start as u64,
                end: base + hit.range.end as u64,
                confidence: hit.confidence,
                preview: mask::preview(value, hit.public),
                hash: self.key.hash(value),
                is_example: hit.is_example,
            };
            self.pending.push((hit.detector.rank, found));
        }
    }

    /// Matches that begin before `until` are all known: decides among those that overlap.
    fn settle(&mut self, until: u64) -> Vec<Match> {
        let mut ready: Vec<(u8, Match)> = Vec::new();
        self.pending.sort_by_key(|(rank, found)| (found.start, found.end, *rank));
        let split = self.pending.partition_point(|(_, found)| found.start < until);
        ready.extend(self.pending.drain(..split));
        let mut settled = Vec::new();
        for mut next in ready {
            match self.current.take() {
                Some(current) if next.1.start < current.1.end && is_short(&current.1) => {
                    let better = next.0 > current.0;
                    self.current = Some(if better { joined(next, &current) } else { joined(current, &next) });
                }
                current => {
                    next.1.start =
                        current.as_ref().map_or(next.1.start, |(_, last)| next.1.start.max(last.end));
                    next.1.end = next.1.end.max(next.1.start);
                    settled.extend(current.map(|(_, found)| found));
                    self.current = Some(next);
                }
            }
        }
        settled
    }

    fn settled(&self) -> u64 {
        let undecided = self.done.saturating_sub(BACK_BYTES_MAX as u64);
        let pending = self.pending.iter().chain(&self.current).map(|(_, found)| found.start).min();
        pending.map_or(undecided, |start| start.min(undecided))
    }

    fn finish(&mut self) -> Vec<Match> {
        let mut found = self.settle(u64::MAX);
        found.extend(self.current.take().map(|(_, found)| found));
        found
    }
}

/// A chain of matches that overlap ends somewhere, so that a stream never waits for its end.
fn is_short(found: &Match) -> bool {
    const CHAIN_BYTES_MAX: u64 = 64 << 10;
    found.end - found.start < CHAIN_BYTES_MAX
}

/// The better of two that overlap. It covers the place of both, so that masking hides both.
fn joined(better: (u8, Match), other: &(u8, Match)) -> (u8, Match) {
    let (rank, mut found) = better;
    found.start = found.start.min(other.1.start);
    found.end = found.end.max(other.1.end);
    (rank, found)
}

/// Whether a value can begin or end beside this byte.
pub(crate) fn is_border(byte: u8) -> bool {
    !is_word(byte)
}
