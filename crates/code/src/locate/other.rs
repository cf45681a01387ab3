//! Handlers in languages whose code is not analysed: found as far as their names tell.
use model::Language;

use super::Located;
use super::code::Code;
use super::files::{Files, folder_of, has_ending, join, name_of};

pub(super) fn locate(
    handler: &str,
    language: Language,
    code: &Code,
    files: &Files<'_>,
    located: &mut Located,
) {
    located.language = language;
    let method = |text: &str| vec![text.to_owned()];
    match language {
        Language::Java => {
            // `com.example.App::handleRequest`.
            let (class, name) = handler.split_once("::").unwrap_or((handler, "handleRequest"));
            located.export = method(name);
            let path = class.split('$').next().unwrap_or_default().replace('.', "/");
            located.file = ["java", "kt", "scala"]
                .iter()
                .find_map(|ending| nearest(&format!("{path}.{ending}"), code, files));
        }
        Language::CSharp => {
            // `Assembly::Namespace.Class::Method`; a program of top-level statements has only the assembly.
            let mut parts = handler.split("::").skip(1);
            let class = parts.next().and_then(|class| class.rsplit('.').next()).unwrap_or("Program");
            located.export = parts.next().map(method).unwrap_or_default();
            located.file = nearest(&format!("{class}.cs"), code, files);
        }
        Language::Ruby => {
            let (file, name) = handler.split_once('.').unwrap_or((handler, "handler"));
            located.export = name.split('.').map(str::to_owned).collect();
            located.file = nearest(&format!("{file}.rb"), code, files);
        }
        Language::Go => located.file = nearest("main.go", code, files),
        _ => own_runtime(code, files, located),
    }
}

/// A program of one's own: what is built beside the template tells the language.
fn own_runtime(code: &Code, files: &Files<'_>, located: &mut Located) {
    let kinds = [
        ("Cargo.toml", Language::Rust, "src/main.rs"),
        ("go.mod", Language::Go, "main.go"),
        ("main.go", Language::Go, "main.go"),
    ];
    for (manifest, language, program) in kinds {
        let Some(manifest) = nearest(manifest, code, files) else { continue };
        located.language = language;
        let folder = folder_of(&manifest);
        // Programs that `Cargo.toml` names by their paths.
        let text = files.read(&manifest).unwrap_or_default();
        let paths = text.lines().filter_map(|line| line.trim().strip_prefix("path")?.split('"').nth(1));
        let paths = std::iter::once(program).chain(paths.filter(|path| has_ending(path, "rs")));
        let named = files.first(paths.map(|path| join(folder, path)));
        located.file = named.or_else(|| nearest(name_of(program), code, files));
        return;
    }
}

/// The file whose path ends so: in the code's folders in their order, then around the template.
fn nearest(ending: &str, code: &Code, files: &Files<'_>) -> Option<String> {
    let folders = code.folders.iter().chain(&code.around);
    let fits =
        |path: &&str| path.strip_suffix(ending).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'));
    folders.into_iter().find_map(|folder| files.below(folder).find(fits)).map(str::to_owned)
}
