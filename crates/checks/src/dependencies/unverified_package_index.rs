//! Packages are installed from a host whose certificate is not verified.
use super::prelude::*;

check! {
    /// # Registry whose certificate is not verified
    ///
    /// Packages are installed from a host whose certificate is not verified.
    ///
    /// ## Why it matters
    ///
    /// Anyone between the machine that builds and the host may answer in its name, with packages of
    /// their own.
    ///
    /// ## What to do
    ///
    /// Give the host a certificate that is trusted, or trust its authority (`--cert`), and remove the
    /// setting.
    ///
    /// ```files fires
    /// # file: requirements.txt
    /// --trusted-host packages.example.org
    /// requests==2.31.0
    /// ```
    /// ```files fires
    /// # file: Pipfile
    /// [[source]]
    /// url = "https://packages.example.org/simple"
    /// verify_ssl = false
    /// [packages]
    /// requests = "==2.31.0"
    /// ```
    /// ```files quiet
    /// # file: requirements.txt
    /// --index-url https://packages.example.org/simple
    /// requests==2.31.0
    /// ```
    UNVERIFIED_PACKAGE_INDEX = "unverified-package-index" {
        since: "0.1.0",
        severity: High,
        confidence: Certain,
        controls: &["CWE-295", "CWE-494", "OWASP-SLS:S9"],
        also_known_as: &[],
        run: unverified_package_index,
    }
}

fn unverified_package_index(app: &App, findings: &mut Findings) {
    for (manifest, setting) in settings(app, &[SettingKind::TrustedHost]) {
        let message = format!("the certificate of `{}` is not verified", masked(&setting.text));
        findings.push(UNVERIFIED_PACKAGE_INDEX.in_file(manifest.path.clone(), setting.at, message));
    }
}
