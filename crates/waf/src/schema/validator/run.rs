//! A value against the nodes of a graph.
//!
//! INVARIANT: the cost is bounded whatever the value says. What would take more steps than [`STEPS_MAX`] and
//! [`STEPS_PER_VALUE`] allow, or nests deeper than [`DEPTH_MAX`], is not valid.
mod apply;

use super::super::{VIOLATIONS_MAX, Violation};
use super::ecma::{Answer, Pattern};
use super::resources;
use super::rule::{Bound, Content, Counted, Extreme, Graph, Id, Node, Rule, Rules};
use super::same::{has_twice, is_same, number};
use super::told;
use crate::event::json::Value;

/// Steps that every value may cost: a node is one, and so are some bytes of a text.
const STEPS_MAX: u64 = 2_000_000;
/// Steps more for each value in it.
const STEPS_PER_VALUE: u64 = 200;
/// Nodes within nodes, through the value and through references.
const DEPTH_MAX: usize = 1_000;
/// Bytes that are compared in one step.
const BYTES_PER_STEP: u64 = 16;

/// A value, and the way to it.
#[derive(Clone, Copy)]
pub(super) struct Spot<'a> {
    pub(super) value: &'a Value<'a>,
    pub(super) step: Step<'a>,
    pub(super) around: Option<&'a Spot<'a>>,
}

#[derive(Clone, Copy)]
pub(super) enum Step<'a> {
    Root,
    Member(&'a str),
    Item(usize),
}

/// The members of an object or values of a list that something has judged, for `unevaluated…`.
#[derive(Debug)]
struct Seen(Vec<bool>);

impl Seen {
    fn of(value: &Value<'_>) -> Self {
        Self(vec![false; value.items().len().max(value.members().len())])
    }

    fn mark(&mut self, at: usize) {
        self.0.get_mut(at).into_iter().for_each(|mark| *mark = true);
    }

    fn add(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(mark, other)| *mark |= other);
    }
}

/// What came of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Fits,
    /// What it asks for is to be told.
    Differs,
    /// What differs is told.
    Told,
}

impl From<bool> for Verdict {
    fn from(fits: bool) -> Self {
        if fits { Self::Fits } else { Self::Differs }
    }
}

pub(super) struct Run<'g> {
    graph: &'g Graph,
    whole: &'g Value<'g>,
    is_telling: bool,
    told: Vec<Violation>,
    steps_left: u64,
    has_counted: bool,
    is_spent: bool,
    depth: usize,
    /// Resources on the way, outermost first.
    scope: Vec<u32>,
    /// Nodes that may come back to themselves, with the address of the value that they judge.
    active: Vec<(Id, usize)>,
}

impl<'g> Run<'g> {
    pub(super) fn new(graph: &'g Graph, whole: &'g Value<'g>) -> Self {
        Self {
            graph,
            whole,
            is_telling: false,
            told: Vec::new(),
            steps_left: STEPS_MAX,
            has_counted: false,
            is_spent: false,
            depth: 0,
            scope: Vec::new(),
            active: Vec::new(),
        }
    }

    /// Whether the value is as a node says.
    pub(super) fn judge(mut self, root: Id) -> bool {
        let spot = Spot { value: self.whole, step: Step::Root, around: None };
        self.node(root, &spot, None) && !self.is_spent
    }

    /// What about the value is not as a node says.
    pub(super) fn violations(mut self, root: Id) -> Vec<Violation> {
        self.is_telling = true;
        let spot = Spot { value: self.whole, step: Step::Root, around: None };
        let is_valid = self.node(root, &spot, None);
        if self.is_spent {
            self.told.clear();
            self.tell(&spot, "value takes too many steps to compare with its schema");
        } else if !is_valid && self.told.is_empty() {
            self.tell(&spot, "value is not as its schema says");
        }
        self.told
    }

    fn tell(&mut self, spot: &Spot<'_>, message: impl Into<String>) {
        if self.is_telling && self.told.len() < VIOLATIONS_MAX {
            self.told.push(Violation { place: told::pointer(spot), message: message.into() });
        }
    }

    /// Takes steps; false when there are none left.
    fn pay(&mut self, steps: u64) -> bool {
        if let Some(left) = self.steps_left.checked_sub(steps) {
            self.steps_left = left;
            return true;
        }
        if !self.has_counted {
            // Values are only counted when there may be very many.
            self.has_counted = true;
            self.steps_left += values(self.whole).saturating_mul(STEPS_PER_VALUE);
            return self.pay(steps);
        }
        self.is_spent = true;
        false
    }

    fn node(&mut self, id: Id, spot: &Spot<'_>, seen: Option<&mut Seen>) -> bool {
        let rules = match self.graph.nodes.get(id as usize) {
            Some(Node::Anything) => return true,
            Some(Node::Rules(rules)) => rules,
            Some(Node::Nothing) | None => {
                self.tell(spot, "False schema does not allow value");
                return false;
            }
        };
        self.is_spent |= self.depth >= DEPTH_MAX;
        if self.is_spent || !self.pay(1) {
            return false;
        }
        if rules.is_circular {
            let key = (id, std::ptr::from_ref(spot.value).addr());
            if self.active.contains(&key) {
                // Whatever it says of this value is being found out.
                return true;
            }
            self.active.push(key);
        }
        let is_entered = self.graph.is_dynamic && self.scope.last() != Some(&rules.resource);
        if is_entered {
            self.scope.push(rules.resource);
        }
        self.depth += 1;
        let fits = self.all(rules, spot, seen);
        self.depth -= 1;
        if is_entered {
            self.scope.pop();
        }
        if rules.is_circular {
            self.active.pop();
        }
        fits
    }

    fn all(&mut self, rules: &Rules, spot: &Spot<'_>, mut seen: Option<&mut Seen>) -> bool {
        if !rules.has_unevaluated {
            let mut fits = true;
            for rule in &rules.rules {
                fits &= self.rule(rule, spot, seen.as_deref_mut());
                if !fits && !self.is_telling {
                    break;
                }
            }
            return fits;
        }
        let mut own = self.fresh(spot);
        let mut fits = true;
        for rule in &rules.rules {
            // What is left over is only known when all else fits.
            if !fits && matches!(rule, Rule::UnevaluatedItems(_) | Rule::UnevaluatedProperties(_)) {
                break;
            }
            fits &= self.rule(rule, spot, Some(&mut own));
            if !fits && !self.is_telling {
                break;
            }
        }
        if let Some(seen) = seen.filter(|_| fits) {
            seen.add(&own);
        }
        fits
    }

    fn fresh(&mut self, spot: &Spot<'_>) -> Seen {
        let seen = Seen::of(spot.value);
        self.pay(seen.0.len() as u64 / BYTES_PER_STEP);
        seen
    }

    fn rule(&mut self, rule: &Rule, spot: &Spot<'_>, seen: Option<&mut Seen>) -> bool {
        let verdict = match self.alone(rule, spot.value) {
            Some(fits) => fits.into(),
            None => self.applied(rule, spot, seen),
        };
        if verdict == Verdict::Differs && self.is_telling {
            self.tell(spot, told::message(rule, spot.value));
        }
        verdict == Verdict::Fits
    }

    /// Rules that ask no other node; none for the others.
    fn alone(&mut self, rule: &Rule, value: &Value<'_>) -> Option<bool> {
        Some(match (rule, value) {
            (Rule::Type(types, _), _) => types.has(value),
            (Rule::Enum(values, _), _) => {
                self.pay(values.len() as u64 / BYTES_PER_STEP);
                values.iter().any(|known| is_same(known, value))
            }
            (Rule::Const(known, _), _) => is_same(known, value),
            (Rule::Bound(bound, limit, _), _) => number(value).is_none_or(|number| match bound {
                Bound::Minimum => number >= *limit,
                Bound::Maximum => number <= *limit,
                Bound::ExclusiveMinimum => number > *limit,
                Bound::ExclusiveMaximum => number < *limit,
            }),
            (Rule::MultipleOf(of, _), _) => number(value).is_none_or(|number| number.is_multiple_of(*of)),
            (Rule::Count(counted, extreme, limit), _) => {
                let count = match (counted, value) {
                    // No text has more letters than bytes.
                    (Counted::Letters, Value::Text(text)) => match extreme {
                        Extreme::Most if text.len() as u64 <= *limit => return Some(true),
                        _ => text.chars().count(),
                    },
                    (Counted::Items, Value::List(items)) => items.len(),
                    (Counted::Members, Value::Object(members)) => members.len(),
                    _ => return Some(true),
                };
                match extreme {
                    Extreme::Least => count as u64 >= *limit,
                    Extreme::Most => count as u64 <= *limit,
                }
            }
            (Rule::Pattern(pattern, _), Value::Text(text)) => self.matches(pattern, text),
            (Rule::Format(format), Value::Text(text)) => self.pay(format.cost(text)) && format.fits(text),
            (Rule::Content(content), Value::Text(text)) => holds(*content, text),
            (Rule::UniqueItems, Value::List(items)) if items.len() > 1 => {
                let (is_twice, bytes) = has_twice(items);
                self.pay(bytes / BYTES_PER_STEP) && !is_twice
            }
            (Rule::Pattern(..) | Rule::Format(_) | Rule::Content(_) | Rule::UniqueItems, _) => true,
            _ => return None,
        })
    }

    fn matches(&mut self, pattern: &Pattern, text: &str) -> bool {
        if !self.pay(pattern.cost(text)) {
            return false;
        }
        let answer = pattern.test(text);
        self.is_spent |= answer == Answer::Unknown;
        answer == Answer::Yes
    }
}

/// What drafts 6 and 7 ask of a text that holds something.
fn holds(content: Content, text: &str) -> bool {
    let is_plain = text.len().is_multiple_of(4) && !text.contains(['\r', '\n', '-', '_']);
    let decoded = match content.is_base64 {
        true => crate::event::base64(text).filter(|_| is_plain),
        false => Some(text.as_bytes().to_vec()),
    };
    let is_json = |bytes: &[u8]| serde_json::from_slice::<serde::de::IgnoredAny>(bytes).is_ok();
    decoded.is_some_and(|bytes| !content.is_json || is_json(&bytes))
}

/// How many values a value has, with itself. Depth is bounded by the parser.
fn values(value: &Value<'_>) -> u64 {
    let members = value.members().iter().map(|(_, value)| value);
    1 + value.items().iter().chain(members).map(values).sum::<u64>()
}

/// Levels of a schema: a node for each, and one for what it refers to.
const _: () = assert!(DEPTH_MAX > resources::DEPTH_MAX);
