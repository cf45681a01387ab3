//! A database of malware lists this version of a package.
use super::prelude::*;

check! {
    /// # Malicious dependency
    ///
    /// A database of malware lists this version of a package.
    ///
    /// ## Why it matters
    ///
    /// Its author, or somebody who took it over, put code into it that steals credentials or opens a
    /// door. It may have run already, on every machine that installed it.
    ///
    /// ## What to do
    ///
    /// Remove it, and treat every secret that was on a machine that installed it as stolen: rotate
    /// keys, look at the audit trail.
    ///
    /// ```files fires
    /// # file: package.json
    /// {"dependencies": {"lodahs": "1.0.0"}}
    /// ```
    /// ```files quiet
    /// # file: package.json
    /// {"dependencies": {"lodash": "4.17.21"}}
    /// ```
    MALICIOUS_DEPENDENCY = "malicious-dependency" {
        since: "0.1.0",
        severity: Critical,
        confidence: Certain,
        controls: &["CWE-506", "OWASP-SLS:S9", "CSA:SAS-6"],
        also_known_as: &[],
        run: malicious_dependency,
    }
}

fn malicious_dependency(app: &App, findings: &mut Findings) {
    for package in subjects(app) {
        for advisory in
            package.advisories.iter().filter(|advisory| advisory.malicious && advisory.vex.is_none())
        {
            let message = format!("{} is malware: {} ({})", named(package), advisory.summary, advisory.id);
            findings.push(about(&MALICIOUS_DEPENDENCY, package, message));
        }
    }
}
