//! Terraform archives: which folder or file a zip is made of.
//!
//! The graph has the name of the archive; what it is made of stands in a data source, which is no part
//! of the application. Its block is found in the text of the module.
use model::Value;

use super::files::{Files, folder_of, has_ending, join, name_of};

/// Files of one module that are looked at, at most.
const MODULE_FILES_MAX: usize = 200;

/// What an archive is made of.
#[derive(Debug, Default)]
pub(super) struct Archive {
    pub(super) folders: Vec<String>,
    pub(super) file: Option<String>,
    /// Its name.
    pub(super) hint: String,
}

/// One block, `data "archive_file" "zip" { … }`, and the simple assignments in it.
#[derive(Debug)]
struct Block {
    kind: String,
    name: String,
    settings: Vec<(String, String)>,
}

/// The archive that `value` refers to, or whose path it says.
pub(super) fn archive(value: &Value, template: &str, files: &Files<'_>) -> Option<Archive> {
    if !has_ending(template, "tf") {
        return None;
    }
    let blocks = blocks(template, files);
    let written = value.display();
    let block = referred(&written, &blocks).or_else(|| made_as(&written, &blocks))?;
    // An object of a bucket that is uploaded from an archive.
    let block = match block.get("source").and_then(|source| referred(source, &blocks)) {
        Some(archive) if block.kind != "archive_file" => archive,
        _ => block,
    };
    let mut archive = Archive { hint: block.name.clone(), ..Archive::default() };
    for (name, written) in &block.settings {
        let Some(path) = path(written, template) else { continue };
        match name.as_str() {
            "source_dir" | "source_path" => archive.folders.push(path),
            "source_file" => {
                archive.folders.push(folder_of(&path).to_owned());
                archive.file = Some(path);
            }
            // `source { content = file("src/app.py") }`.
            "content" => archive.folders.push(folder_of(&path).to_owned()),
            _ => {}
        }
    }
    Some(archive)
}

/// `${data.archive_file.zip.output_path}`, `aws_s3_object.code.key`.
fn referred<'b>(text: &str, blocks: &'b [Block]) -> Option<&'b Block> {
    let words: Vec<&str> = text.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-')).collect();
    blocks.iter().find(|block| {
        words
            .windows(2)
            .any(|pair| matches!(pair, [kind, name] if *kind == block.kind && *name == block.name))
    })
}

/// The archive that is written where `text` says.
fn made_as<'b>(text: &str, blocks: &'b [Block]) -> Option<&'b Block> {
    let wanted = name_of(text);
    let made = |block: &&Block| {
        block.get("output_path").is_some_and(|path| name_of(path.trim_matches('"')) == wanted)
    };
    blocks.iter().filter(|block| block.kind == "archive_file").find(made)
}

impl Block {
    fn get(&self, name: &str) -> Option<&str> {
        self.settings.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// Every block of a module that can tell what an archive is made of.
fn blocks(template: &str, files: &Files<'_>) -> Vec<Block> {
    let module = files.inside(folder_of(template)).into_iter().filter(|path| has_ending(path, "tf"));
    let module = module.take(MODULE_FILES_MAX);
    let texts = module.filter_map(|path| files.read(path));
    let mut blocks = Vec::new();
    for text in texts {
        let mut open: Option<Block> = None;
        for line in text.lines() {
            if let Some(block) = header(line) {
                blocks.extend(open.replace(block));
            } else if line.starts_with('}') {
                blocks.extend(open.take());
            } else if let (Some(block), Some((name, value))) = (&mut open, line.split_once('=')) {
                block.settings.push((name.trim().to_owned(), value.trim().to_owned()));
            }
        }
        blocks.extend(open);
    }
    blocks
}

fn header(line: &str) -> Option<Block> {
    let mut words = line.split_whitespace();
    if !matches!(words.next(), Some("data" | "resource")) {
        return None;
    }
    let mut word = || words.next().map(|word| word.trim_matches(['"', '{']).to_owned());
    let (kind, name) = (word()?, word()?);
    let tells = matches!(kind.as_str(), "archive_file" | "aws_s3_object" | "aws_s3_bucket_object");
    tells.then_some(Block { kind, name, settings: Vec::new() })
}

/// A path from the scanned folder, of a text in quotes that may begin with the module's folder.
fn path(written: &str, template: &str) -> Option<String> {
    let (_, from) = written.split_once('"')?;
    let (text, _) = from.rsplit_once('"')?;
    let text = ["${path.module}/", "${path.root}/", "${path.cwd}/", "${path.module}"]
        .iter()
        .find_map(|prefix| text.strip_prefix(prefix))
        .unwrap_or(text);
    (!text.contains("${")).then(|| join(folder_of(template), text))
}
