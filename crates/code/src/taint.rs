//! What others choose, how it came here, and for which ends it is harmless by now.
use std::rc::Rc;
use std::sync::Arc;

use model::{SinkKind, Span};

/// A set of ends of flows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Kinds(u32);

impl Kinds {
    pub(crate) const NONE: Self = Self(0);
    /// All but [`SinkKind::Identity`] and [`SinkKind::MassAssignment`]: no cast or escape proves who
    /// somebody is.
    pub(crate) const INJECTION: Self =
        Self::ALL.without(SinkKind::Identity).without(SinkKind::MassAssignment);
    pub(crate) const ALL: Self = Self(u32::MAX);

    const fn bit(kind: SinkKind) -> u32 {
        1_u32.wrapping_shl(kind as u32)
    }

    pub(crate) const fn of(kind: SinkKind) -> Self {
        Self(Self::bit(kind))
    }

    pub(crate) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(crate) const fn common(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub(crate) const fn without(self, kind: SinkKind) -> Self {
        Self(self.0 & !Self::bit(kind))
    }

    pub(crate) const fn has(self, kind: SinkKind) -> bool {
        self.0 & Self::bit(kind) != 0
    }
}

/// Where a value entered.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Origin {
    /// As the handler says it: `event.body.name`.
    pub path: Arc<str>,
    pub kind: OriginKind,
    /// Where it is read first.
    pub at: Span,
}

/// What an origin is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum OriginKind {
    /// A part of the event.
    Event,
    /// The claims of a token that nobody verified.
    UnverifiedToken,
    /// An error that was caught: harmless everywhere but in an answer.
    Error,
    /// A secret that the function read: harmless everywhere but in a log or an answer.
    Secret,
    /// What a table or bucket of the application gave back: as good as who wrote it. No value of others as
    /// long as nobody knows who did.
    Stored,
}

/// One origin's data in a value.
#[derive(Debug, Clone)]
pub(crate) struct Mark {
    pub origin: Rc<Origin>,
    /// Ends that it cannot harm any more.
    pub clean: Kinds,
    pub trail: Trail,
    pub structure: Structure,
}

impl Mark {
    /// Takes in what another way of the same origin says: the less harmless of the two counts.
    fn absorb(&mut self, other: &Self) {
        let is_shorter = other.clean == self.clean && other.trail.length() < self.trail.length();
        let is_worse = other.clean != self.clean && other.clean.common(self.clean) == other.clean;
        if is_shorter || is_worse {
            self.trail = other.trail.clone();
        }
        self.clean = self.clean.common(other.clean);
        self.structure = self.structure.max(other.structure);
    }
}

/// What a value of others can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Structure {
    /// A text or number.
    Text,
    /// A part of a structure: it can be a structure itself when the sender likes.
    Part,
    /// A whole structure of which the sender chose the keys too.
    Whole,
}

/// The steps of a value, last first; shared between values.
#[derive(Debug, Clone)]
pub(crate) struct Trail(Option<Rc<Footprint>>);

#[derive(Debug)]
struct Footprint {
    step: Step,
    before: Trail,
    length: u32,
}

/// One step of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Step {
    pub at: Span,
    pub kind: StepKind,
    pub name: Arc<str>,
}

/// What happened to a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StepKind {
    /// Read from the event.
    Source,
    /// Given back by this operation on a table or bucket.
    Stored,
    /// Assigned to a variable or property.
    Assigned,
    /// Passed to a function as this parameter.
    Passed,
    /// Returned by this function.
    Returned,
    /// Changed by this function of others.
    Through,
}

/// Steps past this are not kept: the last ones explain most.
const TRAIL_STEPS_MAX: u32 = 24;
/// Origins in one value; more explain nothing.
const MARKS_MAX: usize = 6;

impl Trail {
    pub(crate) const START: Self = Self(None);

    /// The trail with one more step, unless the last one says the same place.
    pub(crate) fn step(&self, step: Step) -> Self {
        let length = self.length();
        let repeats =
            self.0.as_ref().is_some_and(|last| last.step.at == step.at && last.step.kind == step.kind);
        if repeats || length >= TRAIL_STEPS_MAX {
            return self.clone();
        }
        Self(Some(Rc::new(Footprint { step, before: self.clone(), length: length + 1 })))
    }

    pub(crate) fn length(&self) -> u32 {
        self.0.as_ref().map_or(0, |last| last.length)
    }

    /// First step first.
    pub(crate) fn steps(&self) -> Vec<Step> {
        let mut steps = Vec::new();
        let mut here = self;
        while let Some(footprint) = &here.0 {
            steps.push(footprint.step.clone());
            here = &footprint.before;
        }
        steps.reverse();
        steps
    }
}

/// Every origin of a value; empty for what nobody else chooses.
#[derive(Debug, Clone, Default)]
pub(crate) struct Taint(Option<Rc<Vec<Mark>>>);

impl Taint {
    pub(crate) const NONE: Self = Self(None);

    pub(crate) fn of(mark: Mark) -> Self {
        Self(Some(Rc::new(vec![mark])))
    }

    pub(crate) fn marks(&self) -> &[Mark] {
        self.0.as_deref().map_or(&[], Vec::as_slice)
    }

    pub(crate) fn is_none(&self) -> bool {
        self.marks().is_empty()
    }

    /// Whether any mark may still harm this end.
    pub(crate) fn harms(&self, kind: SinkKind) -> bool {
        self.marks().iter().any(|mark| !mark.clean.has(kind))
    }

    /// Whether any mark of who calls may still harm anything.
    pub(crate) fn is_live(&self) -> bool {
        const TEXT: Kinds = Kinds::INJECTION.without(SinkKind::Prototype);
        let is_live = |mark: &Mark| mark.origin.kind != OriginKind::Stored && mark.clean.common(TEXT) != TEXT;
        self.marks().iter().any(is_live)
    }

    #[must_use]
    pub(crate) fn join(&self, other: &Self) -> Self {
        if other.is_none() || self.is_same(other) {
            return self.clone();
        }
        if self.is_none() {
            return other.clone();
        }
        let mut marks = self.marks().to_vec();
        for mark in other.marks() {
            if let Some(known) = marks.iter_mut().find(|known| known.origin == mark.origin) {
                known.absorb(mark);
            } else if marks.len() < MARKS_MAX {
                marks.push(mark.clone());
            } else if mark.origin.kind != OriginKind::Stored
                && let Some(stored) = marks.iter_mut().find(|known| known.origin.kind == OriginKind::Stored)
            {
                *stored = mark.clone();
            }
        }
        Self(Some(Rc::new(marks)))
    }

    fn is_same(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Some(one), Some(two)) => Rc::ptr_eq(one, two),
            (None, None) => true,
            _ => false,
        }
    }

    /// Every mark changed.
    #[must_use]
    pub(crate) fn map(&self, change: impl Fn(&Mark) -> Mark) -> Self {
        match &self.0 {
            None => Self(None),
            Some(marks) => Self(Some(Rc::new(marks.iter().map(change).collect()))),
        }
    }

    /// Harmless for these ends from here on.
    #[must_use]
    pub(crate) fn cleaned(&self, kinds: Kinds) -> Self {
        self.map(|mark| Mark { clean: mark.clean.and(kinds), ..mark.clone() })
    }

    #[must_use]
    pub(crate) fn step(&self, at: Span, kind: StepKind, name: &Arc<str>) -> Self {
        self.map(|mark| Mark {
            trail: mark.trail.step(Step { at, kind, name: Arc::clone(name) }),
            ..mark.clone()
        })
    }

    /// The value is a text or number made of what it was.
    #[must_use]
    pub(crate) fn flattened(&self) -> Self {
        if self.marks().iter().any(|mark| mark.structure != Structure::Text) {
            return self.map(|mark| Mark { structure: Structure::Text, ..mark.clone() });
        }
        self.clone()
    }
}
