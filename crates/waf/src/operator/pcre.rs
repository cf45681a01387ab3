//! Regular expressions in the syntax of PCRE2, as libmodsecurity compiles them: bytes, not Unicode; `.` matches every byte; `^` and
//! `$` match at lines.
//!
//! A pattern becomes a tree ([`Node`]). Trees without look-around and back references become [`hir`] for automata, whose cost is
//! linear; the rest runs on a bounded backtracking machine ([`backtrack`]).
//!
//! Left out, and reported as errors: recursion, conditions, callouts, control verbs, branch reset.
pub(crate) mod backtrack;
mod bytes;
mod class;
pub(super) mod hir;
mod parse;

pub(crate) use bytes::Bytes;
pub(super) use parse::parse;

/// How deep groups may nest (PCRE2's own limit).
const DEPTH_MAX: usize = 250;

/// The greatest count in a quantifier (PCRE2's own limit).
const REPEAT_MAX: u32 = 65_535;

/// What a pattern says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Node {
    Empty,
    Byte(u8),
    Class(Bytes),
    Look(Look),
    /// A group; with a number when it captures.
    Group(Option<u32>, Box<Node>),
    Concat(Vec<Node>),
    Alternate(Vec<Node>),
    Repeat {
        node: Box<Node>,
        min: u32,
        max: Option<u32>,
        kind: RepeatKind,
    },
    /// `(?>…)`
    Atomic(Box<Node>),
    Around {
        behind: bool,
        negated: bool,
        node: Box<Node>,
    },
    Backreference {
        group: u32,
        caseless: bool,
    },
    /// `\K`
    Keep,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RepeatKind {
    Greedy,
    Lazy,
    Possessive,
}

/// What matches without taking a byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Look {
    /// `\A`
    Start,
    /// `^`: at the start, and after a line feed that is not the last byte.
    LineStart,
    /// `\z`
    End,
    /// `$`: at the end and before a line feed.
    LineEnd,
    /// `\Z`: at the end and before a line feed that is the last byte.
    FinalEnd,
    Word,
    NotWord,
}

/// A pattern that was read.
#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    pub(crate) node: Node,
    /// How many groups capture, without group 0.
    pub(crate) groups: u32,
}

/// Why a pattern cannot be read, and where.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{message} at byte {at} of the pattern")]
pub(super) struct PatternError {
    pub(super) message: &'static str,
    pub(super) at: usize,
}

impl Node {
    /// The least number of bytes that a match takes.
    pub(super) fn length_min(&self) -> usize {
        match self {
            Self::Byte(_) | Self::Class(_) => 1,
            Self::Group(_, node) | Self::Atomic(node) => node.length_min(),
            Self::Concat(nodes) => nodes.iter().map(Self::length_min).fold(0, usize::saturating_add),
            Self::Alternate(nodes) => nodes.iter().map(Self::length_min).min().unwrap_or(0),
            Self::Repeat { node, min, .. } => node.length_min().saturating_mul(*min as usize),
            Self::Empty | Self::Look(_) | Self::Around { .. } | Self::Backreference { .. } | Self::Keep => 0,
        }
    }

    /// The number of bytes that every match takes.
    pub(crate) fn length_fixed(&self) -> Option<usize> {
        match self {
            Self::Byte(_) | Self::Class(_) => Some(1),
            Self::Group(_, node) | Self::Atomic(node) => node.length_fixed(),
            Self::Concat(nodes) => {
                nodes.iter().try_fold(0usize, |sum, node| sum.checked_add(node.length_fixed()?))
            }
            Self::Alternate(nodes) => {
                let mut lengths = nodes.iter().map(Self::length_fixed);
                let first = lengths.next()??;
                lengths.all(|length| length == Some(first)).then_some(first)
            }
            Self::Repeat { node, min, max, .. } if *max == Some(*min) => {
                node.length_fixed()?.checked_mul(*min as usize)
            }
            Self::Empty | Self::Look(_) | Self::Around { .. } | Self::Keep => Some(0),
            Self::Repeat { .. } | Self::Backreference { .. } => None,
        }
    }

    /// Whether a `^` may match at the very end of a value, where automata and PCRE differ after a final line feed.
    ///
    /// `after`: the least number of bytes that what follows takes.
    pub(super) fn line_may_start_at_end(&self, after: usize) -> bool {
        match self {
            Self::Look(Look::LineStart) => after == 0,
            Self::Group(_, node) | Self::Atomic(node) => node.line_may_start_at_end(after),
            Self::Alternate(nodes) => nodes.iter().any(|node| node.line_may_start_at_end(after)),
            Self::Repeat { node, .. } => node.line_may_start_at_end(after),
            Self::Concat(nodes) => {
                let mut after = after;
                nodes.iter().rev().any(|node| {
                    let may = node.line_may_start_at_end(after);
                    after = after.saturating_add(node.length_min());
                    may
                })
            }
            _ => false,
        }
    }
}
