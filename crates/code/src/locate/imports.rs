//! What an import loads: a file of the application, a package of others, or a part of the language.
use model::{Language, Source};

use super::files::{Files, folder_of, has_ending, join, name_of};
use super::json::Json;
use super::{names, vendored};

/// What an import loads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Resolution {
    /// This file of the application.
    Local(String),
    /// A folder of the application without a file of its own (`__init__.py`): ask for its modules.
    Folder(String),
    /// A package of others, by the name that is imported: `yaml`, `@aws-sdk/client-s3`.
    Package(String),
    /// A module of the language, without a path inside of it: `os`, `fs`.
    Standard(String),
    Unknown,
}

/// Folders above a file whose configuration is looked at, at most.
const FOLDERS_MAX: usize = 16;
/// Packages of one workspace that are looked at for one import, at most.
const PACKAGES_MAX: usize = 100;
/// Endings of JavaScript modules, those that people write before those that are built.
const ENDINGS: &[&str] = &["ts", "tsx", "mts", "cts", "js", "mjs", "cjs", "jsx", "json"];

/// Finds what `module`, written in the file `from`, loads. `roots` are those of [`super::Located`]. For
/// Python's `from pkg import name`, ask for `pkg.name` first: `name` may be a module.
pub(crate) fn resolve_import(
    from: &str,
    module: &str,
    language: Language,
    roots: &[String],
    source: &dyn Source,
) -> Resolution {
    let files = Files::new(source);
    match language {
        Language::Python => python(from, module, roots, &files),
        Language::JavaScript | Language::TypeScript => node(from, module, roots, &files),
        _ => Resolution::Unknown,
    }
}

fn python(from: &str, module: &str, roots: &[String], files: &Files<'_>) -> Resolution {
    let name = module.trim_start_matches('.');
    let path = name.replace('.', "/");
    let dots = module.len() - name.len();
    if dots > 0 {
        let above = (1..dots).try_fold(folder_of(from), |folder, _| {
            if folder.is_empty() { None } else { Some(folder_of(folder)) }
        });
        let found = above.and_then(|folder| python_module(&join(folder, &path), files));
        return found.unwrap_or(Resolution::Unknown);
    }
    let first = name.split('.').next().unwrap_or_default();
    if first.is_empty() {
        return Resolution::Unknown;
    }
    // What runs is in the first folder; a file beside is how tests and scripts see it.
    let folders = roots.iter().map(String::as_str).chain([folder_of(from)]);
    let mut is_here = false;
    for folder in folders {
        let top = python_module(&join(folder, first), files);
        if let Some(found) = python_module(&join(folder, &path), files) {
            // A folder alone hides neither the standard library nor a package.
            if !matches!(found, Resolution::Folder(_)) || !names::is_python(name) {
                let installed = vendored::is_installed(folder, first, files);
                return if installed { Resolution::Package(first.to_owned()) } else { found };
            }
        }
        // An attribute of a module, or a module that is missing.
        if matches!(top, Some(Resolution::Local(_))) && !vendored::is_installed(folder, first, files) {
            is_here = true;
        }
    }
    if is_here {
        return Resolution::Unknown;
    }
    if names::is_python(first) {
        Resolution::Standard(first.to_owned())
    } else {
        Resolution::Package(first.to_owned())
    }
}

fn python_module(path: &str, files: &Files<'_>) -> Option<Resolution> {
    let candidates = [format!("{path}/__init__.py"), format!("{path}.py")];
    let candidates = candidates.into_iter().map(|path| path.trim_start_matches('/').to_owned());
    if let Some(file) = files.first(candidates) {
        return Some(Resolution::Local(file));
    }
    let has_module = !path.is_empty() && files.below(path).any(|path| has_ending(path, "py"));
    has_module.then(|| Resolution::Folder(path.to_owned()))
}

fn node(from: &str, module: &str, roots: &[String], files: &Files<'_>) -> Resolution {
    let module = module.split(['?', '!']).next().unwrap_or_default();
    if let Some(name) = module.strip_prefix("node:") {
        return Resolution::Standard(top_name(name).to_owned());
    }
    let local = |found: Option<String>| found.map_or(Resolution::Unknown, Resolution::Local);
    if module.starts_with("./") || module.starts_with("../") || matches!(module, "." | "..") {
        return local(node_file(&join(folder_of(from), module), files));
    }
    if let Some(deployed) = module.strip_prefix('/') {
        let installed = deployed.rsplit_once("node_modules/").map(|(_, name)| top_name(name).to_owned());
        return installed.map_or_else(|| local(deployed_file(deployed, roots, files)), Resolution::Package);
    }
    if module.is_empty() {
        return Resolution::Unknown;
    }
    if let Some(file) = configured(from, module, files) {
        return Resolution::Local(file);
    }
    let name = top_name(module);
    if module.starts_with('#') {
        return Resolution::Unknown;
    }
    if names::is_node(name) {
        Resolution::Standard(name.to_owned())
    } else {
        Resolution::Package(name.to_owned())
    }
}

/// `@scope/name` of `@scope/name/sub`, `fs` of `fs/promises`.
fn top_name(module: &str) -> &str {
    let slashes = if module.starts_with('@') { 1 } else { 0 };
    let end = module.match_indices('/').nth(slashes).map_or(module.len(), |(at, _)| at);
    module.get(..end).unwrap_or(module)
}

/// A path in the running function: `/opt/nodejs/x` is in a layer, `/var/task/x` in the code.
fn deployed_file(path: &str, roots: &[String], files: &Files<'_>) -> Option<String> {
    if let Some(inner) = path.strip_prefix("var/task/") {
        return roots.first().and_then(|root| node_file(&join(root, inner), files));
    }
    let inner = path.strip_prefix("opt/")?;
    let shorter = inner.strip_prefix("nodejs/");
    roots.iter().find_map(|root| {
        let shorter = shorter.and_then(|shorter| node_file(&join(root, shorter), files));
        node_file(&join(root, inner), files).or(shorter)
    })
}

/// The file that a path means: itself, with an ending, what it is built from, the main file of a folder.
fn node_file(path: &str, files: &Files<'_>) -> Option<String> {
    if let Some((stem, ending)) = path.rsplit_once('.') {
        let written: &[&str] = match ending {
            "js" => &["ts", "tsx", "js", "jsx"],
            "jsx" => &["tsx", "jsx"],
            "mjs" => &["mts", "mjs"],
            "cjs" => &["cts", "cjs"],
            _ => &[],
        };
        if let Some(file) = files.first(written.iter().map(|ending| format!("{stem}.{ending}"))) {
            return Some(file);
        }
    }
    if files.is_file(path) {
        return Some(path.to_owned());
    }
    let with_endings = |stem: String| ENDINGS.iter().map(move |ending| format!("{stem}.{ending}"));
    files
        .first(with_endings(path.to_owned()))
        .or_else(|| main_file(path, files))
        .or_else(|| files.first(with_endings(join(path, "index"))))
}

/// The file that `package.json` of a folder names.
fn main_file(folder: &str, files: &Files<'_>) -> Option<String> {
    let manifest = config(folder, "package.json", files)?;
    let main = manifest.get("main").or_else(|| manifest.get("module")).and_then(Json::text)?;
    let path = join(folder, main);
    // `main` itself may name a folder, but not this one again.
    let with_endings = ENDINGS.iter().map(|ending| format!("{path}.{ending}"));
    let source = join(folder, &format!("src/{}", name_of(&path)));
    let stem = source.rsplit_once('.').map_or(source.clone(), |(stem, _)| stem.to_owned());
    let built_from = ENDINGS.iter().map(|ending| format!("{stem}.{ending}"));
    files.first(std::iter::once(path.clone()).chain(with_endings).chain(built_from))
}

fn config(folder: &str, name: &str, files: &Files<'_>) -> Option<Json> {
    let path = join(folder, name);
    files.is_file(&path).then(|| files.read(&path)).flatten().map(|text| Json::parse(&text))
}

/// What the configuration of the folders above says of a name that is no path.
fn configured(from: &str, module: &str, files: &Files<'_>) -> Option<String> {
    let mut folder = folder_of(from);
    let mut has_paths = false;
    for _ in 0..FOLDERS_MAX {
        if !has_paths && let Some(settings) = config(folder, "tsconfig.json", files) {
            has_paths = true;
            if let Some(file) = typescript(folder, module, &settings, files) {
                return Some(file);
            }
        }
        if let Some(manifest) = config(folder, "package.json", files)
            && let Some(file) = packaged(folder, module, &manifest, files)
        {
            return Some(file);
        }
        if folder.is_empty() {
            return None;
        }
        folder = folder_of(folder);
    }
    None
}

/// `paths` and `baseUrl` of the compiler's options.
fn typescript(folder: &str, module: &str, settings: &Json, files: &Files<'_>) -> Option<String> {
    let options = settings.get("compilerOptions")?;
    let base_url = options.get("baseUrl").and_then(Json::text);
    let base = join(folder, base_url.unwrap_or("."));
    for (pattern, targets) in options.get("paths").map(Json::fields).unwrap_or_default() {
        let Some(matched) = fits(pattern, module) else { continue };
        let targets = targets.items().iter().filter_map(Json::text);
        let found = targets.map(|target| join(&base, &target.replacen('*', matched, 1)));
        let mut found = found.filter_map(|path| node_file(&path, files));
        if let Some(file) = found.next() {
            return Some(file);
        }
    }
    base_url.and_then(|_| node_file(&join(&base, module), files))
}

/// What stands for the star of `pattern`; empty when it has none.
fn fits<'m>(pattern: &str, module: &'m str) -> Option<&'m str> {
    match pattern.split_once('*') {
        Some((before, after)) => module.strip_prefix(before)?.strip_suffix(after),
        None => (pattern == module).then_some(""),
    }
}

/// `imports`, the package itself, dependencies that are folders, and packages of the same workspace.
fn packaged(folder: &str, module: &str, manifest: &Json, files: &Files<'_>) -> Option<String> {
    for (pattern, target) in manifest.get("imports").map(Json::fields).unwrap_or_default() {
        let Some(matched) = fits(pattern, module) else { continue };
        let target = target.text().or_else(|| target.fields().iter().find_map(|(_, value)| value.text()));
        if let Some(target) = target {
            return node_file(&join(folder, &target.replacen('*', matched, 1)), files);
        }
    }
    let name = top_name(module);
    let inner = module.strip_prefix(name).unwrap_or_default();
    for dependencies in ["dependencies", "devDependencies"] {
        let version = manifest.get(dependencies).and_then(|all| all.get(name)).and_then(Json::text);
        let path = version.and_then(|version| {
            ["file:", "link:", "portal:"].iter().find_map(|prefix| version.strip_prefix(prefix))
        });
        if let Some(path) = path {
            return node_file(&join(&join(folder, path), inner), files);
        }
    }
    workspace(folder, name, inner, manifest, files)
}

/// `workspaces: ["packages/*"]`: the package of this name.
fn workspace(folder: &str, name: &str, inner: &str, manifest: &Json, files: &Files<'_>) -> Option<String> {
    let workspaces = manifest.get("workspaces")?;
    let patterns = workspaces.get("packages").unwrap_or(workspaces).items();
    for pattern in patterns.iter().filter_map(Json::text) {
        let base = join(folder, pattern.split('*').next().unwrap_or_default());
        let manifests = files.below(&base).filter(|path| name_of(path) == "package.json");
        let manifests = manifests.take(PACKAGES_MAX);
        for path in manifests {
            let package = folder_of(path);
            let own = config(package, "package.json", files);
            if own.as_ref().and_then(|own| own.get("name")).and_then(Json::text) == Some(name) {
                return node_file(&join(package, inner), files);
            }
        }
    }
    None
}
