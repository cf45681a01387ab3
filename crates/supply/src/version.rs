//! How each ecosystem orders versions.
//!
//! Sources: Semantic Versioning 2.0.0, PEP 440, Maven's version order specification, RubyGems'
//! `Gem::Version`, NuGet's package versioning, Composer's version normalisation. Build metadata never
//! orders.
mod dotted;
mod gem;
mod maven;
mod pep440;
mod range;
mod requirement;

use dotted::Dotted;
use gem::Gem;
use maven::Maven;
use pep440::Pep440;
pub use range::Interval;
pub use requirement::Requirement;

/// Characters that a version may have: everything longer is none.
const LENGTH_MAX: usize = 256;

/// Whose rules order versions and read requirements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scheme {
    Npm,
    Pypi,
    Cargo,
    Go,
    Maven,
    Gem,
    Nuget,
    Composer,
}

impl Scheme {
    /// The scheme of OSV's name of an ecosystem; a suffix such as `:11` is left out.
    #[must_use]
    pub fn of(ecosystem: &str) -> Option<Self> {
        Some(match ecosystem.split(':').next().unwrap_or_default() {
            "npm" => Self::Npm,
            "PyPI" => Self::Pypi,
            "crates.io" => Self::Cargo,
            "Go" => Self::Go,
            "Maven" => Self::Maven,
            "RubyGems" => Self::Gem,
            "NuGet" => Self::Nuget,
            "Packagist" => Self::Composer,
            _ => return None,
        })
    }

    /// Parses a version; `None` when the scheme's rules do not know it.
    #[must_use]
    pub fn parse(self, text: &str) -> Option<Version> {
        let text = text.trim();
        if text.is_empty() || text.len() > LENGTH_MAX {
            return None;
        }
        Some(Version(match self {
            Self::Npm | Self::Cargo | Self::Go => Known::Dotted(Dotted::semver(text)?),
            Self::Nuget => Known::Dotted(Dotted::nuget(text)?),
            Self::Composer => Known::Dotted(Dotted::composer(text)?),
            Self::Pypi => Known::Pep440(Box::new(Pep440::parse(text)?)),
            Self::Maven => Known::Maven(Maven::parse(text)),
            Self::Gem => Known::Gem(Gem::parse(text)?),
        }))
    }

    /// Whether two texts name the same version; the same text is the same version always.
    #[must_use]
    pub fn same(self, a: &str, b: &str) -> bool {
        a == b || matches!((self.parse(a), self.parse(b)), (Some(a), Some(b)) if a == b)
    }

    /// Whether a version comes before its release: alpha, beta, candidate, development.
    #[must_use]
    pub fn is_prerelease(self, text: &str) -> bool {
        // Go names a commit so: it is no one's candidate for a release.
        let is_stamp = |part: &str| part.len() == 14 && part.bytes().all(|byte| byte.is_ascii_digit());
        if self == Self::Go && text.split(['-', '.']).any(is_stamp) {
            return false;
        }
        match self.parse(text).map(|version| version.0) {
            Some(Known::Dotted(version)) => version.is_prerelease(),
            Some(Known::Pep440(version)) => version.is_prerelease(),
            Some(Known::Gem(version)) => version.is_prerelease(),
            Some(Known::Maven(version)) => version.is_prerelease(),
            None => false,
        }
    }

    /// The number that changes with a break of compatibility; below 1 it is the second one.
    #[must_use]
    pub fn major(self, text: &str) -> Option<(u64, u64)> {
        let text = text.trim_start_matches(['v', '=', ' ']);
        let mut numbers = text.split(|letter: char| !letter.is_ascii_digit());
        let first: u64 = numbers.next()?.parse().ok()?;
        let second = numbers.next().and_then(|part| part.parse().ok()).unwrap_or(0);
        Some(if first == 0 { (0, second) } else { (first, 0) })
    }
}

/// A version, to compare with others of the same scheme.
///
/// INVARIANT: compared only within one scheme; the order of variants means nothing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(Known);

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Known {
    Dotted(Dotted),
    Pep440(Box<Pep440>),
    Maven(Maven),
    Gem(Gem),
}

#[cfg(test)]
mod tests;
