//! Resources and parameters that a fix adds.
use model::{App, Data, Framework, NewNode, Value};

use super::content::{Content, Template, content};
use super::invert::{Inverse, elements, inverse, is_spelt_for};
use super::place::{self, prefix};
use super::shape::{self, Made};
use super::yaml::{self, Doc, Step};
use super::{Editor, NotWritten, hcl, service};
use crate::aws;
use crate::lower::table::{Field, Read};

/// Adds a resource beside another one. One that is there already, of the same type, is left alone.
pub(super) fn resource(editor: &mut Editor<'_>, app: &App, new: &NewNode) -> Result<Vec<Made>, NotWritten> {
    place::may_write(app)?;
    if app.framework == Framework::Terraform {
        return hcl::create(editor, app, new).map(|()| Vec::new());
    }
    let near = app.named(&new.near).ok_or_else(|| NotWritten::new(format!("`{}` is gone", new.near)))?;
    let [provider_type, _] = new.types;
    let file = near.name_at.file;
    let words = Template { app, prefix: prefix(&near.name) };
    let mut resources = service::template(app);
    resources.extend(["Resources", new.name.as_str()].map(|step| Step::Key(step.to_owned())));
    let file = service::file(editor, app).unwrap_or(file);
    let mut typed = resources.clone();
    typed.push(Step::Key("Type".to_owned()));
    let draft = editor.draft(file)?;
    let doc = Doc::parse(draft.text())?;
    match doc.value(&typed) {
        Some(Content::Text(known)) if known == provider_type => return Ok(Vec::new()),
        Some(_) => return Err(NotWritten::new(format!("`{}` is a name already", new.name))),
        None => {}
    }
    yaml::set(draft, &typed, &Content::text(provider_type))?;
    let mut properties = resources;
    properties.push(Step::Key("Properties".to_owned()));
    let mut made = Vec::new();
    for (attr, value) in &new.attrs {
        let field = field(provider_type, |field| {
            field.attr == *attr && !matches!(field.read, Read::Policy | Read::Trust)
        });
        let field =
            field.ok_or_else(|| NotWritten::new(format!("nothing says where `{attr}` is written")))?;
        let path = field.path.to_owned();
        let place =
            Made { file, provider_type: provider_type.to_owned(), properties: properties.clone(), path };
        write(editor, &place, field, value, &words)?;
        made.push(place);
    }
    for ([path, _], value) in &new.properties {
        if path.is_empty() {
            continue;
        }
        let mut steps = properties.clone();
        steps.extend(shape::steps(provider_type, path));
        yaml::set(editor.draft(file)?, &steps, &content(value, &words)?)?;
    }
    if let Some(policy) = &new.policy {
        let field = field(provider_type, |field| matches!(field.read, Read::Policy));
        let field = field.ok_or_else(|| NotWritten::new(format!("`{provider_type}` holds no policy")))?;
        let mut path = properties.clone();
        path.extend(shape::steps(provider_type, field.path));
        yaml::set(editor.draft(file)?, &path, &content(policy, &words)?)?;
    }
    Ok(made)
}

fn field(provider_type: &str, is_it: impl Fn(&Field) -> bool) -> Option<&'static Field> {
    let fields = aws::mapping(provider_type)?.fields.iter();
    fields.filter(|field| is_spelt_for(field, provider_type)).find(|field| is_it(field))
}

fn write(
    editor: &mut Editor<'_>,
    place: &Made,
    field: &Field,
    value: &Data,
    words: &Template<'_>,
) -> Result<(), NotWritten> {
    let provider_type = place.provider_type.as_str();
    let shape = shape::of(provider_type, field.path);
    let inverted = match field.read {
        Read::Each(fields) => Inverse::Value(elements(fields, provider_type, value, &[], &|_: &Value| None)?),
        _ => inverse(field, value, shape)?,
    };
    let Inverse::Value(data) = inverted else { return Ok(()) };
    let content = content(&data, words)?.listed(shape.is_some_and(|shape| shape.is_list));
    let mut path = place.properties.clone();
    path.extend(shape::steps(provider_type, field.path));
    yaml::set(editor.draft(place.file)?, &path, &content)
}

/// Adds a parameter whose value is never shown.
pub(super) fn parameter(
    editor: &mut Editor<'_>,
    app: &App,
    near: &str,
    name: &str,
) -> Result<(), NotWritten> {
    place::may_write(app)?;
    let near = app.named(near).ok_or_else(|| NotWritten::new(format!("`{near}` is gone")))?;
    if app.framework == Framework::Terraform {
        return hcl::ask(editor, near, name);
    }
    let draft = editor.draft(near.name_at.file)?;
    if app.framework == Framework::Serverless {
        return Err(NotWritten::new(
            "a service has no parameters; give the value with `${env:…}` or `${ssm:…}`",
        ));
    }
    let path = vec![Step::Key("Parameters".to_owned()), Step::Key(name.to_owned())];
    if Doc::parse(draft.text())?.value(&path).is_some() {
        return Ok(());
    }
    let entries =
        vec![("Type".to_owned(), Content::text("String")), ("NoEcho".to_owned(), Content::Bool(true))];
    yaml::set(draft, &path, &Content::Map(entries))
}
