//! A lock file names packages of a registry without their checksums.
use super::prelude::*;

check! {
    /// # Lock file without checksums
    ///
    /// A lock file names packages of a registry without their checksums.
    ///
    /// ## Why it matters
    ///
    /// The version is fixed, the content is not: a registry, a mirror or anyone between may deliver
    /// something else under the same version, and nothing notices.
    ///
    /// ## What to do
    ///
    /// Let your package manager write the lock file again with a current version; every supported
    /// format holds checksums.
    ///
    /// ```files fires
    /// # file: package-lock.json
    /// {"lockfileVersion": 3, "packages": {"node_modules/left": {"version": "1.0.0", "resolved": "https://registry.npmjs.org/left/-/left-1.0.0.tgz"}}}
    /// ```
    /// ```files quiet
    /// # file: package-lock.json
    /// {"lockfileVersion": 3, "packages": {"node_modules/left": {"version": "1.0.0", "resolved": "https://registry.npmjs.org/left/-/left-1.0.0.tgz", "integrity": "sha512-x"}}}
    /// ```
    LOCK_WITHOUT_INTEGRITY = "lock-without-integrity" {
        since: "0.1.0",
        severity: Medium,
        confidence: Likely,
        controls: &["CWE-494", "CWE-353", "OWASP-SLS:S9"],
        also_known_as: &[],
        run: lock_without_integrity,
    }
}

fn lock_without_integrity(app: &App, findings: &mut Findings) {
    let holds_sums = [
        "package-lock.json",
        "npm-shrinkwrap.json",
        "yarn.lock",
        "pnpm-lock.yaml",
        "Cargo.lock",
        "poetry.lock",
        "uv.lock",
        "pdm.lock",
        "Pipfile.lock",
    ];
    for manifest in app.manifests.iter().filter(|manifest| manifest.origin == Origin::Lock) {
        if !holds_sums.iter().any(|name| manifest.path.ends_with(name)) {
            continue;
        }
        let open: Vec<&Package> = asked_by(app, manifest)
            .filter(|package| !package.locked && package.source.is_none() && package.scope == Scope::Runtime)
            .collect();
        let Some(first) = open.first() else { continue };
        let message = format!("{} without a checksum: {}", counted(open.len(), "package"), names(&open));
        findings.push(in_manifest(&LOCK_WITHOUT_INTEGRITY, manifest, first, message));
    }
}
