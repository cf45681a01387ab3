//! Where the code and the layers of a function are on the disk.
use crate::settings::Settings;
use model::{App, Data, Node, Project, Relation, Value};
use std::path::{Path, PathBuf};

/// A function's folder or the zip file that becomes one, or why there is none.
#[derive(Default)]
pub(super) struct Found {
    pub(super) folder: PathBuf,
    pub(super) package: Option<PathBuf>,
    pub(super) missing: Option<String>,
}

impl Found {
    fn folder(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into(), ..Self::default() }
    }
}

/// Files of a function that are looked at for changes.
const FILES_MAX: usize = 4_096;
const DEPTH_MAX: usize = 12;

pub(super) fn find(project: &Project, app: &App, node: &Node, settings: &Settings) -> Found {
    let given = [node.text("name").unwrap_or_default(), node.name.as_str()];
    if let Some(folder) = given.iter().find_map(|name| settings.code.get(*name)) {
        return Found::folder(folder);
    }
    let template = project.file(node.span).map_or(app.name.as_str(), |file| file.path.as_str());
    let beside = settings.folder.join(template).parent().map(Path::to_owned).unwrap_or_default();
    // What `sam build` made has the packages in it.
    let built = beside.join(".aws-sam/build").join(&node.name);
    if built.is_dir() {
        return Found::folder(built);
    }
    if node.text("package") == Some("Image") || node.has("image") {
        let missing = "it is a container image; images are not run here".to_owned();
        return Found { missing: Some(missing), ..Found::folder(beside) };
    }
    if let Some(folder) = by_rust(node, &beside) {
        return Found::folder(folder);
    }
    if let Some(folder) = by_facts(project, app, node, settings) {
        return Found::folder(folder);
    }
    let written = node.get("code").and_then(Value::as_str).map(|path| beside.join(path));
    match written {
        Some(folder) if folder.is_dir() => Found::folder(folder),
        Some(file) if is_archive(&file) => Found { package: Some(file), ..Found::folder(beside) },
        Some(file) if file.is_file() && file.extension().is_some_and(|ext| ext != "jar") => {
            Found::folder(file.parent().unwrap_or(Path::new("")))
        }
        Some(path) => {
            let name = node.text("name").unwrap_or(&node.name);
            let missing = format!(
                "its code `{}` is no folder and no zip file; build it, or say `--code {name}=FOLDER`",
                path.display()
            );
            Found { missing: Some(missing), ..Found::folder(beside) }
        }
        // It is written where the host keeps its files.
        None if node.has("inline_code") => Found::default(),
        None => Found::folder(beside),
    }
}

/// What `cargo lambda build` made.
fn by_rust(node: &Node, beside: &Path) -> Option<PathBuf> {
    let runtime = node.text("runtime")?;
    if !runtime.starts_with("provided") && !runtime.starts_with("rust") {
        return None;
    }
    let folder = node.get("code").and_then(Value::as_str).map_or(beside.to_owned(), |path| beside.join(path));
    let names = [node.text("name").unwrap_or(&node.name), node.name.as_str()];
    let handler = node.text("handler").unwrap_or_default();
    let named = names.into_iter().chain([handler]);
    let mut places = vec![folder.clone()];
    for name in named.filter(|name| !name.is_empty() && !name.contains(['/', '.'])) {
        places.extend([folder.join("target/lambda").join(name), beside.join("target/lambda").join(name)]);
    }
    places.into_iter().find(|place| place.join("bootstrap").is_file())
}

/// The folder from which the handler's path leads to the file that the facts name.
fn by_facts(project: &Project, app: &App, node: &Node, settings: &Settings) -> Option<PathBuf> {
    if node.has("inline_code") {
        return None;
    }
    let facts = app.code.iter().find(|code| code.function == node.id)?;
    let file = project.files.get(facts.files.first()?.0 as usize)?;
    let handler = node.text("handler")?;
    let (module, _) = handler.rsplit_once('.')?;
    let (stem, _) = file.path.rsplit_once('.')?;
    let slashed = module.replace('.', "/");
    for way in [module, slashed.as_str(), module.trim_start_matches("./")] {
        if let Some(front) = stem.strip_suffix(way)
            && (front.is_empty() || front.ends_with('/'))
        {
            let folder = settings.folder.join(front);
            return folder.is_dir().then_some(folder);
        }
    }
    None
}

/// The folders and archives of a function's layers, in their order.
pub(super) fn layers(
    project: &Project,
    app: &App,
    node: &Node,
    settings: &Settings,
    problems: &mut Vec<String>,
) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for layer in app.targets(node, Relation::Uses).filter(|node| node.kind == model::Kind::Layer) {
        let template = project.file(layer.span).map_or(app.name.as_str(), |file| file.path.as_str());
        let beside = settings.folder.join(template).parent().map(Path::to_owned).unwrap_or_default();
        let built = beside.join(".aws-sam/build").join(&layer.name);
        let written = layer.attrs.get("content").and_then(|value| match &value.data {
            Data::Text(text) => Some(beside.join(text)),
            _ => None,
        });
        let mut places = [Some(built), written].into_iter().flatten();
        match places.find(|place| place.is_dir() || is_archive(place)) {
            Some(place) => found.push(place),
            None => problems.push(format!(
                "the layer `{}` of `{}` has no folder and no zip file here; give its content with `--packages FOLDER`",
                layer.name, node.name
            )),
        }
    }
    found
}

fn is_archive(path: &Path) -> bool {
    path.is_file() && path.extension().is_some_and(|kind| kind == "zip")
}

/// When a file was changed, in milliseconds since 1970; 0 where that is not known.
fn changed_ms(file: &Path) -> u64 {
    let changed = std::fs::metadata(file).and_then(|data| data.modified()).ok();
    let since = changed.and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok());
    since.and_then(|at| u64::try_from(at.as_millis()).ok()).unwrap_or(0)
}

/// The newest change in a folder of code, in milliseconds since 1970, and how many files it has: packages are left out.
pub(crate) fn files_of(folder: &Path) -> (u64, usize) {
    let mut newest = 0;
    let mut count = 0;
    let mut folders = vec![(folder.to_owned(), 0)];
    while let Some((folder, depth)) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for entry in entries.flatten() {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if name.starts_with('.') || name == "node_modules" || name == "__pycache__" || name == "target" {
                continue;
            }
            let Ok(kind) = entry.file_type() else { continue };
            if kind.is_dir() && depth < DEPTH_MAX {
                folders.push((entry.path(), depth + 1));
            } else if kind.is_file() {
                count += 1;
                newest = newest.max(changed_ms(&entry.path()));
            }
            if count >= FILES_MAX {
                return (newest, count);
            }
        }
    }
    (newest, count)
}
