//! One module as it is written: the blocks of all files of a folder, not yet evaluated.
use std::collections::BTreeMap;
use std::rc::Rc;

use model::{ProblemKind, Span};

use super::syntax::{Attribute, Block, Body, Expr};
use super::{json, parse};
use crate::reader::Reader;

/// Syntax errors that are told of one file.
const ERRORS_MAX: usize = 50;

/// Modules that were read, and where configuration files are. Kept by the reader, so that each
/// file is read once.
#[derive(Debug, Default)]
pub(crate) struct Modules {
    by_folder: BTreeMap<String, Rc<Module>>,
    files: Option<BTreeMap<String, Vec<String>>>,
}

/// The blocks of a folder.
#[derive(Debug, Default)]
pub(super) struct Module {
    pub folder: String,
    /// `resource`, `data`, `module` and `provider` blocks, in the order of files and lines.
    pub blocks: Vec<Block>,
    /// Indexes of `blocks` by local address: `aws_s3_bucket.b`, `data.aws_region.r`, `module.m`.
    pub index: BTreeMap<String, usize>,
    pub variables: BTreeMap<String, Block>,
    pub locals: BTreeMap<String, Expr>,
    pub outputs: BTreeMap<String, Block>,
    /// `*.tfvars` files that Terraform reads by itself, in the order in which they override.
    pub values: Vec<Attribute>,
}

/// The module in `folder`, read once. Its files' problems are told when it is read.
pub(super) fn load(reader: &mut Reader<'_>, folder: &str) -> Rc<Module> {
    if let Some(known) = reader.modules.by_folder.get(folder) {
        return Rc::clone(known);
    }
    let mut module = Module { folder: folder.to_owned(), ..Module::default() };
    let (overrides, files): (Vec<_>, Vec<_>) = files(reader, folder).into_iter().partition(is_override);
    for path in files {
        if is_configuration(&path) {
            for block in read_file(reader, &path).blocks {
                module.add(reader, block);
            }
        }
    }
    for path in overrides {
        for block in read_file(reader, &path).blocks {
            module.merge(block);
        }
    }
    module.values = values(reader, folder);
    let module = Rc::new(module);
    reader.modules.by_folder.insert(folder.to_owned(), Rc::clone(&module));
    module
}

/// Whether a folder holds any configuration.
pub(super) fn exists(reader: &mut Reader<'_>, folder: &str) -> bool {
    files(reader, folder).iter().any(is_configuration)
}

/// Configuration and variable files of a folder, sorted.
fn files(reader: &mut Reader<'_>, folder: &str) -> Vec<String> {
    if reader.modules.files.is_none() {
        let mut by_folder: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for path in reader.source.paths() {
            if is_configuration(path) || is_values(path) {
                let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
                by_folder.entry(folder.to_owned()).or_default().push(path.clone());
            }
        }
        by_folder.values_mut().for_each(|paths| paths.sort_unstable());
        reader.modules.files = Some(by_folder);
    }
    let files = reader.modules.files.as_ref();
    files.and_then(|files| files.get(folder)).cloned().unwrap_or_default()
}

fn name_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

#[expect(clippy::ptr_arg, reason = "used as a predicate over the items of a list of strings")]
fn is_configuration(path: &String) -> bool {
    path.ends_with(".tf") || path.ends_with(".tf.json")
}

#[expect(clippy::ptr_arg, reason = "used as a predicate over the items of a list of strings")]
fn is_override(path: &String) -> bool {
    let name = name_of(path);
    let stem = name.strip_suffix(".tf.json").or_else(|| name.strip_suffix(".tf")).unwrap_or_default();
    stem == "override" || stem.ends_with("_override")
}

fn is_values(path: &str) -> bool {
    path.ends_with(".tfvars") || path.ends_with(".tfvars.json")
}

/// `terraform.tfvars` first, then `terraform.tfvars.json`, then `*.auto.tfvars` by name: a later one
/// overrides.
fn values(reader: &mut Reader<'_>, folder: &str) -> Vec<Attribute> {
    let paths = files(reader, folder);
    let named = |name: &str| paths.iter().filter(|path| name_of(path) == name).cloned().collect::<Vec<_>>();
    let mut read = named("terraform.tfvars");
    read.extend(named("terraform.tfvars.json"));
    let is_auto = |path: &&String| path.ends_with(".auto.tfvars") || path.ends_with(".auto.tfvars.json");
    read.extend(paths.iter().filter(is_auto).cloned());
    read.iter().flat_map(|path| read_file(reader, path).attributes).collect()
}

fn read_file(reader: &mut Reader<'_>, path: &str) -> Body {
    if path.ends_with(".json") {
        return json::read(reader, path);
    }
    let Some(file) = reader.file(path) else { return Body::default() };
    let (body, errors) = parse::body(&reader.text(file), file);
    let count = errors.len();
    for error in errors.into_iter().take(ERRORS_MAX) {
        let message = format!("not valid HCL: {}", error.message);
        let help = "this part was left out, the rest of the file was read; repair this place";
        reader.problem_at(ProblemKind::Unreadable, error.at, message, help);
    }
    if count > ERRORS_MAX {
        let message = format!("{} more syntax errors in this file", count - ERRORS_MAX);
        reader.problem(ProblemKind::Limit, path, message, "repair the first ones");
    }
    body
}

impl Module {
    fn add(&mut self, reader: &mut Reader<'_>, block: Block) {
        match block.name.text.as_str() {
            "resource" | "data" | "ephemeral" | "module" | "provider" => self.add_object(reader, block),
            "variable" => self.add_named(reader, block, |module| &mut module.variables),
            "output" => self.add_named(reader, block, |module| &mut module.outputs),
            "locals" => {
                for Attribute { key, value } in block.body.attributes {
                    if self.locals.contains_key(&key.text) {
                        told_twice(reader, &format!("local.{}", key.text), key.at);
                    }
                    self.locals.insert(key.text, value);
                }
            }
            "terraform" | "moved" | "import" | "removed" | "check" | "action" | "list" => {}
            other => {
                let message = format!("Terraform knows no block `{other}`");
                let help = "it was not read; check its spelling";
                reader.problem_at(ProblemKind::Suspicious, block.name.at, message, help);
            }
        }
    }

    fn add_object(&mut self, reader: &mut Reader<'_>, block: Block) {
        let Some(address) = local_address(&block) else {
            let message = format!("a `{}` block needs a type and a name", block.name.text);
            let help = "it was not read; write both as labels";
            reader.problem_at(ProblemKind::Unreadable, block.name_at(), message, help);
            return;
        };
        if self.index.contains_key(&address) {
            told_twice(reader, &address, block.name_at());
        } else {
            self.index.insert(address, self.blocks.len());
        }
        self.blocks.push(block);
    }

    fn add_named(
        &mut self,
        reader: &mut Reader<'_>,
        block: Block,
        map: fn(&mut Self) -> &mut BTreeMap<String, Block>,
    ) {
        let Some(label) = block.labels.first().cloned() else { return };
        if map(self).contains_key(&label.text) {
            told_twice(reader, &format!("{}.{}", block.name.text, label.text), label.at);
        }
        map(self).insert(label.text, block);
    }

    /// Merges a block of an override file: its attributes and blocks replace those of the same name.
    fn merge(&mut self, block: Block) {
        let label = block.labels.first().map(|label| label.text.clone()).unwrap_or_default();
        let target = match block.name.text.as_str() {
            "variable" => self.variables.get_mut(&label),
            "output" => self.outputs.get_mut(&label),
            "locals" => {
                let pairs = block.body.attributes.into_iter();
                self.locals.extend(pairs.map(|attribute| (attribute.key.text, attribute.value)));
                return;
            }
            _ => local_address(&block)
                .and_then(|address| self.index.get(&address))
                .and_then(|index| self.blocks.get_mut(*index)),
        };
        let Some(target) = target else { return };
        let names: Vec<String> = block.body.blocks.iter().map(|block| block.name.text.clone()).collect();
        target.body.blocks.retain(|old| !names.contains(&old.name.text));
        target.body.blocks.extend(block.body.blocks);
        for attribute in block.body.attributes {
            target.body.attributes.retain(|old| old.key.text != attribute.key.text);
            target.body.attributes.push(attribute);
        }
    }

    pub(super) fn block(&self, address: &str) -> Option<&Block> {
        self.index.get(address).and_then(|index| self.blocks.get(*index))
    }
}

/// The name of a block inside its module. Data blocks of policy documents have the name that people
/// and other tools give them, without `data.`.
pub(super) fn local_address(block: &Block) -> Option<String> {
    let first = block.label(0);
    match block.name.text.as_str() {
        "resource" => Some(format!("{}.{}", first?, block.label(1)?)),
        "data" => Some(data_address(first?, block.label(1)?)),
        "ephemeral" => Some(format!("ephemeral.{}.{}", first?, block.label(1)?)),
        "module" => Some(format!("module.{}", first?)),
        "provider" => {
            let alias = block.body.attribute("alias").and_then(Expr::as_str).unwrap_or("default");
            Some(format!("provider.{}.{alias}", first?))
        }
        _ => None,
    }
}

pub(super) fn data_address(kind: &str, name: &str) -> String {
    match kind {
        "aws_iam_policy_document" => format!("{kind}.{name}"),
        _ => format!("data.{kind}.{name}"),
    }
}

fn told_twice(reader: &mut Reader<'_>, address: &str, at: Span) {
    let message = format!("`{address}` is declared twice in one module");
    let help = "Terraform refuses this; rename or remove one of them";
    reader.problem_at(ProblemKind::Suspicious, at, message, help);
}
