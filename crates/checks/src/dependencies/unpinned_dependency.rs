//! A file that is installed from as it stands asks for ranges of versions.
use super::prelude::*;

check! {
    /// # Dependencies without an exact version
    ///
    /// A file that is installed from as it stands asks for ranges of versions.
    ///
    /// ## Why it matters
    ///
    /// Two deployments of the same commit may bring different code. A version that was published an
    /// hour ago, by whoever got the maintainer's password, is in production with the next build.
    ///
    /// ## What to do
    ///
    /// Write exact versions, best with hashes: `pip-compile --generate-hashes` makes such a file from a
    /// list of ranges.
    ///
    /// ```files fires
    /// # file: requirements.txt
    /// requests>=2.31
    /// boto3==1.34.0
    /// ```
    /// ```files quiet
    /// # file: requirements.txt
    /// requests==2.31.0
    /// boto3==1.34.0
    /// ```
    /// ```files quiet
    /// # file: package.json
    /// {"dependencies": {"left": "^1.0.0"}}
    /// ```
    UNPINNED_DEPENDENCY = "unpinned-dependency" {
        since: "0.1.0",
        severity: Low,
        confidence: Likely,
        controls: &["CWE-1104", "CWE-829", "OWASP-SLS:S9"],
        also_known_as: &[],
        run: unpinned_dependency,
    }
}

fn unpinned_dependency(app: &App, findings: &mut Findings) {
    for manifest in
        app.manifests.iter().filter(|manifest| manifest.lock.is_none() && !has_lock_format(manifest))
    {
        let open: Vec<&Package> = asked_by(app, manifest)
            .filter(|package| !package.pinned && !is_wild(package) && package.source.is_none())
            .filter(|package| package.scope == Scope::Runtime && package.requirement.is_some())
            .collect();
        let Some(first) = open.first() else { continue };
        let message =
            format!("{} without an exact version: {}", counted(open.len(), "dependency"), names(&open));
        findings.push(in_manifest(&UNPINNED_DEPENDENCY, manifest, first, message));
    }
}
