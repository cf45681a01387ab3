//! A second registry is asked beside the first, and whichever has the higher version wins.
use super::prelude::*;

check! {
    /// # Two registries for the same names
    ///
    /// A second registry is asked beside the first, and whichever has the higher version wins.
    ///
    /// ## Why it matters
    ///
    /// Somebody who knows the name of a private package publishes a higher version of it in the public
    /// registry: the installer takes that one. This has reached the build machines of many companies.
    ///
    /// ## What to do
    ///
    /// Let one registry serve all: one that mirrors the public one and holds the private packages. Or
    /// bind each private name to its registry (uv's `explicit` index, Poetry's `source` with `explicit`
    /// priority, npm scopes).
    ///
    /// ```files fires
    /// # file: requirements.txt
    /// --extra-index-url https://packages.example.org/simple
    /// internal-tool==1.0.0
    /// ```
    /// ```files quiet
    /// # file: requirements.txt
    /// --index-url https://packages.example.org/simple
    /// internal-tool==1.0.0
    /// ```
    DEPENDENCY_CONFUSION_PRONE = "dependency-confusion-prone" {
        since: "0.1.0",
        severity: Medium,
        confidence: Likely,
        controls: &["CWE-427", "CWE-1357", "OWASP-SLS:S9"],
        also_known_as: &[],
        run: dependency_confusion_prone,
    }
}

fn dependency_confusion_prone(app: &App, findings: &mut Findings) {
    for (manifest, setting) in settings(app, &[SettingKind::ExtraIndex]) {
        // A folder, or a registry of the same provider that others cannot publish to under a taken name.
        let is_remote = setting.text.contains("://");
        let is_public =
            setting.text.contains("://pypi.org/") || setting.text.contains("download.pytorch.org");
        if is_remote && !is_public {
            let message = format!(
                "`{}` is asked beside the first registry: the higher version wins",
                masked(&setting.text)
            );
            findings.push(DEPENDENCY_CONFUSION_PRONE.in_file(manifest.path.clone(), setting.at, message));
        }
    }
}
