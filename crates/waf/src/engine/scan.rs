//! Asking a group: which values could match which of its rules.
//!
//! For each value: what its transformations make of it (most often nothing: they are then the same bytes), one pass of the cluster's automaton over each
//! of those texts, and the operators that have no pattern. What comes out are *suspects*, values with the rules that may match them; the walk
//! evaluates those exactly. A value without any suspicion costs one pass.
use super::Plan;
use super::alphabet;
use super::built::{Built, STATES_AGAIN};
use super::groups::{Ask, Cluster, Feed, Group, Memory, Place};
use super::inputs::Inputs;
use super::mark::Kind;
use super::plan::Origin;
use super::pool::Scratch;
use super::seen::Seen;
use super::silent::Silent;
use crate::Field;
use crate::rule::Transformation;
use crate::transform::{Features, apply, empties, features};

/// New states of automata that one phase may build, once the first values have been seen.
const STATES_PER_PHASE: u32 = 8;
/// Bytes of states of all automata in one thread; counted now and then, since a phase adds few.
const WARMTH_BYTES_MAX: usize = 48 << 20;
const PHASES_BETWEEN_COUNTS: u64 = 1024;

/// In place of a text: nothing can match there, so it was not made.
pub(super) const SKIPPED: usize = usize::MAX;

/// Kinds of values for which the desk knows what may change them.
const ORDERS: usize = 256;

/// Values with a suspicion, in a group, in a phase.
#[derive(Debug, Default)]
pub(super) struct Suspects {
    /// The phase for which the group was asked.
    run: u64,
    /// The rules that some value may match.
    mask: Vec<u64>,
    /// Those of them that match for certain.
    decided: Vec<u64>,
    /// Feed and position of each suspect, and its rules' bits in `bits`.
    places: Vec<(usize, usize)>,
    bits: Vec<u64>,
}

/// One text that transformations made.
#[derive(Debug, Default)]
pub(super) struct Made {
    bytes: Vec<u8>,
    /// Scanned when a transformation behind it asks.
    features: Option<Features>,
}

/// The nodes that may change a value with certain features.
#[derive(Debug, Default)]
pub(super) struct Order {
    known: bool,
    built: u32,
    features: u32,
    /// Each before those behind it, which follow it at once: the second number is how many.
    nodes: Vec<(u16, u16)>,
}

/// Memory for one value.
#[derive(Debug, Default)]
pub(super) struct Desk {
    /// Texts other than the value itself.
    pub(super) made: Vec<Made>,
    pub(super) made_used: usize,
    /// For each node its text: 0 is the value, others are in `made` from 1. Empty when all are the value.
    pub(super) texts: Vec<usize>,
    /// The nodes whose text may be another than the value, but for those where nothing can match.
    pub(super) touched: Vec<u16>,
    /// Transformations of this value: which, of which text, and what came out.
    pub(super) done: Vec<(Transformation, usize, usize)>,
    /// Which nodes those are, for clusters and features seen before.
    pub(super) orders: Vec<Order>,
    /// Which texts the automata of which nodes have read.
    pub(super) machines: Vec<(usize, usize)>,
    /// The texts that the automaton of all patterns has read.
    pub(super) by_all: Vec<usize>,
    /// For each text, how many patterns look at it.
    pub(super) counts: Vec<usize>,
    pub(super) bits: Vec<u64>,
    /// Rules that match for certain.
    pub(super) decided: Vec<u64>,
    pub(super) found: Vec<usize>,
}

impl Suspects {
    pub(super) fn is_asked(&self, run: u64) -> bool {
        self.run == run
    }

    pub(super) fn has(&self, bit: usize) -> bool {
        self.mask.get(bit / 64).is_some_and(|word| word & (1 << (bit % 64)) != 0)
    }

    /// Every rule that some value may match.
    pub(super) fn bits(&self) -> impl Iterator<Item = usize> {
        self.mask.iter().enumerate().flat_map(|(word, bits)| {
            let mut left = *bits;
            std::iter::from_fn(move || {
                let bit = left.trailing_zeros() as usize;
                left &= left.wrapping_sub(1);
                (bit < 64).then_some(word * 64 + bit)
            })
        })
    }

    pub(super) fn is_decided(&self, bit: usize) -> bool {
        self.decided.get(bit / 64).is_some_and(|word| word & (1 << (bit % 64)) != 0)
    }

    /// The suspects from a number on, each in a row of words: feed, position, its rules' bits. Before them the bits of rules that match for
    /// certain, of these members.
    fn since<'s>(
        &'s self,
        number: usize,
        members: impl Iterator<Item = &'s [u64]> + Clone + 's,
    ) -> impl Iterator<Item = u64> + Clone + 's {
        let words = self.mask.len();
        let decided = self.decided.iter().enumerate().map(move |(word, decided)| {
            let of_feeds = members.clone().fold(0, |all, members| all | members.get(word).unwrap_or(&0));
            decided & of_feeds
        });
        let bits = self.bits.get(number * words..).unwrap_or_default().chunks(words.max(1));
        let places = self.places.get(number..).unwrap_or_default();
        let rows = places.iter().zip(bits).flat_map(|((feed, position), bits)| {
            [*feed as u64, *position as u64].into_iter().chain(bits.iter().copied())
        });
        decided.chain(rows)
    }

    /// Adds suspects that were [remembered](Recalled).
    fn recall(&mut self, known: &[u64]) {
        let words = self.mask.len();
        let (decided, rows) = known.split_at_checked(words).unwrap_or_default();
        for (word, all) in decided.iter().zip(&mut self.decided) {
            *all |= word;
        }
        for row in rows.chunks(words + 2) {
            let [feed, position, bits @ ..] = row else { return };
            self.places.push((*feed as usize, *position as usize));
            for (word, all) in bits.iter().zip(&mut self.mask) {
                self.bits.push(*word);
                *all |= word;
            }
        }
    }

    /// The positions of a feed that a rule must look at, ascending.
    pub(super) fn positions(&self, feed: usize, bit: usize, out: &mut Vec<usize>) {
        let words = self.mask.len();
        for (number, (of, position)) in self.places.iter().enumerate() {
            let word = self.bits.get(number * words + bit / 64).copied().unwrap_or(0);
            if *of == feed && word & (1 << (bit % 64)) != 0 {
                out.push(*position);
            }
        }
    }
}

/// Asks a group about every value of its feeds.
pub(super) fn ask(plan: &Plan, inputs: &Inputs, scratch: &mut Scratch, number: usize) {
    let Some(group) = plan.groups.get(number) else { return };
    let run = scratch.run;
    if scratch.suspects.len() < plan.groups.len() {
        scratch.suspects.resize_with(plan.groups.len(), Suspects::default);
    }
    let Some(slot) = scratch.suspects.get_mut(number) else { return };
    let mut suspects = std::mem::take(slot);
    suspects.run = run;
    suspects.places.clear();
    suspects.bits.clear();
    suspects.mask.clear();
    suspects.mask.resize(group.words, 0);
    suspects.decided.clear();
    suspects.decided.resize(group.words, 0);
    for (place, feeds) in &group.places {
        let mark = match place {
            Place::Line => inputs.mark_of_line(),
            Place::Scalar => None,
            Place::Names(store) => inputs.marks_of(*store).names,
            Place::Values(store) => inputs.marks_of(*store).values,
        };
        let mark = mark.map(|mark| mark.within(Kind::Group(number)));
        if let Some(known) = mark.and_then(|mark| scratch.recalled.get(mark)) {
            suspects.recall(known);
            continue;
        }
        let before = suspects.places.len();
        for feed in feeds {
            ask_feed((plan, group, *feed), inputs, scratch, &mut suspects);
        }
        if let Some(mark) = mark {
            let of = |feed: &usize| group.feeds.get(*feed).map(|feed| feed.members.as_slice());
            scratch.recalled.keep(mark, suspects.since(before, feeds.iter().filter_map(of)));
        }
    }
    if let Some(slot) = scratch.suspects.get_mut(number) {
        *slot = suspects;
    }
}

/// Asks about every value of one feed.
fn ask_feed(
    (plan, group, number): (&Plan, &Group, usize),
    inputs: &Inputs,
    scratch: &mut Scratch,
    suspects: &mut Suspects,
) {
    let Some(feed) = group.feeds.get(number) else { return };
    let Some(cluster) = group.clusters.get(feed.cluster) else { return };
    if are_surely_silent(plan, inputs, feed, cluster) {
        return;
    }
    let known = match feed.from {
        Origin::Scalar(scalar) => inputs.features(scalar),
        _ => None,
    };
    each(inputs, feed, &mut |position, Field { name, value }| {
        let memory = match feed.memory {
            Memory::Whole if is_secret(name) => Memory::Nothing,
            memory => memory,
        };
        if !value_may_match(plan, scratch, Asked { cluster, feed, memory, known }, value) {
            return;
        }
        suspects.places.push((number, position));
        for ((word, member), all) in scratch.desk.decided.iter().zip(&feed.members).zip(&mut suspects.decided)
        {
            *all |= word & member;
        }
        for (word, all) in scratch.desk.bits.iter().zip(&mut suspects.mask) {
            suspects.bits.push(*word);
            *all |= word;
        }
    });
}

/// Whether one look at all names and values of a store says that none of a feed can match.
fn are_surely_silent(plan: &Plan, inputs: &Inputs, feed: &Feed, cluster: &Cluster) -> bool {
    let (Origin::Values(store, _) | Origin::Names(store, _)) = feed.from else { return false };
    let fields = inputs.store(store);
    feed.name.is_none() && fields.len() > 1 && cluster.is_surely_silent(&plan.rules, fields.block())
}

/// Calls with the position and value of everything that a feed has, and the name of that value.
fn each(inputs: &Inputs, feed: &Feed, visit: &mut dyn FnMut(usize, Field<'_>)) {
    match feed.from {
        Origin::Scalar(scalar) => visit(0, Field { name: b"", value: inputs.scalar(scalar) }),
        Origin::Values(store, part) | Origin::Names(store, part) => {
            let fields = inputs.store(store);
            let positions = inputs.positions(store, part);
            let mut visit = |position, field: Field<'_>| match feed.from {
                Origin::Names(..) => visit(position, Field { name: b"", value: field.name }),
                _ => visit(position, field),
            };
            if let Some(name) = &feed.name {
                let named = fields.named(name).filter(|(position, _)| positions.contains(position));
                named.for_each(|(position, field)| visit(position, field));
                return;
            }
            for position in positions {
                if let Some(field) = fields.at(position) {
                    visit(position, field);
                }
            }
        }
        _ => {}
    }
}

/// Whether the value of a header lets somebody in: it is kept no longer than the request.
fn is_secret(name: &[u8]) -> bool {
    const NAMES: [&[u8]; 6] = [
        b"authorization",
        b"cookie",
        b"set-cookie",
        b"proxy-authorization",
        b"x-api-key",
        b"x-amz-security-token",
    ];
    NAMES.iter().any(|secret| secret.eq_ignore_ascii_case(name))
}

/// Who is asked about a value.
#[derive(Clone, Copy)]
struct Asked<'g> {
    cluster: &'g Cluster,
    feed: &'g Feed,
    memory: Memory,
    /// The features of the feed's only value.
    known: Option<Features>,
}

/// Whether a value may match any rule of the feed; the rules' bits are then in the desk.
fn value_may_match(plan: &Plan, scratch: &mut Scratch, asked: Asked<'_>, value: &[u8]) -> bool {
    let Asked { cluster, feed, mut memory, known } = asked;
    scratch.desk.decided.clear();
    if memory != Memory::Nothing && !scratch.worth.is_tried(feed.number) {
        memory = Memory::Nothing;
    }
    let key = if memory == Memory::Whole { Seen::key(feed.number, value) } else { None };
    if let Some(key) = key {
        let known = scratch.seen.get(key, feed.number, value);
        scratch.worth.note(feed.number, known.is_some());
        if let Some(known) = known {
            scratch.desk.bits.clear();
            scratch.desk.bits.extend_from_slice(known);
            return known.iter().any(|word| *word != 0);
        }
    }
    if cluster.is_surely_silent(&plan.rules, value) {
        return false;
    }
    let mark = if memory == Memory::Hash { Silent::mark(feed.number, value) } else { None };
    if let Some(mark) = mark {
        let is_known = scratch.silent.has(mark);
        scratch.worth.note(feed.number, is_known);
        if is_known {
            return false;
        }
    }
    let own = match feed.from {
        _ if known.is_some() => known.unwrap_or_default(),
        // Nothing depends on what stands in a body that no transformation changes.
        _ if feed.is_body && cluster.spoilers == 0 => Features::default(),
        Origin::Scalar(_) => features_once(&mut scratch.known, value),
        _ => features(value),
    };
    let number = if feed.is_body { alphabet::ALPHABETS - 1 } else { alphabet::number(own) };
    let Scratch { desk, heat, .. } = scratch;
    desk.bits.clear();
    desk.bits.resize(feed.members.len(), 0);
    let mut any = 0;
    if let Some(built) = cluster.built(&plan.rules, number)
        && built.is_asked(feed)
    {
        transform_all(plan, (cluster, built), (value, own), desk);
        built.read_texts((&plan.rules, cluster), heat, value, desk);
        built.ask_directly(plan, (cluster, feed), value, desk);
        for (word, member) in desk.bits.iter_mut().zip(&feed.members) {
            *word &= member;
            any |= *word;
        }
    }
    if let Some(key) = key {
        scratch.seen.insert(key, feed.number, value, &scratch.desk.bits);
    }
    if let Some(mark) = mark.filter(|_| any == 0) {
        scratch.silent.insert(mark);
    }
    any != 0
}

/// The features of a scalar. Several feeds look at the same one, and it stays where it is while a phase runs.
fn features_once(known: &mut Vec<(usize, usize, Features)>, value: &[u8]) -> Features {
    let place = value.as_ptr().addr();
    let found = known.iter().find(|(at, length, _)| *at == place && *length == value.len());
    if let Some((.., found)) = found {
        return *found;
    }
    let found = features(value);
    known.push((place, value.len(), found));
    found
}

/// Works out every node's text.
fn transform_all(
    plan: &Plan,
    (cluster, built): (&Cluster, &Built),
    (value, own): (&[u8], Features),
    desk: &mut Desk,
) {
    desk.made_used = 0;
    desk.texts.clear();
    desk.touched.clear();
    if own.0 & cluster.spoilers == 0 && !cluster.always {
        return;
    }
    let place = desk.touch(cluster, built, own.0 & cluster.spoilers);
    let Some(order) = desk.orders.get_mut(place).map(|order| std::mem::take(&mut order.nodes)) else {
        return;
    };
    if !order.is_empty() {
        desk.texts.resize(cluster.nodes.len(), 0);
        desk.done.clear();
    }
    let mut next = 0;
    while let Some((number, behind)) = order.get(next) {
        let node = usize::from(*number);
        let text = transformed(plan, (cluster, built, node), (value, own), desk);
        let Some(text) = text else {
            let end = next + 1 + usize::from(*behind);
            for (skipped, _) in order.get(next..end).unwrap_or_default() {
                if let Some(place) = desk.texts.get_mut(usize::from(*skipped)) {
                    *place = SKIPPED;
                }
            }
            next = end;
            continue;
        };
        if let Some(place) = desk.texts.get_mut(node) {
            *place = text;
        }
        desk.touched.push(*number);
        next += 1;
    }
    if let Some(known) = desk.orders.get_mut(place) {
        known.nodes = order;
    }
}

/// The text of a node; `None` when nothing can match there or behind it.
fn transformed(
    plan: &Plan,
    (cluster, built, number): (&Cluster, &Built, usize),
    (value, own): (&[u8], Features),
    desk: &mut Desk,
) -> Option<usize> {
    let node = cluster.nodes.get(number)?;
    let parent = desk.texts.get(node.parent).copied().unwrap_or(0);
    if !built.may_match_behind(number, desk.text(value, parent)) {
        return None;
    }
    let Some(transformation) = node.transformation.filter(|_| built.acts(number)) else {
        return Some(parent);
    };
    let before = match parent.checked_sub(1).and_then(|made| desk.made.get_mut(made)) {
        None => own,
        Some(made) if made.bytes.is_empty() => Features::default(),
        // Whether anything stands there is all that matters.
        Some(_) if Features(node.spoilers).is_filled_alone() => Features(node.spoilers),
        Some(made) => *made.features.get_or_insert_with(|| features(&made.bytes)),
    };
    if node.spoilers != u32::MAX && before.0 & node.spoilers == 0 {
        return Some(parent);
    }
    if empties(transformation, before) && !built.may_match_from(number, b"") {
        return None;
    }
    let known = desk.done.iter().find(|(done, from, _)| *done == transformation && *from == parent);
    let made = match known {
        Some((.., known)) => *known,
        None => {
            let made = make(plan, transformation, value, parent, desk);
            desk.done.push((transformation, parent, made));
            made
        }
    };
    (made == parent || built.may_match_from(number, desk.text(value, made))).then_some(made)
}

/// Applies one transformation; gives the text that came out, which may be one that is there already.
fn make(plan: &Plan, transformation: Transformation, value: &[u8], parent: usize, desk: &mut Desk) -> usize {
    if desk.made.len() == desk.made_used {
        desk.made.push(Made::default());
    }
    let (known, free) = desk.made.split_at_mut(desk.made_used);
    let Some(fresh) = free.first_mut() else { return parent };
    let before = match parent.checked_sub(1) {
        None => value,
        Some(earlier) => known.get(earlier).map(|made| made.bytes.as_slice()).unwrap_or_default(),
    };
    if !apply(transformation, before, plan.context(), &mut fresh.bytes) {
        return parent;
    }
    if fresh.bytes == value {
        return 0;
    }
    if let Some(same) = known.iter().position(|made| made.bytes == fresh.bytes) {
        return same + 1;
    }
    fresh.features = None;
    desk.made_used += 1;
    desk.made_used
}

impl Order {
    /// Adds the nodes behind one, whose text may be another than the value or not.
    fn add_behind(&mut self, (cluster, built): (&Cluster, &Built), parent: usize, is_touched: bool) {
        let behind = cluster.nodes.iter().enumerate().skip(1).filter(|(_, node)| node.parent == parent);
        for (number, node) in behind.filter(|(number, _)| built.needs(*number)) {
            let touched = is_touched || node.spoilers == u32::MAX || node.spoilers & self.features != 0;
            let place = self.nodes.len();
            if touched {
                self.nodes.extend(u16::try_from(number).map(|number| (number, 0)));
            }
            self.add_behind((cluster, built), number, touched);
            let behind = u16::try_from(self.nodes.len().saturating_sub(place + 1)).unwrap_or(0);
            if let Some((_, count)) = self.nodes.get_mut(place).filter(|_| touched) {
                *count = behind;
            }
        }
    }
}

impl Desk {
    /// Bytes of memory that texts keep.
    pub(super) fn reserved_bytes(&self) -> usize {
        self.made.iter().map(|made| made.bytes.capacity()).sum()
    }

    /// Finds the nodes that may change a value with these features, and those behind them, but for those that nobody asks: the place of their
    /// [order](Order).
    fn touch(&mut self, cluster: &Cluster, built: &Built, features: u32) -> usize {
        if self.orders.is_empty() {
            self.orders.resize_with(ORDERS, Order::default);
        }
        let hash = (built.first.wrapping_mul(0x9E37_79B1) ^ features.wrapping_mul(0x85EB_CA6B)) >> 16;
        let place = hash as usize % ORDERS;
        if let Some(order) = self.orders.get_mut(place)
            && (!order.known || order.built != built.first || order.features != features)
        {
            *order = Order { known: true, built: built.first, features, nodes: Vec::new() };
            order.add_behind((cluster, built), 0, false);
        }
        place
    }

    pub(super) fn text<'a>(&'a self, value: &'a [u8], number: usize) -> &'a [u8] {
        match number.checked_sub(1) {
            None => value,
            Some(made) => self.made.get(made).map(|made| made.bytes.as_slice()).unwrap_or_default(),
        }
    }

    /// Whether an ask looks at a text.
    pub(super) fn sees(&self, ask: &Ask, text: usize) -> bool {
        // Without texts, every node's is the value.
        self.texts.is_empty() || ask.nodes.iter().any(|node| self.texts.get(*node) == Some(&text))
    }

    pub(super) fn decide(&mut self, bit: usize) {
        if self.decided.len() < self.bits.len() {
            self.decided.resize(self.bits.len(), 0);
        }
        if let Some(word) = self.decided.get_mut(bit / 64) {
            *word |= 1 << (bit % 64);
        }
    }

    pub(super) fn suspect(&mut self, bit: usize) {
        if let Some(word) = self.bits.get_mut(bit / 64) {
            *word |= 1 << (bit % 64);
        }
    }
}

/// The budget of a new phase.
pub(super) fn begin(scratch: &mut Scratch) {
    scratch.run += 1;
    scratch.known.clear();
    let run = scratch.run;
    let heat = &mut scratch.heat;
    heat.states_left = STATES_PER_PHASE;
    if run.is_multiple_of(PHASES_BETWEEN_COUNTS) {
        let bytes: usize = heat.warmth.iter().flatten().map(|warmth| warmth.cache.memory_usage()).sum();
        if bytes > WARMTH_BYTES_MAX {
            heat.warmth.clear();
            heat.states_when_new = Some(STATES_AGAIN);
        }
    }
}
