//! A file that says the licences of packages names none for these, or says that there is none.
use super::prelude::*;

check! {
    /// # Dependencies without a licence
    ///
    /// A file that says the licences of packages names none for these, or says that there is none.
    ///
    /// ## Why it matters
    ///
    /// Without a licence nobody may use the code at all. Who finds out late has to replace it in a
    /// hurry.
    ///
    /// ## What to do
    ///
    /// Look the licence up and ask the author to state it, or use another package.
    ///
    /// ```files fires
    /// # file: package-lock.json
    /// {"lockfileVersion": 3, "packages": {"node_modules/own": {"version": "1.0.0", "integrity": "sha512-x", "license": "UNLICENSED"}}}
    /// ```
    /// ```files quiet
    /// # file: package-lock.json
    /// {"lockfileVersion": 3, "packages": {"node_modules/own": {"version": "1.0.0", "integrity": "sha512-x", "license": "MIT"}}}
    /// ```
    UNKNOWN_LICENCE = "unknown-licence" {
        since: "0.1.0",
        severity: Info,
        confidence: Likely,
        controls: &["CWE-1357"],
        also_known_as: &[],
        run: unknown_licence,
    }
}

fn unknown_licence(app: &App, findings: &mut Findings) {
    for manifest in app.manifests.iter().filter(|manifest| manifest.origin != Origin::Manifest) {
        let all: Vec<&Package> = asked_by(app, manifest).filter(|package| !is_local(package)).collect();
        // Most formats say no licences at all: a gap means something only where others are said.
        let says = all.iter().filter(|package| package.license.is_some()).count();
        let most = says * 2 > all.len();
        let open: Vec<&Package> = all.into_iter().filter(|package| is_none(package, most)).collect();
        let Some(first) = open.first() else { continue };
        let message = format!("{} without a licence: {}", counted(open.len(), "package"), names(&open));
        findings.push(in_manifest(&UNKNOWN_LICENCE, manifest, first, message));
    }
}

fn is_none(package: &Package, others_say: bool) -> bool {
    match package.license.as_deref() {
        None => others_say,
        Some(license) => matches!(license.trim(), "" | "UNLICENSED" | "UNKNOWN" | "NOASSERTION" | "NONE"),
    }
}
