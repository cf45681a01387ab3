//! Functions in container images: the handler is the command of the Dockerfile.
use std::collections::BTreeSet;

use model::Language;

use super::code::Code;
use super::files::{Files, folder_of, join, name_of};
use super::{Located, handler, language, languages};

/// Things copied into an image that are looked at, at most.
const COPIED_MAX: usize = 50;

/// What a Dockerfile says of the last image it builds.
#[derive(Debug, Default)]
struct Image {
    language: Option<Language>,
    handler: Option<String>,
    /// What is copied into it, relative to the folder that it is built in.
    copied: Vec<String>,
}

pub(super) fn locate(function: &str, code: &Code, files: &Files<'_>, located: &mut Located) {
    let beside = code.folders.iter().map(|folder| join(folder, "Dockerfile"));
    let named = code.dockerfile.clone().into_iter();
    let Some(path) = files.first(named.chain(beside)).or_else(|| called_alike(function, code, files)) else {
        located.why_not = Some("it is a container image, and no Dockerfile was found".to_owned());
        return;
    };
    let image = read(&files.read(&path).unwrap_or_default());
    let Some(command) = image.handler else {
        located.language = image.language.unwrap_or(Language::Other);
        located.why_not = Some(format!("`{path}` has no command that names a handler"));
        return;
    };
    let context = Code {
        folders: vec![folder_of(&path).to_owned()],
        file: None,
        around: std::iter::once(folder_of(&path).to_owned()).chain(code.folders.first().cloned()).collect(),
        hint: name_of(folder_of(&path)).to_owned(),
        is_image: true,
        dockerfile: None,
        archive: None,
    };
    let languages = match image.language {
        Some(language) => vec![language],
        None => languages(&command, ""),
    };
    for language in languages {
        located.language = language;
        if matches!(language, Language::Python | Language::JavaScript) {
            handler::locate(&command, language, &context, files, located);
        } else {
            super::other::locate(&command, language, &context, files, located);
        }
        if located.file.is_some() {
            break;
        }
    }
    let built_in = code.folders.first().map_or_else(|| folder_of(&path), String::as_str);
    for copied in image.copied.iter().take(COPIED_MAX) {
        let copied = join(built_in, copied);
        let is_folder = !copied.contains('*') && files.is_folder(&copied);
        let folder = if is_folder { copied.as_str() } else { folder_of(&copied) };
        if files.is_folder(folder) && !located.roots.iter().any(|root| root == folder) {
            located.roots.push(folder.to_owned());
        }
    }
}

/// The only Dockerfile, or the only one in a folder that the function's name has in it.
fn called_alike(function: &str, code: &Code, files: &Files<'_>) -> Option<String> {
    let folders = code.folders.iter().chain(&code.around);
    let all = folders.flat_map(|folder| files.below(folder)).filter(|path| name_of(path) == "Dockerfile");
    let all: BTreeSet<&str> = all.collect();
    let function = handler::plain(function);
    let is_alike = |path: &&&str| {
        let folder = handler::plain(name_of(folder_of(path)));
        !folder.is_empty() && function.contains(&folder)
    };
    let alike: Vec<&&str> = all.iter().filter(is_alike).collect();
    match (all.len(), alike.as_slice()) {
        (1, _) => all.first().map(|path| (*path).to_owned()),
        (_, [path]) => Some((**path).to_owned()),
        _ => None,
    }
}

fn read(text: &str) -> Image {
    let mut image = Image::default();
    for line in text.lines() {
        let (word, rest) = line.trim().split_once(char::is_whitespace).unwrap_or((line.trim(), ""));
        if word.eq_ignore_ascii_case("COPY") && !rest.contains("--from") {
            let words = rest.split_whitespace().filter(|word| !word.starts_with("--"));
            let mut words: Vec<&str> = words.collect();
            words.pop();
            image.copied.extend(words.into_iter().map(str::to_owned));
        } else if word.eq_ignore_ascii_case("FROM") {
            image.copied.clear();
            // `public.ecr.aws/lambda/python:3.13`, `node:22-slim`.
            let name = rest.split_whitespace().find(|word| !word.starts_with("--")).unwrap_or_default();
            let name = name.split([':', '@']).next().map(name_of).unwrap_or_default();
            image.language = if name == "node" { Some(Language::JavaScript) } else { language(name) };
        } else if word.eq_ignore_ascii_case("CMD") {
            // The last word: a client of the runtime's interface may stand before the handler.
            let mut words = rest.split(['[', ']', '"', '\'', ',', ' ']).filter(|word| !word.is_empty());
            image.handler =
                words.next_back().filter(|word| word.contains('.') || word.contains("::")).map(str::to_owned);
        }
    }
    image
}
