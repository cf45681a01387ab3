//! Which functions load a package, directly or through another one, and who can reach them.
//!
//! `NotImported` is said only when all of it is known: the whole code of every function that the
//! manifest serves was read, and the lock file says who needs whom. Everything else is `Unknown`.
mod names;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use model::{
    App, Coverage, Exposure, FunctionCode, Import, Kind, Language, Manifest, Origin, Package, Project,
    Relation, Span,
};

/// A function whose code was looked at.
struct Reader {
    function: String,
    trigger: Option<String>,
    ecosystem: &'static str,
    folder: String,
    is_whole: bool,
    imports: Vec<Import>,
}

/// Fills in [`model::Package::exposure`] from the imports of the code.
pub fn reach(project: &mut Project) {
    let readers = readers(project);
    let App { packages, manifests, .. } = project.files_app();
    let mut exposures: Vec<Exposure> = vec![Exposure::Unknown; packages.len()];
    for manifest in manifests.iter().filter(|manifest| manifest.origin != Origin::Manifest) {
        of_file(manifest, packages, &readers, &mut exposures);
    }
    for manifest in manifests.iter().filter(|manifest| manifest.origin == Origin::Manifest) {
        of_manifest(manifest, manifests, packages, &readers, &mut exposures);
    }
    for (package, exposure) in packages.iter_mut().zip(exposures) {
        package.exposure = exposure;
    }
}

fn readers(project: &Project) -> Vec<Reader> {
    let mut readers = Vec::new();
    for app in project.templates() {
        for code in &app.code {
            let Some(function) = app.node(code.function) else { continue };
            let Some(ecosystem) = ecosystem(code.language) else { continue };
            let path = code.files.first().and_then(|file| project.files.get(file.0 as usize));
            let Some(path) = path.map(|file| file.path.as_str()) else { continue };
            readers.push(Reader {
                function: function.name.clone(),
                trigger: trigger(app, code),
                ecosystem,
                folder: folder(path).to_owned(),
                is_whole: code.coverage == Coverage::Whole,
                imports: code.imports.clone(),
            });
        }
    }
    readers
}

fn ecosystem(language: Language) -> Option<&'static str> {
    match language {
        Language::Python => Some("PyPI"),
        Language::JavaScript | Language::TypeScript => Some("npm"),
        _ => None,
    }
}

fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The trigger that an outsider reaches the function by: one for anyone before one for callers who sign in.
fn trigger(app: &App, code: &FunctionCode) -> Option<String> {
    let function = app.node(code.function)?;
    let triggers = app.sources(function, Relation::Triggers).filter(|node| node.kind == Kind::Trigger);
    let open = triggers.filter_map(|node| {
        let rank = match node.get("exposure")?.as_str()? {
            "public" => 0,
            "authenticated" => 1,
            _ => return None,
        };
        Some((rank, node.name.clone()))
    });
    open.min().map(|(_, name)| name)
}

/// A manifest serves the code of its folder and of all folders below.
fn serves(manifest: &Manifest, reader: &Reader) -> bool {
    let own = folder(&manifest.path);
    // What is installed lies in a folder of its own: `x/node_modules/…`, `x/a.dist-info/…`.
    let own = match manifest.origin {
        Origin::Installed => own.split("node_modules").next().unwrap_or(own).trim_end_matches('/'),
        _ => own,
    };
    let own = if own.contains(".dist-info") || own.contains(".egg-info") { folder(own) } else { own };
    let is_inside = own.is_empty()
        || reader.folder == own
        || reader.folder.strip_prefix(own).is_some_and(|rest| rest.starts_with('/'));
    let speaks = manifest.ecosystem == reader.ecosystem
        || (manifest.origin == Origin::Bill && manifest.ecosystem.is_empty());
    is_inside && speaks
}

/// Functions that load a package, and where the first one does.
type Loaded = BTreeMap<usize, (Vec<(String, Option<String>)>, Span)>;

fn positions_of(manifest: &Manifest, packages: &[Package]) -> Vec<usize> {
    let all = packages.iter().enumerate();
    all.filter(|(_, package)| package.at.file == manifest.file).map(|(position, _)| position).collect()
}

/// A lock file, bill or installed package: imports, and what they need in turn.
fn of_file(manifest: &Manifest, packages: &[Package], readers: &[Reader], exposures: &mut [Exposure]) {
    let own = positions_of(manifest, packages);
    let mut by_key: BTreeMap<String, usize> = BTreeMap::new();
    for position in &own {
        let Some(package) = packages.get(*position) else { continue };
        by_key.entry(package.key()).or_insert(*position);
        by_key.entry(package.name.clone()).or_insert(*position);
    }
    let mut loaded: Loaded = BTreeMap::new();
    let served: Vec<&Reader> = readers.iter().filter(|reader| serves(manifest, reader)).collect();
    for reader in &served {
        let roots = direct(reader, &own, packages);
        for (position, at) in closure(roots, packages, &by_key) {
            let entry = loaded.entry(position).or_insert_with(|| (Vec::new(), at));
            entry.0.push((reader.function.clone(), reader.trigger.clone()));
        }
    }
    let says_who_needs_whom =
        own.iter().filter_map(|position| packages.get(*position)).any(|package| !package.requires.is_empty());
    let is_known = !served.is_empty() && says_who_needs_whom && served.iter().all(|reader| reader.is_whole);
    for position in own {
        let Some(package) = packages.get(position) else { continue };
        let exposure = match loaded.remove(&position) {
            Some((functions, at)) => Exposure::Imported { functions, at },
            None if is_known && !names::is_loaded_by_name(package) => Exposure::NotImported,
            None => Exposure::Unknown,
        };
        if let Some(slot) = exposures.get_mut(position) {
            *slot = exposure;
        }
    }
}

/// The packages that a function's code names itself.
fn direct(reader: &Reader, own: &[usize], packages: &[Package]) -> Vec<(usize, Span)> {
    let mut found = Vec::new();
    for position in own {
        let Some(package) = packages.get(*position) else { continue };
        if package.ecosystem != reader.ecosystem {
            continue;
        }
        let import = reader.imports.iter().find(|import| names::provides(package, import));
        found.extend(import.map(|import| (*position, import.at)));
    }
    // A package nested inside another one is not what the application's own code gets.
    let top: BTreeSet<&str> = found
        .iter()
        .filter_map(|(position, _)| packages.get(*position))
        .filter(|package| package.direct)
        .map(|package| package.name.as_str())
        .collect();
    found
        .iter()
        .filter(|(position, _)| {
            packages
                .get(*position)
                .is_some_and(|package| package.direct || !top.contains(package.name.as_str()))
        })
        .copied()
        .collect()
}

fn closure(
    roots: Vec<(usize, Span)>,
    packages: &[Package],
    by_key: &BTreeMap<String, usize>,
) -> BTreeMap<usize, Span> {
    let mut reached: BTreeMap<usize, Span> = roots.iter().copied().collect();
    let mut open: VecDeque<(usize, Span)> = roots.into();
    while let Some((position, at)) = open.pop_front() {
        let needs = packages.get(position).map(|package| package.requires.as_slice()).unwrap_or_default();
        for need in needs.iter().filter_map(|need| by_key.get(need)) {
            if !reached.contains_key(need) {
                reached.insert(*need, at);
                open.push_back((*need, at));
            }
        }
    }
    reached
}

/// A manifest: its own imports, and what its lock file says.
fn of_manifest(
    manifest: &Manifest,
    manifests: &[Manifest],
    packages: &[Package],
    readers: &[Reader],
    exposures: &mut [Exposure],
) {
    let own = positions_of(manifest, packages);
    let lock = manifest.lock.as_ref().and_then(|lock| manifests.iter().find(|known| known.path == *lock));
    let locked = lock.map(|lock| positions_of(lock, packages)).unwrap_or_default();
    let served: Vec<&Reader> = readers.iter().filter(|reader| serves(manifest, reader)).collect();
    let mut loaded: Loaded = BTreeMap::new();
    for reader in &served {
        for (position, at) in direct(reader, &own, packages) {
            let entry = loaded.entry(position).or_insert_with(|| (Vec::new(), at));
            entry.0.push((reader.function.clone(), reader.trigger.clone()));
        }
    }
    for position in own {
        let Some(package) = packages.get(position) else { continue };
        let same = locked.iter().find(|at| packages.get(**at).is_some_and(|one| one.key() == package.key()));
        let by_lock = same.and_then(|at| exposures.get(*at)).cloned();
        let exposure = match loaded.remove(&position) {
            Some((functions, at)) => Exposure::Imported { functions, at },
            None => by_lock.unwrap_or(Exposure::Unknown),
        };
        if let Some(slot) = exposures.get_mut(position) {
            *slot = exposure;
        }
    }
}

#[cfg(test)]
mod tests;
