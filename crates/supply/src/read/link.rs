//! What files say together: which lock file decides for which manifest, and who brings whom.
use std::collections::{BTreeMap, VecDeque};

use model::{App, Manifest, Origin, Package};

use crate::version::{Requirement, Scheme};

/// Names of one dependency chain: longer ones are cut in the middle of nowhere useful.
const CHAIN_MAX: usize = 32;

/// Positions by `name@version`, and by name alone (the first one).
fn positions(packages: &[Package]) -> BTreeMap<String, usize> {
    let mut known = BTreeMap::new();
    for (position, package) in packages.iter().enumerate() {
        known.entry(package.key()).or_insert(position);
        known.entry(package.name.clone()).or_insert(position);
    }
    known
}

/// Which packages of one file are reached from those that `is_root` names.
pub(super) fn closure(packages: &[Package], is_root: impl Fn(&Package) -> bool) -> Vec<bool> {
    let known = positions(packages);
    let mut reached: Vec<bool> = packages.iter().map(&is_root).collect();
    let mut open: VecDeque<usize> =
        reached.iter().enumerate().filter_map(|(at, root)| root.then_some(at)).collect();
    while let Some(position) = open.pop_front() {
        let needs = packages.get(position).map(|package| package.requires.as_slice()).unwrap_or_default();
        for need in needs.iter().filter_map(|need| known.get(need)) {
            if let Some(flag) = reached.get_mut(*need).filter(|flag| !**flag) {
                *flag = true;
                open.push_back(*need);
            }
        }
    }
    reached
}

/// Links everything that was read.
pub(super) fn all(app: &mut App) {
    let App { packages, manifests, .. } = app;
    packages.sort_by_key(|package| (package.at.file, package.at.start));
    pair(manifests);
    go_checksums(packages, manifests);
    let files: Vec<(Manifest, (usize, usize))> =
        manifests.iter().map(|manifest| (manifest.clone(), slice(packages, manifest))).collect();
    for (manifest, (from, to)) in &files {
        if manifest.origin == Origin::Manifest {
            continue;
        }
        let names = names_of_manifests(manifest, &files, packages);
        if let Some(own) = packages.get_mut(*from..*to) {
            mark_direct(own, &names);
            chains(own);
        }
    }
    for (manifest, (from, to)) in &files {
        let lock =
            manifest.lock.as_ref().and_then(|lock| files.iter().find(|(known, _)| known.path == *lock));
        let Some((lock, (first, last))) = lock else { continue };
        let locked: Vec<Package> = packages.get(*first..*last).unwrap_or_default().to_vec();
        for package in packages.get_mut(*from..*to).unwrap_or_default() {
            package.drift = drift(package, &locked, lock);
            take_version(package, &locked);
        }
    }
    for package in packages {
        let scheme = Scheme::of(package.ecosystem);
        package.prerelease = scheme
            .zip(package.version.as_ref())
            .is_some_and(|(scheme, version)| scheme.is_prerelease(version));
        if package.chain.is_empty() {
            package.chain = vec![package.name.clone()];
        }
    }
}

/// The packages of one file: they stand together after sorting.
fn slice(packages: &[Package], manifest: &Manifest) -> (usize, usize) {
    let from = packages.partition_point(|package| package.at.file < manifest.file);
    let to = packages.partition_point(|package| package.at.file <= manifest.file);
    (from, to)
}

fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// A lock file belongs to the manifest beside it; a workspace's one also to those below.
fn pair(manifests: &mut [Manifest]) {
    let locks: Vec<(String, &'static str)> = manifests
        .iter()
        .filter(|manifest| manifest.origin == Origin::Lock)
        .map(|manifest| (manifest.path.clone(), manifest.ecosystem))
        .collect();
    for manifest in manifests.iter_mut().filter(|manifest| manifest.origin == Origin::Manifest) {
        let own = folder(&manifest.path);
        let is_above = |path: &str| {
            let lock = folder(path);
            lock.is_empty() || own == lock || own.strip_prefix(lock).is_some_and(|rest| rest.starts_with('/'))
        };
        let fits =
            locks.iter().filter(|(path, ecosystem)| *ecosystem == manifest.ecosystem && is_above(path));
        let fits = fits.filter(|(path, _)| speaks_for(path, &manifest.path));
        manifest.lock = fits.max_by_key(|(path, _)| folder(path).len()).map(|(path, _)| path.clone());
    }
}

/// Whether this kind of lock file decides for this kind of manifest.
fn speaks_for(lock: &str, manifest: &str) -> bool {
    let name = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
    match (name(lock).as_str(), name(manifest).as_str()) {
        ("Pipfile.lock", manifest) => manifest == "Pipfile",
        ("poetry.lock" | "uv.lock" | "pdm.lock", manifest) => manifest == "pyproject.toml",
        ("gradle.lockfile" | "buildscript-gradle.lockfile", _) => false,
        _ => true,
    }
}

/// Names that the manifests of a lock file ask for.
fn names_of_manifests(
    lock: &Manifest,
    files: &[(Manifest, (usize, usize))],
    packages: &[Package],
) -> Vec<String> {
    let is_own = |manifest: &Manifest| {
        let beside = lock.path.ends_with(".package-lock.json")
            && folder(&manifest.path) == folder(folder(&lock.path))
            && manifest.ecosystem == "npm";
        manifest.origin == Origin::Manifest && (manifest.lock.as_ref() == Some(&lock.path) || beside)
    };
    let ranges = files.iter().filter(|(manifest, _)| is_own(manifest)).map(|(_, range)| *range);
    let mut names: Vec<String> = ranges
        .filter_map(|(from, to)| packages.get(from..to))
        .flatten()
        .map(|package| package.name.clone())
        .collect();
    names.sort_unstable();
    names
}

fn mark_direct(packages: &mut [Package], names: &[String]) {
    if packages.iter().any(|package| package.direct) {
        return;
    }
    if !names.is_empty() {
        for package in packages {
            package.direct = names.binary_search(&package.name).is_ok();
        }
        return;
    }
    // Without a manifest: what nothing else needs.
    let known = positions(packages);
    let mut needed = vec![false; packages.len()];
    for need in packages.iter().flat_map(|package| &package.requires).filter_map(|need| known.get(need)) {
        if let Some(flag) = needed.get_mut(*need) {
            *flag = true;
        }
    }
    for (package, needed) in packages.iter_mut().zip(needed) {
        package.direct = !needed;
    }
}

/// Gives each package the shortest way from a direct one; runtime dependencies first.
fn chains(packages: &mut [Package]) {
    let known = positions(packages);
    let mut before: Vec<Option<usize>> = vec![None; packages.len()];
    let mut seen = vec![false; packages.len()];
    let mut roots: Vec<usize> =
        (0..packages.len()).filter(|at| packages.get(*at).is_some_and(|one| one.direct)).collect();
    roots.sort_by_key(|at| packages.get(*at).map(|package| package.scope));
    let mut open: VecDeque<usize> = VecDeque::new();
    for root in roots {
        if let Some(flag) = seen.get_mut(root) {
            *flag = true;
        }
        open.push_back(root);
    }
    while let Some(position) = open.pop_front() {
        let needs = packages.get(position).map(|package| package.requires.as_slice()).unwrap_or_default();
        for need in needs.iter().filter_map(|need| known.get(need)) {
            if let (Some(flag), Some(from)) = (seen.get_mut(*need), before.get_mut(*need))
                && !*flag
            {
                *flag = true;
                *from = Some(position);
                open.push_back(*need);
            }
        }
    }
    let chains: Vec<Vec<String>> = (0..packages.len()).map(|at| chain(at, packages, &before)).collect();
    for (package, chain) in packages.iter_mut().zip(chains) {
        package.chain = chain;
    }
}

fn chain(last: usize, packages: &[Package], before: &[Option<usize>]) -> Vec<String> {
    let mut names = Vec::new();
    let mut current = Some(last);
    while let Some(position) = current.filter(|_| names.len() < CHAIN_MAX) {
        names.extend(packages.get(position).map(|package| package.name.clone()));
        current = before.get(position).copied().flatten();
    }
    names.reverse();
    names
}

/// Why the lock file does not fit what the manifest asks for.
fn drift(package: &Package, locked: &[Package], lock: &Manifest) -> Option<String> {
    if package.source.is_some() || locked.is_empty() || package.condition.is_some() {
        return None;
    }
    let versions: Vec<&str> = locked
        .iter()
        .filter(|known| known.name == package.name)
        .map(|known| known.version.as_deref().unwrap_or_default())
        .collect();
    if versions.is_empty() {
        let is_asked_for_always = package.scope != model::Scope::Optional;
        return is_asked_for_always.then(|| format!("`{}` does not hold it", lock.path));
    }
    let scheme = Scheme::of(package.ecosystem)?;
    let wanted = package.requirement.as_deref()?;
    let requirement = Requirement::parse(scheme, wanted)?;
    let fits = |text: &str| scheme.parse(text).is_none_or(|version| requirement.allows(scheme, &version));
    let shown = versions.join(", ");
    (!versions.iter().any(|version| fits(version)))
        .then(|| format!("`{}` holds {shown}, which `{wanted}` does not allow", lock.path))
}

/// A manifest's package has the version that its lock file decided; advisories are told there once.
fn take_version(package: &mut Package, locked: &[Package]) {
    if package.version.is_none() {
        let known = locked.iter().find(|known| known.name == package.name && known.direct);
        let known = known.or_else(|| locked.iter().find(|known| known.name == package.name));
        package.version = known.and_then(|known| known.version.clone());
    }
}

/// `go.sum` only adds checksums to what `go.mod` says.
fn go_checksums(packages: &mut Vec<Package>, manifests: &mut Vec<Manifest>) {
    let sums: Vec<(model::FileId, String)> = manifests
        .iter()
        .filter(|manifest| manifest.path.ends_with("go.sum"))
        .map(|manifest| (manifest.file, folder(&manifest.path).to_owned()))
        .collect();
    for (file, place) in sums {
        let module = manifests
            .iter()
            .find(|manifest| manifest.path.ends_with("go.mod") && folder(&manifest.path) == place);
        let Some(module) = module.map(|manifest| manifest.file) else { continue };
        let known: BTreeMap<String, String> = packages
            .iter()
            .filter(|package| package.at.file == file)
            .filter_map(|package| Some((package.key(), package.checksum.clone()?)))
            .collect();
        packages.retain(|package| package.at.file != file);
        manifests.retain(|manifest| manifest.file != file);
        for package in packages.iter_mut().filter(|package| package.at.file == module) {
            package.checksum = known.get(&package.key()).cloned();
            package.locked = package.checksum.is_some();
        }
    }
}
