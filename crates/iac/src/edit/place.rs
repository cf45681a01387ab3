//! Where an attribute of a node is written.
use model::{App, Data, Framework, Kind, Node, Span, Value};

use super::content::{Content, Template, content};
use super::invert::{Inverse, elements, inverse, is_spelt_for};
use super::shape::{self, Made};
use super::yaml::{self, Doc, Step};
use super::{Editor, NotWritten, hcl, service};
use crate::aws;
use crate::lower::table::{Field, Read};
use crate::serverless;

/// Gives an attribute a value, or takes it away.
pub(super) fn set(
    editor: &mut Editor<'_>,
    app: &App,
    (name, attr): (&str, &'static str),
    value: Option<&Data>,
) -> Result<Option<Made>, NotWritten> {
    let node = app.named(name).ok_or_else(|| NotWritten::new(format!("`{name}` is not in the template")))?;
    let refused = |why: NotWritten| why.at(node.at(attr));
    may_write(app).map_err(refused)?;
    match app.framework {
        Framework::Terraform => hcl::set(editor, app, (node, attr), value).map(|()| None),
        _ => template(editor, app, (node, attr), value),
    }
    .map_err(refused)
}

/// What a resource is called in its template.
pub(super) fn logical_id(app: &App, name: &str) -> String {
    let construct = app.named(name).and_then(|node| node.construct.as_deref());
    match construct.filter(|_| app.framework == Framework::Serverless) {
        Some(construct) => serverless::logical_id(construct, name),
        None => name.to_owned(),
    }
}

/// Whose properties a node has: SAM's polled events have those of an event source mapping.
fn written_as(node: &Node) -> &str {
    const POLLED: &[&str] = &["queue", "stream", "table-stream", "document-stream", "kafka", "broker"];
    let is_event = node.provider_type == aws::TRIGGER && node.kind == Kind::Trigger;
    if is_event && node.text("event").is_some_and(|event| POLLED.contains(&event)) {
        return "AWS::Lambda::EventSourceMapping";
    }
    &node.provider_type
}

/// The node that holds the text of an attribute: this one, or a part that gives it its settings.
pub(super) fn holder<'a>(
    app: &'a App,
    node: &'a Node,
    attr: &str,
) -> Result<(&'a Node, Vec<&'static Field>), NotWritten> {
    if node.partial {
        return Err(NotWritten::new(format!("a part of `{}` could not be read", node.name)));
    }
    let fields = |node: &Node| -> Vec<&'static Field> {
        let provider_type = written_as(node);
        let mapping = aws::mapping(provider_type);
        let fields = mapping.map_or(&[][..], |mapping| mapping.fields).iter();
        fields.filter(|field| field.attr == attr && is_spelt_for(field, provider_type)).collect()
    };
    let merges = |part: &&Node| {
        part.owner == Some(node.id) && aws::mapping(&part.provider_type).is_some_and(|mapping| mapping.merge)
    };
    let written = node.attrs.get(attr).map(|value| value.at);
    let giver = app.nodes.iter().filter(merges).find(|part| {
        part.attrs.get(attr).is_some_and(|value| Some(value.at) == written) && !fields(part).is_empty()
    });
    if let Some(part) = giver {
        return Ok((part, fields(part)));
    }
    let own = fields(node);
    if !own.is_empty() {
        return Ok((node, own));
    }
    let part = app.nodes.iter().filter(merges).find(|part| !fields(part).is_empty());
    match part {
        Some(part) => Ok((part, fields(part))),
        None => Err(NotWritten::new(format!("nothing says where a {} has its `{attr}`", node.provider_type))),
    }
}

/// A node of a CloudFormation or SAM template.
fn template(
    editor: &mut Editor<'_>,
    app: &App,
    (node, attr): (&Node, &str),
    value: Option<&Data>,
) -> Result<Option<Made>, NotWritten> {
    if node.kind == Kind::TemplateParameter && attr == "has_default" && value.is_none() {
        let path = ["Parameters", &node.name, "Default"].map(|step| Step::Key(step.to_owned()));
        yaml::unset(editor.draft(node.name_at.file)?, &path, path.len())?;
        return Ok(None);
    }
    let (node, fields) = holder(app, node, attr)?;
    if let Some(construct) = node.construct.as_deref().filter(|_| app.framework == Framework::Serverless) {
        return service::set(editor, app, (node, construct), &fields, value).map(|()| None);
    }
    let file = node.name_at.file;
    let original = Doc::parse(editor.original(file)?)?;
    let properties = properties(&original, node)?;
    let path = |field: &Field| {
        let mut path = properties.clone();
        path.extend(shape::steps(&node.provider_type, field.path));
        path
    };
    let draft = editor.draft(file)?;
    let current = Doc::parse(draft.text())?;
    let field = fields.iter().find(|field| current.value(&path(field)).is_some()).or_else(|| fields.first());
    let Some(field) = field else { return Ok(None) };
    let shape = shape::of(&node.provider_type, field.path);
    let path = path(field);
    let floor = properties.len().saturating_sub(1);
    let inverted = match (field.read, value) {
        (_, None) => Inverse::Nothing,
        (Read::Each(fields), Some(value)) => {
            let base = |item: &Value| original.value_at(item.at.start as usize);
            let known: Vec<&Value> = node.attrs.values().flat_map(Value::one_or_many).collect();
            Inverse::Value(elements(fields, &node.provider_type, value, &known, &base)?)
        }
        (_, Some(value)) => inverse(field, value, shape)?,
    };
    match inverted {
        Inverse::Nothing if current.value(&path).is_none() => {
            return Err(NotWritten::new(format!("`{}` is not written in `{}`", field.path, node.name)));
        }
        Inverse::Nothing => yaml::unset(draft, &path, floor)?,
        Inverse::Value(data) => {
            let words = Template { app, prefix: prefix(&node.name) };
            let content =
                content(&spelt(field.path, data), &words)?.listed(shape.is_some_and(|shape| shape.is_list));
            current.may_replace(&path, &content)?;
            yaml::set(draft, &path, &content)?;
        }
    }
    let path = field.path.to_owned();
    Ok(Some(Made { file, provider_type: node.provider_type.clone(), properties, path }))
}

/// Words that CloudFormation spells in another way than the interface behind it: `Private`, `PublicRead`.
fn spelt(path: &str, data: Data) -> Data {
    match (path, data) {
        ("AccessControl", Data::Text(text)) => Data::Text(text.split('-').map(capital).collect()),
        (_, data) => data,
    }
}

fn capital(word: &str) -> String {
    let mut rest = word.chars();
    rest.next().map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + rest.as_str())
}

/// What names of this template begin with in the graph.
pub(super) fn prefix(name: &str) -> String {
    name.rsplit_once('.').map_or_else(String::new, |(prefix, _)| format!("{prefix}."))
}

/// Where the properties of a resource stand.
pub(super) fn properties(doc: &Doc<'_>, node: &Node) -> Result<Vec<Step>, NotWritten> {
    let own_name = node.name.rsplit('.').next().unwrap_or(&node.name);
    if node.implicit {
        let section = match own_name {
            "ServerlessRestApi" => "Api",
            "ServerlessHttpApi" => "HttpApi",
            _ => return Err(NotWritten::new(format!("`{}` is made by the framework", node.name))),
        };
        return Ok(vec![Step::Key("Globals".to_owned()), Step::Key(section.to_owned())]);
    }
    let tree = doc.tree();
    let gone = || NotWritten::new(format!("the place of `{}` was not found", node.name));
    let has_name = node.name_at != node.span;
    if let Some((key, value)) = tree.entry_at(node.name_at.start as usize).filter(|_| has_name) {
        let name = tree.item(key).and_then(|key| key.scalar()).unwrap_or_default();
        if name != own_name && !own_name.ends_with(name) {
            return Err(NotWritten::new(format!("`{}` is made by a loop", node.name)));
        }
        let mut path = tree.path_to(value).ok_or_else(gone)?;
        path.push(Step::Key("Properties".to_owned()));
        return Ok(path);
    }
    // A map inside of a resource that is a node of its own: the URL of a function.
    let own = tree.map_at(node.name_at.start as usize).ok_or_else(gone)?;
    tree.path_to(own).ok_or_else(gone)
}

/// Writes a value at a place of a template, or below it.
pub(super) fn rewrite(
    editor: &mut Editor<'_>,
    app: &App,
    at: Span,
    below: &[&str],
    value: &Data,
) -> Result<(), NotWritten> {
    may_write(app)?;
    let owner = owner(app, at);
    if app.framework == Framework::Terraform {
        return hcl::rewrite(editor, (owner.map_or("", |node| &node.name), at), below, value);
    }
    let words = Template { app, prefix: owner.map(|node| prefix(&node.name)).unwrap_or_default() };
    let content = content(value, &words)?;
    let mut path = path_of(editor, owner, at)?;
    let draft = editor.draft(at.file)?;
    let doc = Doc::parse(draft.text())?;
    path.extend(below.iter().map(|key| Step::Key((*key).to_owned())));
    doc.may_replace(&path, &content)?;
    yaml::set(draft, &path, &content).map_err(|why| why.at(at))
}

/// Adds an element to the list that stands at a place; to a block of Terraform, further blocks.
pub(super) fn append(editor: &mut Editor<'_>, app: &App, at: Span, value: &Data) -> Result<(), NotWritten> {
    may_write(app)?;
    let owner = owner(app, at);
    if app.framework == Framework::Terraform {
        return hcl::append(editor, (owner.map_or("", |node| &node.name), at), value);
    }
    let words = Template { app, prefix: owner.map(|node| prefix(&node.name)).unwrap_or_default() };
    let content = content(value, &words)?;
    let path = path_of(editor, owner, at)?;
    let draft = editor.draft(at.file)?;
    let Some(Content::List(mut items)) = Doc::parse(draft.text())?.value(&path) else {
        return Err(NotWritten::new("no list stands there").at(at));
    };
    if items.contains(&content) {
        return Ok(());
    }
    items.push(content);
    yaml::set(draft, &path, &Content::List(items)).map_err(|why| why.at(at))
}

/// The node whose block holds a place most closely.
fn owner(app: &App, at: Span) -> Option<&Node> {
    let written = app.nodes.iter().filter(|node| !node.implicit && node.span.contains(at));
    written.min_by_key(|node| node.span.len())
}

/// The way to what stands at a place now. The place of a whole resource is the resource.
fn path_of(editor: &mut Editor<'_>, owner: Option<&Node>, at: Span) -> Result<Vec<Step>, NotWritten> {
    if let Some(node) = owner.filter(|node| node.span == at) {
        let mut path = properties(&Doc::parse(editor.original(at.file)?)?, node)?;
        if matches!(path.last(), Some(Step::Key(last)) if last == "Properties") {
            path.pop();
        }
        return Ok(path);
    }
    let draft = editor.draft(at.file)?;
    let start = at.start as usize;
    let taken = || NotWritten::new("another fix changes the same place").at(at);
    let start = draft.now(&(start..start + 1)).ok_or_else(taken)?.start;
    let doc = Doc::parse(draft.text())?;
    let tree = doc.tree();
    let gone = || NotWritten::new("the place was not found").at(at);
    let item = tree.value_at(start).ok_or_else(gone)?;
    let path = tree.path_to(item).ok_or_else(gone)?;
    if let Some(Step::Key(section)) = path.first()
        && ["Parameters", "Mappings", "Globals", "Conditions"].contains(&section.as_str())
    {
        return Err(NotWritten::new(format!("the value stands in `{section}`, which others use, too")).at(at));
    }
    Ok(path)
}

/// Generated files are not written.
pub(super) fn may_write(app: &App) -> Result<(), NotWritten> {
    match app.framework {
        Framework::Cdk => {
            Err(NotWritten::new("the template is made by CDK; change the source of the construct"))
        }
        Framework::TerraformPlan => {
            Err(NotWritten::new("a plan is made by Terraform; scan and fix its source"))
        }
        Framework::Files => Err(NotWritten::new("it stands in no template")),
        Framework::CloudFormation | Framework::Sam | Framework::Terraform | Framework::Serverless => Ok(()),
    }
}
