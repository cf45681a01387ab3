//! A manifest asks for a package in whatever version there is.
use super::prelude::*;

check! {
    /// # Dependency on any version
    ///
    /// A manifest asks for a package in whatever version there is.
    ///
    /// ## Why it matters
    ///
    /// The next release is installed without a look at it, be it incompatible, or malicious since its
    /// maintainer's account was taken over.
    ///
    /// ## What to do
    ///
    /// Name the version that you use today; with a lock file the finding's fix does.
    ///
    /// ```files fires
    /// # file: package.json
    /// {"dependencies": {"left": "*"}}
    /// ```
    /// ```files fires
    /// # file: requirements.txt
    /// requests
    /// ```
    /// ```files fires
    /// # file: package.json
    /// {"dependencies": {"left": "latest"}}
    /// ```
    /// ```files quiet
    /// # file: package.json
    /// {"dependencies": {"left": "^1.0.0"}}
    /// ```
    /// ```files quiet
    /// # file: requirements.txt
    /// requests==2.31.0
    /// ```
    WILDCARD_VERSION = "wildcard-version" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        controls: &["CWE-1104", "CWE-829", "OWASP-SLS:S9"],
        also_known_as: &[],
        run: wildcard_version,
    }
}

fn wildcard_version(app: &App, findings: &mut Findings) {
    for manifest in app.manifests.iter().filter(|manifest| manifest.origin == Origin::Manifest) {
        let wild: Vec<&Package> = asked_by(app, manifest)
            .filter(|package| {
                is_wild(package) && package.scope != Scope::Development && package.source.is_none()
            })
            .collect();
        let Some(first) = wild.first() else { continue };
        let message = format!("any version of {}", names(&wild));
        let mut finding = in_manifest(&WILDCARD_VERSION, manifest, first, message);
        // A lock file keeps the version until it is written again.
        if manifest.lock.is_some() {
            finding.severity = Severity::Low;
        }
        let patches: Vec<Patch> = wild.iter().filter_map(|package| narrowed(package)).collect();
        if !patches.is_empty() {
            let title = "ask for the versions that the lock file holds".to_owned();
            finding.fix = Some(Fix { title, safety: Safety::Safe, patches });
        }
        findings.push(finding);
    }
}

fn narrowed(package: &Package) -> Option<Patch> {
    let version = package.version.as_deref()?;
    let at = package.version_at?;
    let text = match package.ecosystem {
        "npm" => format!("^{version}"),
        "PyPI" => format!("=={version}"),
        _ => return None,
    };
    Some(Patch::Replace { at, text })
}
