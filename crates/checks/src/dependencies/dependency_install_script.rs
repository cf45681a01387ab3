//! Packages run programs of their own when they are installed.
use super::prelude::*;

check! {
    /// # Dependencies that run programs when they are installed
    ///
    /// Packages run programs of their own when they are installed.
    ///
    /// ## Why it matters
    ///
    /// Install scripts are how most malicious packages do their work: they run on the build machine,
    /// with its credentials, before any test.
    ///
    /// ## What to do
    ///
    /// Install with `--ignore-scripts` and run only the scripts that you need (`npm rebuild NAME`,
    /// pnpm's `onlyBuiltDependencies`).
    ///
    /// ```files fires
    /// # file: package-lock.json
    /// {"lockfileVersion": 3, "packages": {"node_modules/native": {"version": "1.0.0", "integrity": "sha512-x", "hasInstallScript": true}}}
    /// ```
    /// ```files quiet
    /// # file: package-lock.json
    /// {"lockfileVersion": 3, "packages": {"node_modules/plain": {"version": "1.0.0", "integrity": "sha512-x"}}}
    /// ```
    DEPENDENCY_INSTALL_SCRIPT = "dependency-install-script" {
        since: "0.1.0",
        severity: Info,
        confidence: Certain,
        controls: &["CWE-829", "CWE-506", "OWASP-SLS:S9"],
        also_known_as: &[],
        run: dependency_install_script,
    }
}

fn dependency_install_script(app: &App, findings: &mut Findings) {
    for manifest in &app.manifests {
        let open: Vec<&Package> = asked_by(app, manifest).filter(|package| package.install_script).collect();
        let Some(first) = open.first() else { continue };
        let message = format!("{} with install scripts: {}", counted(open.len(), "package"), names(&open));
        findings.push(in_manifest(&DEPENDENCY_INSTALL_SCRIPT, manifest, first, message));
    }
}
