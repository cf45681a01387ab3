//! A package is downloaded from an address instead of a registry.
use super::prelude::*;

check! {
    /// # Dependency from an address
    ///
    /// A package is downloaded from an address instead of a registry.
    ///
    /// ## Why it matters
    ///
    /// Whoever controls the host, today or after its name expired, decides what is installed. No
    /// registry keeps what was there, and no database of vulnerabilities knows it.
    ///
    /// ## What to do
    ///
    /// Use a published version, or keep a copy in your own registry. At least let the lock file hold a
    /// checksum.
    ///
    /// ```files fires
    /// # file: package.json
    /// {"dependencies": {"own": "https://files.example.org/own-1.0.0.tgz"}}
    /// ```
    /// ```files fires
    /// # file: requirements.txt
    /// own @ https://files.example.org/own-1.0.0-py3-none-any.whl
    /// ```
    /// ```files quiet
    /// # file: package.json
    /// {"dependencies": {"own": "1.0.0"}}
    /// ```
    DEPENDENCY_FROM_URL = "dependency-from-url" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        controls: &["CWE-829", "CWE-494", "OWASP-SLS:S9"],
        also_known_as: &[],
        run: dependency_from_url,
    }
}

fn dependency_from_url(app: &App, findings: &mut Findings) {
    for package in app.packages.iter().filter(|package| package.origin != Origin::Bill) {
        let source = package.source.as_deref().unwrap_or_default();
        let is_archive = source.starts_with("https://") && !is_git(package);
        if is_archive && !package.locked {
            let message =
                format!("`{}` is downloaded from `{}`, without a checksum", package.name, masked(source));
            findings.push(about(&DEPENDENCY_FROM_URL, package, message));
        }
    }
}
