//! The author of a package says not to use this version any more, or a database says that nobody maintains it.
use super::prelude::*;

check! {
    /// # Deprecated dependency
    ///
    /// The author of a package says not to use this version any more, or a database says that nobody
    /// maintains it.
    ///
    /// ## Why it matters
    ///
    /// Weaknesses that are found from now on are not repaired. Often the notice itself names one.
    ///
    /// ## What to do
    ///
    /// Do what the notice says: most name a successor. For a package that another one brings, upgrade
    /// that one.
    ///
    /// ```files fires
    /// # file: package-lock.json
    /// {"lockfileVersion": 3, "packages": {"": {"dependencies": {"old": "1"}}, "node_modules/old": {"version": "1.0.0", "integrity": "sha512-x", "deprecated": "use new"}}}
    /// ```
    /// ```files quiet
    /// # file: package-lock.json
    /// {"lockfileVersion": 3, "packages": {"": {"dependencies": {"new": "1"}}, "node_modules/new": {"version": "1.0.0", "integrity": "sha512-x"}}}
    /// ```
    DEPRECATED_DEPENDENCY = "deprecated-dependency" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        controls: &["CWE-1104", "CWE-477", "OWASP-SLS:S9"],
        also_known_as: &[],
        run: deprecated_dependency,
    }
}

fn deprecated_dependency(app: &App, findings: &mut Findings) {
    for package in subjects(app) {
        let Some(notice) = &package.deprecated else { continue };
        let notice: String = notice.chars().take(160).collect();
        let message = format!("{} is deprecated: {notice}{}", named(package), through(package));
        let mut finding = about(&DEPRECATED_DEPENDENCY, package, message);
        if !package.direct || package.scope == Scope::Development {
            finding.severity = Severity::Info;
        }
        findings.push(finding);
    }
}
