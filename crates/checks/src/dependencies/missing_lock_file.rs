//! A manifest asks for packages, and no lock file beside it or above it says which versions are installed.
use super::prelude::*;

check! {
    /// # Manifest without a lock file
    ///
    /// A manifest asks for packages, and no lock file beside it or above it says which versions are
    /// installed.
    ///
    /// ## Why it matters
    ///
    /// Two deployments of the same commit may bring different code, nothing holds the checksums of what
    /// was reviewed, and known vulnerabilities of packages that other packages bring cannot be looked
    /// up at all.
    ///
    /// ## What to do
    ///
    /// Commit the lock file of your package manager, and install from it: `npm ci`, `poetry install`,
    /// `pipenv sync`, `cargo build --locked`.
    ///
    /// ```files fires
    /// # file: package.json
    /// {"dependencies": {"left": "^1.0.0"}}
    /// ```
    /// ```files quiet
    /// # file: package.json
    /// {"dependencies": {"left": "^1.0.0"}}
    /// # file: package-lock.json
    /// {"lockfileVersion": 3, "packages": {"": {"dependencies": {"left": "^1.0.0"}}, "node_modules/left": {"version": "1.0.0", "integrity": "sha512-x"}}}
    /// ```
    /// ```files quiet
    /// # file: package.json
    /// {"name": "empty"}
    /// ```
    MISSING_LOCK_FILE = "missing-lock-file" {
        since: "0.1.0",
        severity: Low,
        confidence: Likely,
        controls: &["CWE-1104", "CWE-494", "OWASP-SLS:S9"],
        also_known_as: &[],
        run: missing_lock_file,
    }
}

fn missing_lock_file(app: &App, findings: &mut Findings) {
    for manifest in
        app.manifests.iter().filter(|manifest| manifest.lock.is_none() && has_lock_format(manifest))
    {
        let asked: Vec<&Package> = asked_by(app, manifest)
            .filter(|package| package.scope != Scope::Development && !is_local(package))
            .collect();
        let Some(first) = asked.first() else { continue };
        let what = counted(asked.len(), "dependency");
        let message = format!("no lock file decides the versions of {what} and of what they bring");
        findings.push(in_manifest(&MISSING_LOCK_FILE, manifest, first, message));
    }
}
