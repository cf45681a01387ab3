//! A lock file holds more than one major version of packages that run with the application.
use super::prelude::*;

check! {
    /// # Several major versions of one package
    ///
    /// A lock file holds more than one major version of packages that run with the application.
    ///
    /// ## Why it matters
    ///
    /// Each has to be watched and repaired on its own, an upgrade of one leaves the other as it is, and
    /// the deployment is larger: cold starts take longer.
    ///
    /// ## What to do
    ///
    /// Upgrade the package that needs the old version; `npm dedupe`, `npm explain NAME` and `cargo tree
    /// --duplicates` show it.
    ///
    /// ```files fires
    /// # file: package-lock.json
    /// {"lockfileVersion": 3, "packages": {"node_modules/a": {"version": "1.0.0", "integrity": "sha512-x"}, "node_modules/b/node_modules/a": {"version": "2.0.0", "integrity": "sha512-x"}, "node_modules/b": {"version": "1.0.0", "integrity": "sha512-x"}}}
    /// ```
    /// ```files quiet
    /// # file: package-lock.json
    /// {"lockfileVersion": 3, "packages": {"node_modules/a": {"version": "1.0.0", "integrity": "sha512-x"}, "node_modules/b/node_modules/a": {"version": "1.2.0", "integrity": "sha512-x"}, "node_modules/b": {"version": "1.0.0", "integrity": "sha512-x"}}}
    /// ```
    DUPLICATE_DEPENDENCY_VERSIONS = "duplicate-dependency-versions" {
        since: "0.1.0",
        severity: Info,
        confidence: Certain,
        controls: &["CWE-1104"],
        also_known_as: &[],
        run: duplicate_dependency_versions,
    }
}

fn duplicate_dependency_versions(app: &App, findings: &mut Findings) {
    for manifest in app.manifests.iter().filter(|manifest| manifest.origin == Origin::Lock) {
        let mut majors: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for package in asked_by(app, manifest).filter(|package| package.scope == Scope::Runtime) {
            let version = package.version.as_deref().unwrap_or_default().trim_start_matches('v');
            let major = version.split('.').next().unwrap_or_default();
            majors.entry(&package.name).or_default().insert(major);
        }
        let twice: Vec<&Package> = asked_by(app, manifest)
            .filter(|package| majors.get(package.name.as_str()).is_some_and(|majors| majors.len() > 1))
            .collect();
        let Some(first) = twice.first() else { continue };
        let message = format!("several major versions of {}", names(&twice));
        findings.push(in_manifest(&DUPLICATE_DEPENDENCY_VERSIONS, manifest, first, message));
    }
}
