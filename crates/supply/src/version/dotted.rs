//! Versions that are numbers with points, and a label: `SemVer`, `NuGet`, Composer.

/// Numbers and the label of a prerelease.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Dotted {
    /// Without zeros at the end, so that `1` is `1.0.0`.
    numbers: Vec<u128>,
    stage: Stage,
}

/// Before its release, the release, or after it. In that order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Before(Vec<Part>),
    Release,
    After(Vec<Part>),
}

/// A part of a label: numbers come before words.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Number(u128),
    Word(String),
}

impl Dotted {
    pub(super) fn semver(text: &str) -> Option<Self> {
        let text = text.trim_start_matches(['v', '=', ' ']);
        let (numbers, label) = split(text, 3)?;
        let stage = if label.is_empty() { Stage::Release } else { Stage::Before(parts(label)?) };
        Some(Self { numbers, stage })
    }

    pub(super) fn nuget(text: &str) -> Option<Self> {
        let lower = text.to_ascii_lowercase();
        let (numbers, label) = split(lower.trim_start_matches('v'), 4)?;
        let stage = if label.is_empty() { Stage::Release } else { Stage::Before(parts(label)?) };
        Some(Self { numbers, stage })
    }

    pub(super) fn composer(text: &str) -> Option<Self> {
        let lower = text.to_ascii_lowercase();
        let (numbers, label) = split(lower.trim_start_matches('v'), 4)?;
        let label = label.trim_start_matches(['-', '.', '_']);
        let letters = label.find(|letter: char| !letter.is_ascii_alphabetic()).unwrap_or(label.len());
        let (word, rest) = label.split_at_checked(letters)?;
        let rank = match word {
            "" | "stable" => return Some(Self { numbers, stage: Stage::Release }),
            "dev" => 0,
            "alpha" | "a" => 1,
            "beta" | "b" => 2,
            "rc" => 3,
            "patch" | "pl" | "p" => 4,
            _ => return None,
        };
        let mut label = vec![Part::Number(rank)];
        for part in rest.split(['-', '.', '_']).filter(|part| !part.is_empty() && *part != "dev") {
            label.push(Part::Number(part.parse().ok()?));
        }
        let stage = if rank == 4 { Stage::After(label) } else { Stage::Before(label) };
        Some(Self { numbers, stage })
    }

    pub(super) fn is_prerelease(&self) -> bool {
        matches!(self.stage, Stage::Before(_))
    }
}

/// Up to `numbers_max` numbers, and the label behind them without build metadata.
fn split(text: &str, numbers_max: usize) -> Option<(Vec<u128>, &str)> {
    let text = text.split('+').next().unwrap_or_default();
    let mut numbers = Vec::new();
    let mut rest = text;
    loop {
        let digits = rest.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(rest.len());
        let (number, after) = rest.split_at_checked(digits)?;
        numbers.push(number.parse().ok()?);
        rest = after;
        let next =
            after.strip_prefix('.').filter(|next| next.starts_with(|letter: char| letter.is_ascii_digit()));
        match next {
            Some(next) if numbers.len() < numbers_max => rest = next,
            Some(_) => return None,
            None => break,
        }
    }
    while numbers.last() == Some(&0) {
        numbers.pop();
    }
    Some((numbers, rest.strip_prefix('-').unwrap_or(rest)))
}

fn parts(label: &str) -> Option<Vec<Part>> {
    let part = |part: &str| {
        let is_number = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        let is_word = part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        match (is_number, is_word) {
            (true, _) => part.parse().ok().map(Part::Number),
            (_, true) => Some(Part::Word(part.to_owned())),
            _ => None,
        }
    };
    label.split('.').map(part).collect()
}
