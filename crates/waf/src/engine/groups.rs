//! Which rules are asked together, and about which values.
//!
//! A *group* is the rules of one phase behind the same gates (`skipAfter` over a number of `TX`: how the Core Rule Set leaves out paranoia levels)
//! whose first link looks at the request alone. Groups that the gates step over are never asked, nor built.
//!
//! A *feed* is a place that values come from: `ARGS`, `REQUEST_HEADERS:User-Agent`, `REQUEST_FILENAME`. Feeds that many of the same rules look at
//! share a *cluster*: one automaton with the patterns of all those rules, one tree of transformations.
use super::alphabet;
use super::built::Built;
use super::inputs::{OF_LINE, Part, Store};
use super::plan::{Flow, Link, Origin, Pick, Rules, Source, Step, Test, Text};
use super::walk::is_variable;
use crate::rule::{Collection, Transformation};
use crate::transform::{Features, leaves_alone};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

/// Rules asked together.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) feeds: Vec<Feed>,
    /// Feeds by the place that their values stand in.
    pub(super) places: Vec<(Place, Vec<usize>)>,
    pub(super) clusters: Vec<Cluster>,
    /// Words of 64 bits that hold a bit for each rule.
    pub(super) words: usize,
}

/// Where a feed's values stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    /// The request line.
    Line,
    Scalar,
    Names(Store),
    Values(Store),
}

/// Where values come from.
#[derive(Debug)]
pub(super) struct Feed {
    pub(super) from: Origin,
    /// One name in lower case, or every member.
    pub(super) name: Option<Box<[u8]>>,
    pub(super) cluster: usize,
    /// Its number among all feeds of the plan.
    pub(super) number: u32,
    /// The rules that look here, a bit each.
    pub(super) members: Vec<u64>,
    /// What is kept of its values between requests.
    pub(super) memory: Memory,
    /// Whether it gives whole bodies, which have bytes of all kinds.
    pub(super) is_body: bool,
}

/// What is kept of a value, so that the same one costs little in the next request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Memory {
    Nothing,
    /// The value, and which rules it may match: names, and headers that are no secrets.
    Whole,
    /// A keyed hash, when it matches no rule: values may belong to people.
    Hash,
}

/// Rules that look at the same feeds.
#[derive(Debug)]
pub(super) struct Cluster {
    /// The first of its automata among those of the plan: for each alphabet one for all nodes, and one for each.
    pub(super) number: u32,
    /// The tree of transformations; the first is the value itself.
    pub(super) nodes: Vec<Node>,
    /// Features that make any transformation do anything, but for those that always do.
    pub(super) spoilers: u32,
    /// Whether some transformation always does something.
    pub(super) always: bool,
    pub(super) asks: Vec<Ask>,
    /// Whether automata alone ask, about nothing but the value itself.
    is_simple: bool,
    /// For each alphabet; made when one is needed first.
    built: OnceLock<Vec<Built>>,
}

/// A transformation behind others.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    pub(super) parent: usize,
    pub(super) transformation: Option<Transformation>,
    /// Features without which it changes nothing.
    pub(super) spoilers: u32,
}

/// What one rule asks of a cluster's values.
#[derive(Debug)]
pub(super) struct Ask {
    pub(super) bit: usize,
    pub(super) rule: u32,
    /// The nodes whose values it sees: one, or with `multiMatch` every one on the way.
    pub(super) nodes: Vec<usize>,
    /// Whether case was set aside on the way, so that the pattern must not look at it.
    pub(super) folded: bool,
    /// Whether white space was set aside, so that it may stand anywhere in what matches.
    pub(super) spaced: bool,
    /// Whether the operator has a pattern for the automaton; all others are asked themselves.
    pub(super) in_automaton: bool,
    /// `!@pm` on one scalar as it is: the automaton decides, since phrases are patterns that it knows exactly.
    pub(super) inverse: bool,
}

/// A rule's place: its group, its bit there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Member {
    pub(super) group: usize,
    pub(super) bit: usize,
}

impl Cluster {
    /// It made ready for an alphabet.
    pub(super) fn built(&self, rules: &Rules, number: usize) -> Option<&Built> {
        self.built.get_or_init(|| Built::all(rules, self)).get(number)
    }

    /// Whether a look for a few bytes says that no rule can match a value, nor any value within it.
    pub(super) fn is_surely_silent(&self, rules: &Rules, value: &[u8]) -> bool {
        let Some(built) = self.built(rules, alphabet::ALPHABETS - 1) else { return false };
        self.is_simple && built.misses(rules, self, value)
            || built.look().is_some_and(|look| !look.stands_in(value))
    }

    /// Makes every automaton ready that reads values as they are, when any is.
    pub(super) fn prepare(&self, rules: &Rules) {
        if let Some(all) = self.built.get() {
            Built::prepare(all, rules, self);
        }
    }
}

/// A gate: what steps over the rules behind it.
type Gate = (u32, u8, bool, i64);

/// Makes groups, and writes into the rules where they belong.
pub(super) fn group(rules: &mut Rules) -> Vec<Group> {
    let mut found: BTreeMap<(usize, Vec<Gate>), Vec<u32>> = BTreeMap::new();
    for (phase, steps) in rules.phases.iter().enumerate() {
        let gates = gates(rules, phase, steps);
        for (position, step) in steps.iter().enumerate() {
            let Step::Rule(number) = *step else { continue };
            if rules.rules.get(number as usize).and_then(|rule| rule.links.first()).is_some_and(is_pure) {
                let key: BTreeSet<Gate> = gates
                    .iter()
                    .filter(|(range, _)| range.contains(&position))
                    .map(|(_, gate)| *gate)
                    .collect();
                found.entry((phase, key.into_iter().collect())).or_default().push(number);
            }
        }
    }
    let mut numbers = (0, 0);
    let mut groups = Vec::new();
    for members in found.into_values() {
        let number = groups.len();
        let mut feeds = Feeds::default();
        for (bit, rule) in members.iter().enumerate() {
            if let Some(rule) = rules.rules.get_mut(*rule as usize) {
                rule.member = Some(Member { group: number, bit });
                if let Some(link) = rule.links.first_mut() {
                    feeds.add(&mut link.sources, bit);
                }
            }
        }
        groups.push(feeds.into_group(rules, &members, &mut numbers));
    }
    groups
}

/// Which steps each gate of a phase steps over.
fn gates(rules: &Rules, phase: usize, steps: &[Step]) -> Vec<(std::ops::Range<usize>, Gate)> {
    let mut gates = Vec::new();
    for (position, step) in steps.iter().enumerate() {
        let Step::Rule(number) = *step else { continue };
        let Some(rule) = rules.rules.get(number as usize) else { continue };
        let (Some(Flow::After(marker)), [link]) = (rule.flow, rule.links.as_slice()) else { continue };
        let (Test::Number(compare, Text::Fixed { number, .. }), [source]) =
            (&link.test, link.sources.as_slice())
        else {
            continue;
        };
        let (Origin::Tx, Pick::Name(_, Some(slot)), false) = (source.from, &source.pick, source.count) else {
            continue;
        };
        let Some(end) = rules.after_marker(phase, marker, position) else { continue };
        gates.push((position + 1..end, (slot.0, *compare as u8, link.negated, *number)));
    }
    gates
}

/// Whether a link asks the same of the same request, whatever rules did before.
fn is_pure(link: &Link) -> bool {
    let Test::Matcher(_, Text::Fixed { .. }) = &link.test else { return false };
    // Captures of a negated operator are kept though the rule does not match.
    if link.negated && link.capture {
        return false;
    }
    link.sources.iter().all(|source| {
        let place = match source.from {
            Origin::Scalar(scalar) => !is_variable(scalar),
            Origin::Values(..) | Origin::Names(..) => true,
            _ => false,
        };
        place && !source.count && !matches!(source.pick, Pick::Computed(_) | Pick::Regex(_))
    })
}

/// Where from, one name or all of them, and the rules' bits.
type FeedPlace = (Origin, Option<Box<[u8]>>, BTreeSet<usize>);

/// Feeds while they are collected: where from, and the rules' bits.
#[derive(Default)]
struct Feeds {
    places: Vec<FeedPlace>,
}

impl Feeds {
    fn add(&mut self, sources: &mut [Source], bit: usize) {
        for source in sources {
            let name = match &source.pick {
                Pick::Name(name, _) => Some(name.clone()),
                _ => None,
            };
            let known =
                self.places.iter().position(|(from, other, _)| *from == source.from && *other == name);
            let position = known.unwrap_or_else(|| {
                self.places.push((source.from, name, BTreeSet::new()));
                self.places.len() - 1
            });
            source.feed = Some(position);
            if let Some((_, _, bits)) = self.places.get_mut(position) {
                bits.insert(bit);
            }
        }
    }

    fn into_group(self, rules: &Rules, members: &[u32], numbers: &mut (u32, u32)) -> Group {
        let words = members.len().div_ceil(64);
        // Large feeds first: small ones join what they have in common with.
        let mut order: Vec<usize> = (0..self.places.len()).collect();
        order.sort_by_key(|position| {
            std::cmp::Reverse(self.places.get(*position).map_or(0, |(_, _, bits)| bits.len()))
        });
        let mut shared: Vec<BTreeSet<usize>> = Vec::new();
        let mut cluster_of = vec![0; self.places.len()];
        for position in order {
            let Some((_, _, bits)) = self.places.get(position) else { continue };
            let alike = shared.iter().position(|other| {
                let common = other.intersection(bits).count();
                // At least half of what either asks is asked by both.
                2 * common >= other.len().max(bits.len())
            });
            let cluster = alike.unwrap_or_else(|| {
                shared.push(BTreeSet::new());
                shared.len() - 1
            });
            if let Some(other) = shared.get_mut(cluster) {
                other.extend(bits);
            }
            if let Some(place) = cluster_of.get_mut(position) {
                *place = cluster;
            }
        }
        let (feed_next, machine_next) = numbers;
        let feeds = self.places.into_iter().zip(cluster_of).map(|((from, name, bits), cluster)| {
            *feed_next += 1;
            Feed {
                memory: memory(from),
                is_body: matches!(
                    from,
                    Origin::Scalar(
                        Collection::RequestBody | Collection::ResponseBody | Collection::FullRequest
                    )
                ),
                from,
                name,
                cluster,
                number: *feed_next,
                members: mask(&bits, words),
            }
        });
        let feeds: Vec<Feed> = feeds.collect();
        let clusters = shared.iter().map(|bits| {
            let made = cluster(rules, members, bits, *machine_next);
            let machines = (made.nodes.len() + 1) * alphabet::ALPHABETS;
            *machine_next += u32::try_from(machines).unwrap_or(0);
            made
        });
        Group { places: places(&feeds), feeds, clusters: clusters.collect(), words }
    }
}

/// Feeds by place.
fn places(feeds: &[Feed]) -> Vec<(Place, Vec<usize>)> {
    let mut places: BTreeMap<Place, Vec<usize>> = BTreeMap::new();
    for (number, feed) in feeds.iter().enumerate() {
        let place = match feed.from {
            Origin::Names(store, Part::All) => Place::Names(store),
            Origin::Names(store, _) | Origin::Values(store, _) => Place::Values(store),
            Origin::Scalar(scalar) if OF_LINE.contains(&scalar) => Place::Line,
            _ => Place::Scalar,
        };
        places.entry(place).or_default().push(number);
    }
    places.into_iter().collect()
}

/// What is worth keeping of the values of a place.
fn memory(from: Origin) -> Memory {
    match from {
        Origin::Scalar(
            Collection::RequestMethod
            | Collection::RequestProtocol
            | Collection::RequestFilename
            | Collection::RequestBasename,
        )
        | Origin::Names(..)
        | Origin::Values(Store::RequestHeaders | Store::ResponseHeaders | Store::PartHeaders, Part::All) => {
            Memory::Whole
        }
        Origin::Values(Store::Args | Store::Cookies, _) => Memory::Hash,
        _ => Memory::Nothing,
    }
}

fn mask(bits: &BTreeSet<usize>, words: usize) -> Vec<u64> {
    let mut mask = vec![0; words];
    for bit in bits {
        if let Some(word) = mask.get_mut(bit / 64) {
            *word |= 1 << (bit % 64);
        }
    }
    mask
}

fn cluster(rules: &Rules, members: &[u32], bits: &BTreeSet<usize>, number: u32) -> Cluster {
    let mut nodes = vec![Node { parent: 0, transformation: None, spoilers: 0 }];
    let mut asks = Vec::new();
    for bit in bits {
        let Some(rule) = members.get(*bit).copied() else { continue };
        let Some(link) = rules.rules.get(rule as usize).and_then(|rule| rule.links.first()) else { continue };
        let inverse = is_inverse(link);
        let in_automaton = inverse || !link.negated && link.has_pattern;
        let spaced = in_automaton && !link.multi_match && spaces(link);
        let folded = spaced || in_automaton && !link.multi_match && folds(&link.pipeline);
        let mut place = 0;
        let mut on_the_way = vec![0];
        for transformation in &link.pipeline {
            if spaced || folded && *transformation == Transformation::Lowercase {
                continue;
            }
            place = node(&mut nodes, place, *transformation, folded);
            on_the_way.push(place);
        }
        let asked = if link.multi_match { on_the_way } else { vec![place] };
        asks.push(Ask { bit: *bit, rule, nodes: asked, folded, spaced, in_automaton, inverse });
    }
    let always = nodes.iter().any(|node| node.spoilers == u32::MAX);
    let spoilers =
        nodes.iter().filter(|node| node.spoilers != u32::MAX).fold(0, |all, node| all | node.spoilers);
    let is_simple = nodes.len() == 1 && asks.iter().all(|ask: &Ask| ask.in_automaton && !ask.inverse);
    Cluster { is_simple, number, nodes, spoilers, always, asks, built: OnceLock::new() }
}

/// Whether one text is looked for where white space and case are gone: then it is looked for in the value itself, with white space between its letters.
fn spaces(link: &Link) -> bool {
    use Transformation as T;
    let Test::Matcher(matcher, _) = &link.test else { return false };
    link.pipeline.contains(&T::RemoveWhitespace)
        && link.pipeline.iter().all(|step| matches!(step, T::RemoveWhitespace | T::Lowercase))
        && matcher.phrases().is_none()
        && matcher.hir().is_none()
}

fn is_inverse(link: &Link) -> bool {
    let Test::Matcher(matcher, _) = &link.test else { return false };
    let on_scalar = matches!(link.sources.as_slice(), [Source { from: Origin::Scalar(_), .. }]);
    link.negated
        && on_scalar
        && link.pipeline.is_empty()
        && matcher.phrases().is_some_and(|phrases| !phrases.is_empty())
}

fn node(nodes: &mut Vec<Node>, parent: usize, transformation: Transformation, folded: bool) -> usize {
    let mut spoilers = spoilers(transformation);
    if folded && transformation == Transformation::CmdLine {
        spoilers &= !spoilers_of_lowercase();
    }
    let known = nodes.iter().skip(1).position(|node| {
        node.parent == parent && node.transformation == Some(transformation) && node.spoilers == spoilers
    });
    known.map_or_else(
        || {
            nodes.push(Node { parent, transformation: Some(transformation), spoilers });
            nodes.len() - 1
        },
        |known| known + 1,
    )
}

/// The features that make a transformation do anything; all of them when it always does.
fn spoilers(transformation: Transformation) -> u32 {
    if !leaves_alone(transformation, Features(0)) {
        return u32::MAX;
    }
    (0..32)
        .map(|bit| 1 << bit)
        .filter(|bit| !leaves_alone(transformation, Features(*bit)))
        .fold(0, |all, bit| all | bit)
}

fn spoilers_of_lowercase() -> u32 {
    spoilers(Transformation::Lowercase)
}

/// Whether a pattern that does not look at case may look at the value before `lowercase` instead of behind it: when everything
/// that follows does the same to letters of both cases.
fn folds(pipeline: &[Transformation]) -> bool {
    use Transformation as T;
    let from = pipeline.iter().position(|step| matches!(step, T::Lowercase | T::CmdLine));
    from.is_some_and(|from| {
        pipeline.iter().skip(from).all(|step| {
            matches!(
                step,
                T::Lowercase
                    | T::CmdLine
                    | T::CompressWhitespace
                    | T::NormalizePath
                    | T::NormalizePathWin
                    | T::RemoveComments
                    | T::RemoveCommentsChar
                    | T::RemoveNulls
                    | T::RemoveWhitespace
                    | T::ReplaceComments
                    | T::ReplaceNulls
                    | T::Trim
                    | T::TrimLeft
                    | T::TrimRight
                    | T::UrlDecode
                    | T::UrlDecodeUni
            )
        })
    })
}
