//! The lock file holds another version than the manifest allows, or lacks a package that it asks for.
use super::prelude::*;

check! {
    /// # Lock file that does not fit its manifest
    ///
    /// The lock file holds another version than the manifest allows, or lacks a package that it asks
    /// for.
    ///
    /// ## Why it matters
    ///
    /// An installation either fails or resolves the packages anew: what runs is then neither what the
    /// lock file says nor what was reviewed.
    ///
    /// ## What to do
    ///
    /// Update the lock file with your package manager and commit it together with the manifest. Install
    /// with the command that refuses a lock file that does not fit: `npm ci`, `poetry check --lock`,
    /// `cargo build --locked`.
    ///
    /// ```files fires
    /// # file: package.json
    /// {"dependencies": {"left": "^2.0.0"}}
    /// # file: package-lock.json
    /// {"lockfileVersion": 3, "packages": {"": {"dependencies": {"left": "^1.0.0"}}, "node_modules/left": {"version": "1.0.0", "integrity": "sha512-x"}}}
    /// ```
    /// ```files quiet
    /// # file: package.json
    /// {"dependencies": {"left": "^1.0.0"}}
    /// # file: package-lock.json
    /// {"lockfileVersion": 3, "packages": {"": {"dependencies": {"left": "^1.0.0"}}, "node_modules/left": {"version": "1.4.0", "integrity": "sha512-x"}}}
    /// ```
    LOCK_FILE_OUT_OF_DATE = "lock-file-out-of-date" {
        since: "0.1.0",
        severity: Medium,
        confidence: Likely,
        controls: &["CWE-1104", "CWE-494", "OWASP-SLS:S9"],
        also_known_as: &[],
        run: lock_file_out_of_date,
    }
}

fn lock_file_out_of_date(app: &App, findings: &mut Findings) {
    for package in &app.packages {
        if let Some(why) = &package.drift {
            let message = format!("`{}`: {why}", package.name);
            findings.push(about(&LOCK_FILE_OUT_OF_DATE, package, message));
        }
    }
}
