//! Whether two patterns have a text in common.
use model::Tri;

use super::Pattern;
use super::token::{Letter, Token, View, tokens};

/// Pairs of places that are looked at before the answer is [`Tri::Unknown`].
const CELLS_MAX: usize = 4_000_000;

pub(super) fn meets(left: &Pattern, right: &Pattern) -> Tri {
    if left == right {
        return Tri::True;
    }
    match intersect(&tokens(left, View::Exact), &tokens(right, View::Exact)) {
        Some(true) => return Tri::True,
        None => return Tri::Unknown,
        Some(false) => {}
    }
    if !left.is_open() && !right.is_open() {
        return Tri::False;
    }
    match intersect(&tokens(left, View::Any), &tokens(right, View::Any)) {
        Some(false) => Tri::False,
        _ => Tri::Unknown,
    }
}

/// Walks both at once, row by row: a row holds the places of the right side that can be reached.
fn intersect(left: &[Token<'_>], right: &[Token<'_>]) -> Option<bool> {
    if (left.len() + 1).saturating_mul(right.len() + 1) > CELLS_MAX {
        return None;
    }
    let mut row = vec![false; right.len() + 1];
    if let Some(first) = row.first_mut() {
        *first = true;
    }
    for token in left {
        row = advance(*token, &row, right);
        if !row.contains(&true) {
            return Some(false);
        }
    }
    let mut reached = false;
    for (at, cell) in row.iter().enumerate() {
        reached = *cell || (reached && at.checked_sub(1).is_some_and(|at| is_star(right, at)));
    }
    Some(reached)
}

fn is_star(row: &[Token<'_>], at: usize) -> bool {
    row.get(at).is_some_and(|token| token.is_star())
}

/// The places of the right side that are reachable behind one token of the left side.
fn advance(token: Token<'_>, row: &[bool], right: &[Token<'_>]) -> Vec<bool> {
    let mut next = vec![false; row.len()];
    let mut here = false;
    for (at, cell) in row.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| right.get(at)).copied();
        // Reached in this row: before, or by what the left star (or the right star) takes.
        here = *cell
            || (here
                && before.is_some_and(|before| before.is_star() || (token.is_star() && both(token, before))));
        if !here {
            continue;
        }
        if token.is_star() {
            mark(&mut next, at);
            continue;
        }
        let Some(theirs) = right.get(at).copied() else { continue };
        if both(token, theirs) {
            mark(&mut next, if theirs.is_star() { at } else { at + 1 });
        }
    }
    next
}

fn mark(row: &mut [bool], at: usize) {
    if let Some(cell) = row.get_mut(at) {
        *cell = true;
    }
}

/// Some letter is one that both tokens stand for.
fn both(left: Token<'_>, right: Token<'_>) -> bool {
    match (left, right) {
        (Token::Char(sign), other) | (other, Token::Char(sign)) => other.takes(Letter::Char(sign)),
        (Token::Atom(piece), other) | (other, Token::Atom(piece)) => other.takes(Letter::Atom(piece)),
        _ => true,
    }
}
