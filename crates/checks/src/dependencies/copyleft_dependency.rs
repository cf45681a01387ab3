//! A package that runs with the application is under a licence that asks for the source code of the whole.
use super::prelude::*;

check! {
    /// # Dependency under a copyleft licence
    ///
    /// A package that runs with the application is under a licence that asks for the source code of the
    /// whole.
    ///
    /// ## Why it matters
    ///
    /// The GNU GPL asks who distributes a program to hand out its source; the AGPL asks who only offers
    /// it over a network. Whether it applies is a legal question; not knowing that it is there is the
    /// risk.
    ///
    /// ## What to do
    ///
    /// Ask whoever decides on licences, or use a package under another one.
    ///
    /// ```files fires
    /// # file: package-lock.json
    /// {"lockfileVersion": 3, "packages": {"": {"dependencies": {"free": "1"}}, "node_modules/free": {"version": "1.0.0", "integrity": "sha512-x", "license": "AGPL-3.0-only"}}}
    /// ```
    /// ```files quiet
    /// # file: package-lock.json
    /// {"lockfileVersion": 3, "packages": {"": {"dependencies": {"free": "1"}}, "node_modules/free": {"version": "1.0.0", "integrity": "sha512-x", "license": "(MIT OR GPL-3.0)"}}}
    /// ```
    COPYLEFT_DEPENDENCY = "copyleft-dependency" {
        since: "0.1.0",
        severity: Info,
        confidence: Likely,
        controls: &["CWE-1357"],
        also_known_as: &[],
        run: copyleft_dependency,
    }
}

fn copyleft_dependency(app: &App, findings: &mut Findings) {
    for package in subjects(app).filter(|package| package.scope == Scope::Runtime) {
        let license = package.license.as_deref().unwrap_or_default();
        if is_copyleft(license) {
            let message = format!("{} is under `{license}`{}", named(package), through(package));
            findings.push(about(&COPYLEFT_DEPENDENCY, package, message));
        }
    }
}

/// Whether no choice of the expression is without strong copyleft.
fn is_copyleft(license: &str) -> bool {
    let strong = |text: &str| {
        let words =
            text.split(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '-' || letter == '.'));
        let is_strong = |word: &str| {
            ["GPL-", "AGPL-", "SSPL-", "GPLv", "AGPLv"].iter().any(|start| word.starts_with(start))
        };
        let names = text.starts_with("GNU General Public") || text.starts_with("GNU Affero");
        (words.into_iter().any(is_strong) || names) && !text.contains("exception")
    };
    !license.is_empty() && license.split(" OR ").flat_map(|part| part.split(" or ")).all(strong)
}
