//! Handlers of Python and Node.js: `src/app.handler` in a folder, built from something else or not.
use model::Language;

use super::Located;
use super::code::Code;
use super::files::{Files, folder_of, join, name_of};

/// Endings of source files, those that people write before those that are built.
const NODE_ENDINGS: &[&str] = &["ts", "mts", "cts", "tsx", "js", "mjs", "cjs", "jsx"];
const PYTHON_ENDINGS: &[&str] = &["py"];
/// Folders that builds write to.
const BUILT: &[&str] =
    &["dist", "build", "lib", "out", ".build", "built", "target", ".webpack", "bundle", "cdk.out"];
/// Folders that builds read, `""` for none.
const WRITTEN: &[&str] = &["src", "", "lib", "lambda"];
/// Files of one name that are listed when one cannot choose.
const SHOWN_MAX: usize = 3;

/// A handler split into the path of its file, without ending, and the name in it.
#[derive(Debug, PartialEq, Eq)]
struct Split {
    file: String,
    export: Vec<String>,
}

pub(super) fn locate(
    handler: &str,
    language: Language,
    code: &Code,
    files: &Files<'_>,
    located: &mut Located,
) {
    let splits = splits(handler, language);
    let endings = if language == Language::Python { PYTHON_ENDINGS } else { NODE_ENDINGS };
    let found = splits.iter().find_map(|split| {
        let file = beside_code(split, endings, code, files)?;
        Some((file, split))
    });
    if let Some((file, split)) = found {
        return settle(located, file, split, code);
    }
    let mut by_name = Vec::new();
    let places = splits.iter().flat_map(|split| code.around.iter().map(move |folder| (split, folder)));
    for (split, folder) in places {
        by_name = named_alike(split, endings, (folder, &code.hint), files);
        if let [file] = by_name.as_slice() {
            let why =
                format!("`{handler}` is no file where the template says; the only one of this name was read");
            located.note = Some(why);
            return settle(located, file.clone(), split, code);
        }
        if !by_name.is_empty() {
            break;
        }
    }
    located.language = language;
    located.why_not = Some(missing(handler, &by_name));
}

fn missing(handler: &str, by_name: &[String]) -> String {
    if by_name.is_empty() {
        return format!("there is no file for handler `{handler}`");
    }
    let shown: Vec<&str> = by_name.iter().take(SHOWN_MAX).map(String::as_str).collect();
    let more = if by_name.len() > SHOWN_MAX { ", …" } else { "" };
    format!("several files may be handler `{handler}`: {}{more}", shown.join(", "))
}

fn settle(located: &mut Located, file: String, split: &Split, code: &Code) {
    located.language = language_of(&file);
    located.export.clone_from(&split.export);
    located.why_not = None;
    // The folder that the handler's path begins at is where imports begin.
    let stem = file.rsplit_once('.').map_or(file.as_str(), |(stem, _)| stem);
    let root = stem.strip_suffix(&split.file).map_or(folder_of(&file), |root| root.trim_end_matches('/'));
    let layers =
        located.roots.iter().skip(usize::from(!code.folders.is_empty())).cloned().collect::<Vec<_>>();
    located.roots = vec![root.to_owned()];
    located.roots.extend(layers.into_iter().filter(|layer| layer != root));
    located.file = Some(file);
}

pub(super) fn language_of(file: &str) -> Language {
    match file.rsplit_once('.').map(|(_, ending)| ending) {
        Some("py") => Language::Python,
        Some("ts" | "mts" | "cts" | "tsx") => Language::TypeScript,
        Some("js" | "mjs" | "cjs" | "jsx") => Language::JavaScript,
        _ => Language::Other,
    }
}

/// How a handler can be read. Node.js splits at the first dot of the file's name, Python at the last dot
/// of all, dots before it being folders.
fn splits(handler: &str, language: Language) -> Vec<Split> {
    let handler = handler.trim_start_matches("./").trim_start_matches('/');
    let folder = folder_of(handler);
    let name = name_of(handler);
    let split = |file: &str, export: &str| Split {
        file: join(folder, file),
        export: export.split('.').map(str::to_owned).collect(),
    };
    if language == Language::Python {
        let Some((module, export)) = name.rsplit_once('.') else { return Vec::new() };
        return vec![split(&module.replace('.', "/"), export), split(module, export)];
    }
    let dots = name.match_indices('.');
    dots.filter_map(|(at, _)| Some(split(name.get(..at)?, name.get(at + 1..)?))).collect()
}

/// The file in one of the code's folders, or what it is built from.
fn beside_code(split: &Split, endings: &[&str], code: &Code, files: &Files<'_>) -> Option<String> {
    if let Some(file) = &code.file
        && files.is_file(file)
        && file.rsplit_once('.').is_some_and(|(stem, _)| name_of(stem) == name_of(&split.file))
    {
        return Some(file.clone());
    }
    let (typed, plain): (Vec<&str>, Vec<&str>) = endings.iter().partition(|ending| ending.contains('t'));
    for folder in &code.folders {
        let path = join(folder, &split.file);
        let sources = sources(&path);
        // TypeScript beside what is built of it, the file itself, then anything it may be built of.
        let own = stems(&path).flat_map(|stem| with_endings(stem, endings));
        let from_typed = sources.iter().flat_map(|path| with_endings(path.clone(), &typed));
        let from_plain = sources.iter().flat_map(|path| with_endings(path.clone(), &plain));
        let found = files.first(from_typed.chain(own).chain(from_plain));
        if found.is_some() {
            return found;
        }
    }
    None
}

/// A file, or the index of a folder.
fn stems(path: &str) -> impl Iterator<Item = String> {
    [path.to_owned(), join(path, "index")].into_iter()
}

fn with_endings(stem: String, endings: &[&str]) -> Vec<String> {
    endings.iter().map(|ending| format!("{stem}.{ending}")).collect()
}

/// `src/index` for `dist/index`: the same path with a folder of the build replaced.
fn sources(path: &str) -> Vec<String> {
    let parts: Vec<&str> = path.split('/').collect();
    let mut found = Vec::new();
    for (at, part) in parts.iter().enumerate() {
        if !BUILT.contains(part) {
            continue;
        }
        for written in WRITTEN.iter().filter(|written| *written != part) {
            let before = parts.get(..at).unwrap_or_default().join("/");
            let after = parts.get(at + 1..).unwrap_or_default().join("/");
            found.push(join(&join(&before, written), &after));
        }
    }
    found
}

/// Files around the template with the handler's path, else with its name. An archive's name helps to choose.
fn named_alike(
    split: &Split,
    endings: &[&str],
    (around, hint): (&str, &str),
    files: &Files<'_>,
) -> Vec<String> {
    let name = name_of(&split.file);
    let has_name = |path: &&str| {
        name_of(path).rsplit_once('.').is_some_and(|(stem, ending)| stem == name && endings.contains(&ending))
    };
    let all: Vec<&str> = files.below(around).filter(has_name).collect();
    let written = |path: &&&str| !path.split('/').any(|part| BUILT.contains(&part) || is_test(part));
    let mut left: Vec<&str> = narrowed(&all, |path| written(&path));
    let ends = |path: &&str| path.rsplit_once('.').is_some_and(|(stem, _)| stem.ends_with(&split.file));
    left = narrowed(&left, |path| ends(path));
    let hint = plain(hint);
    left = narrowed(&left, |path| {
        !hint.is_empty() && folder_of(path).split('/').any(|part| plain(part) == hint)
    });
    left = narrowed(&left, |path| !hint.is_empty() && plain(folder_of(path)).contains(&hint));
    left.into_iter().map(str::to_owned).collect()
}

/// Those that fit, or all when none does.
fn narrowed<'p>(paths: &[&'p str], fits: impl Fn(&&'p str) -> bool) -> Vec<&'p str> {
    let left: Vec<&str> = paths.iter().copied().filter(|path| fits(path)).collect();
    if left.is_empty() { paths.to_vec() } else { left }
}

fn is_test(part: &str) -> bool {
    matches!(part, "test" | "tests" | "__tests__" | "spec" | "node_modules")
}

/// Letters and digits in lower case: `my-function` and `my_function` are the same.
pub(super) fn plain(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
