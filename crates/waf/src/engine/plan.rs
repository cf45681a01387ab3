//! The compiled rule set: what [`compile`](super::compile) writes and [`walk`](super::walk) reads.
//!
//! How a plan works, from the top:
//!
//! 1. A plan has, for each of the five phases, a list of [`Step`]s in the order of the files: rules and markers. `skipAfter` is a jump to
//!    a step, found by binary search.
//! 2. A [`Rule`] has [`Link`]s: a chain of conditions. A link names where its values come from ([`Source`]), how they are transformed
//!    ([`Pipeline`]) and what is asked of them ([`Test`]).
//! 3. Names of `TX` are numbers ([`Names`]): a rule that reads or adds to `tx.inbound_anomaly_score_pl1` touches one slot of a list.
//! 4. Rules whose first link looks at the request alone belong to *groups* ([`groups`](super::groups), [`scan`](super::scan)). When the walk
//!    comes to the first rule of a group, the whole group is asked at once which values could match any of its rules at all; almost always
//!    none can, and the rules of that group are stepped over. What is left over is evaluated exactly, so a group can only
//!    save work, never change a result. [`Plan::plain`](super::Plan::plain) walks without groups, and is what tests compare with.
//!
//! A plan never changes after it is compiled. Memory that a transaction needs is lent by [`pool`](super::pool).
use super::groups::Member;
use super::inputs::{Part, Store};
use super::names::Slot;
use super::needs::{contains, insert};
use super::notes::Notes;
use crate::operator::Matcher;
use crate::rule::{Collection, Control, Disruptive, Metadata, Persistent, Phase, Severity, Transformation};
use std::sync::Arc;

/// What stands in a phase, in order. Numbers are positions in [`Rules`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Rule(u32),
    Marker(u32),
}

/// Every rule and marker.
#[derive(Debug, Default)]
pub(super) struct Rules {
    pub(super) rules: Vec<Rule>,
    /// Steps of phase 1 to 5.
    pub(super) phases: [Vec<Step>; 5],
    /// Where each marker stands in each phase: its steps' positions, ascending.
    pub(super) markers: [Vec<Vec<u32>>; 5],
    /// Collections that rules read.
    pub(super) uses: std::collections::BTreeSet<Collection>,
}

/// One rule.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) id: u64,
    pub(super) phase: Phase,
    pub(super) links: Vec<Link>,
    pub(super) disruptive: Disruptive,
    /// `redirect:`
    pub(super) location: Option<Text>,
    pub(super) status: u16,
    pub(super) flow: Option<Flow>,
    pub(super) log: bool,
    pub(super) message: Option<Text>,
    pub(super) data: Option<Text>,
    pub(super) severity: Option<Severity>,
    pub(super) tags: Tags,
    pub(super) revision: Option<String>,
    /// Its place in a group, when it has one.
    pub(super) member: Option<Member>,
    /// Set when it looks at names by way of notes.
    pub(super) notes: Option<Notes>,
}

impl Rule {
    /// Whether every match of `multiMatch` is told by itself. A chain is told once, when it has matched as a whole: ModSecurity v3 tells its
    /// first link, matched or not, which the Core Rule Set's tests count as an error.
    pub(super) fn tells_each(&self) -> bool {
        matches!(self.links.as_slice(), [link] if link.multi_match)
    }
}

/// A rule's tags: most often the same for every transaction.
#[derive(Debug)]
pub(super) enum Tags {
    Fixed(Arc<[String]>),
    Expanded(Vec<Text>),
}

/// `skip`, `skipAfter` with the marker's number.
#[derive(Clone, Copy, Debug)]
pub(super) enum Flow {
    Skip(u32),
    After(u32),
}

/// One condition of a chain.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) sources: Vec<Source>,
    pub(super) pipeline: Pipeline,
    pub(super) test: Test,
    /// `@rx`, `@pm`, `@contains`: an automaton may ask for many of them at once.
    pub(super) has_pattern: bool,
    pub(super) negated: bool,
    pub(super) multi_match: bool,
    pub(super) capture: bool,
    /// `setvar`: for every value that matches.
    pub(super) sets: Vec<Set>,
    /// Other actions: once, when the whole chain has matched.
    pub(super) effects: Vec<Effect>,
}

/// Transformations one after the other.
pub(super) type Pipeline = Vec<Transformation>;

/// What is asked of a value.
#[derive(Debug)]
pub(super) enum Test {
    /// `SecAction`: no value is looked at.
    Action,
    Always,
    Never,
    /// `@eq`, `@ge`, `@gt`, `@le`, `@lt`
    Number(Compare, Text),
    /// Everything else; the argument is what the operator's macro expands to.
    Matcher(Box<Matcher>, Text),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Compare {
    Equal,
    AtLeast,
    Above,
    AtMost,
    Below,
}

/// Where values come from.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) from: Origin,
    pub(super) pick: Pick,
    /// Names that are left out.
    pub(super) without: Vec<Pick>,
    /// `&`: the number of values in place of the values.
    pub(super) count: bool,
    /// The collection in SecLang's words, for `MATCHED_VAR_NAME`.
    pub(super) label: &'static str,
    pub(super) collection: Collection,
    /// Its place in the group of the rule, when the rule has one.
    pub(super) feed: Option<usize>,
}

/// Which kind of values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Origin {
    /// One value, that is always there though it may be empty.
    Scalar(Collection),
    Values(Store, Part),
    Names(Store, Part),
    Tx,
    Persistent(Persistent),
    MatchedVar,
    MatchedVarName,
    MatchedVars,
    MatchedVarsNames,
    /// `RULE:id`, …
    Rule,
    RemoteUser,
    /// What `setenv` said.
    Environment,
    /// What this engine never has (`GEO`).
    Nothing,
}

/// Which members of a collection.
#[derive(Debug)]
pub(super) enum Pick {
    All,
    /// One name in lower case; with `TX` its slot.
    Name(Box<[u8]>, Option<Slot>),
    /// A name with a macro in it.
    Computed(Text),
    Regex(Arc<NamePattern>),
}

/// A pattern of names.
#[derive(Debug)]
pub(super) struct NamePattern {
    pub(super) regex: Matcher,
    /// The letters that a name begins with, when the pattern says so.
    pub(super) prefix: Box<[u8]>,
    /// The pattern asks for nothing but these letters.
    pub(super) is_prefix: bool,
    /// The pattern asks for nothing but that a path ends with one of these names: `(?:^|\.)(?:name|object\.key)$`. Empty: it asks for
    /// something else.
    pub(super) endings: Box<[Box<[u8]>]>,
    /// Their last bytes, in both cases.
    pub(super) lasts: [u64; 4],
    /// With `TX`, whether it matches each name that rules write out.
    pub(super) slots: Vec<bool>,
    /// With `TX`, whether it matches any of them.
    pub(super) names_slot: bool,
    /// With `TX`, its number among such patterns, when it has one: computed names are asked once.
    pub(super) number: Option<u32>,
}

impl NamePattern {
    pub(super) fn matches(&self, name: &[u8]) -> bool {
        if self.ends(name) {
            return true;
        }
        // A line feed is a place for both `^` and `$`.
        if !self.endings.is_empty() && memchr::memchr(b'\n', name).is_none() {
            return false;
        }
        let begins =
            name.get(..self.prefix.len()).is_some_and(|head| head.eq_ignore_ascii_case(&self.prefix));
        // `^` matches behind a line feed, too.
        (begins || name.contains(&b'\n')) && (begins && self.is_prefix || self.regex.is_match(name, b""))
    }

    /// Whether [`ends`](Self::ends) says all of a name without a line feed.
    pub(super) fn is_of_endings(&self) -> bool {
        !self.endings.is_empty()
    }

    /// Whether a path ends with one of the names that the pattern asks for.
    pub(super) fn ends(&self, path: &[u8]) -> bool {
        path.last().is_some_and(|last| contains(&self.lasts, *last))
            && self.endings.iter().any(|ending| ends_path(path, ending))
    }
}

/// The bytes with which names end, in both cases.
pub(super) fn lasts(endings: &[Box<[u8]>]) -> [u64; 4] {
    let mut lasts = [0; 4];
    for last in endings.iter().filter_map(|ending| ending.last()) {
        insert(&mut lasts, last.to_ascii_lowercase());
        insert(&mut lasts, last.to_ascii_uppercase());
    }
    lasts
}

/// Whether the last names of a path are these.
fn ends_path(path: &[u8], ending: &[u8]) -> bool {
    let Some(start) = path.len().checked_sub(ending.len()) else { return false };
    let (before, last) = path.split_at_checked(start).unwrap_or_default();
    matches!(before.last(), None | Some(b'.')) && last.eq_ignore_ascii_case(ending)
}

/// Text with variables in it.
#[derive(Debug)]
pub(super) enum Text {
    Fixed {
        bytes: Box<[u8]>,
        number: i64,
    },
    /// `%{tx.name}` and nothing else.
    Slot(Slot),
    Parts(Vec<TextPart>),
}

#[derive(Debug)]
pub(super) enum TextPart {
    Bytes(Box<[u8]>),
    Value(Source),
}

/// `setvar`
#[derive(Debug)]
pub(super) struct Set {
    pub(super) to: SetTo,
    pub(super) name: SetName,
    pub(super) change: SetChange,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SetTo {
    Tx,
    Persistent(Persistent),
}

#[derive(Debug)]
pub(super) enum SetName {
    Slot(Slot),
    Text(Text),
}

#[derive(Debug)]
pub(super) enum SetChange {
    Set(Text),
    Add(Text),
    Subtract(Text),
    Remove,
}

/// What else a match does.
#[derive(Debug)]
pub(super) enum Effect {
    Expire {
        collection: Persistent,
        name: Text,
        seconds: Text,
    },
    Control(Control),
    /// `ctl:ruleRemoveById`, `…ByMsg`, `…ByTag`: the rules are known when the plan is made.
    Remove(Vec<u32>),
    /// `ctl:ruleRemoveTargetBy…`
    RemoveTarget(Arc<Exception>),
    Begin {
        collection: Persistent,
        key: Text,
        keyed: bool,
    },
    SetEnvironment {
        name: Text,
        value: Text,
    },
}

/// A target that some rules do not look at for the rest of the transaction.
#[derive(Debug)]
pub(super) struct Exception {
    /// Positions of rules, ascending.
    pub(super) rules: Vec<u32>,
    pub(super) collection: Collection,
    pub(super) pick: Pick,
}

impl Link {
    /// Whether no value that is ASCII matches.
    pub(super) fn passes_ascii(&self) -> bool {
        self.pipeline.is_empty()
            && !self.negated
            && matches!(&self.test, Test::Matcher(matcher, _) if matcher.passes_ascii())
    }
}

impl Rules {
    /// The step after the next marker of this number at or behind a step.
    pub(super) fn after_marker(&self, phase: usize, marker: u32, from: usize) -> Option<usize> {
        let places = self.markers.get(phase)?.get(marker as usize)?;
        let next = places.partition_point(|place| (*place as usize) < from);
        places.get(next).map(|place| *place as usize + 1)
    }
}

impl Text {
    pub(super) fn fixed(bytes: &[u8]) -> Self {
        Self::Fixed { bytes: bytes.into(), number: super::number::parse(bytes) }
    }
}

/// A phase's position in lists, from 0.
pub(super) fn position(phase: Phase) -> usize {
    match phase {
        Phase::RequestHeaders => 0,
        Phase::RequestBody => 1,
        Phase::ResponseHeaders => 2,
        Phase::ResponseBody => 3,
        Phase::Logging => 4,
    }
}

/// What [`Metadata`] says, made ready.
pub(super) fn tags_fixed(metadata: &Metadata) -> Option<Arc<[String]>> {
    metadata
        .tags
        .iter()
        .map(|tag| tag.as_text().map(|text| String::from_utf8_lossy(text).into_owned()))
        .collect::<Option<Vec<String>>>()
        .map(Arc::from)
}
