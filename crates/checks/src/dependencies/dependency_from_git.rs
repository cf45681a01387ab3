//! A package is taken from a git repository instead of a registry.
use super::prelude::*;

check! {
    /// # Dependency from a git repository
    ///
    /// A package is taken from a git repository instead of a registry.
    ///
    /// ## Why it matters
    ///
    /// Branches and tags move: what is installed tomorrow may be something else. Registries keep a
    /// version as it was, and databases of vulnerabilities know their versions.
    ///
    /// ## What to do
    ///
    /// Use a published version. Where there is none, name the whole commit hash; the finding is
    /// informational then.
    ///
    /// ```files fires
    /// # file: package.json
    /// {"dependencies": {"own": "github:someone/own#main"}}
    /// ```
    /// ```files fires
    /// # file: requirements.txt
    /// git+https://example.org/someone/own.git@main#egg=own
    /// ```
    /// ```files quiet
    /// # file: package.json
    /// {"dependencies": {"own": "1.0.0"}}
    /// ```
    DEPENDENCY_FROM_GIT = "dependency-from-git" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        controls: &["CWE-829", "CWE-494", "OWASP-SLS:S9"],
        also_known_as: &[],
        run: dependency_from_git,
    }
}

fn dependency_from_git(app: &App, findings: &mut Findings) {
    for package in sourced(app).filter(|package| is_git(package)) {
        let source = package.source.as_deref().unwrap_or_default();
        let is_commit = source.split(|letter: char| !letter.is_ascii_hexdigit()).any(|part| part.len() == 40);
        let moves = if is_commit { "at a fixed commit" } else { "at a place that may move" };
        let message = format!("`{}` comes from git, {moves}: `{}`", package.name, masked(source));
        let mut finding = about(&DEPENDENCY_FROM_GIT, package, message);
        if is_commit {
            finding.severity = Severity::Info;
        }
        findings.push(finding);
    }
}

/// The commit stands in the lock file: the manifest's entry is told only without one.
fn sourced(app: &App) -> impl Iterator<Item = &Package> {
    let has_lock = |package: &Package| {
        app.manifests.iter().any(|manifest| manifest.file == package.at.file && manifest.lock.is_some())
    };
    app.packages.iter().filter(move |package| match package.origin {
        Origin::Manifest => !has_lock(package),
        origin => origin != Origin::Bill,
    })
}
