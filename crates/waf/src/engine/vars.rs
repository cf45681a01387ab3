//! What rules write: `TX`, persistent collections, the matched variables, and what `ctl` changed.
use super::names::{Names, Slot};
use super::number;
use super::plan::{Exception, NamePattern};
use crate::body::Processor;
use crate::rule::{EngineMode, Persistent};
use crate::{Change, ChangeKind, Fields};
use std::collections::HashMap;
use std::sync::Arc;

/// `TX`: slots for names that rules write out, and more of them for names that are computed.
#[derive(Debug, Default)]
pub(super) struct Tx {
    slots: Vec<TxValue>,
    /// Slots that hold a value, in the order in which they first got one.
    order: Vec<Slot>,
    /// Computed names in lower case. They stay from transaction to transaction, since most come again.
    computed: HashMap<Vec<u8>, Slot>,
    /// Those of them whose names were computed.
    computed_order: Vec<Slot>,
    /// A computed name got a value in this transaction.
    has_computed: bool,
    /// A name in lower case.
    lower: Vec<u8>,
    /// Computed names as they were written, and the patterns that match them, by slot behind the plan's.
    computed_written: Vec<(Vec<u8>, u64)>,
    /// How many slots the plan has.
    fixed: usize,
}

#[derive(Debug, Default)]
struct TxValue {
    set: bool,
    number: i64,
    text: Vec<u8>,
    /// Where a text of the plan lies that `text` holds, set or not: most requests set the same ones again.
    ///
    /// INVARIANT: an address stands for one text, since this memory and the texts live as long as the plan.
    copied: Option<usize>,
}

/// Computed names that are kept.
const COMPUTED_MAX: usize = 256;

impl Tx {
    /// Forgets every value and keeps the memory.
    pub(super) fn clear(&mut self, names: &Names) {
        for slot in self.order.drain(..) {
            if let Some(value) = self.slots.get_mut(slot.0 as usize) {
                value.set = false;
                if value.copied.is_some() {
                    continue;
                }
                value.text.clear();
                if value.text.capacity() > 4096 {
                    value.text = Vec::new();
                }
            }
        }
        self.computed_order.clear();
        self.has_computed = false;
        self.fixed = names.len();
        if self.computed.len() > COMPUTED_MAX || self.slots.is_empty() {
            self.computed.clear();
            self.computed_written.clear();
            self.slots.resize_with(self.fixed, TxValue::default);
        }
    }

    pub(super) fn get(&self, slot: Slot) -> Option<&[u8]> {
        self.slots.get(slot.0 as usize).filter(|value| value.set).map(|value| value.text.as_slice())
    }

    /// The value as a number, as `atoll` reads it.
    pub(super) fn number(&self, slot: Slot) -> Option<i64> {
        self.slots.get(slot.0 as usize).filter(|value| value.set).map(|value| value.number)
    }

    pub(super) fn set(&mut self, slot: Slot, text: &[u8]) {
        self.put(slot, text, number::parse(text), None);
    }

    /// Sets a value to a text of the plan, whose number is known.
    pub(super) fn set_fixed(&mut self, slot: Slot, text: &[u8], number: i64) {
        // One without bytes has no place of its own: its address may be another's.
        let place = (!text.is_empty()).then(|| text.as_ptr().addr());
        self.put(slot, text, number, place);
    }

    fn put(&mut self, slot: Slot, text: &[u8], number: i64, place: Option<usize>) {
        let Some(value) = self.slots.get_mut(slot.0 as usize) else { return };
        if place.is_none() || value.copied != place {
            value.text.clear();
            value.text.extend_from_slice(text);
            value.copied = place;
        }
        value.number = number;
        if !value.set {
            value.set = true;
            self.order.push(slot);
            if slot.0 as usize >= self.fixed {
                self.computed_order.push(slot);
            }
        }
    }

    pub(super) fn set_number(&mut self, slot: Slot, number: i64) {
        let mut digits = [0; 20];
        self.put(slot, number::format(number, &mut digits), number, None);
    }

    pub(super) fn remove(&mut self, slot: Slot) {
        if let Some(value) = self.slots.get_mut(slot.0 as usize).filter(|value| value.set) {
            value.set = false;
            self.order.retain(|other| *other != slot);
            self.computed_order.retain(|other| *other != slot);
        }
    }

    /// The slot of a name in any case, when it has one.
    pub(super) fn find(&self, name: &[u8], names: &Names) -> Option<Slot> {
        let lower = name.to_ascii_lowercase();
        names.find(&lower).or_else(|| self.computed.get(&lower).copied())
    }

    /// The slot of a name, a new one when it has none yet.
    pub(super) fn slot(&mut self, name: &[u8], names: &Names) -> Slot {
        self.lower.clear();
        self.lower.extend_from_slice(name);
        self.lower.make_ascii_lowercase();
        if let Some(slot) = names.find(&self.lower) {
            return slot;
        }
        self.has_computed = true;
        if let Some(slot) = self.computed.get(&self.lower).copied() {
            let place = (slot.0 as usize).checked_sub(self.fixed);
            if !self.slots.get(slot.0 as usize).is_some_and(|value| value.set)
                && let Some((written, _)) = place.and_then(|place| self.computed_written.get_mut(place))
            {
                written.clear();
                written.extend_from_slice(name);
            }
            return slot;
        }
        let slot = Slot(u32::try_from(self.slots.len()).unwrap_or(u32::MAX));
        self.slots.push(TxValue::default());
        self.computed.insert(self.lower.clone(), slot);
        self.computed_written.push((name.to_vec(), names.matching(name)));
        slot
    }

    /// Whether there may be a value under a name that no rule writes out.
    pub(super) fn has_computed(&self) -> bool {
        self.has_computed
    }

    /// The slots that hold a value, oldest first.
    pub(super) fn order(&self) -> &[Slot] {
        &self.order
    }

    /// The slots that hold a value and that a pattern may match, oldest first.
    pub(super) fn order_for(&self, pattern: &NamePattern) -> &[Slot] {
        if pattern.names_slot { &self.order } else { &self.computed_order }
    }

    pub(super) fn written<'a>(&'a self, slot: Slot, names: &'a Names) -> &'a [u8] {
        let position = slot.0 as usize;
        match position.checked_sub(self.fixed) {
            None => names.written(slot),
            Some(behind) => {
                self.computed_written.get(behind).map(|(name, _)| name.as_slice()).unwrap_or_default()
            }
        }
    }

    /// Whether a pattern matches the name of a slot.
    pub(super) fn is_named(&self, slot: Slot, pattern: &NamePattern, names: &Names) -> bool {
        let behind = (slot.0 as usize).checked_sub(self.fixed);
        match (behind.and_then(|behind| self.computed_written.get(behind)), pattern.number) {
            (None, _) => pattern.slots.get(slot.0 as usize) == Some(&true),
            (Some((_, patterns)), Some(number)) => patterns & (1 << (number % u64::BITS)) != 0,
            (Some(_), None) => pattern.matches(self.written(slot, names)),
        }
    }
}

/// One persistent collection.
#[derive(Debug, Default)]
pub(super) struct Kept {
    /// `None` until `initcol`, `setsid`, `setuid`, `setrsc`: then its values last as long as the transaction.
    pub(super) key: Option<Vec<u8>>,
    values: Vec<(Vec<u8>, Vec<u8>)>,
    changes: Vec<Change>,
}

impl Kept {
    /// Begins with what was kept under a key.
    pub(super) fn begin(&mut self, key: &[u8], loaded: &Fields) {
        self.key = Some(key.to_vec());
        self.values.clear();
        self.changes.clear();
        for field in loaded.iter() {
            self.values.push((field.name.to_vec(), field.value.to_vec()));
        }
    }

    pub(super) fn clear(&mut self) {
        self.key = None;
        self.values.clear();
        self.changes.clear();
    }

    pub(super) fn get(&self, name: &[u8]) -> Option<&[u8]> {
        self.values
            .iter()
            .find(|(other, _)| other.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_slice())
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.values.iter().map(|(name, value)| (name.as_slice(), value.as_slice()))
    }

    pub(super) fn changes(&self) -> &[Change] {
        &self.changes
    }

    pub(super) fn set(&mut self, name: &[u8], value: &[u8]) {
        self.write(name, value);
        self.change(name).kind = ChangeKind::Set(value.to_vec());
    }

    /// Adds a number; told as a sum, so that transactions at the same time add up.
    pub(super) fn add(&mut self, name: &[u8], amount: i64) {
        let before = self.get(name).map_or(0, number::parse_small);
        let sum = before.saturating_add(amount);
        self.write(name, sum.to_string().as_bytes());
        let change = self.change(name);
        change.kind = match &change.kind {
            ChangeKind::Keep => ChangeKind::Add(amount),
            ChangeKind::Add(earlier) => ChangeKind::Add(earlier.saturating_add(amount)),
            ChangeKind::Set(_) | ChangeKind::Remove => ChangeKind::Set(sum.to_string().into_bytes()),
        };
    }

    pub(super) fn remove(&mut self, name: &[u8]) {
        self.values.retain(|(other, _)| !other.eq_ignore_ascii_case(name));
        let change = self.change(name);
        change.kind = ChangeKind::Remove;
        change.expires_in_seconds = None;
    }

    pub(super) fn expire(&mut self, name: &[u8], seconds: u64) {
        self.change(name).expires_in_seconds = Some(seconds);
        if seconds == 0 {
            self.values.retain(|(other, _)| !other.eq_ignore_ascii_case(name));
        }
    }

    fn write(&mut self, name: &[u8], value: &[u8]) {
        match self.values.iter_mut().find(|(other, _)| other.eq_ignore_ascii_case(name)) {
            Some((_, old)) => *old = value.to_vec(),
            None => self.values.push((name.to_vec(), value.to_vec())),
        }
    }

    fn change(&mut self, name: &[u8]) -> &mut Change {
        let name = String::from_utf8_lossy(name).to_lowercase();
        let position = match self.changes.iter().position(|change| change.name == name) {
            Some(position) => position,
            None => {
                self.changes.push(Change { name, kind: ChangeKind::Keep, expires_in_seconds: None });
                self.changes.len() - 1
            }
        };
        // A position that was just found or pushed.
        #[expect(clippy::indexing_slicing, reason = "the position was found one line above")]
        &mut self.changes[position]
    }
}

/// Where `allow` ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Allowed {
    #[default]
    No,
    Phase,
    Request,
    All,
}

/// Everything that rules write.
#[derive(Debug, Default)]
pub(super) struct Vars {
    pub(super) tx: Tx,
    kept: [Kept; 5],
    /// `MATCHED_VARS`: name and value.
    pub(super) matched: Fields,
    pub(super) session: Vec<u8>,
    pub(super) user: Vec<u8>,
    /// `setenv`
    pub(super) environment: Fields,
    /// What `Content-Type` names.
    pub(super) content_processor: Option<Processor>,
    /// `ctl:requestBodyProcessor`
    pub(super) processor: Option<Processor>,
    /// `REQBODY_PROCESSOR`
    pub(super) processor_name: Vec<u8>,
    /// The marker that `skipAfter` looks for.
    pub(super) marker: Option<u32>,
    /// `skip:N`
    pub(super) skip: u32,
    pub(super) allowed: Allowed,
    pub(super) engine: EngineMode,
    pub(super) request_body_access: Option<bool>,
    pub(super) response_body_access: Option<bool>,
    pub(super) force_request_body: bool,
    /// `MSC_PCRE_LIMITS_EXCEEDED`
    pub(super) regex_gave_up: bool,
    /// How many phases ran to their end, one after the other.
    pub(super) foreseen: usize,
    /// Rules that `ctl` removed, a bit each; empty when there are none.
    removed: Vec<u64>,
    pub(super) exceptions: Vec<Arc<Exception>>,
}

impl Vars {
    pub(super) fn clear(&mut self, names: &Names, engine: EngineMode) {
        self.tx.clear(names);
        for kept in &mut self.kept {
            kept.clear();
        }
        self.matched.clear();
        self.session.clear();
        self.user.clear();
        self.environment.clear();
        self.content_processor = None;
        self.processor = None;
        self.processor_name.clear();
        self.marker = None;
        self.skip = 0;
        self.allowed = Allowed::No;
        self.engine = engine;
        self.request_body_access = None;
        self.response_body_access = None;
        self.force_request_body = false;
        self.regex_gave_up = false;
        self.foreseen = 0;
        self.removed.clear();
        self.exceptions.clear();
    }

    pub(super) fn kept(&self, collection: Persistent) -> &Kept {
        let [global, ip, resource, session, user] = &self.kept;
        match collection {
            Persistent::Global => global,
            Persistent::Ip => ip,
            Persistent::Resource => resource,
            Persistent::Session => session,
            Persistent::User => user,
        }
    }

    pub(super) fn kept_mut(&mut self, collection: Persistent) -> &mut Kept {
        let [global, ip, resource, session, user] = &mut self.kept;
        match collection {
            Persistent::Global => global,
            Persistent::Ip => ip,
            Persistent::Resource => resource,
            Persistent::Session => session,
            Persistent::User => user,
        }
    }

    pub(super) fn remove_rule(&mut self, rule: u32) {
        let word = rule as usize / 64;
        if self.removed.len() <= word {
            self.removed.resize(word + 1, 0);
        }
        if let Some(bits) = self.removed.get_mut(word) {
            *bits |= 1 << (rule % 64);
        }
    }

    pub(super) fn has_removed(&self) -> bool {
        !self.removed.is_empty()
    }

    /// `MATCHED_VARS` begins again behind a rule that does not match.
    pub(super) fn forget_matched(&mut self) {
        if !self.matched.is_empty() {
            self.matched.clear();
        }
    }

    pub(super) fn is_removed(&self, rule: u32) -> bool {
        self.removed.get(rule as usize / 64).is_some_and(|bits| bits & (1 << (rule % 64)) != 0)
    }
}

/// Every persistent collection, in a fixed order.
pub(super) const PERSISTENT: [Persistent; 5] =
    [Persistent::Global, Persistent::Ip, Persistent::Resource, Persistent::Session, Persistent::User];
