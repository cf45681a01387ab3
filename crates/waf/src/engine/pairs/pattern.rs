//! From a pattern to the pairs of which every match has one: the rarest that can be told.
use super::{ANY, Found, PAIRS_MAX, Pair, SHARE_OF_ANY, add, share_of, weight, weight_of};
use crate::engine::necessary::share;
use crate::engine::needs::{insert, members, of_class, union};
use regex_syntax::hir::{Hir, HirKind};

/// What a match begins and ends with.
struct Ends {
    first: [u64; 4],
    last: [u64; 4],
    /// The last byte but one; [`ANY`] when a match may have no such.
    last_but_one: [u64; 4],
    is_empty: bool,
    /// Every match is one byte.
    is_one: bool,
}

const NOTHING: Ends = Ends { first: [0; 4], last: [0; 4], last_but_one: ANY, is_empty: true, is_one: false };

/// Pairs of which every match has one; `None` when nothing is known.
pub(super) fn needed(hir: &Hir) -> Option<Found> {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) | HirKind::Class(_) => None,
        HirKind::Literal(literal) => {
            let pairs = literal.0.array_windows().enumerate().map(|(at, [first, second])| {
                let before = at.checked_sub(1).and_then(|before| literal.0.get(before));
                ((*first, *second), before.map_or(ANY, |before| set(*before)))
            });
            let weighed = pairs.map(|(pair, before)| (weight_of(pair, &before), pair, before));
            let rarest = weighed.min_by(|(left, ..), (right, ..)| left.total_cmp(right));
            rarest.map(|(_, pair, before)| Found::from([(pair, before)]))
        }
        HirKind::Capture(capture) => needed(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min == 0 => None,
        HirKind::Repetition(repetition) => {
            let ends = ends(&repetition.sub);
            let is_again = repetition.min > 1 && !ends.is_empty;
            let again = is_again.then_some((ends.last_but_one, ends.last, ends.first)).and_then(Product::of);
            needed(&repetition.sub).into_iter().chain(again.map(Product::pairs)).reduce(lighter)
        }
        HirKind::Concat(parts) => {
            let all: Vec<Ends> = parts.iter().map(ends).collect();
            let within = parts.iter().filter_map(needed);
            let between = (0..all.len()).flat_map(|at| {
                let (before, from) = all.split_at(at);
                let (here, behind) = match from.split_first() {
                    Some((here, behind)) if !here.is_empty => (here, behind),
                    _ => return [None, None],
                };
                let follows = nearest(behind.iter(), |ends| ends.first);
                let precedes = nearest(before.iter().rev(), |ends| ends.last);
                [
                    follows.map(|follows| (last_but_one(before, here), here.last, follows)),
                    precedes.map(|precedes| (last_but_one_of(before), precedes, here.first)),
                ]
            });
            // Only the lightest of those is written out.
            let between = between.flatten().filter_map(Product::of);
            let between = between.min_by(|left, right| left.weight.total_cmp(&right.weight));
            within.chain(between.map(Product::pairs)).reduce(lighter)
        }
        HirKind::Alternation(parts) => {
            let mut all = Found::new();
            for part in parts {
                for (pair, before) in needed(part)? {
                    add(&mut all, pair, before);
                }
                if all.len() > PAIRS_MAX {
                    return None;
                }
            }
            Some(all)
        }
    }
}

fn set(byte: u8) -> [u64; 4] {
    let mut set = [0; 4];
    insert(&mut set, byte);
    set
}

fn lighter(left: Found, right: Found) -> Found {
    if weight(&right) < weight(&left) { right } else { left }
}

/// The bytes that stand next: those of every part up to the first that is never empty. `None` when all may be.
fn nearest<'e>(
    mut parts: impl Iterator<Item = &'e Ends>,
    bytes: impl Fn(&Ends) -> [u64; 4],
) -> Option<[u64; 4]> {
    let mut all = [0; 4];
    parts
        .any(|part| {
            all = union(all, bytes(part));
            !part.is_empty
        })
        .then_some(all)
}

/// What stands before the last byte of a part that others stand before.
fn last_but_one(before: &[Ends], part: &Ends) -> [u64; 4] {
    if part.is_one {
        nearest(before.iter().rev(), |ends| ends.last).unwrap_or(ANY)
    } else {
        part.last_but_one
    }
}

/// What stands before the last byte of several parts, whichever of them it belongs to.
fn last_but_one_of(parts: &[Ends]) -> [u64; 4] {
    let mut all = [0; 4];
    for (at, part) in parts.iter().enumerate().rev().filter(|(_, part)| part.last != [0; 4]) {
        all = union(all, last_but_one(parts.get(..at).unwrap_or_default(), part));
        if !part.is_empty {
            return all;
        }
    }
    ANY
}

/// Every byte of one set before every byte of another.
struct Product {
    before: [u64; 4],
    first: [u64; 4],
    second: [u64; 4],
    weight: f64,
}

impl Product {
    /// `None` when they are too many to say anything.
    fn of((before, first, second): ([u64; 4], [u64; 4], [u64; 4])) -> Option<Self> {
        let counted = |set| members(set).fold((0, 0.0), |(count, all), byte| (count + 1, all + share(byte)));
        let ((firsts, first_share), (seconds, second_share)) = (counted(&first), counted(&second));
        let count: usize = firsts * seconds;
        let weight = (first_share * second_share + count as f64 * SHARE_OF_ANY) * share_of(&before);
        (count <= PAIRS_MAX).then_some(Self { before, first, second, weight })
    }

    fn pairs(self) -> Found {
        let behind = |first| members(&self.second).map(move |second| -> Pair { (first, second) });
        members(&self.first).flat_map(behind).map(|pair| (pair, self.before)).collect()
    }
}

fn ends(hir: &Hir) -> Ends {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => NOTHING,
        HirKind::Literal(literal) => match *literal.0 {
            [] => NOTHING,
            [one] => Ends { first: set(one), last: set(one), is_empty: false, is_one: true, ..NOTHING },
            [first, .., before, last] => Ends {
                first: set(first),
                last: set(last),
                last_but_one: set(before),
                is_empty: false,
                ..NOTHING
            },
            [first, last] => Ends {
                first: set(first),
                last: set(last),
                last_but_one: set(first),
                is_empty: false,
                ..NOTHING
            },
        },
        HirKind::Class(class) => {
            let set = of_class(class);
            let is_one = hir.properties().maximum_len() == Some(1);
            Ends { first: set, last: set, is_empty: false, is_one, ..NOTHING }
        }
        HirKind::Capture(capture) => ends(&capture.sub),
        HirKind::Repetition(repetition) => {
            let sub = ends(&repetition.sub);
            // Matches of one byte may be several now.
            let is_one = sub.is_one && repetition.max == Some(1);
            Ends { is_empty: sub.is_empty || repetition.min == 0, is_one, ..sub }
        }
        HirKind::Concat(parts) => {
            let all: Vec<Ends> = parts.iter().map(ends).collect();
            let mut whole = NOTHING;
            whole.is_empty = all.iter().all(|ends| ends.is_empty);
            whole.last_but_one = last_but_one_of(&all);
            for part in &all {
                whole.first = union(whole.first, part.first);
                if !part.is_empty {
                    break;
                }
            }
            for part in all.iter().rev() {
                whole.last = union(whole.last, part.last);
                if !part.is_empty {
                    break;
                }
            }
            whole
        }
        HirKind::Alternation(parts) => {
            let nothing = Ends { is_empty: false, is_one: true, last_but_one: [0; 4], ..NOTHING };
            parts.iter().map(ends).fold(nothing, |left, right| Ends {
                first: union(left.first, right.first),
                last: union(left.last, right.last),
                last_but_one: union(left.last_but_one, right.last_but_one),
                is_empty: left.is_empty || right.is_empty,
                is_one: left.is_one && right.is_one,
            })
        }
    }
}
