//! What the checks of packages share: which entry is told, and in which words.
use std::collections::BTreeSet;

use model::{
    Advisory, App, Check, Exposure, Finding, Fix, Manifest, Origin, Package, Patch, Safety, Scope, Setting,
    SettingKind, Severity,
};

/// Names that one message lists.
const NAMES_MAX: usize = 8;

/// Every package once. A manifest's entry stands for the one of its lock file, since it is the one that
/// people change; a bill of materials counts only for what no other file names.
pub(super) fn subjects(app: &App) -> impl Iterator<Item = &Package> {
    let mut by_manifest: BTreeSet<(model::FileId, String)> = BTreeSet::new();
    for manifest in app.manifests.iter().filter(|manifest| manifest.origin == Origin::Manifest) {
        let lock = app.manifests.iter().find(|known| manifest.lock.as_ref() == Some(&known.path));
        let Some(lock) = lock else { continue };
        by_manifest.extend(asked_by(app, manifest).map(|package| (lock.file, package.key())));
    }
    let others: BTreeSet<(&str, String)> = app
        .packages
        .iter()
        .filter(|package| package.origin != Origin::Bill)
        .map(|package| (package.ecosystem, package.key()))
        .collect();
    let mut seen: BTreeSet<(model::FileId, String)> = BTreeSet::new();
    app.packages.iter().filter(move |package| {
        let key = package.key();
        let is_told = match package.origin {
            Origin::Manifest => false,
            Origin::Lock => by_manifest.contains(&(package.at.file, key.clone())),
            Origin::Installed => false,
            Origin::Bill => others.contains(&(package.ecosystem, key.clone())),
        };
        !is_told && seen.insert((package.at.file, key))
    })
}

/// The packages of one file.
pub(super) fn asked_by<'a>(app: &'a App, manifest: &Manifest) -> impl Iterator<Item = &'a Package> {
    // INVARIANT: `supply` sorts packages by file.
    let file = manifest.file;
    let from = app.packages.partition_point(|package| package.at.file < file);
    app.packages.iter().skip(from).take_while(move |package| package.at.file == file)
}

/// A finding about one package, where its version stands.
pub(super) fn about(check: &'static Check, package: &Package, message: String) -> Finding {
    let at = package.version_at.filter(|at| !at.is_empty()).unwrap_or(package.at);
    let mut finding = check.in_file(package.name.clone(), at, message);
    finding.provider_type = package.ecosystem.to_owned();
    finding
}

/// A finding about a file, at the first package that it is about.
pub(super) fn in_manifest(
    check: &'static Check,
    manifest: &Manifest,
    first: &Package,
    message: String,
) -> Finding {
    let mut finding = check.in_file(manifest.path.clone(), first.at, message);
    finding.provider_type = manifest.ecosystem.to_owned();
    finding
}

/// Settings of these kinds with the file that holds them.
pub(super) fn settings<'a>(
    app: &'a App,
    kinds: &'a [SettingKind],
) -> impl Iterator<Item = (&'a Manifest, &'a Setting)> {
    let all =
        app.manifests.iter().flat_map(|manifest| manifest.settings.iter().map(move |one| (manifest, one)));
    all.filter(|(_, setting)| kinds.contains(&setting.kind))
}

/// Advisories that nobody took back, malware left out.
pub(super) fn open_weaknesses(package: &Package) -> Vec<&Advisory> {
    let open = package.advisories.iter().filter(|advisory| !advisory.malicious && advisory.vex.is_none());
    let mut open: Vec<&Advisory> = open.collect();
    open.sort_by(|a, b| b.severity.cmp(&a.severity).then_with(|| a.id.cmp(&b.id)));
    open
}

/// The severity of the worst one; low for what only development needs.
pub(super) fn severity(package: &Package, weak: &[&Advisory]) -> Severity {
    let worst = weak.iter().map(|advisory| advisory.severity).max().unwrap_or(Severity::Medium);
    if package.scope == Scope::Development { worst.min(Severity::Low) } else { worst }
}

/// "`lodash` 4.17.4".
pub(super) fn named(package: &Package) -> String {
    match &package.version {
        Some(version) => format!("`{}` {version}", package.name),
        None => format!("`{}`", package.name),
    }
}

pub(super) fn weaknesses(package: &Package, weak: &[&Advisory]) -> String {
    format!("{} has {}", named(package), listed(weak))
}

/// "2 known vulnerabilities: CVE-1 (9.8, text), CVE-2 (text)".
pub(super) fn listed(weak: &[&Advisory]) -> String {
    let one = |advisory: &&Advisory| {
        let name = advisory.aliases.first().filter(|alias| alias.starts_with("CVE-")).unwrap_or(&advisory.id);
        let score = advisory.score.map(|score| format!("{score}, ")).unwrap_or_default();
        format!("{name} ({score}{})", advisory.summary)
    };
    let shown: Vec<String> = weak.iter().take(NAMES_MAX).map(one).collect();
    let more = weak.len().saturating_sub(NAMES_MAX);
    let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
    let word = if weak.len() == 1 {
        "a known vulnerability".to_owned()
    } else {
        format!("{} known vulnerabilities", weak.len())
    };
    format!("{word}: {}{rest}", shown.join(", "))
}

/// "; comes through `a`, `b`".
pub(super) fn through(package: &Package) -> String {
    let before = package.chain.len().saturating_sub(1);
    if before == 0 {
        return String::new();
    }
    let chain: Vec<String> = package.chain.iter().take(before).map(|name| format!("`{name}`")).collect();
    format!("; comes through {}", chain.join(", "))
}

/// "; loaded by `F`, which anyone reaches through `GET /`".
pub(super) fn reached(package: &Package) -> String {
    let Exposure::Imported { functions, .. } = &package.exposure else { return String::new() };
    let open = functions.iter().find(|(_, trigger)| trigger.is_some()).or_else(|| functions.first());
    let Some((function, trigger)) = open else { return String::new() };
    let others = functions.len().saturating_sub(1);
    let more = if others > 0 { format!(" and {others} more") } else { String::new() };
    match trigger {
        Some(trigger) => format!("; loaded by `{function}`{more}, reached from outside through `{trigger}`"),
        None => format!("; loaded by `{function}`{more}"),
    }
}

/// Adds the smallest way out as a fix where people edit the file, and names it in any case.
pub(super) fn with_upgrade(mut finding: Finding, package: &Package) -> Finding {
    let Some(upgrade) = &package.upgrade else {
        if !package.advisories.is_empty() && package.version.is_some() {
            finding.message.push_str("; no fixed version is known");
        }
        return finding;
    };
    finding.message.push_str(&format!("; fixed in {}", upgrade.version));
    if let (Some(at), Some(text)) = (package.version_at, &upgrade.text) {
        let safety = if upgrade.compatible { Safety::Safe } else { Safety::Risky };
        let patches = vec![Patch::Replace { at, text: text.clone() }];
        finding.fix = Some(Fix {
            title: format!("upgrade `{}` to {}", package.name, upgrade.version),
            safety,
            patches,
        });
    }
    finding
}

/// Whether a lock file is usual for this kind of manifest.
pub(super) fn has_lock_format(manifest: &Manifest) -> bool {
    let name = manifest.path.rsplit('/').next().unwrap_or_default();
    let usual = ["package.json", "Pipfile", "Cargo.toml", "composer.json", "pyproject.toml"];
    manifest.origin == Origin::Manifest && usual.contains(&name)
}

/// Any version at all.
pub(super) fn is_wild(package: &Package) -> bool {
    let wanted = package.requirement.as_deref().map(str::trim);
    let is_any =
        wanted.is_some_and(|wanted| matches!(wanted, "" | "*" | "x" | "X" | "latest" | ">=0" | ">=0.0.0"));
    is_any && !package.pinned
}

/// The application's own: a folder, a member of the workspace.
pub(super) fn is_local(package: &Package) -> bool {
    let own = ["path:", "file:", "workspace:", "link:", "portal:", ".", "/"];
    package.source.as_ref().is_some_and(|source| own.iter().any(|start| source.starts_with(start)))
}

pub(super) fn is_git(package: &Package) -> bool {
    let hosts = ["git+", "git:", "git@", "github:", "gitlab:", "bitbucket:", "gist:"];
    let source = package.source.as_deref().unwrap_or_default();
    let short = source.split('#').next().unwrap_or_default();
    // `owner/name`, as npm takes it.
    let is_short = package.ecosystem == "npm"
        && !short.contains(':')
        && !short.starts_with(['.', '/', '~'])
        && short.matches('/').count() == 1;
    hosts.iter().any(|start| source.starts_with(start))
        || is_short
        || short.ends_with(".git")
        || source.contains(".git#")
        || source.contains("codeload.")
}

/// The address without a name and password in it.
pub(super) fn masked(address: &str) -> String {
    let Some((scheme, rest)) = address.split_once("://") else { return address.to_owned() };
    let host = rest.split('/').next().unwrap_or_default();
    match host.rsplit_once('@') {
        Some((secret, _)) if !secret.is_empty() && secret != "git" => {
            let after = rest.get(secret.len()..).unwrap_or_default();
            format!("{scheme}://…{after}")
        }
        _ => address.to_owned(),
    }
}

/// "1 package", "3 packages", "2 dependencies".
pub(super) fn counted(count: usize, word: &str) -> String {
    match (count, word.strip_suffix('y')) {
        (1, _) => format!("1 {word}"),
        (_, Some(stem)) => format!("{count} {stem}ies"),
        _ => format!("{count} {word}s"),
    }
}

/// Their names, each once, the first few.
pub(super) fn names(packages: &[&Package]) -> String {
    let all: BTreeSet<&str> = packages.iter().map(|package| package.name.as_str()).collect();
    let shown: Vec<String> = all.iter().take(NAMES_MAX).map(|name| format!("`{name}`")).collect();
    let more = all.len().saturating_sub(NAMES_MAX);
    if more > 0 { format!("{} and {more} more", shown.join(", ")) } else { shown.join(", ") }
}
