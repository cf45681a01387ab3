//! Settings of a `serverless.yml`, in the words of the framework.
use model::{App, Data, FileId, Framework, Node, Value};

use super::content::{Content, Template, content};
use super::invert::{Inverse, elements, inverse};
use super::yaml::{self, Doc, Step};
use super::{Editor, NotWritten, shape};
use crate::lower::table::{Field, Read};
use crate::serverless;

/// Where the template's own resources stand: in a service, below `resources`.
pub(super) fn template(app: &App) -> Vec<Step> {
    match app.framework {
        Framework::Serverless => vec![Step::Key("resources".to_owned())],
        _ => Vec::new(),
    }
}

/// The file of a service.
pub(super) fn file(editor: &Editor<'_>, app: &App) -> Option<FileId> {
    let is_it = |file: &model::SourceFile| app.framework == Framework::Serverless && file.path == app.name;
    let index = editor.project.files.iter().position(is_it)?;
    Some(FileId(u32::try_from(index).unwrap_or(u32::MAX)))
}

/// Gives what the framework makes at `construct` a setting, or takes it away.
pub(super) fn set(
    editor: &mut Editor<'_>,
    app: &App,
    (node, construct): (&Node, &str),
    fields: &[&'static Field],
    value: Option<&Data>,
) -> Result<(), NotWritten> {
    let field = fields.first().ok_or_else(|| NotWritten::new("nothing says where it is written"))?;
    let inverted = match (field.read, value) {
        (_, None) => Inverse::Nothing,
        (Read::Each(fields), Some(value)) => {
            Inverse::Value(elements(fields, &node.provider_type, value, &[], &|_: &Value| None)?)
        }
        (_, Some(value)) => inverse(field, value, shape::of(&node.provider_type, field.path))?,
    };
    let data = match &inverted {
        Inverse::Value(data) => data.clone(),
        Inverse::Nothing => Data::Null,
    };
    let setting = serverless::setting(construct, &node.name, field.path, data);
    let (file, path, floor) = place(editor, app, (node, construct), &setting)?;
    match inverted {
        Inverse::Nothing => yaml::unset(editor.draft(file)?, &path, floor),
        Inverse::Value(_) => {
            let content = content(&setting.value, &Template { app, prefix: String::new() })?;
            let draft = editor.draft(file)?;
            let doc = Doc::parse(draft.text())?;
            if let Some(Content::Text(text)) = doc.value(&path)
                && text.contains("${")
            {
                return Err(NotWritten::new(format!("the value comes from `{text}`")));
            }
            yaml::set(draft, &path, &content)
        }
    }
}

/// The path of a function in its file: it may be one of its own, and its key may hold dots.
pub(super) fn function(original: &Doc<'_>, node: &Node) -> Result<Vec<Step>, NotWritten> {
    let gone = || NotWritten::new(format!("the place of `{}` was not found", node.name));
    let tree = original.tree();
    let (_, value) = tree.entry_at(node.name_at.start as usize).ok_or_else(gone)?;
    tree.path_to(value).ok_or_else(gone)
}

/// The file and path of a setting, and how many steps of it stay when it goes.
fn place(
    editor: &Editor<'_>,
    app: &App,
    (node, construct): (&Node, &str),
    setting: &serverless::Setting,
) -> Result<(FileId, Vec<Step>, usize), NotWritten> {
    let name: Vec<Step> = setting.name.split('.').map(|step| Step::Key(step.to_owned())).collect();
    let gone = || NotWritten::new(format!("the place of `{}` was not found", node.name));
    if setting.place == construct && construct.starts_with("functions.") {
        let file = node.name_at.file;
        let mut path = function(&Doc::parse(editor.original(file)?)?, node)?;
        let floor = path.len();
        path.extend(name);
        return Ok((file, path, floor));
    }
    let file = file(editor, app).ok_or_else(gone)?;
    let mut path: Vec<Step> = setting.place.split('.').map(|step| Step::Key(step.to_owned())).collect();
    let floor = path.len();
    path.extend(name);
    Ok((file, path, floor))
}
