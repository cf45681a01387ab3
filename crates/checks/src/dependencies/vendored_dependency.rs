//! Installed packages lie in the folder, and no manifest or lock file names them.
use super::prelude::*;

check! {
    /// # Packages that lie in the repository
    ///
    /// Installed packages lie in the folder, and no manifest or lock file names them.
    ///
    /// ## Why it matters
    ///
    /// Nobody is told of new versions, tools that read lock files do not see the packages, and a change
    /// in their code looks like any other change.
    ///
    /// ## What to do
    ///
    /// Name them in a manifest with a lock file, and let the build install them.
    ///
    /// ```files fires
    /// # file: layer/python/PyYAML-6.0.dist-info/METADATA
    /// Metadata-Version: 2.1
    /// Name: PyYAML
    /// Version: 6.0
    /// ```
    /// ```files quiet
    /// # file: requirements.txt
    /// PyYAML==6.0
    /// # file: layer/python/PyYAML-6.0.dist-info/METADATA
    /// Metadata-Version: 2.1
    /// Name: PyYAML
    /// Version: 6.0
    /// ```
    VENDORED_DEPENDENCY = "vendored-dependency" {
        since: "0.1.0",
        severity: Info,
        confidence: Likely,
        controls: &["CWE-1104", "CWE-1357"],
        also_known_as: &[],
        run: vendored_dependency,
    }
}

fn vendored_dependency(app: &App, findings: &mut Findings) {
    let named: BTreeSet<(&str, &str)> = app
        .packages
        .iter()
        .filter(|package| matches!(package.origin, Origin::Manifest | Origin::Lock))
        .map(|package| (package.ecosystem, package.name.as_str()))
        .collect();
    // What npm installed stands in its own record; nobody put it into the repository.
    let is_record = |package: &Package| {
        app.manifests
            .iter()
            .any(|one| one.file == package.at.file && one.path.ends_with(".package-lock.json"))
    };
    let lying: Vec<&Package> = app
        .packages
        .iter()
        .filter(|package| package.origin == Origin::Installed)
        .filter(|package| !named.contains(&(package.ecosystem, package.name.as_str())) && !is_record(package))
        .collect();
    let Some(first) = lying.first() else { return };
    let what = counted(lying.len(), "package");
    let message = format!("{what} in the repository that no manifest names: {}", names(&lying));
    findings.push(about(&VENDORED_DEPENDENCY, first, message));
}
