//! Two package managers each have a lock file for the same manifest.
use super::prelude::*;

check! {
    /// # Lock files of two package managers
    ///
    /// Two package managers each have a lock file for the same manifest.
    ///
    /// ## Why it matters
    ///
    /// Only one of them is updated by those who work on it. The build, or a tool that looks for
    /// vulnerabilities, may read the other one.
    ///
    /// ## What to do
    ///
    /// Keep the lock file of the package manager that the build uses, and delete the other one.
    ///
    /// ```files fires
    /// # file: package.json
    /// {"dependencies": {"left": "1.0.0"}}
    /// # file: package-lock.json
    /// {"lockfileVersion": 3, "packages": {"node_modules/left": {"version": "1.0.0", "integrity": "sha512-x"}}}
    /// # file: yarn.lock
    /// # yarn lockfile v1
    ///
    /// left@1.0.0:
    ///   version "1.0.0"
    ///   integrity sha512-x
    /// ```
    /// ```files quiet
    /// # file: package.json
    /// {"dependencies": {"left": "1.0.0"}}
    /// # file: package-lock.json
    /// {"lockfileVersion": 3, "packages": {"node_modules/left": {"version": "1.0.0", "integrity": "sha512-x"}}}
    /// ```
    CONFLICTING_LOCK_FILES = "conflicting-lock-files" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        controls: &["CWE-1104", "CWE-1357"],
        also_known_as: &[],
        run: conflicting_lock_files,
    }
}

fn conflicting_lock_files(app: &App, findings: &mut Findings) {
    let mut seen: BTreeMap<(&str, &str), &Manifest> = BTreeMap::new();
    let locks = app.manifests.iter().filter(|manifest| manifest.origin == Origin::Lock);
    // One manifest each: `package.json` for these.
    for manifest in locks.filter(|manifest| manifest.ecosystem == "npm") {
        let folder = manifest.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        match seen.get(&(folder, manifest.ecosystem)) {
            Some(other) => {
                let message =
                    format!("`{}` and `{}` decide about the same packages", other.path, manifest.path);
                let at = Span::new(manifest.file, 0, 0);
                findings.push(CONFLICTING_LOCK_FILES.in_file(manifest.path.clone(), at, message));
            }
            None => {
                seen.insert((folder, manifest.ecosystem), manifest);
            }
        }
    }
}
