//! Configuration in JSON (`.tf.json`, `.tfvars.json`): the same blocks, with expressions inside
//! strings.
use model::{Data, Entry, Key, ProblemKind, Value};

use super::parse;
use super::syntax::{Attribute, Block, Body, Expr, ExprKind};
use crate::reader::Reader;

/// Reads a file as blocks, or as attributes when it holds values of variables.
pub(super) fn read(reader: &mut Reader<'_>, path: &str) -> Body {
    let Some(document) = reader.document(path) else { return Body::default() };
    if path.ends_with(".tfvars.json") {
        return Body { attributes: document.entries().iter().map(literal).collect(), blocks: Vec::new() };
    }
    let mut body = Body::default();
    for entry in document.entries() {
        let labels = match entry.key.text.as_str() {
            "resource" | "data" | "ephemeral" => 2,
            "module" | "provider" | "variable" | "output" | "check" => 1,
            "//" => continue,
            _ => 0,
        };
        labelled(reader, &entry.key, labels, &entry.value, &mut body.blocks);
    }
    body
}

fn literal(entry: &Entry) -> Attribute {
    Attribute { key: entry.key.clone(), value: constant(&entry.value) }
}

/// A value in which strings are only strings.
fn constant(value: &Value) -> Expr {
    let kind = match &value.data {
        Data::List(items) => ExprKind::List(items.iter().map(constant).collect()),
        Data::Map(entries) => ExprKind::Object(
            entries
                .iter()
                .map(|entry| (Expr::text(entry.key.at, &entry.key.text), constant(&entry.value)))
                .collect(),
        ),
        data => ExprKind::Literal(data.clone()),
    };
    Expr::new(value.at, kind)
}

/// Steps down the labels of a block; each level is an object, or a list of them.
fn labelled(reader: &mut Reader<'_>, name: &Key, labels: usize, value: &Value, blocks: &mut Vec<Block>) {
    let mut level: Vec<(Vec<Key>, &Value)> = vec![(Vec::new(), value)];
    for _ in 0..labels {
        level = level
            .into_iter()
            .flat_map(|(labels, value)| value.one_or_many().iter().map(move |item| (labels.clone(), item)))
            .flat_map(|(labels, value)| {
                value.entries().iter().map(move |entry| {
                    let mut labels = labels.clone();
                    labels.push(entry.key.clone());
                    (labels, &entry.value)
                })
            })
            .collect();
    }
    for (labels, value) in level {
        for item in value.one_or_many() {
            let at = labels.first().map_or(name.at, |label| label.at).to(item.at);
            let body = block_body(reader, item);
            blocks.push(Block { name: name.clone(), labels: labels.clone(), body, at });
        }
    }
}

fn block_body(reader: &mut Reader<'_>, value: &Value) -> Body {
    let mut body = Body::default();
    for entry in value.entries() {
        match entry.key.text.as_str() {
            "//" => {}
            "dynamic" | "provisioner" | "connection" | "lifecycle" => {
                let labels = usize::from(matches!(entry.key.text.as_str(), "dynamic" | "provisioner"));
                labelled_once(reader, &entry.key, labels, &entry.value, &mut body.blocks);
            }
            _ => {
                let value = expression(reader, &entry.value);
                body.attributes.push(Attribute { key: entry.key.clone(), value });
            }
        }
    }
    body
}

/// Blocks inside of a block.
fn labelled_once(reader: &mut Reader<'_>, name: &Key, labels: usize, value: &Value, blocks: &mut Vec<Block>) {
    for outer in value.one_or_many() {
        let pairs: Vec<(Vec<Key>, &Value)> = if labels == 0 {
            vec![(Vec::new(), outer)]
        } else {
            outer.entries().iter().map(|entry| (vec![entry.key.clone()], &entry.value)).collect()
        };
        for (labels, value) in pairs {
            for item in value.one_or_many() {
                let body = inner_body(reader, item);
                blocks.push(Block { name: name.clone(), labels: labels.clone(), body, at: item.at });
            }
        }
    }
}

/// `content` is the only block that nests further.
fn inner_body(reader: &mut Reader<'_>, value: &Value) -> Body {
    let (contents, others): (Vec<&Entry>, Vec<&Entry>) =
        value.entries().iter().partition(|entry| entry.key.text == "content");
    let mut body = Body::default();
    for entry in contents {
        let (name, at) = (entry.key.clone(), entry.value.at);
        body.blocks.push(Block { name, labels: Vec::new(), body: block_body(reader, &entry.value), at });
    }
    for entry in others {
        let value = expression(reader, &entry.value);
        body.attributes.push(Attribute { key: entry.key.clone(), value });
    }
    body
}

/// A value in which every string is a template.
fn expression(reader: &mut Reader<'_>, value: &Value) -> Expr {
    let kind = match &value.data {
        Data::Text(text) => return template(reader, text, value.at),
        Data::List(items) => ExprKind::List(items.iter().map(|item| expression(reader, item)).collect()),
        Data::Map(entries) => {
            let pair = |entry: &Entry| {
                (template(reader, &entry.key.text, entry.key.at), expression(reader, &entry.value))
            };
            ExprKind::Object(entries.iter().map(pair).collect())
        }
        data => ExprKind::Literal(data.clone()),
    };
    Expr::new(value.at, kind)
}

fn template(reader: &mut Reader<'_>, text: &str, at: model::Span) -> Expr {
    parse::template(text, at).unwrap_or_else(|error| {
        let message = format!("not a valid template: {}", error.message);
        let help = "it was left unknown; repair the expression between `${` and `}`";
        reader.problem_at(ProblemKind::Unreadable, at, message, help);
        Expr::new(at, ExprKind::Unreadable)
    })
}
