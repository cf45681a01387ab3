//! Requirements of npm, Cargo and Composer: comparators of partial versions.
use super::super::{Interval, Scheme};
use super::all_of;

/// What a version without an operator means.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Bare {
    /// npm, Composer: this version, or all that begin with it.
    Equal,
    /// Cargo: everything compatible.
    Caret,
}

/// `^1.2 || 2.x`, `1.2 - 1.4`.
pub(super) fn npm(text: &str) -> Option<Vec<Interval>> {
    text.split("||").map(|choice| joined(Scheme::Npm, choice, Bare::Equal)).collect()
}

pub(super) fn composer(text: &str) -> Option<Vec<Interval>> {
    let text = text.replace("||", "|").replace(',', " ");
    let stable = |choice: &str| choice.split('@').next().unwrap_or_default().to_owned();
    text.split('|').map(|choice| joined(Scheme::Composer, &stable(choice), Bare::Equal)).collect()
}

pub(super) fn cargo(text: &str) -> Option<Vec<Interval>> {
    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
    let parts: Option<Vec<Interval>> =
        parts.map(|part| comparator(Scheme::Cargo, part, Bare::Caret)).collect();
    Some(vec![all_of(Scheme::Cargo, parts?)?])
}

fn joined(scheme: Scheme, choice: &str, bare: Bare) -> Option<Interval> {
    if let Some((low, high)) = choice.split_once(" - ") {
        let low = comparator(scheme, &format!(">={}", low.trim()), bare)?;
        let high = comparator(scheme, &format!("<={}", high.trim()), bare)?;
        return low.and(scheme, &high);
    }
    // An operator may stand apart from its version.
    let mut parts: Vec<String> = Vec::new();
    for word in choice.split_whitespace() {
        match parts.last_mut().filter(|last| last.ends_with(['>', '<', '=', '~', '^'])) {
            Some(last) => last.push_str(word),
            None => parts.push(word.to_owned()),
        }
    }
    let parts: Option<Vec<Interval>> = parts.iter().map(|part| comparator(scheme, part, bare)).collect();
    all_of(scheme, parts?)
}

/// A version of which only the first numbers may be said.
struct Partial<'a> {
    numbers: Vec<u64>,
    /// With its label, when all three numbers are said.
    whole: Option<&'a str>,
}

fn partial(scheme: Scheme, text: &str) -> Option<Partial<'_>> {
    let text = text.trim().trim_start_matches(['v', '=', ' ']);
    let plain = text.split(['-', '+']).next().unwrap_or_default();
    let mut numbers = Vec::new();
    for part in plain.split('.') {
        if matches!(part, "" | "x" | "X" | "*") {
            break;
        }
        numbers.push(part.parse().ok()?);
    }
    let is_empty = plain.is_empty() || plain.starts_with(['x', 'X', '*']);
    if numbers.is_empty() && !is_empty {
        return None;
    }
    let is_whole = numbers.len() >= 3 && !plain.contains(['x', 'X', '*']);
    if is_whole {
        scheme.parse(text)?;
    }
    Some(Partial { numbers, whole: is_whole.then_some(text) })
}

impl Partial<'_> {
    /// The first version of it; prereleases belong to what is not said.
    fn first(&self, scheme: Scheme) -> String {
        self.whole.map_or_else(|| padded(scheme, &self.numbers), str::to_owned)
    }

    /// The first version after all that begin with the first `kept` numbers.
    fn after(&self, scheme: Scheme, kept: usize) -> Option<String> {
        let mut numbers: Vec<u64> = self.numbers.iter().take(kept).copied().collect();
        let last = numbers.last_mut()?;
        *last = last.checked_add(1)?;
        Some(padded(scheme, &numbers))
    }

    /// The number of numbers that a caret keeps.
    fn caret(&self) -> usize {
        let first = self.numbers.iter().position(|number| *number != 0);
        first.map_or(self.numbers.len(), |first| first + 1)
    }
}

fn padded(scheme: Scheme, numbers: &[u64]) -> String {
    let mut three: Vec<String> = numbers.iter().map(u64::to_string).collect();
    three.resize(three.len().max(3), "0".to_owned());
    let label = if scheme == Scheme::Composer { "-dev" } else { "-0" };
    format!("{}{label}", three.join("."))
}

fn comparator(scheme: Scheme, part: &str, bare: Bare) -> Option<Interval> {
    let version = part.trim_start_matches(['^', '~', '>', '<', '=', ' ']);
    let operator = part.get(..part.len() - version.len())?.trim();
    let partial = partial(scheme, version)?;
    let said = partial.numbers.len();
    if said == 0 {
        return Some(if matches!(operator, "<" | ">") {
            Interval::below("0.0.0-0")
        } else {
            Interval::default()
        });
    }
    let first = partial.first(scheme);
    let up_to = |kept: usize| partial.after(scheme, kept).map(|end| Interval::between(&first, &end));
    match (operator, partial.whole) {
        (">=", _) => Some(Interval::from(&first)),
        ("<", _) => Some(Interval::below(&first)),
        (">", Some(whole)) => Some(Interval::above(whole)),
        (">", None) => partial.after(scheme, said).map(|end| Interval::from(&end)),
        ("<=", Some(whole)) => Some(Interval::up_to(whole)),
        ("<=", None) => partial.after(scheme, said).map(|end| Interval::below(&end)),
        ("^", _) => up_to(partial.caret()),
        ("~" | "~>", _) if scheme == Scheme::Composer => up_to(said.saturating_sub(1).max(1)),
        ("~" | "~>", _) => up_to(said.min(2)),
        ("", _) if bare == Bare::Caret && !part.contains('*') => up_to(partial.caret()),
        ("" | "=" | "==", Some(whole)) => Some(Interval::exactly(whole)),
        ("" | "=" | "==", None) => up_to(said),
        _ => None,
    }
}
