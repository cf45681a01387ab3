//! Finds the files of a folder that name packages, and reads them all.
use std::collections::{BTreeMap, BTreeSet};

use model::{Origin, Package, Problem, ProblemKind, Project, ReadError, Source, beside};

use super::{FILE_BYTES_MAX, Found, Include, Input, PACKAGES_MAX, link, reader, require};
use crate::doc::Trouble;

/// Files that requirements files take in, one inside the other.
const INCLUDES_MAX: usize = 64;

/// Reads every manifest, lock file and bill of materials into `project.files_app()`.
pub fn read(source: &dyn Source, project: &mut Project) {
    let mut paths: Vec<String> =
        source.paths().iter().filter(|path| reader(path).is_some()).cloned().collect();
    paths.extend(hidden_locks(&paths));
    let mut walk = Walk { source, project, done: paths.iter().cloned().collect(), pins: BTreeMap::new() };
    for path in &paths {
        if let Some(reader) = reader(path) {
            walk.file(path, reader);
        }
    }
    walk.includes();
    let pins = std::mem::take(&mut walk.pins);
    let app = project.files_app();
    constrain(&mut app.packages, &pins);
    link::all(app);
}

/// npm's own record of what it installed, where there is no lock file beside the manifest.
fn hidden_locks(paths: &[String]) -> Vec<String> {
    let is_known = |path: &String| paths.binary_search(path).is_ok();
    let manifests = paths.iter().filter_map(|path| path.strip_suffix("package.json"));
    let manifests = manifests.filter(|folder| !folder.contains("node_modules/"));
    let locks = ["package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml"];
    manifests
        .filter(|folder| !locks.iter().any(|lock| is_known(&format!("{folder}{lock}"))))
        .map(|folder| format!("{folder}node_modules/.package-lock.json"))
        .collect()
}

struct Walk<'a> {
    source: &'a dyn Source,
    project: &'a mut Project,
    done: BTreeSet<String>,
    /// Versions that constraints files give.
    pins: BTreeMap<String, Package>,
}

impl Walk<'_> {
    /// Reads one file with one reader. False when there is nothing to read.
    fn file(&mut self, path: &str, reader: super::Reader) -> bool {
        let text = match self.source.read(path, FILE_BYTES_MAX) {
            Ok(text) => text,
            Err(ReadError::NotFound) => return false,
            Err(why) => {
                self.lost(path, &why);
                return true;
            }
        };
        let file = self.project.add_file(path, text);
        let Some(text) = self.project.files.get(file.0 as usize).map(|file| file.text.clone()) else {
            return false;
        };
        let input = Input { text: &text, file, path };
        let mut found = reader(input);
        self.modules(&mut found, input);
        self.take(&mut found, input);
        true
    }

    /// `top_level.txt` beside the metadata of an installed Python package.
    fn modules(&self, found: &mut Found, input: Input<'_>) {
        if found.origin != Origin::Installed || found.ecosystem != "PyPI" {
            return;
        }
        let Some(path) = beside(input.path, "top_level.txt") else { return };
        let text = self.source.read(&path, 1 << 16).unwrap_or_default();
        for package in &mut found.packages {
            package.modules =
                text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect();
        }
    }

    fn take(&mut self, found: &mut Found, input: Input<'_>) {
        for trouble in found.troubles.drain(..) {
            self.project.problems.push(problem(input.path, trouble));
        }
        let manifest = found.manifest(input);
        let is_empty = found.packages.is_empty() && found.settings.is_empty() && found.includes.is_empty();
        if is_empty && matches!(found.origin, Origin::Installed | Origin::Bill) {
            return;
        }
        let app = self.project.files_app();
        app.packages.append(&mut found.packages);
        app.manifests.push(manifest);
        if app.packages.len() > PACKAGES_MAX {
            app.packages.truncate(PACKAGES_MAX);
            let message = format!("more than {PACKAGES_MAX} packages: the others were left out");
            let at = model::Span::new(input.file, 0, 0);
            self.project.problems.push(problem(input.path, Trouble::limit(at, message)));
        }
    }

    fn lost(&mut self, path: &str, why: &ReadError) {
        let kind = if matches!(why, ReadError::TooLarge { .. }) {
            ProblemKind::Limit
        } else {
            ProblemKind::Unreadable
        };
        self.project.problems.push(Problem {
            kind,
            path: path.to_owned(),
            at: None,
            message: format!("`{path}` {why}"),
            help: "its packages are not known".to_owned(),
        });
    }

    /// Follows `-r` and `-c` of requirements files.
    fn includes(&mut self) {
        let manifests: Vec<String> =
            self.project.files_app().manifests.iter().map(|manifest| manifest.path.clone()).collect();
        let mut open: Vec<(String, Include)> = Vec::new();
        for path in manifests.iter().filter(|path| is_requirements(path)) {
            open.extend(self.includes_of(path));
        }
        let mut followed = 0;
        while let Some((from, include)) = open.pop() {
            let Some(path) = beside(&from, &include.path) else {
                self.unresolved(&from, &include, "is outside of the folder");
                continue;
            };
            if include.constrains {
                self.constraints(&path);
                continue;
            }
            if !self.done.insert(path.clone()) {
                continue;
            }
            followed += 1;
            if followed > INCLUDES_MAX {
                self.unresolved(&from, &include, "is one of too many");
                return;
            }
            if !self.file(&path, super::requirements::requirements) {
                self.unresolved(&from, &include, "does not exist");
                continue;
            }
            open.extend(self.includes_of(&path));
        }
    }

    fn includes_of(&self, path: &str) -> Vec<(String, Include)> {
        let file = self.project.files.iter().enumerate().find(|(_, file)| file.path == path);
        let Some((at, file)) = file else { return Vec::new() };
        let id = model::FileId(u32::try_from(at).unwrap_or(u32::MAX));
        let input = Input { text: &file.text, file: id, path };
        let found = super::requirements::requirements(input);
        found.includes.into_iter().map(|include| (path.to_owned(), include)).collect()
    }

    fn constraints(&mut self, path: &str) {
        let Ok(text) = self.source.read(path, FILE_BYTES_MAX) else { return };
        let file = self.project.add_file(path, text);
        let Some(text) = self.project.files.get(file.0 as usize).map(|file| file.text.clone()) else {
            return;
        };
        let found = super::requirements::requirements(Input { text: &text, file, path });
        for package in found.packages.into_iter().filter(|package| package.pinned) {
            self.pins.insert(package.name.clone(), package);
        }
    }

    fn unresolved(&mut self, from: &str, include: &Include, why: &str) {
        self.project.problems.push(Problem {
            kind: ProblemKind::Unresolved,
            path: from.to_owned(),
            at: Some(include.at),
            message: format!("`{}` {why}: its packages are not known", include.path),
            help: "scan the folder that holds it, too".to_owned(),
        });
    }
}

fn is_requirements(path: &str) -> bool {
    path.ends_with(".txt") || path.ends_with(".in") || path.ends_with(".pip")
}

/// A constraint decides the version of what others ask for.
fn constrain(packages: &mut [Package], pins: &BTreeMap<String, Package>) {
    for package in packages.iter_mut().filter(|package| package.ecosystem == "PyPI" && !package.pinned) {
        let Some(pin) = pins.get(&package.name).filter(|_| package.origin == Origin::Manifest) else {
            continue;
        };
        let (requirement, at) = (package.requirement.clone(), package.version_at);
        require(package, pin.requirement.as_deref().unwrap_or_default(), pin.version_at.unwrap_or(pin.at));
        package.requirement = requirement;
        package.version_at = at;
    }
}

fn problem(path: &str, trouble: Trouble) -> Problem {
    Problem {
        kind: trouble.kind,
        path: path.to_owned(),
        at: Some(trouble.at),
        message: trouble.message,
        help: trouble.help,
    }
}
