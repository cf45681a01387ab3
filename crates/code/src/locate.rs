//! From a function of the graph to its source: file, exported name, and where its imports are looked up.
//!
//! A template names what is deployed, which is often built from something else: TypeScript, an archive,
//! an image. Found is what people write; a guess by the file's name is said to be one.
mod bare;
mod code;
mod docker;
mod files;
mod handler;
mod imports;
mod json;
mod names;
mod other;
mod terraform;
#[cfg(test)]
mod tests;
mod vendored;

use model::{App, Framework, Kind, Language, Node, Project, Relation, Source};

pub(crate) use bare::bare_handlers;
pub(crate) use imports::{Resolution, resolve_import};

use code::Code;
use files::Files;

/// Where the code of a function is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Located {
    pub(crate) language: Language,
    /// The file of the handler; `None` for code written in the template, or when it was not found.
    pub(crate) file: Option<String>,
    /// The handler inside of it: `handler`, or `api`, `get` for `api.get`.
    pub(crate) export: Vec<String>,
    /// Folders where absolute imports and `/opt` are looked up: the code's, then those of local layers.
    pub(crate) roots: Vec<String>,
    /// The code stands in the template: attribute `inline_code`.
    pub(crate) inline: bool,
    /// How the file was guessed, when the template does not say it.
    pub(crate) note: Option<String>,
    /// Why the code cannot be analysed.
    pub(crate) why_not: Option<String>,
}

/// Finds the source of a function.
pub(crate) fn locate(project: &Project, app: &App, function: &Node, source: &dyn Source) -> Located {
    let files = Files::new(source);
    let template = project.file(function.span).map_or(app.name.as_str(), |file| file.path.as_str());
    // The service's own folder, whichever file the function was written in.
    let template = if app.framework == Framework::Serverless { &app.name } else { template };
    let language = language(function.text("runtime").unwrap_or_default());
    let mut located = Located {
        language: language.unwrap_or(Language::Other),
        file: None,
        export: Vec::new(),
        roots: Vec::new(),
        inline: false,
        note: None,
        why_not: None,
    };
    let code = Code::of(function, template, app, &files);
    located.roots = code.folders.first().cloned().into_iter().collect();
    for layer in app.targets(function, Relation::Uses).filter(|node| node.kind == Kind::Layer) {
        let template = project.file(layer.span).map_or(template, |file| file.path.as_str());
        layer_roots(layer, template, &files, &mut located.roots);
    }
    if function.has("inline_code") {
        inline(function, language, &mut located);
    } else if code.is_image {
        docker::locate(&function.name, &code, &files, &mut located);
    } else {
        written(function, &code, &files, &mut located);
    }
    if located.why_not.is_none() && !is_analysed(located.language) {
        located.why_not = Some(format!("code in {} is not analysed", located.language.as_str()));
    }
    located
}

fn is_analysed(language: Language) -> bool {
    matches!(language, Language::Python | Language::JavaScript | Language::TypeScript)
}

/// The language of a runtime such as `python3.14`. A runtime of one's own says nothing.
fn language(runtime: &str) -> Option<Language> {
    let languages = [
        ("python", Language::Python),
        ("nodejs", Language::JavaScript),
        ("java", Language::Java),
        ("go", Language::Go),
        ("dotnet", Language::CSharp),
        ("ruby", Language::Ruby),
    ];
    languages.iter().find(|(prefix, _)| runtime.starts_with(prefix)).map(|(_, language)| *language)
}

/// The languages that a handler may be written in. Without a runtime its form, or the file that is there,
/// tells.
fn languages(handler: &str, runtime: &str) -> Vec<Language> {
    match language(runtime) {
        Some(language) => vec![language],
        None if runtime.starts_with("provided") => vec![Language::Other],
        None if handler.matches("::").count() == 2 => vec![Language::CSharp],
        None if handler.contains("::") => vec![Language::Java],
        None => vec![Language::JavaScript, Language::Python],
    }
}

/// Code in the template is always called `index`.
fn inline(function: &Node, language: Option<Language>, located: &mut Located) {
    located.inline = true;
    let handler = function.text("handler").unwrap_or("index.handler");
    let (_, export) = handler.split_once('.').unwrap_or(("", handler));
    located.export = export.split('.').map(str::to_owned).collect();
    let is_open = function.get("inline_code").is_some_and(|code| code.as_str().is_none());
    if is_open {
        located.why_not = Some("parts of the code are only known when it is deployed".to_owned());
    } else if language.is_none() {
        located.why_not = Some("its runtime is not known".to_owned());
    }
}

/// An ordinary function: a handler in a folder or archive.
fn written(function: &Node, code: &Code, files: &Files<'_>, located: &mut Located) {
    let runtime = function.text("runtime");
    let Some(handler) = function.text("handler") else {
        let reason = function.get("handler").map_or("is not set".to_owned(), |handler| {
            format!("`{}` is only known when it is deployed", handler.display())
        });
        located.why_not = Some(format!("its handler {reason}"));
        return;
    };
    if handler.ends_with(".sh") || handler.ends_with(".bat") {
        located.why_not = Some(format!("`{handler}` starts a program of its own"));
        return;
    }
    let languages = languages(handler, runtime.unwrap_or_default());
    for language in languages {
        match language {
            Language::Python | Language::JavaScript => {
                handler::locate(handler, language, code, files, located)
            }
            other => other::locate(handler, other, code, files, located),
        }
        if located.file.is_some() {
            return;
        }
    }
    if let (Some(why), Some(archive)) = (&mut located.why_not, &code.archive) {
        *why = format!("its code is in `{archive}`, which is not opened");
    }
}

/// The folders of a layer whose files are here.
fn layer_roots(layer: &Node, template: &str, files: &Files<'_>, roots: &mut Vec<String>) {
    let Some(content) = layer.get("content") else { return };
    for folder in code::named_folders(content, template, files) {
        for inner in ["", "python", "nodejs", "nodejs/node_modules"] {
            let root = files::join(&folder, inner);
            if files.is_folder(&root) && !roots.contains(&root) {
                roots.push(root);
            }
        }
    }
}
