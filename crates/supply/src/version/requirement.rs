//! What a manifest asks for: `^1.2`, `~=1.4`, `[1.0,2.0)`.
mod semver;

use super::{Interval, Scheme, Version};

/// Parts of one requirement.
const PARTS_MAX: usize = 256;

/// The versions that a requirement allows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Requirement {
    pub any_of: Vec<Interval>,
    pub except: Vec<Interval>,
}

impl Requirement {
    /// Reads a requirement as the scheme's package manager does. `None` when it is none: a tag, a
    /// path, an address. An empty one allows everything.
    #[must_use]
    pub fn parse(scheme: Scheme, text: &str) -> Option<Self> {
        let text = text.trim();
        let separators = text.bytes().filter(|byte| matches!(byte, b',' | b'|' | b' ')).count();
        if separators > PARTS_MAX {
            return None;
        }
        match scheme {
            Scheme::Npm => semver::npm(text).map(Self::of),
            Scheme::Composer => semver::composer(text).map(Self::of),
            Scheme::Cargo => semver::cargo(text).map(Self::of),
            Scheme::Pypi => pypi(text),
            Scheme::Go => scheme.parse(text).map(|_| Self::of(vec![Interval::from(text)])),
            Scheme::Gem => gem(text),
            Scheme::Maven | Scheme::Nuget => brackets(scheme, text).map(Self::of),
        }
    }

    fn of(any_of: Vec<Interval>) -> Self {
        Self { any_of, except: Vec::new() }
    }

    /// Whether the version is allowed; prereleases count as any other.
    #[must_use]
    pub fn allows(&self, scheme: Scheme, version: &Version) -> bool {
        let is_in = |interval: &Interval| interval.contains(scheme, version).unwrap_or(false);
        self.any_of.iter().any(is_in) && !self.except.iter().any(is_in)
    }

    /// The one version that it allows.
    #[must_use]
    pub fn only(&self) -> Option<&str> {
        let [Interval { low: Some((low, true)), high: Some((high, true)) }] = self.any_of.as_slice() else {
            return None;
        };
        (low == high).then_some(low.as_str())
    }

    /// The oldest version that it allows, when it names one.
    #[must_use]
    pub fn oldest(&self, scheme: Scheme) -> Option<&str> {
        let lows = self.any_of.iter().map(|interval| {
            let (text, inclusive) = interval.low.as_ref()?;
            if *inclusive { Some((scheme.parse(text)?, text.as_str())) } else { None }
        });
        let lows: Option<Vec<_>> = lows.collect();
        lows?.into_iter().min_by(|a, b| a.0.cmp(&b.0)).map(|(_, text)| text)
    }
}

/// The interval that lies in all of them.
fn all_of(scheme: Scheme, parts: impl IntoIterator<Item = Interval>) -> Option<Interval> {
    parts.into_iter().try_fold(Interval::default(), |all, part| all.and(scheme, &part))
}

/// PEP 440 specifiers, and Poetry's `^`, `~`, `*` and `||`.
fn pypi(text: &str) -> Option<Requirement> {
    let mut found = Requirement::default();
    for choice in text.split("||").flat_map(|part| part.split('|')) {
        let mut all = Interval::default();
        for part in choice.split(',').map(str::trim).filter(|part| !part.is_empty() && *part != "*") {
            if let Some(version) = part.strip_prefix("!=") {
                found.except.push(equal(version.trim())?);
                continue;
            }
            all = all.and(Scheme::Pypi, &specifier(part)?)?;
        }
        found.any_of.push(all);
    }
    Some(found)
}

fn specifier(part: &str) -> Option<Interval> {
    let after = |operator: &str| part.strip_prefix(operator).map(str::trim);
    let is_version = |version: &&str| Scheme::Pypi.parse(version).is_some();
    if let Some(version) = after("===").or_else(|| after("==")) {
        return equal(version);
    }
    if let Some(version) = after("~=") {
        return compatible(version, 1);
    }
    if let Some(version) = after(">=") {
        return Some(version).filter(is_version).map(Interval::from);
    }
    if let Some(version) = after("<=") {
        return Some(version).filter(is_version).map(Interval::up_to);
    }
    if let Some(version) = after(">") {
        return Some(version).filter(is_version).map(Interval::above);
    }
    if let Some(version) = after("<") {
        // A bound that is no prerelease itself leaves its prereleases out.
        let is_release = Scheme::Pypi.parse(version).is_some() && !Scheme::Pypi.is_prerelease(version);
        let bound = if is_release && !version.contains("post") {
            format!("{version}.dev0")
        } else {
            version.to_owned()
        };
        return Some(bound.as_str()).filter(is_version).map(Interval::below);
    }
    if let Some(version) = after("^") {
        let numbers = numbers(version)?;
        let kept = numbers.iter().position(|number| *number != 0).unwrap_or(numbers.len() - 1) + 1;
        return Some(Interval::between(version, &next(&numbers, kept)?));
    }
    if let Some(version) = after("~") {
        let numbers = numbers(version)?;
        return Some(Interval::between(version, &next(&numbers, numbers.len().min(2))?));
    }
    equal(part)
}

/// `1.2`, `1.2.*`.
fn equal(version: &str) -> Option<Interval> {
    match version.strip_suffix(".*") {
        Some(prefix) => {
            let numbers = numbers(prefix)?;
            Some(Interval::between(
                &format!("{prefix}.dev0"),
                &format!("{}.dev0", next(&numbers, numbers.len())?),
            ))
        }
        None => Scheme::Pypi.parse(version).map(|_| Interval::exactly(version)),
    }
}

/// From this version on, while all but the last `free` of its numbers stay.
fn compatible(version: &str, free: usize) -> Option<Interval> {
    let numbers = numbers(version)?;
    let kept = numbers.len().checked_sub(free).filter(|kept| *kept > 0)?;
    Some(Interval::between(version, &next(&numbers, kept)?))
}

/// The numbers at the beginning of a version.
fn numbers(version: &str) -> Option<Vec<u128>> {
    let end = version.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(version.len());
    let head = version.get(..end)?.trim_end_matches('.');
    head.split('.').map(|part| part.parse().ok()).collect()
}

/// The version after every one that begins with the first `kept` numbers.
fn next(numbers: &[u128], kept: usize) -> Option<String> {
    let mut kept: Vec<u128> = numbers.iter().take(kept).copied().collect();
    let last = kept.last_mut()?;
    *last = last.checked_add(1)?;
    Some(kept.iter().map(u128::to_string).collect::<Vec<_>>().join("."))
}

fn gem(text: &str) -> Option<Requirement> {
    let mut found = Requirement::default();
    let mut all = Vec::new();
    for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        let version = part.trim_start_matches(['~', '>', '<', '=', '!', ' ']);
        Scheme::Gem.parse(version)?;
        match part.get(..part.len() - version.len())?.trim() {
            "" | "=" => all.push(Interval::exactly(version)),
            "!=" => found.except.push(Interval::exactly(version)),
            ">=" => all.push(Interval::from(version)),
            ">" => all.push(Interval::above(version)),
            "<" => all.push(Interval::below(version)),
            "<=" => all.push(Interval::up_to(version)),
            "~>" => {
                let numbers = numbers(version)?;
                let kept = numbers.len().saturating_sub(1).max(1);
                // Prereleases of the next version are not allowed either.
                all.push(Interval::between(version, &format!("{}.a", next(&numbers, kept)?)));
            }
            _ => return None,
        }
    }
    found.any_of.push(all_of(Scheme::Gem, all)?);
    Some(found)
}

/// Maven's and `NuGet`'s intervals: `[1.0,2.0)`, `(,1.0]`, `[1.0]`. A bare version is a wish for Maven,
/// and the least one for `NuGet`.
fn brackets(scheme: Scheme, text: &str) -> Option<Vec<Interval>> {
    if !text.starts_with(['[', '(']) {
        if let Some(prefix) = text.strip_suffix('*').filter(|_| scheme == Scheme::Nuget) {
            let prefix = prefix.trim_end_matches('.');
            if prefix.is_empty() {
                return Some(vec![Interval::default()]);
            }
            let numbers = numbers(prefix)?;
            return Some(vec![Interval::between(prefix, &next(&numbers, numbers.len())?)]);
        }
        scheme.parse(text).filter(|_| !text.contains(['$', '{', ' ', ',']))?;
        let wish = if scheme == Scheme::Maven { Interval::exactly(text) } else { Interval::from(text) };
        return Some(vec![wish]);
    }
    let mut found = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find([']', ')'])?;
        let (inner, after) = (rest.get(1..end)?, rest.get(end + 1..)?);
        let (with_low, with_high) = (rest.starts_with('['), rest.get(end..=end)? == "]");
        let (low, high) = inner.split_once(',').unwrap_or((inner, inner));
        let bound = |text: &str, inclusive: bool| {
            let text = text.trim();
            (!text.is_empty()).then(|| (text.to_owned(), inclusive))
        };
        found.push(Interval { low: bound(low, with_low), high: bound(high, with_high) });
        rest = after.trim_start_matches([',', ' ']);
    }
    Some(found)
}
