//! No lock file decides the version, and the oldest version that the requirement names has known vulnerabilities.
use super::prelude::*;

check! {
    /// # Requirement that allows a vulnerable version
    ///
    /// No lock file decides the version, and the oldest version that the requirement names has known
    /// vulnerabilities.
    ///
    /// ## Why it matters
    ///
    /// Which version is installed depends on the day, on caches and on what else is required. An old
    /// cache or a conflict with another package is enough to get the vulnerable one.
    ///
    /// ## What to do
    ///
    /// Raise the lower bound to the version that the finding names, or add a lock file.
    ///
    /// ```files fires
    /// # file: requirements.txt
    /// PyYAML>=5.1
    /// ```
    /// ```files quiet
    /// # file: requirements.txt
    /// PyYAML>=6.0
    /// ```
    VULNERABLE_VERSION_ALLOWED = "vulnerable-version-allowed" {
        since: "0.1.0",
        severity: Low,
        confidence: Likely,
        fix: Safe,
        controls: &["CWE-1395", "CWE-1104", "OWASP-SLS:S9"],
        also_known_as: &[],
        run: vulnerable_version_allowed,
    }
}

fn vulnerable_version_allowed(app: &App, findings: &mut Findings) {
    for package in subjects(app).filter(|package| package.version.is_none()) {
        let weak = open_weaknesses(package);
        if weak.is_empty() {
            continue;
        }
        let wanted = package.requirement.as_deref().unwrap_or_default();
        let message = format!("`{}` with `{wanted}` allows a version with {}", package.name, listed(&weak));
        findings.push(with_upgrade(about(&VULNERABLE_VERSION_ALLOWED, package, message), package));
    }
}
