//! Rules that cannot match for want of a header, a cookie, a part of a body, another method.
//!
//! Many rules of a phase ask for what most requests do not have: `Request-Range`, `Transfer-Encoding`, a second `Content-Type`, `POST`. Whether it is
//! there is asked once, and those rules leave the program of the phase for this request.
//!
//! INVARIANT: a rule whose condition does not hold matches nothing, and leaves nothing behind on its way to that.
use super::inputs::{Inputs, Store};
use super::plan::{Compare, Link, Origin, Pick, Rule, Source, Test, Text};
use super::walk::{compared, is_variable};
use crate::rule::Collection;

/// What must be so for a rule to match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Condition {
    /// Something stands in a store.
    Filled(Store),
    /// There is a header of this name.
    Header(Box<[u8]>),
    /// There is none.
    NoHeader(Box<[u8]>),
    /// A scalar is this text.
    Is(Collection, Box<[u8]>),
}

impl Condition {
    pub(super) fn holds(&self, inputs: &Inputs) -> bool {
        let has_header = |name: &[u8]| inputs.request_headers.first(name).is_some();
        match self {
            Self::Filled(store) => !inputs.store(*store).is_empty(),
            Self::Header(name) => has_header(name),
            Self::NoHeader(name) => !has_header(name),
            Self::Is(scalar, text) => inputs.scalar(*scalar) == text.as_ref(),
        }
    }

    /// The condition of a rule, when it has one.
    pub(super) fn of(rule: &Rule) -> Option<Self> {
        for link in &rule.links {
            if let Some(condition) = of_link(link) {
                return Some(condition);
            }
            if !leaves_nothing(link) {
                return None;
            }
        }
        None
    }
}

/// Without which a link finds no value that matches.
fn of_link(link: &Link) -> Option<Condition> {
    let [source] = link.sources.as_slice() else { return None };
    if let Origin::Scalar(scalar) = source.from {
        return is_text(link, scalar);
    }
    let (Origin::Values(store, _) | Origin::Names(store, _)) = source.from else { return None };
    if !source.count {
        return Some(present(store, source));
    }
    let Test::Number(compare, Text::Fixed { number, .. }) = &link.test else { return None };
    if !link.pipeline.is_empty() {
        return None;
    }
    if compared(*compare, 0, *number) == link.negated {
        return Some(present(store, source));
    }
    match &source.pick {
        Pick::Name(name, _)
            if (store, *compare, *number) == (Store::RequestHeaders, Compare::Equal, 0)
                && !link.negated
                && source.without.is_empty() =>
        {
            Some(Condition::NoHeader(name.clone()))
        }
        _ => None,
    }
}

/// That a scalar is a text, when a link asks for nothing else.
fn is_text(link: &Link, scalar: Collection) -> Option<Condition> {
    let Test::Matcher(matcher, Text::Fixed { bytes, .. }) = &link.test else { return None };
    let is_plain =
        !link.negated && link.pipeline.is_empty() && !link.sources.iter().any(|source| source.count);
    (is_plain && matcher.is_equality() && !is_variable(scalar)).then(|| Condition::Is(scalar, bytes.clone()))
}

fn present(store: Store, source: &Source) -> Condition {
    match (&source.pick, store) {
        (Pick::Name(name, _), Store::RequestHeaders) => Condition::Header(name.clone()),
        _ => Condition::Filled(store),
    }
}

/// Whether a link that matches changes nothing as long as the chain does not match.
fn leaves_nothing(link: &Link) -> bool {
    let is_certain = match &link.test {
        Test::Action => false,
        Test::Always | Test::Never | Test::Number(..) => true,
        // One that gives up is told in `MSC_PCRE_LIMITS_EXCEEDED`.
        Test::Matcher(matcher, _) => matcher.is_certain(),
    };
    is_certain && link.sets.is_empty() && !link.capture && !link.multi_match
}
