//! A package has known vulnerabilities, and no handler loads it.
use super::prelude::*;

check! {
    /// # Vulnerable dependency that no handler loads
    ///
    /// A package has known vulnerabilities, and no handler loads it. The whole code of every function
    /// beside it was read, and the lock file says who needs whom.
    ///
    /// ## Why it matters
    ///
    /// It is not run today. It is still part of what is deployed, and the next import makes it run.
    ///
    /// ## What to do
    ///
    /// Remove it when nothing needs it; else upgrade it with the next change.
    ///
    /// ```files fires
    /// # file: app.js
    /// const left = require("left");
    /// exports.handler = async () => left();
    /// # file: package.json
    /// {"dependencies": {"left": "1.0.0", "lodash": "4.17.4"}}
    /// # file: package-lock.json
    /// {"lockfileVersion": 3, "packages": {"": {"dependencies": {"left": "1.0.0", "lodash": "4.17.4"}},
    /// "node_modules/left": {"version": "1.0.0", "dependencies": {"right": "1.0.0"}},
    /// "node_modules/right": {"version": "1.0.0"}, "node_modules/lodash": {"version": "4.17.4"}}}
    /// ```
    /// ```files quiet
    /// # file: app.js
    /// const _ = require("lodash");
    /// exports.handler = async (event) => _.merge({}, event);
    /// # file: package.json
    /// {"dependencies": {"lodash": "4.17.4"}}
    /// ```
    VULNERABLE_DEPENDENCY_UNREACHABLE = "vulnerable-dependency-unreachable" {
        since: "0.1.0",
        severity: Low,
        confidence: Likely,
        fix: Safe,
        controls: &["CWE-1395", "CWE-937", "OWASP-SLS:S9"],
        also_known_as: &[],
        run: vulnerable_dependency_unreachable,
    }
}

fn vulnerable_dependency_unreachable(app: &App, findings: &mut Findings) {
    for package in subjects(app).filter(|package| package.version.is_some()) {
        let weak = open_weaknesses(package);
        if weak.is_empty() || package.exposure != Exposure::NotImported {
            continue;
        }
        let message = format!("{}{}; no handler loads it", weaknesses(package, &weak), through(package));
        let finding = about(&VULNERABLE_DEPENDENCY_UNREACHABLE, package, message);
        findings.push(with_upgrade(finding, package));
    }
}
