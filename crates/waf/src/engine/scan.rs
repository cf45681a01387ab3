//! Asking a group: which values could match which of its rules.
//!
//! For each value: what its transformations make of it (most often nothing: they are then the same bytes), one pass of the cluster's automaton over each
//! of those texts, and the operators that have no pattern. What comes out are *suspects*, values with the rules that may match them; the walk
//! evaluates those exactly. A value without any suspicion costs one pass.
use super::Plan;
use super::automaton::{self, Automaton, Outcome};
use super::groups::{Ask, Cluster, Feed};
use super::inputs::Inputs;
use super::machine::{Machine, pattern};
use super::plan::{Origin, Rules, Test};
use super::pool::Scratch;
use super::seen::Seen;
use crate::operator::Outcome as Answer;
use crate::rule::Transformation;
use crate::transform::{Features, apply, features};
use regex_automata::hybrid::dfa::Cache;
use std::sync::OnceLock;

/// New states of automata that one phase may build, once the first values have been seen.
const STATES_PER_PHASE: u32 = 32;
/// New states that an automaton may build without limit, when it is new.
const STATES_AT_FIRST: u32 = 6000;

/// And when its memory was full and is empty again: few, since hostile values are what fills it.
const STATES_AGAIN: u32 = 600;

/// Bytes of states of all automata in one thread; counted now and then, since a phase adds few.
const WARMTH_BYTES_MAX: usize = 48 << 20;
const PHASES_BETWEEN_COUNTS: u64 = 1024;

/// Kinds of values for which the desk knows what may change them.
const ORDERS: usize = 256;

/// A cluster made ready at its first use.
#[derive(Debug)]
pub(super) struct Built {
    /// Every pattern, and then those of each node alone: few look at what a rare transformation makes.
    machines: Vec<OnceLock<Machine>>,
    /// The cluster's asks that have a pattern. The patterns themselves would take more memory than the automata: they are made again when one is built.
    patterned: Vec<usize>,
    /// Asks without a pattern.
    direct: Vec<usize>,
}

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

/// An automaton's memory in one thread, and how many states it may still build.
#[derive(Debug)]
pub(super) struct Warmth {
    cache: Cache,
    left: u32,
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
struct Order {
    cluster: u32,
    features: u32,
    nodes: Vec<u16>,
}

/// Memory for one value.
#[derive(Debug, Default)]
pub(super) struct Desk {
    /// Texts other than the value itself.
    made: Vec<Made>,
    made_used: usize,
    /// For each node its text: 0 is the value, others are in `made` from 1. Empty when all are the value.
    texts: Vec<usize>,
    /// The nodes whose text may be another than the value.
    touched: Vec<u16>,
    /// Transformations of this value: which, of which text, and what came out.
    done: Vec<(Transformation, usize, usize)>,
    /// Which nodes those are, for clusters and features seen before.
    orders: Vec<Order>,
    bits: Vec<u64>,
    /// Rules that match for certain.
    decided: Vec<u64>,
    found: Vec<usize>,
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
        self.mask.iter().enumerate().filter(|(_, bits)| **bits != 0).flat_map(|(word, bits)| {
            (0..64).filter(move |bit| bits & (1 << bit) != 0).map(move |bit| word * 64 + bit)
        })
    }

    pub(super) fn is_decided(&self, bit: usize) -> bool {
        self.decided.get(bit / 64).is_some_and(|word| word & (1 << (bit % 64)) != 0)
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
    for (feed_number, feed) in group.feeds.iter().enumerate() {
        let Some(cluster) = group.clusters.get(feed.cluster) else { continue };
        each(inputs, feed, &mut |position, value| {
            if !value_may_match(plan, scratch, cluster, feed, value) {
                return;
            }
            suspects.places.push((feed_number, position));
            for ((word, member), all) in
                scratch.desk.decided.iter().zip(&feed.members).zip(&mut suspects.decided)
            {
                *all |= word & member;
            }
            for (word, all) in scratch.desk.bits.iter().zip(&mut suspects.mask) {
                suspects.bits.push(*word);
                *all |= word;
            }
        });
    }
    if let Some(slot) = scratch.suspects.get_mut(number) {
        *slot = suspects;
    }
}

/// Calls with the position and value of everything that a feed has.
fn each(inputs: &Inputs, feed: &Feed, visit: &mut dyn FnMut(usize, &[u8])) {
    match feed.from {
        Origin::Scalar(scalar) => visit(0, inputs.scalar(scalar)),
        Origin::Values(store, part) | Origin::Names(store, part) => {
            let names = matches!(feed.from, Origin::Names(..));
            let fields = inputs.store(store);
            for position in inputs.positions(store, part) {
                let Some(field) = fields.at(position) else { continue };
                if feed.name.as_ref().is_none_or(|name| name.eq_ignore_ascii_case(field.name)) {
                    visit(position, if names { field.name } else { field.value });
                }
            }
        }
        _ => {}
    }
}

/// Whether a value may match any rule of the feed; the rules' bits are then in the desk.
fn value_may_match(plan: &Plan, scratch: &mut Scratch, cluster: &Cluster, feed: &Feed, value: &[u8]) -> bool {
    let key = if feed.repeats { Seen::key(feed.number, value) } else { None };
    scratch.desk.decided.clear();
    if let Some(known) = key.and_then(|key| scratch.seen.get(key, feed.number, value)) {
        scratch.desk.bits.clear();
        scratch.desk.bits.extend_from_slice(known);
        return known.iter().any(|word| *word != 0);
    }
    let built = cluster.built.get_or_init(|| Built::new(&plan.rules, cluster));
    let mut desk = std::mem::take(&mut scratch.desk);
    desk.bits.clear();
    desk.bits.resize(feed.members.len(), 0);
    transform_all(plan, cluster, value, &mut desk);
    built.read_texts((&plan.rules, cluster), scratch, value, &mut desk);
    built.ask_directly(plan, (cluster, feed), value, &mut desk);
    let mut any = 0;
    for (word, member) in desk.bits.iter_mut().zip(&feed.members) {
        *word &= member;
        any |= *word;
    }
    if let Some(key) = key {
        scratch.seen.insert(key, feed.number, value, &desk.bits);
    }
    scratch.desk = desk;
    any != 0
}

/// Works out every node's text.
fn transform_all(plan: &Plan, cluster: &Cluster, value: &[u8], desk: &mut Desk) {
    desk.made_used = 0;
    desk.texts.clear();
    desk.touched.clear();
    if cluster.spoilers == 0 && !cluster.always {
        return;
    }
    let own = features(value);
    if own.0 & cluster.spoilers == 0 && !cluster.always {
        return;
    }
    desk.touch(cluster, own.0 & cluster.spoilers);
    desk.texts.resize(cluster.nodes.len(), 0);
    let touched = std::mem::take(&mut desk.touched);
    desk.done.clear();
    for number in &touched {
        let Some(node) = cluster.nodes.get(usize::from(*number)) else { continue };
        let parent = desk.texts.get(node.parent).copied().unwrap_or(0);
        let before = match parent.checked_sub(1).and_then(|made| desk.made.get_mut(made)) {
            None => own,
            Some(made) => *made.features.get_or_insert_with(|| features(&made.bytes)),
        };
        let text = match node.transformation {
            Some(transformation) if node.spoilers == u32::MAX || before.0 & node.spoilers != 0 => {
                match desk.done.iter().find(|(done, from, _)| *done == transformation && *from == parent) {
                    Some((.., known)) => *known,
                    None => {
                        let made = make(plan, transformation, value, parent, desk);
                        desk.done.push((transformation, parent, made));
                        made
                    }
                }
            }
            _ => parent,
        };
        if let Some(place) = desk.texts.get_mut(usize::from(*number)) {
            *place = text;
        }
    }
    desk.touched = touched;
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

impl Desk {
    /// Bytes of memory that texts keep.
    pub(super) fn reserved_bytes(&self) -> usize {
        self.made.iter().map(|made| made.bytes.capacity()).sum()
    }

    /// Finds the nodes that may change a value with these features, and those behind them, in order.
    fn touch(&mut self, cluster: &Cluster, features: u32) {
        if self.orders.is_empty() {
            self.orders.resize_with(ORDERS, Order::default);
        }
        let place = (cluster.number.wrapping_mul(0x9E37_79B1) ^ features.wrapping_mul(0x85EB_CA6B)) >> 16;
        let Some(order) = self.orders.get_mut(place as usize % ORDERS) else { return };
        if order.nodes.is_empty() || order.cluster != cluster.number || order.features != features {
            order.cluster = cluster.number;
            order.features = features;
            order.nodes.clear();
            let mut is_touched = vec![false];
            for (number, node) in cluster.nodes.iter().enumerate().skip(1) {
                let touched = node.spoilers == u32::MAX
                    || node.spoilers & features != 0
                    || is_touched.get(node.parent).copied().unwrap_or(true);
                is_touched.push(touched);
                if touched {
                    order.nodes.extend(u16::try_from(number));
                }
            }
        }
        self.touched.extend_from_slice(&order.nodes);
    }

    fn text<'a>(&'a self, value: &'a [u8], number: usize) -> &'a [u8] {
        match number.checked_sub(1) {
            None => value,
            Some(made) => self.made.get(made).map(|made| made.bytes.as_slice()).unwrap_or_default(),
        }
    }

    /// Whether an ask looks at a text.
    fn sees(&self, ask: &Ask, text: usize) -> bool {
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

/// One reading of one text by one automaton.
#[derive(Clone, Copy)]
struct Pass<'v> {
    /// 0 for the automaton of all patterns, a node's from 1.
    number: usize,
    text: usize,
    value: &'v [u8],
}

impl Built {
    pub(super) fn new(rules: &Rules, cluster: &Cluster) -> Self {
        let mut patterns = Vec::new();
        let mut direct = Vec::new();
        for (number, ask) in cluster.asks.iter().enumerate() {
            match pattern(rules, ask) {
                Some(hir) => patterns.push((number, hir)),
                None => direct.push(number),
            }
        }
        let patterned = patterns.iter().map(|(number, _)| *number).collect();
        let machines: Vec<OnceLock<Machine>> = (0..=cluster.nodes.len()).map(|_| OnceLock::new()).collect();
        if let Some(first) = machines.first() {
            first.get_or_init(|| Machine::new(cluster, patterns));
        }
        Self { machines, patterned, direct }
    }

    /// The automaton of all patterns (0), or of those that look at a node (from 1).
    fn machine(&self, rules: &Rules, cluster: &Cluster, number: usize) -> Option<&Machine> {
        let machine = self.machines.get(number)?.get_or_init(|| {
            let node = number.saturating_sub(1);
            let asks = self.patterned.iter().filter_map(|ask| Some((*ask, cluster.asks.get(*ask)?)));
            let wanted = asks.filter(|(_, ask)| ask.nodes.contains(&node));
            let patterns = wanted.filter_map(|(number, ask)| Some((number, pattern(rules, ask)?)));
            Machine::new(cluster, patterns.collect())
        });
        Some(machine)
    }

    /// One pass over each text. The value itself is read by the automaton of all patterns; a text that few of them look at, by theirs.
    fn read_texts(&self, of: (&Rules, &Cluster), scratch: &mut Scratch, value: &[u8], desk: &mut Desk) {
        let (_, cluster) = of;
        for text in 0..=desk.made_used {
            if text == 0 {
                self.read_text(of, scratch, Pass { number: 0, text, value }, desk);
                continue;
            }
            let seen_by = |desk: &Desk, node: usize| desk.texts.get(node) == Some(&text);
            let touched = |desk: &Desk, place: usize| desk.touched.get(place).copied().map(usize::from);
            let patterns: usize = (desk.touched.iter().map(|node| usize::from(*node)))
                .filter(|node| seen_by(desk, *node))
                .map(|node| cluster.patterns(node))
                .sum();
            if patterns * 4 > self.patterned.len() {
                self.read_text(of, scratch, Pass { number: 0, text, value }, desk);
                continue;
            }
            for place in 0..desk.touched.len() {
                let Some(node) = touched(desk, place) else { continue };
                if seen_by(desk, node) && cluster.patterns(node) > 0 {
                    self.read_text(of, scratch, Pass { number: node + 1, text, value }, desk);
                }
            }
        }
    }

    fn read_text(&self, of: (&Rules, &Cluster), scratch: &mut Scratch, pass: Pass<'_>, desk: &mut Desk) {
        let (rules, cluster) = of;
        let Pass { number, text, value } = pass;
        let Some(machine) = self.machine(rules, cluster, number).filter(|machine| !machine.asks.is_empty())
        else {
            return;
        };
        let mut found = std::mem::take(&mut desk.found);
        found.clear();
        let outcome = match &machine.automaton {
            _ if !machine.is_possible(desk.text(value, text)) => Outcome::Complete,
            None => Outcome::GaveUp,
            Some(automaton) => {
                let slot = cluster.number as usize + number;
                if scratch.warmth.len() <= slot {
                    scratch.warmth.resize_with(slot + 1, || None);
                }
                let Some(place) = scratch.warmth.get_mut(slot) else { return };
                let left = scratch.states_when_new.unwrap_or(STATES_AT_FIRST);
                let warmth = place.get_or_insert_with(|| Warmth { cache: automaton.cache(), left });
                let at_first = warmth.left > 0;
                let budget = if at_first { &mut warmth.left } else { &mut scratch.states_left };
                let before = *budget;
                let outcome =
                    automaton.read(&mut warmth.cache, desk.text(value, text), budget, &mut |pattern| {
                        if found.last() != Some(&pattern) {
                            found.push(pattern);
                        }
                    });
                if *budget != before {
                    warmth.empty_when_full(automaton);
                }
                outcome
            }
        };
        if outcome == Outcome::GaveUp {
            found.clear();
            machine.literals(rules, cluster).possible(desk.text(value, text), &mut found);
        }
        for pattern in &found {
            let Some(ask) = machine.asks.get(*pattern).and_then(|number| cluster.asks.get(*number)) else {
                continue;
            };
            if !ask.inverse && desk.sees(ask, text) {
                desk.suspect(ask.bit);
            }
        }
        if number == 0 && text == 0 {
            machine.tell_absent(cluster, outcome, &found, desk);
        }
        desk.found = found;
    }

    /// Operators without a pattern.
    fn ask_directly(&self, plan: &Plan, (cluster, feed): (&Cluster, &Feed), value: &[u8], desk: &mut Desk) {
        for number in &self.direct {
            let Some(ask) = cluster.asks.get(*number) else { continue };
            if feed.members.get(ask.bit / 64).is_none_or(|word| word & (1 << (ask.bit % 64)) == 0) {
                continue;
            }
            let Some(link) = plan.rules.rules.get(ask.rule as usize).and_then(|rule| rule.links.first())
            else {
                continue;
            };
            let Test::Matcher(matcher, _) = &link.test else { continue };
            let mut suspicious = false;
            let mut before = None;
            for node in &ask.nodes {
                let text = desk.texts.get(*node).copied().unwrap_or(0);
                if before == Some(text) {
                    continue;
                }
                before = Some(text);
                suspicious |= match matcher.test(desk.text(value, text), b"") {
                    Answer::Match => !link.negated,
                    Answer::NoMatch => link.negated,
                    Answer::LimitExceeded => true,
                };
            }
            // Case was set aside for a pattern that did not fit into the automaton: only the walk can tell.
            if suspicious || ask.folded {
                desk.suspect(ask.bit);
            }
        }
    }
}

impl Warmth {
    fn empty_when_full(&mut self, automaton: &Automaton) {
        if self.cache.memory_usage() > automaton::CACHE_BYTES_MAX - automaton::CACHE_BYTES_MAX / 8 {
            self.cache = automaton.cache();
            self.left = STATES_AGAIN;
        }
    }
}

/// The budget of a new phase.
pub(super) fn begin(scratch: &mut Scratch) {
    scratch.run += 1;
    scratch.states_left = STATES_PER_PHASE;
    if scratch.run.is_multiple_of(PHASES_BETWEEN_COUNTS) {
        let bytes: usize = scratch.warmth.iter().flatten().map(|warmth| warmth.cache.memory_usage()).sum();
        if bytes > WARMTH_BYTES_MAX {
            scratch.warmth.clear();
            scratch.states_when_new = Some(STATES_AGAIN);
        }
    }
}
