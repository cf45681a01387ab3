//! Changes of HCL: an attribute is set or taken away, a block is added; every other byte stays.
mod change;
mod equip;
mod words;
mod write;

#[cfg(test)]
mod tests;

use model::{App, Data, FileId, NewNode, Node, Patch, Span, Value};

use super::content::{Content, content};
use super::draft::Draft;
use super::invert::{Inverse, elements, inverse};
use super::yaml::Change;
use super::{Editor, NotWritten, place};
use crate::aws;
use crate::lower::table::{Field, Read};
use crate::terraform::parse_body;
use crate::terraform::syntax::{Block, Body, Expr, ExprKind};

pub(super) use equip::equip;
pub(super) use words::{Added, Terraform, added, snake};

/// Single changes that one value may take at most.
const CHANGES_MAX: usize = 400;

/// A text of HCL and what was read of it.
struct Hcl<'t> {
    text: &'t str,
    body: Body,
}

/// What holds attributes: a block, or an object between braces.
enum Holder<'a> {
    Block(&'a Block),
    Object(&'a Expr, &'a [(Expr, Expr)]),
}

impl<'t> Hcl<'t> {
    fn parse(text: &'t str) -> Result<Self, NotWritten> {
        let (body, errors) = parse_body(text, FileId(0));
        if !errors.is_empty() {
            return Err(NotWritten::new("the file is not valid HCL throughout"));
        }
        Ok(Self { text, body })
    }

    /// The block or object that begins here, or the block whose name does.
    fn holder(&self, start: usize) -> Option<Holder<'_>> {
        holder_in(&self.body, start)
    }

    fn slice(&self, at: Span) -> &'t str {
        self.text.get(at.start as usize..at.end as usize).unwrap_or_default()
    }
}

fn holder_in(body: &Body, start: usize) -> Option<Holder<'_>> {
    let here = |at: Span| at.start as usize == start;
    for block in &body.blocks {
        if here(block.at) || here(block.name_at()) {
            return Some(Holder::Block(block));
        }
        if block.at.start as usize <= start && start < block.at.end as usize {
            return holder_in(&block.body, start);
        }
    }
    let mut exprs = body.attributes.iter().map(|attribute| &attribute.value);
    exprs.find_map(|expr| expr_at(expr, start)).and_then(|expr| match &expr.kind {
        ExprKind::Object(pairs) => Some(Holder::Object(expr, pairs)),
        _ => None,
    })
}

/// The expression that begins here; the innermost one that can be changed.
fn expr_at(expr: &Expr, start: usize) -> Option<&Expr> {
    let (from, to) = (expr.at.start as usize, expr.at.end as usize);
    if start < from || to <= start {
        return None;
    }
    let inner = match &expr.kind {
        ExprKind::List(items) => items.iter().find_map(|item| expr_at(item, start)),
        ExprKind::Object(pairs) => pairs.iter().find_map(|(_, value)| expr_at(value, start)),
        ExprKind::Call(call) => call.args.iter().find_map(|arg| expr_at(arg, start)),
        _ => None,
    };
    inner.or_else(|| (from == start).then_some(expr))
}

fn value_in(body: &Body, start: usize) -> Option<&Expr> {
    let own = body.attributes.iter().find_map(|attribute| expr_at(&attribute.value, start));
    own.or_else(|| body.blocks.iter().find_map(|block| value_in(&block.body, start)))
}

/// Makes changes until there is nothing left to change.
fn work(
    draft: &mut Draft,
    step: impl Fn(&Hcl<'_>) -> Result<Vec<Change>, NotWritten>,
) -> Result<(), NotWritten> {
    for _ in 0..CHANGES_MAX {
        let changes = step(&Hcl::parse(draft.text())?)?;
        if changes.is_empty() {
            return Ok(());
        }
        super::yaml::make(draft, changes);
    }
    Err(NotWritten::new("too many changes in one place"))
}

/// Gives an attribute of a resource a value, or takes it away.
pub(super) fn set(
    editor: &mut Editor<'_>,
    app: &App,
    (node, attr): (&Node, &'static str),
    value: Option<&Data>,
) -> Result<(), NotWritten> {
    let (node, fields) = match place::holder(app, node, attr) {
        Ok((holder, fields)) if !fields.is_empty() => (holder, fields),
        Ok(_) => return Err(NotWritten::new(format!("nothing says where `{attr}` is written"))),
        // Settings of a bucket are resources of their own.
        Err(why) => match value.and_then(|value| words::separate(node, attr, value)) {
            Some(new) => return create(editor, app, &new),
            None => return Err(why),
        },
    };
    if node.implicit {
        return Err(NotWritten::new(format!("`{}` is made by the provider", node.name)));
    }
    let words = Terraform::of(editor, &node.name);
    let draft = editor.draft(node.name_at.file)?;
    if draft.text().trim_start().starts_with('{') {
        return Err(NotWritten::new("Terraform's JSON is not written yet"));
    }
    let start = node.name_at.start as usize;
    let gone = || NotWritten::new(format!("the place of `{}` was not found", node.name));
    let now = draft.now(&(start..start + 1)).ok_or_else(gone)?.start;
    let hcl = Hcl::parse(draft.text())?;
    let block = match hcl.holder(now).ok_or_else(gone)? {
        Holder::Block(block) => block,
        Holder::Object(..) => return Err(gone()),
    };
    let field = fields.iter().find(|field| hcl.has(&block.body, field.path)).or_else(|| fields.first());
    let field = *field.ok_or_else(gone)?;
    let path: Vec<String> =
        field.path.split('.').filter(|part| !part.is_empty()).map(str::to_owned).collect();
    if path.is_empty() {
        return Err(NotWritten::new(format!("`{}` says it by being there", node.name)));
    }
    match inverted(field, node, value)? {
        Inverse::Nothing => {
            let changes = hcl.unset(block, &path)?;
            super::yaml::make(draft, changes);
            Ok(())
        }
        Inverse::Value(data) => {
            let content = content(&data, &words)?;
            work(draft, |hcl| match hcl.holder(now) {
                Some(holder) => hcl.set(&holder, &path, &content),
                None => Err(gone()),
            })
        }
    }
}

fn inverted(field: &Field, node: &Node, value: Option<&Data>) -> Result<Inverse, NotWritten> {
    Ok(match (field.read, value) {
        (_, None) => Inverse::Nothing,
        (Read::Each(fields), Some(value)) => {
            let known: Vec<&Value> = node.attrs.values().flat_map(Value::one_or_many).collect();
            Inverse::Value(elements(fields, &node.provider_type, value, &known, &|_: &Value| None)?)
        }
        (_, Some(value)) => inverse(field, value, None)?,
    })
}

/// Writes a value at a place, or below it.
pub(super) fn rewrite(
    editor: &mut Editor<'_>,
    (owner, at): (&str, Span),
    below: &[&str],
    value: &Data,
) -> Result<(), NotWritten> {
    let content = content(value, &Terraform::of(editor, owner))?;
    let draft = editor.draft(at.file)?;
    let start = at.start as usize;
    let taken = || NotWritten::new("another fix changes the same place").at(at);
    let now = draft.now(&(start..start + 1)).ok_or_else(taken)?.start;
    let gone = || NotWritten::new("the place is written in a way that is not changed").at(at);
    if below.is_empty() {
        return work(draft, |hcl| {
            let expr = value_in(&hcl.body, now).ok_or_else(gone)?;
            hcl.assign(expr, &content)
        });
    }
    let in_blocks = words::statement_path(below, &content);
    work(draft, |hcl| {
        let holder = hcl.holder(now).ok_or_else(gone)?;
        match (&holder, &in_blocks) {
            (Holder::Block(block), Some(words::Element::Attribute(name, value)))
                if block.name.text == "statement" =>
            {
                hcl.set(&holder, std::slice::from_ref(name), value)
            }
            (Holder::Block(block), Some(words::Element::Block(name, entries)))
                if block.name.text == "statement" =>
            {
                hcl.add_once(block, name, entries)
            }
            _ => {
                let path: Vec<String> = below.iter().map(|part| (*part).to_owned()).collect();
                hcl.set(&holder, &path, &content)
            }
        }
    })
}

/// Adds an element to the list that stands at a place, or further blocks to the block there.
pub(super) fn append(
    editor: &mut Editor<'_>,
    (owner, at): (&str, Span),
    value: &Data,
) -> Result<(), NotWritten> {
    let content = content(value, &Terraform::of(editor, owner))?;
    let draft = editor.draft(at.file)?;
    let start = at.start as usize;
    let taken = || NotWritten::new("another fix changes the same place").at(at);
    let now = draft.now(&(start..start + 1)).ok_or_else(taken)?.start;
    let gone = || NotWritten::new("the place is written in a way that is not changed").at(at);
    let hcl = Hcl::parse(draft.text())?;
    let changes = match (hcl.holder(now), &content) {
        (Some(Holder::Block(block)), Content::Map(blocks)) => {
            let add =
                |(name, value): &(String, Content)| hcl.add_once(block, name, std::slice::from_ref(value));
            blocks.iter().map(add).collect::<Result<Vec<_>, _>>()?.concat()
        }
        _ => {
            let expr = value_in(&hcl.body, now).ok_or_else(gone)?;
            hcl.push(expr, &content)?
        }
    };
    super::yaml::make(draft, changes);
    Ok(())
}

/// Adds a resource at the end of the file of another one.
pub(super) fn create(editor: &mut Editor<'_>, app: &App, new: &NewNode) -> Result<(), NotWritten> {
    let near = app.named(&new.near).ok_or_else(|| NotWritten::new(format!("`{}` is gone", new.near)))?;
    let [_, provider_type] = new.types;
    let label = snake(&new.name);
    let words = Terraform::of(editor, &near.name);
    let mut root = Content::Map(Vec::new());
    for (attr, value) in &new.attrs {
        let mapping = aws::mapping(provider_type);
        let mut fields = mapping.map_or(&[][..], |mapping| mapping.fields).iter();
        let field = fields.find(|field| {
            field.attr == *attr
                && !field.path.is_empty()
                && !matches!(field.read, Read::Policy | Read::Trust)
                && super::invert::is_spelt_for(field, provider_type)
        });
        let field =
            field.ok_or_else(|| NotWritten::new(format!("nothing says where `{attr}` is written")))?;
        let inverted = match field.read {
            Read::Each(fields) => {
                Inverse::Value(elements(fields, provider_type, value, &[], &|_: &Value| None)?)
            }
            _ => inverse(field, value, None)?,
        };
        if let Inverse::Value(data) = inverted {
            root.put(field.path, content(&data, &words)?);
        }
    }
    for ([_, path], value) in &new.properties {
        if !path.is_empty() {
            root.put(path, content(value, &words)?);
        }
    }
    if let Some(policy) = &new.policy {
        root.put(words::policy_attribute(provider_type), content(policy, &words)?.inside("Fn::Json"));
    }
    let draft = editor.draft(near.name_at.file)?;
    if draft.text().trim_start().starts_with('{') {
        return Err(NotWritten::new("Terraform's JSON is not written yet"));
    }
    let hcl = Hcl::parse(draft.text())?;
    let is_there = |block: &Block| {
        block.name.text == "resource"
            && block.label(0) == Some(provider_type)
            && block.label(1) == Some(&label)
    };
    if hcl.body.blocks.iter().any(is_there) {
        return Ok(());
    }
    let header = format!("resource \"{provider_type}\" \"{label}\"");
    let change = hcl.append(&header, &root);
    super::yaml::make(draft, vec![change]);
    Ok(())
}

/// Adds a role that the function's service may assume, with one policy; one that is there gets this policy.
pub(super) fn role(
    editor: &mut Editor<'_>,
    near: &Node,
    label: &str,
    (trust, policy): (Content, Content),
) -> Result<(), NotWritten> {
    let draft = editor.draft(near.name_at.file)?;
    if draft.text().trim_start().starts_with('{') {
        return Err(NotWritten::new("Terraform's JSON is not written yet"));
    }
    let hcl = Hcl::parse(draft.text())?;
    let taken = |block: &&Block| block.label(0) == Some("aws_iam_role") && block.label(1) == Some(label);
    if hcl.body.blocks.iter().any(|block| taken(&block)) {
        return Err(NotWritten::new("a role with the name of its new role is there already"));
    }
    let mut role = Content::Map(Vec::new());
    role.put("assume_role_policy", trust.inside("Fn::Json"));
    let change = hcl.append(&format!("resource \"aws_iam_role\" \"{label}\""), &role);
    super::yaml::make(draft, vec![change]);
    let mut attached = Content::Map(Vec::new());
    attached.put("role", Content::text(format!("aws_iam_role.{label}.id")).inside("Ref"));
    attached.put("policy", policy.inside("Fn::Json"));
    let hcl = Hcl::parse(draft.text())?;
    let change = hcl.append(&format!("resource \"aws_iam_role_policy\" \"{label}\""), &attached);
    super::yaml::make(draft, vec![change]);
    Ok(())
}

/// Adds a variable whose value is never shown.
pub(super) fn ask(editor: &mut Editor<'_>, near: &Node, parameter: &str) -> Result<(), NotWritten> {
    let name = snake(parameter);
    let draft = editor.draft(near.name_at.file)?;
    let hcl = Hcl::parse(draft.text())?;
    if hcl.body.blocks.iter().any(|block| block.name.text == "variable" && block.label(0) == Some(&name)) {
        return Ok(());
    }
    let mut root = Content::Map(Vec::new());
    root.put("type", Content::text("string").inside("Ref"));
    root.put("sensitive", Content::Bool(true));
    let change = hcl.append(&format!("variable \"{name}\""), &root);
    super::yaml::make(draft, vec![change]);
    Ok(())
}

/// Names that patches add, so that references know their types.
pub(super) fn note_added(editor: &mut Editor<'_>, patches: &[Patch]) {
    editor.added.extend(patches.iter().filter_map(added));
}
