//! The smallest change of HCL that makes a value what it is to be.
use model::{Data, Span};

use super::words::escaped;
use super::{Hcl, Holder};
use crate::edit::NotWritten;
use crate::edit::content::Content;
use crate::edit::yaml::Change;
use crate::terraform::syntax::{Attribute, Block, Body, Expr, ExprKind, Part};

type Changes = Result<Vec<Change>, NotWritten>;

impl Hcl<'_> {
    /// Something is written at this path.
    pub(super) fn has(&self, body: &Body, path: &str) -> bool {
        let (name, rest) = path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)));
        let mut blocks = body.blocks.iter().filter(|block| block.name.text == name);
        match (body.attribute(name), rest) {
            (Some(_), None) => true,
            (Some(Expr { kind: ExprKind::Object(pairs), .. }), Some(rest)) => {
                pairs.iter().any(|(key, _)| rest.split('.').next() == Some(self.key(key).as_str()))
            }
            (Some(_), Some(_)) => true,
            (None, None) => blocks.next().is_some(),
            (None, Some(rest)) => blocks.any(|block| self.has(&block.body, rest)),
        }
    }

    pub(super) fn key(&self, key: &Expr) -> String {
        match &key.kind {
            ExprKind::Literal(Data::Text(text)) => text.clone(),
            _ => self.slice(key.at).to_owned(),
        }
    }

    /// One step towards the value; nothing when it is there.
    pub(super) fn set(&self, holder: &Holder<'_>, path: &[String], value: &Content) -> Changes {
        let [name, rest @ ..] = path else { return Ok(Vec::new()) };
        match holder {
            Holder::Object(object, pairs) => {
                let known = pairs.iter().rev().find(|(key, _)| self.key(key) == *name);
                match known {
                    Some((_, value_of)) if rest.is_empty() => self.assign(value_of, value),
                    Some((_, inner)) => match &inner.kind {
                        ExprKind::Object(pairs) => self.set(&Holder::Object(inner, pairs), rest, value),
                        _ => Err(NotWritten::new(format!("`{name}` is made by an expression"))),
                    },
                    None => Ok(self.add_pair(object, pairs, name, &nested(rest, value))),
                }
            }
            Holder::Block(block) => self.set_in_block(block, name, rest, value),
        }
    }

    fn set_in_block(&self, block: &Block, name: &str, rest: &[String], value: &Content) -> Changes {
        let dynamic = |inner: &&Block| inner.name.text == "dynamic" && inner.label(0) == Some(name);
        if block.body.blocks.iter().any(|inner| dynamic(&inner)) {
            return Err(NotWritten::new(format!("a dynamic block makes `{name}`")));
        }
        let blocks: Vec<&Block> = block.body.blocks.iter().filter(|inner| inner.name.text == name).collect();
        match (block.body.attribute(name), blocks.as_slice()) {
            (Some(expr), _) if rest.is_empty() => self.assign(expr, value),
            (Some(expr), _) => match &expr.kind {
                ExprKind::Object(pairs) => self.set(&Holder::Object(expr, pairs), rest, value),
                _ => Err(NotWritten::new(format!("`{name}` is made by an expression"))),
            },
            (None, [only]) if !rest.is_empty() => self.set(&Holder::Block(only), rest, value),
            (None, []) => Ok(vec![self.add(block, name, &nested(rest, value), !rest.is_empty())]),
            (None, blocks) if rest.is_empty() => self.assign_blocks(block, blocks, name, value),
            _ => Err(NotWritten::new(format!("there are several `{name}`"))),
        }
    }

    /// Blocks of one name as the elements of a list.
    fn assign_blocks(&self, outer: &Block, blocks: &[&Block], name: &str, value: &Content) -> Changes {
        let wanted = match value {
            Content::List(items) => items.iter().collect(),
            one => vec![one],
        };
        for (block, wanted) in blocks.iter().zip(&wanted) {
            let Content::Map(entries) = wanted else {
                return Err(NotWritten::new(format!("`{name}` is a block")));
            };
            for (key, value) in entries {
                let changes = self.set(&Holder::Block(block), std::slice::from_ref(key), value)?;
                if !changes.is_empty() {
                    return Ok(changes);
                }
            }
        }
        match (blocks.get(wanted.len()), wanted.get(blocks.len())) {
            (Some(gone), _) => Ok(vec![self.remove_lines(gone.at)]),
            (_, Some(new)) => Ok(vec![self.add(outer, name, new, true)]),
            _ => Ok(Vec::new()),
        }
    }

    /// Adds a block unless one with the same entries is there.
    pub(super) fn add_once(&self, block: &Block, name: &str, wanted: &[Content]) -> Changes {
        let is_there = |wanted: &Content| {
            let Content::Map(entries) = wanted else { return true };
            block.body.blocks.iter().filter(|inner| inner.name.text == name).any(|inner| {
                entries.iter().all(|(key, value)| {
                    inner.body.attribute(key).and_then(|expr| self.content(expr)).as_ref() == Some(value)
                })
            })
        };
        let missing = wanted.iter().find(|wanted| !is_there(wanted));
        Ok(missing.map(|new| vec![self.add(block, name, new, true)]).unwrap_or_default())
    }

    /// The value of an expression. References are `Ref`s of their text, templates `Fn::Sub`.
    pub(super) fn content(&self, expr: &Expr) -> Option<Content> {
        let raw = || self.slice(expr.at);
        Some(match &expr.kind {
            ExprKind::Literal(data) => match data {
                Data::Null => Content::Null,
                Data::Bool(value) => Content::Bool(*value),
                Data::Int(value) => Content::Int(*value),
                Data::Float(value) => Content::Float(*value),
                Data::Text(text) => Content::text(text),
                _ => return None,
            },
            ExprKind::List(items) => {
                Content::List(items.iter().map(|item| self.content(item)).collect::<Option<_>>()?)
            }
            ExprKind::Object(pairs) => {
                let pairs = pairs.iter().map(|(key, value)| Some((self.key(key), self.content(value)?)));
                Content::Map(pairs.collect::<Option<_>>()?)
            }
            ExprKind::Template(_) => {
                let inner = raw().strip_prefix('"').and_then(|text| text.strip_suffix('"'))?;
                Content::text(inner).inside("Fn::Sub")
            }
            ExprKind::Call(call) if call.name == "jsonencode" => {
                let [argument] = call.args.as_slice() else { return None };
                self.content(argument)?.inside("Fn::Json")
            }
            _ => Content::text(raw()).inside("Ref"),
        })
    }

    /// One step towards the value of an expression.
    pub(super) fn assign(&self, expr: &Expr, value: &Content) -> Changes {
        if self.content(expr).as_ref() == Some(value) {
            return Ok(Vec::new());
        }
        match (&expr.kind, value) {
            (ExprKind::Object(pairs), Content::Map(wanted))
                if value.call().is_none() && !wanted.is_empty() =>
            {
                for (key, value) in wanted {
                    let changes = self.set(&Holder::Object(expr, pairs), std::slice::from_ref(key), value)?;
                    if !changes.is_empty() {
                        return Ok(changes);
                    }
                }
                let is_left = |(key, _): &&(Expr, Expr)| {
                    let key = self.key(key);
                    !wanted.iter().any(|(wanted, _)| *wanted == key)
                };
                let left = pairs.iter().find(is_left);
                return Ok(left
                    .map(|(key, value)| vec![self.remove_pair(key.at.to(value.at))])
                    .unwrap_or_default());
            }
            (ExprKind::List(items), Content::List(wanted))
                if !wanted.is_empty() && items.len() == wanted.len() =>
            {
                for (item, wanted) in items.iter().zip(wanted) {
                    let changes = self.assign(item, wanted)?;
                    if !changes.is_empty() {
                        return Ok(changes);
                    }
                }
            }
            _ => {}
        }
        if let Some(name) = made_by(expr) {
            return Err(NotWritten::new(format!("the value comes from {name}")));
        }
        let indent = self.indent_of(expr.at);
        Ok(vec![Change { range: range(expr.at), text: self.value(value, &indent) }])
    }

    /// Takes a value away, and the blocks that are empty then.
    pub(super) fn unset(&self, block: &Block, path: &[String]) -> Changes {
        let [name, rest @ ..] = path else { return Ok(Vec::new()) };
        let not_there = || NotWritten::new(format!("`{name}` is not written in `{}`", self.title(block)));
        let found: Option<&Attribute> =
            block.body.attributes.iter().rev().find(|attribute| attribute.key.text == *name);
        if let Some(attribute) = found {
            return match (&attribute.value.kind, rest) {
                (_, []) => Ok(vec![self.remove_lines(attribute.key.at.to(attribute.value.at))]),
                (ExprKind::Object(pairs), [key, ..]) => {
                    let pair =
                        pairs.iter().find(|(known, _)| self.key(known) == *key).ok_or_else(not_there)?;
                    Ok(vec![self.remove_pair(pair.0.at.to(pair.1.at))])
                }
                _ => Err(NotWritten::new(format!("`{name}` is made by an expression"))),
            };
        }
        let blocks: Vec<&Block> = block.body.blocks.iter().filter(|inner| inner.name.text == *name).collect();
        match (blocks.as_slice(), rest) {
            ([], _) => Err(not_there()),
            (blocks, []) => Ok(blocks.iter().map(|block| self.remove_lines(block.at)).collect()),
            ([only], rest) if only.body.attributes.len() + only.body.blocks.len() == 1 && rest.len() == 1 => {
                Ok(vec![self.remove_lines(only.at)])
            }
            ([only], rest) => self.unset(only, rest),
            _ => Err(NotWritten::new(format!("there are several `{name}`"))),
        }
    }

    fn title(&self, block: &Block) -> String {
        let labels = block.labels.iter().map(|label| label.text.as_str());
        let words: Vec<&str> = std::iter::once(block.name.text.as_str()).chain(labels).collect();
        words.join(".")
    }

    /// A further element of a list, unless it has it.
    pub(super) fn push(&self, expr: &Expr, value: &Content) -> Changes {
        let ExprKind::List(items) = &expr.kind else {
            return Err(NotWritten::new("what stands there is no list"));
        };
        if items.iter().any(|item| self.content(item).as_ref() == Some(value)) {
            return Ok(Vec::new());
        }
        let indent = self.indent_of(expr.at);
        let Some(last) = items.last() else {
            let text = self.value(&Content::List(vec![value.clone()]), &indent);
            return Ok(vec![Change { range: range(expr.at), text }]);
        };
        Ok(vec![self.add_item(expr, last.at, value)])
    }

    /// Adds an attribute or a block to a block.
    fn add(&self, block: &Block, name: &str, value: &Content, is_block: bool) -> Change {
        let is_block = is_block
            || matches!(value, Content::List(items) if !items.is_empty() && items.iter().all(|item| matches!(item, Content::Map(_)) && item.call().is_none()));
        self.add_to_block(block, name, value, is_block)
    }
}

/// Whose value an expression is, when it is not its own.
fn made_by(expr: &Expr) -> Option<String> {
    let outside =
        |name: &str| matches!(name, "var" | "local" | "each" | "count" | "module" | "data" | "path");
    match &expr.kind {
        ExprKind::Traversal(base, steps) => match (&base.kind, steps.first()) {
            (ExprKind::Variable(name), Some(crate::terraform::syntax::Step::Attribute(first)))
                if outside(name) =>
            {
                Some(format!("`{name}.{first}`"))
            }
            _ => None,
        },
        ExprKind::Template(parts) => parts.iter().find_map(|part| match part {
            Part::Value(expr) => made_by(expr),
            _ => Some("a template".to_owned()),
        }),
        ExprKind::Call(call) if call.name == "jsonencode" => None,
        ExprKind::Call(call) => Some(format!("a call of `{}`", call.name)),
        ExprKind::Conditional(_) | ExprKind::For(_) | ExprKind::Unary(..) | ExprKind::Binary(..) => {
            Some("an expression".to_owned())
        }
        ExprKind::Unreadable => Some("an expression that could not be read".to_owned()),
        ExprKind::Literal(_) | ExprKind::List(_) | ExprKind::Object(_) | ExprKind::Variable(_) => None,
    }
}

/// The value inside of the blocks that the rest of a path names.
fn nested(rest: &[String], value: &Content) -> Content {
    rest.iter().rev().fold(value.clone(), |inner, key| inner.inside(key))
}

pub(super) fn range(at: Span) -> std::ops::Range<usize> {
    at.start as usize..at.end as usize
}

/// A text between quotes.
pub(super) fn quoted(text: &str) -> String {
    format!("\"{}\"", escaped(text))
}
