//! Packages are fetched over a connection that is not encrypted.
use super::prelude::*;

check! {
    /// # Packages without encryption
    ///
    /// Packages are fetched over a connection that is not encrypted.
    ///
    /// ## Why it matters
    ///
    /// Anyone between the machine that builds and the host may replace the package. It then runs on
    /// that machine, and in the function with all its permissions.
    ///
    /// ## What to do
    ///
    /// Write `https://`.
    ///
    /// ```files fires
    /// # file: requirements.txt
    /// --index-url http://packages.example.org/simple
    /// requests==2.31.0
    /// ```
    /// ```files fires
    /// # file: package.json
    /// {"dependencies": {"own": "http://files.example.org/own-1.0.0.tgz"}}
    /// ```
    /// ```files quiet
    /// # file: requirements.txt
    /// --index-url https://packages.example.org/simple
    /// requests==2.31.0
    /// ```
    DEPENDENCY_OVER_HTTP = "dependency-over-http" {
        since: "0.1.0",
        severity: High,
        confidence: Certain,
        controls: &["CWE-319", "CWE-494", "OWASP-SLS:S9"],
        also_known_as: &[],
        run: dependency_over_http,
    }
}

fn dependency_over_http(app: &App, findings: &mut Findings) {
    for manifest in &app.manifests {
        let open: Vec<&Package> = asked_by(app, manifest)
            .filter(|package| is_plain(package.source.as_deref().unwrap_or_default()))
            .collect();
        let bare: Vec<&Package> = open.iter().copied().filter(|package| !package.locked).collect();
        let shown = if bare.is_empty() { &open } else { &bare };
        let Some(first) = shown.first() else { continue };
        let sums = if bare.is_empty() { ", with checksums" } else { "" };
        let message =
            format!("{} fetched without encryption{sums}: {}", counted(shown.len(), "package"), names(shown));
        let mut finding = in_manifest(&DEPENDENCY_OVER_HTTP, manifest, first, message);
        // What was replaced does not fit its checksum.
        if bare.is_empty() {
            finding.severity = Severity::Low;
        }
        findings.push(finding);
    }
    for (manifest, setting) in settings(app, &[SettingKind::Index, SettingKind::ExtraIndex]) {
        if is_plain(&setting.text) {
            let message = format!("packages are fetched without encryption from `{}`", masked(&setting.text));
            findings.push(DEPENDENCY_OVER_HTTP.in_file(manifest.path.clone(), setting.at, message));
        }
    }
}

fn is_plain(address: &str) -> bool {
    let address = address.strip_prefix("git+").unwrap_or(address);
    let rest = address.strip_prefix("http://").or_else(|| address.strip_prefix("git://"));
    // The same machine needs no encryption.
    rest.is_some_and(|rest| !["localhost", "127.0.0.1", "[::1]"].iter().any(|host| rest.starts_with(host)))
}
