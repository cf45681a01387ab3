//! A version of a package that the application brings along has known vulnerabilities.
use super::prelude::*;

check! {
    /// # Dependency with known vulnerabilities
    ///
    /// A version of a package that the application brings along has known vulnerabilities.
    ///
    /// ## Why it matters
    ///
    /// The description of the weakness is public, and scanners for it are too. What the package may do,
    /// an attacker may do: it runs with the function's role and sees every event. The severity is that
    /// of the worst advisory; it is lower for what only development needs.
    ///
    /// ## What to do
    ///
    /// Upgrade to the smallest version without known vulnerabilities, which the finding names. Where
    /// the package comes through another one, the finding says through which. If the weakness does not
    /// apply, say so in a VEX statement with its reason.
    ///
    /// ```files fires
    /// # file: app.js
    /// const _ = require("lodash");
    /// exports.handler = async (event) => _.merge({}, event);
    /// # file: package.json
    /// {"dependencies": {"lodash": "4.17.4"}}
    /// ```
    /// ```files fires
    /// # file: requirements.txt
    /// PyYAML==5.1
    /// ```
    /// ```files fires
    /// # file: Pipfile.lock
    /// {"default": {"urllib3": {"version": "==1.26.0"}}}
    /// ```
    /// ```files quiet
    /// # file: app.js
    /// const _ = require("lodash");
    /// exports.handler = async (event) => _.merge({}, event);
    /// # file: package.json
    /// {"dependencies": {"lodash": "4.17.21"}}
    /// ```
    /// ```files quiet
    /// # file: requirements.txt
    /// PyYAML==6.0
    /// ```
    VULNERABLE_DEPENDENCY = "vulnerable-dependency" {
        since: "0.1.0",
        severity: High,
        confidence: Likely,
        fix: Safe,
        controls: &["CWE-1395", "CWE-937", "OWASP-SLS:S9", "CSA:SAS-6"],
        also_known_as: &[],
        run: vulnerable_dependency,
    }
}

fn vulnerable_dependency(app: &App, findings: &mut Findings) {
    for package in subjects(app).filter(|package| package.version.is_some()) {
        let weak = open_weaknesses(package);
        if weak.is_empty() || package.exposure == Exposure::NotImported {
            continue;
        }
        let message = format!("{}{}{}", weaknesses(package, &weak), through(package), reached(package));
        let mut finding = about(&VULNERABLE_DEPENDENCY, package, message);
        finding.severity = severity(package, &weak);
        findings.push(with_upgrade(finding, package));
    }
}
