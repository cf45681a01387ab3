//! A cluster made ready for the values of one alphabet: which of its rules can match at all, and the automata that ask for them.
use super::Plan;
use super::alphabet::{self, Alphabet};
use super::automaton::{self, Automaton, Outcome};
use super::groups::{Ask, Cluster, Feed};
use super::machine::{self, Machine};
use super::needs::{Look, Needs};
use super::plan::{Rules, Test};
use super::scan::{Desk, SKIPPED};
use crate::operator::Outcome as Answer;
use regex_automata::hybrid::dfa::Cache;
use regex_syntax::hir::Hir;
use std::sync::OnceLock;

/// New states that an automaton may build without limit, when it is new.
const STATES_AT_FIRST: u32 = 6000;
/// The same for those of a transformation's texts, which see less.
const STATES_AT_FIRST_BEHIND: u32 = 500;

/// And when its memory was full and is empty again: few, since hostile values are what fills it.
pub(super) const STATES_AGAIN: u32 = 600;

/// A cluster made ready at its first use.
#[derive(Debug)]
pub(super) struct Built {
    /// The first of its automata among those of the plan.
    pub(super) first: u32,
    /// Whether it is for values of any bytes.
    is_whole: bool,
    /// Every pattern that the value itself can match, and then those of each node alone: few look at what a rare transformation makes.
    machines: Vec<OnceLock<Machine>>,
    nodes: Vec<NodeFacts>,
    /// Asks without a pattern that may match.
    direct: Vec<usize>,
    /// The rules that can match, a bit each.
    live: Vec<u64>,
    /// What any rule needs, of the value or of what is made of it: where that says much.
    look: Option<Look>,
}

/// What is known of the texts of a node.
#[derive(Debug)]
struct NodeFacts {
    alphabet: Alphabet,
    /// The asks whose pattern they can match. The patterns themselves would take more memory than the automata: they are made again when one is built.
    asks: Vec<usize>,
    /// The first node with the same alphabet and asks: one automaton serves both.
    machine_of: usize,
    /// Whether a rule that can match looks at it, or at a node behind it.
    needed: bool,
    /// Whether its transformation can change anything.
    acts: bool,
    /// What its text, or one made of it, must have to match.
    needs: Needs,
    /// The same, as a look.
    here: Look,
    /// The same of the text that its transformation is applied to.
    before: Look,
}

/// The memory of all automata in one thread.
#[derive(Debug, Default)]
pub(super) struct Heat {
    pub(super) warmth: Vec<Option<Warmth>>,
    /// New states that automata may still build in this phase.
    pub(super) states_left: u32,
    /// States that a new automaton may build without limit, once others were thrown away.
    pub(super) states_when_new: Option<u32>,
}

/// An automaton's memory in one thread, and how many states it may still build.
#[derive(Debug)]
pub(super) struct Warmth {
    pub(super) cache: Cache,
    left: u32,
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
    /// One for each alphabet.
    pub(super) fn all(rules: &Rules, cluster: &Cluster) -> Vec<Self> {
        let mut all: Vec<Self> = (0..alphabet::ALPHABETS).map(|number| Self::new(cluster, number)).collect();
        for (number, ask) in cluster.asks.iter().enumerate() {
            let whole = machine::whole(rules, ask);
            let needs = match &whole {
                Some(whole) if !ask.inverse => Needs::of(whole),
                _ => Needs::unknown(),
            };
            for built in &mut all {
                built.add(rules, (number, ask), whole.as_ref(), &needs);
            }
        }
        for built in &mut all {
            built.finish(cluster);
        }
        all
    }

    fn new(cluster: &Cluster, number: usize) -> Self {
        let mut nodes: Vec<NodeFacts> = Vec::with_capacity(cluster.nodes.len());
        for node in &cluster.nodes {
            let (alphabet, acts) = match (node.transformation, nodes.get(node.parent)) {
                (Some(transformation), Some(parent)) => {
                    (parent.alphabet.behind(transformation), parent.alphabet.may_have(node.spoilers))
                }
                _ => (Alphabet::new(number), false),
            };
            let machine_of = nodes.len();
            nodes.push(NodeFacts {
                alphabet,
                asks: Vec::new(),
                machine_of,
                needed: false,
                acts,
                needs: Needs::nothing(),
                here: Look::default(),
                before: Look::default(),
            });
        }
        Self {
            first: cluster.number + u32::try_from(number * (cluster.nodes.len() + 1)).unwrap_or(0),
            is_whole: number + 1 == alphabet::ALPHABETS,
            machines: (0..=cluster.nodes.len()).map(|_| OnceLock::new()).collect(),
            nodes,
            direct: Vec::new(),
            live: Vec::new(),
            look: None,
        }
    }

    /// Finds out where an ask can match.
    fn add(&mut self, rules: &Rules, (number, ask): (usize, &Ask), whole: Option<&Hir>, needs: &Needs) {
        let mut can_match = false;
        for node in &ask.nodes {
            let Some(facts) = self.nodes.get_mut(*node) else { continue };
            let here = match whole {
                Some(whole) => ask.inverse || facts.alphabet.allows(whole),
                None => can_match_directly(rules, ask, &facts.alphabet),
            };
            if here && whole.is_some() {
                facts.asks.push(number);
            }
            if here {
                facts.needs = std::mem::replace(&mut facts.needs, Needs::nothing()).or(needs.clone());
            }
            facts.needed |= here;
            can_match |= here;
        }
        if !can_match {
            return;
        }
        if whole.is_none() {
            self.direct.push(number);
        }
        self.live.resize(self.live.len().max(ask.bit / 64 + 1), 0);
        if let Some(word) = self.live.get_mut(ask.bit / 64) {
            *word |= 1 << (ask.bit % 64);
        }
    }

    /// What follows once all asks are there.
    fn finish(&mut self, cluster: &Cluster) {
        for (place, node) in cluster.nodes.iter().enumerate().skip(1).rev() {
            let needed = self.needs(place);
            let Some(facts) = self.nodes.get_mut(place) else { continue };
            facts.here = facts.needs.clone().within(&facts.alphabet).look();
            let needs = match node.transformation.filter(|_| facts.acts) {
                Some(transformation) => facts.needs.clone().before(transformation),
                None => facts.needs.clone(),
            };
            if let Some(parent) = self.nodes.get_mut(node.parent) {
                parent.needed |= needed;
                parent.needs = std::mem::replace(&mut parent.needs, Needs::nothing()).or(needs.clone());
                let look = needs.within(&parent.alphabet).look();
                if let Some(facts) = self.nodes.get_mut(place) {
                    facts.before = look;
                }
            }
        }
        let needs = self.nodes.first().map(|facts| facts.needs.clone().within(&facts.alphabet));
        self.look = needs.map(Needs::look).filter(Look::is_telling);
        for facts in &mut self.nodes {
            facts.needs = Needs::unknown();
        }
        for place in 0..self.nodes.len() {
            let alike = |own: &NodeFacts| {
                let same = |other: &NodeFacts| other.asks == own.asks && other.alphabet == own.alphabet;
                self.nodes.iter().position(same)
            };
            let first = self.nodes.get(place).and_then(alike).unwrap_or(place);
            if let Some(facts) = self.nodes.get_mut(place) {
                facts.machine_of = first;
            }
        }
    }

    /// Makes the automata of the alphabets that nearly every request needs. Each costs milliseconds and memory, so the others wait for the first value
    /// that asks for them.
    pub(super) fn prepare(all: &[Self], rules: &Rules, cluster: &Cluster) {
        let common = all.iter().enumerate().filter(|(number, _)| alphabet::is_common(*number));
        let missing =
            common.filter_map(|(_, built)| Some((built, built.machines.first()?, built.alphabet())));
        let mut missing: Vec<_> = missing
            .filter(|(_, machine, _)| machine.get().is_none())
            .map(|(built, machine, alphabet)| (built, machine, alphabet, Vec::new()))
            .collect();
        for (number, ask) in cluster.asks.iter().enumerate() {
            let Some(whole) = machine::whole(rules, ask) else { continue };
            for (built, _, alphabet, patterns) in &mut missing {
                if built.is_live(ask) {
                    patterns.extend(machine::possible(ask, &whole, alphabet).map(|hir| (number, hir)));
                }
            }
        }
        for (_, machine, _, patterns) in missing {
            machine.get_or_init(|| Machine::of(cluster, patterns));
        }
    }

    /// Whether nothing in a value matches any pattern, as far as a quick look tells. Only for clusters whose rules all have one.
    pub(super) fn misses(&self, rules: &Rules, cluster: &Cluster, value: &[u8]) -> bool {
        self.direct.is_empty()
            && self.machine(rules, cluster, 0).is_some_and(|machine| !machine.is_possible(value))
    }

    /// A look that tells most values that no rule can match, when there is one.
    pub(super) fn look(&self) -> Option<&Look> {
        self.look.as_ref()
    }

    /// Whether a rule of a feed can match.
    pub(super) fn is_asked(&self, feed: &Feed) -> bool {
        self.live.iter().zip(&feed.members).any(|(live, member)| live & member != 0)
    }

    /// Whether anybody asks for a node's text.
    pub(super) fn needs(&self, node: usize) -> bool {
        self.nodes.get(node).is_none_or(|facts| facts.needed)
    }

    /// Whether anything may match that a node's transformation makes of a text, or that is made of that.
    pub(super) fn may_match_behind(&self, node: usize, text: &[u8]) -> bool {
        self.nodes.get(node).is_none_or(|facts| facts.before.stands_in(text))
    }

    /// Whether anything may match in a node's text, or in what is made of it.
    pub(super) fn may_match_from(&self, node: usize, text: &[u8]) -> bool {
        self.nodes.get(node).is_none_or(|facts| facts.here.stands_in(text))
    }

    /// Whether a node's transformation can change anything.
    pub(super) fn acts(&self, node: usize) -> bool {
        self.nodes.get(node).is_none_or(|facts| facts.acts)
    }

    /// The automaton of all patterns (0), or of those that look at a node (from 1).
    fn machine(&self, rules: &Rules, cluster: &Cluster, number: usize) -> Option<&Machine> {
        let machine = self.machines.get(number)?.get_or_init(|| match number.checked_sub(1) {
            Some(node) => {
                let facts = self.nodes.get(node);
                let asks = facts.map(|facts| facts.asks.as_slice()).unwrap_or_default();
                let alphabet = facts.map_or_else(Alphabet::all, |facts| facts.alphabet.clone());
                Machine::behind(rules, cluster, asks, &alphabet)
            }
            None => {
                let asks = cluster.asks.iter().enumerate();
                let live: Vec<usize> =
                    asks.filter(|(_, ask)| self.is_live(ask)).map(|(number, _)| number).collect();
                Machine::new(rules, cluster, &live, &self.alphabet())
            }
        });
        Some(machine)
    }

    /// What a value can have.
    fn alphabet(&self) -> Alphabet {
        self.nodes.first().map_or_else(Alphabet::all, |facts| facts.alphabet.clone())
    }

    fn is_live(&self, ask: &Ask) -> bool {
        self.live.get(ask.bit / 64).is_some_and(|word| word & (1 << (ask.bit % 64)) != 0)
    }

    /// One pass over each text. The value itself is read by the automaton of all patterns; a text that few of them look at, by theirs.
    pub(super) fn read_texts(&self, of: (&Rules, &Cluster), heat: &mut Heat, value: &[u8], desk: &mut Desk) {
        self.read_text(of, heat, Pass { number: 0, text: 0, value }, desk);
        if desk.made_used == 0 {
            return;
        }
        desk.by_all.clear();
        // The automaton of all patterns knows only what the value's bytes can match.
        if self.is_whole {
            self.read_by_all(of, heat, value, desk);
        }
        desk.machines.clear();
        for place in 0..desk.touched.len() {
            let node = desk.touched.get(place).map_or(0, |node| usize::from(*node));
            let text = desk.texts.get(node).copied().unwrap_or(0);
            let Some(facts) = self.nodes.get(node) else { continue };
            let run = (text, facts.machine_of);
            if text == 0
                || text == SKIPPED
                || facts.asks.is_empty()
                || desk.machines.contains(&run)
                || desk.by_all.contains(&text)
            {
                continue;
            }
            desk.machines.push(run);
            self.read_text(of, heat, Pass { number: facts.machine_of + 1, text, value }, desk);
        }
    }

    /// Reads the texts that many patterns look at.
    fn read_by_all(&self, of: (&Rules, &Cluster), heat: &mut Heat, value: &[u8], desk: &mut Desk) {
        let (rules, cluster) = of;
        let all = self.machine(rules, cluster, 0).map_or(0, |all| all.asks.len());
        desk.counts.clear();
        desk.counts.resize(desk.made_used + 1, 0);
        for node in &desk.touched {
            let node = usize::from(*node);
            let text = desk.texts.get(node).copied().unwrap_or(0);
            if let (Some(count), Some(facts)) = (desk.counts.get_mut(text), self.nodes.get(node)) {
                *count += facts.asks.len();
            }
        }
        for text in 1..=desk.made_used {
            if desk.counts.get(text).is_some_and(|count| count * 4 > all) {
                desk.by_all.push(text);
                self.read_text(of, heat, Pass { number: 0, text, value }, desk);
            }
        }
    }

    fn read_text(&self, of: (&Rules, &Cluster), heat: &mut Heat, pass: Pass<'_>, desk: &mut Desk) {
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
                let slot = self.first as usize + number;
                if heat.warmth.len() <= slot {
                    heat.warmth.resize_with(slot + 1, || None);
                }
                let Some(place) = heat.warmth.get_mut(slot) else { return };
                let at_first = if number == 0 { STATES_AT_FIRST } else { STATES_AT_FIRST_BEHIND };
                let left = heat.states_when_new.map_or(at_first, |few| few.min(at_first));
                let warmth = place.get_or_insert_with(|| Warmth { cache: automaton.cache(), left });
                let at_first = warmth.left > 0;
                let budget = if at_first { &mut warmth.left } else { &mut heat.states_left };
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
            if let Some(facts) = self.nodes.get(number.saturating_sub(1)) {
                let literals = machine.literals(rules, cluster, &facts.alphabet);
                literals.possible(desk.text(value, text), &mut found);
            }
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
    pub(super) fn ask_directly(
        &self,
        plan: &Plan,
        (cluster, feed): (&Cluster, &Feed),
        value: &[u8],
        desk: &mut Desk,
    ) {
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

/// Whether an operator without a pattern may answer as its rule wants.
fn can_match_directly(rules: &Rules, ask: &Ask, alphabet: &Alphabet) -> bool {
    let link = rules.rules.get(ask.rule as usize).and_then(|rule| rule.links.first());
    match link.map(|link| (&link.test, link.negated)) {
        Some((Test::Matcher(matcher, _), false)) => ask.folded || alphabet.may_match(matcher),
        _ => true,
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
