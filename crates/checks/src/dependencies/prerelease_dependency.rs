//! The application depends on a version that comes before its release: alpha, beta, candidate or development.
use super::prelude::*;

check! {
    /// # Prerelease in production
    ///
    /// The application depends on a version that comes before its release: alpha, beta, candidate or
    /// development.
    ///
    /// ## Why it matters
    ///
    /// Such versions change without notice, are tested less, and databases of vulnerabilities often
    /// leave them out: a weakness of them may never be told.
    ///
    /// ## What to do
    ///
    /// Use the release.
    ///
    /// ```files fires
    /// # file: requirements.txt
    /// requests==3.0.0a1
    /// ```
    /// ```files quiet
    /// # file: requirements.txt
    /// requests==2.31.0
    /// ```
    PRERELEASE_DEPENDENCY = "prerelease-dependency" {
        since: "0.1.0",
        severity: Low,
        confidence: Likely,
        controls: &["CWE-1104", "CWE-1357"],
        also_known_as: &[],
        run: prerelease_dependency,
    }
}

fn prerelease_dependency(app: &App, findings: &mut Findings) {
    let own = subjects(app)
        .filter(|package| package.direct && package.prerelease && package.scope == Scope::Runtime);
    for package in own {
        // An early version that the requirement names itself is somebody's decision; it is told all the same.
        let message = format!("{} is not released yet", named(package));
        findings.push(about(&PRERELEASE_DEPENDENCY, package, message));
    }
}
