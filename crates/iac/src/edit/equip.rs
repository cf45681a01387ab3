//! What a function gets beside what it has: a layer and environment variables.
//!
//! INVARIANT: nothing that the function had is lost: lists and maps grow, expressions are kept inside of `concat` and `merge`.
use model::{App, FileId, Framework, Node};

use super::content::Content;
use super::yaml::{self, Doc, Step};
use super::{Editor, NotWritten, hcl, place, service};

/// A layer and variables for one function.
#[derive(Debug, Clone)]
pub struct Equipment {
    /// The layer's version: an ARN (with `${AWS::Region}` in CloudFormation's formats), or the name of a resource of
    /// the same template.
    pub layer: String,
    pub variables: Vec<(String, Variable)>,
}

/// The value of an environment variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Variable {
    Text(String),
    /// An expression of Terraform, as it is to stand in the file.
    Expression(String),
}

/// Layers that Lambda takes of one function.
const LAYERS_MAX: usize = 5;

/// Writes all of it, or nothing.
pub(super) fn write(
    editor: &mut Editor<'_>,
    app: &App,
    node: &Node,
    equipment: &Equipment,
) -> Result<(), NotWritten> {
    place::may_write(app)?;
    if node.implicit {
        return Err(NotWritten::new(format!("`{}` is made by the framework", node.name)));
    }
    if app.framework == Framework::Terraform {
        return hcl::equip(editor, node, equipment);
    }
    let is_service = app.framework == Framework::Serverless
        && node.construct.as_deref().is_some_and(|construct| construct.starts_with("functions."));
    let file = node.name_at.file;
    let doc = Doc::parse(editor.original(file)?)?;
    let properties = if is_service { service::function(&doc, node)? } else { place::properties(&doc, node)? };
    let below = |keys: &[&str]| -> Vec<Step> {
        let keys = keys.iter().map(|key| Step::Key((*key).to_owned()));
        properties.iter().cloned().chain(keys).collect()
    };
    let (layers, variables) = match is_service {
        true => (below(&["layers"]), below(&["environment"])),
        false => (below(&["Layers"]), below(&["Environment", "Variables"])),
    };
    let shared = if is_service { shared_layers(editor, app, node)? } else { Vec::new() };
    add_layer(editor, file, (&layers, shared), &layer(&equipment.layer))?;
    for (name, value) in &equipment.variables {
        let text = match value {
            Variable::Text(text) | Variable::Expression(text) => Content::text(text),
        };
        let mut path = variables.clone();
        path.push(Step::Key(name.clone()));
        let draft = editor.draft(file)?;
        Doc::parse(draft.text())?.may_replace(&path, &text)?;
        yaml::set(draft, &path, &text)?;
    }
    Ok(())
}

/// The layer as CloudFormation writes it.
fn layer(text: &str) -> Content {
    let is_name = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if is_name {
        return Content::text(text).inside("Ref");
    }
    let is_service = ["${self:", "${param:", "${env:", "${cf:", "${ssm:", "${opt:", "${file("];
    match text.contains("${") && !is_service.iter().any(|source| text.contains(source)) {
        true => Content::text(text).inside("Fn::Sub"),
        false => Content::text(text),
    }
}

/// The layers of every function of a service: one of its own takes their place.
fn shared_layers(editor: &Editor<'_>, app: &App, node: &Node) -> Result<Vec<Content>, NotWritten> {
    let has_none = node.get("layers").is_none();
    let Some(file) = service::file(editor, app).filter(|_| !has_none) else { return Ok(Vec::new()) };
    let path = ["provider", "layers"].map(|key| Step::Key(key.to_owned()));
    match Doc::parse(editor.original(file)?)?.value(&path) {
        None => Ok(Vec::new()),
        Some(Content::List(items)) => Ok(items),
        Some(_) => Err(NotWritten::new("`provider.layers` is made by an expression")),
    }
}

fn add_layer(
    editor: &mut Editor<'_>,
    file: FileId,
    (path, shared): (&[Step], Vec<Content>),
    layer: &Content,
) -> Result<(), NotWritten> {
    let draft = editor.draft(file)?;
    let doc = Doc::parse(draft.text())?;
    let mut items = match doc.value(path) {
        None => shared,
        Some(Content::List(items)) => items,
        Some(Content::Text(text)) if text.contains("${") => {
            return Err(NotWritten::new(format!("its layers come from `{text}`")));
        }
        Some(one) => match one.call() {
            Some((name, _)) => return Err(NotWritten::new(format!("`{name}` makes its layers"))),
            None => return Err(NotWritten::new("its layers are no list")),
        },
    };
    merged(&mut items, layer)?;
    yaml::set(draft, path, &Content::List(items))
}

/// Adds the layer, or puts it in the place of another version of itself.
pub(super) fn merged(items: &mut Vec<Content>, layer: &Content) -> Result<(), NotWritten> {
    let count = items.len();
    let same = |item: &&mut Content| {
        *item == layer || unversioned(item).is_some_and(|name| Some(name) == unversioned(layer))
    };
    if let Some(known) = items.iter_mut().find(same) {
        *known = layer.clone();
        return Ok(());
    }
    if count >= LAYERS_MAX {
        return Err(NotWritten::new(format!(
            "it has {count} layers, and Lambda takes {LAYERS_MAX}: join two of them"
        )));
    }
    items.push(layer.clone());
    Ok(())
}

/// The ARN of a layer without its version.
fn unversioned(layer: &Content) -> Option<&str> {
    let text = match layer {
        Content::Text(text) => text,
        _ => match layer.call() {
            Some(("Fn::Sub", Content::Text(text))) => text,
            _ => return None,
        },
    };
    let (name, version) = text.rsplit_once(':')?;
    (text.starts_with("arn:") && name.contains(":layer:") && version.parse::<u64>().is_ok()).then_some(name)
}

#[cfg(test)]
mod tests;
