//! Some patterns of a cluster, made one.
use super::alphabet::Alphabet;
use super::automaton::{self, Automaton, Outcome};
use super::fold;
use super::groups::{Ask, Cluster};
use super::literals::Literals;
use super::necessary;
use super::needs::{Look, Needs};
use super::plan::{Rules, Test};
use super::rare::Rare;
use super::scan::Desk;
use regex_syntax::hir::Hir;
use std::sync::OnceLock;

/// Some of a cluster's patterns in one automaton.
#[derive(Debug)]
pub(super) struct Machine {
    pub(super) automaton: Option<Automaton>,
    /// For each pattern of the automaton, which of the cluster's asks it is.
    pub(super) asks: Vec<usize>,
    /// The patterns whose absence is what their rules ask for.
    inverse: Vec<usize>,
    /// What a value must contain for a pattern to match: made when the automaton gives up first.
    literals: OnceLock<Literals>,
    /// Nothing shorter matches any pattern.
    bytes_min: usize,
    /// Without these bytes nothing matches.
    rare: Option<Rare>,
    /// The same for texts that transformations made, of which most say nothing: a look for many bytes pays there.
    look: Option<Look>,
}

impl Machine {
    /// A quick look: `false` when nothing matches.
    pub(super) fn is_possible(&self, text: &[u8]) -> bool {
        match &self.look {
            Some(look) => look.stands_in(text),
            None => text.len() >= self.bytes_min && self.rare.is_none_or(|rare| rare.stands_in(text)),
        }
    }

    /// Makes one that finds the patterns of some asks in texts of an alphabet.
    pub(super) fn new(rules: &Rules, cluster: &Cluster, wanted: &[usize], alphabet: &Alphabet) -> Self {
        Self::of(cluster, patterns(rules, cluster, wanted, alphabet))
    }

    /// Makes one for texts that transformations made.
    pub(super) fn behind(rules: &Rules, cluster: &Cluster, wanted: &[usize], alphabet: &Alphabet) -> Self {
        let patterns = patterns(rules, cluster, wanted, alphabet);
        let needs = patterns.iter().map(|(_, hir)| Needs::of(hir)).fold(Needs::nothing(), Needs::or);
        Self { look: Some(needs.within(alphabet).look()), ..Self::of(cluster, patterns) }
    }

    /// Makes one of patterns, each with the number of its ask.
    pub(super) fn of(cluster: &Cluster, patterns: Vec<(usize, Hir)>) -> Self {
        let (asks, hirs): (Vec<usize>, Vec<Hir>) = patterns.into_iter().unzip();
        let automaton = if hirs.is_empty() { None } else { Automaton::new(&hirs) };
        let is_inverse = |ask: &usize| cluster.asks.get(*ask).is_some_and(|ask| ask.inverse);
        let inverse =
            asks.iter().enumerate().filter(|(_, ask)| is_inverse(ask)).map(|(pattern, _)| pattern).collect();
        let bytes_min = hirs.iter().map(|hir| hir.properties().minimum_len().unwrap_or(0)).min().unwrap_or(0);
        Self {
            automaton,
            literals: OnceLock::new(),
            asks,
            inverse,
            bytes_min,
            rare: Rare::of(&hirs),
            look: None,
        }
    }

    /// What the patterns need, in their order.
    pub(super) fn literals(&self, rules: &Rules, cluster: &Cluster, alphabet: &Alphabet) -> &Literals {
        self.literals.get_or_init(|| {
            let patterns = patterns(rules, cluster, &self.asks, alphabet);
            Literals::new(patterns.iter().map(|(_, hir)| hir))
        })
    }

    /// Suspects the rules that ask for the absence of what was not found.
    pub(super) fn tell_absent(&self, cluster: &Cluster, outcome: Outcome, found: &[usize], desk: &mut Desk) {
        for pattern in &self.inverse {
            let Some(ask) = self.asks.get(*pattern).and_then(|number| cluster.asks.get(*number)) else {
                continue;
            };
            if outcome == Outcome::GaveUp {
                desk.suspect(ask.bit);
            } else if !found.contains(pattern) {
                desk.suspect(ask.bit);
                desk.decide(ask.bit);
            }
        }
    }
}

/// The pattern of an ask, when an automaton can ask for it.
pub(super) fn whole(rules: &Rules, ask: &Ask) -> Option<Hir> {
    let whole = if ask.in_automaton { whole_pattern(rules, ask) } else { None };
    whole.filter(|whole| !automaton::matches_empty(whole))
}

/// What a text of an alphabet must contain to match an ask's pattern; `None` when no such text does.
pub(super) fn possible(ask: &Ask, whole: &Hir, alphabet: &Alphabet) -> Option<Hir> {
    // The absence of an inverse one is asked for.
    Some(necessary::of(&if ask.inverse { whole.clone() } else { alphabet.restricted(whole)? }))
}

fn patterns(rules: &Rules, cluster: &Cluster, wanted: &[usize], alphabet: &Alphabet) -> Vec<(usize, Hir)> {
    let asks = wanted.iter().filter_map(|number| Some((*number, cluster.asks.get(*number)?)));
    asks.filter_map(|(number, ask)| Some((number, possible(ask, &whole(rules, ask)?, alphabet)?))).collect()
}

fn whole_pattern(rules: &Rules, ask: &Ask) -> Option<Hir> {
    let link = rules.rules.get(ask.rule as usize)?.links.first()?;
    let Test::Matcher(matcher, _) = &link.test else { return None };
    if let Some(phrases) = matcher.phrases() {
        return Some(automaton::phrases(phrases));
    }
    let Some(hir) = matcher.hir() else {
        let texts = matcher.required_literals()?;
        return match texts.as_slice() {
            [text] if ask.spaced => Some(automaton::spaced(text)),
            _ if ask.spaced => None,
            texts => Some(automaton::phrases(texts)),
        };
    };
    Some(if ask.folded { fold::folded(&hir) } else { hir })
}
