//! A layer and variables for a function of Terraform.
use model::Node;

use super::change::range;
use super::{Hcl, Holder, work};
use crate::edit::content::Content;
use crate::edit::equip::{Equipment, Variable, merged};
use crate::edit::yaml::Change;
use crate::edit::{Editor, NotWritten};
use crate::terraform::syntax::{Block, Expr, ExprKind};

type Changes = Result<Vec<Change>, NotWritten>;

/// Writes the layer and the variables into the block of a function.
pub(in crate::edit) fn equip(
    editor: &mut Editor<'_>,
    node: &Node,
    equipment: &Equipment,
) -> Result<(), NotWritten> {
    let draft = editor.draft(node.name_at.file)?;
    if draft.text().trim_start().starts_with('{') {
        return Err(NotWritten::new("Terraform's JSON is not written yet"));
    }
    let start = node.name_at.start as usize;
    let gone = || NotWritten::new(format!("the place of `{}` was not found", node.name));
    let now = draft.now(&(start..start + 1)).ok_or_else(gone)?.start;
    let layer = layer(&equipment.layer);
    work(draft, |hcl| match hcl.holder(now) {
        Some(Holder::Block(block)) => hcl.add_layer(block, &layer),
        _ => Err(gone()),
    })?;
    for (name, value) in &equipment.variables {
        let value = match value {
            Variable::Text(text) => Content::text(text),
            Variable::Expression(text) => expression(text),
        };
        work(draft, |hcl| match hcl.holder(now) {
            Some(Holder::Block(block)) => hcl.add_variable(block, name, &value),
            _ => Err(gone()),
        })?;
    }
    Ok(())
}

/// A text with `${}` inside is read again as one.
fn expression(text: &str) -> Content {
    match text.strip_prefix('"').and_then(|text| text.strip_suffix('"')) {
        Some(inner) => Content::text(inner).inside("Fn::Sub"),
        None => Content::text(text).inside("Ref"),
    }
}

/// An ARN is a text, everything else an expression: `aws_lambda_layer_version.guard.arn`.
fn layer(text: &str) -> Content {
    match text {
        _ if text.starts_with("arn:") && text.contains("${") => Content::text(text).inside("Fn::Sub"),
        _ if text.starts_with("arn:") => Content::text(text),
        _ => Content::text(text).inside("Ref"),
    }
}

impl Hcl<'_> {
    /// One step towards a list of layers that has this one.
    fn add_layer(&self, block: &Block, layer: &Content) -> Changes {
        let Some(expr) = block.body.attribute("layers") else {
            let path = ["layers".to_owned()];
            return self.set(&Holder::Block(block), &path, &Content::List(vec![layer.clone()]));
        };
        if let ExprKind::Literal(model::Data::Null) = expr.kind {
            let text = self.value(&Content::List(vec![layer.clone()]), "");
            return Ok(vec![Change { range: range(expr.at), text }]);
        }
        // `concat(var.layers, [ours])`: the last argument is ours to change.
        let own = match &expr.kind {
            ExprKind::List(_) => Some(expr),
            ExprKind::Call(call) if call.name == "concat" && !call.expand => {
                call.args.last().filter(|last| matches!(last.kind, ExprKind::List(_)))
            }
            _ => None,
        };
        let Some(own) = own else {
            let text = format!("concat({}, [{}])", self.slice(expr.at), self.value(layer, ""));
            return Ok(vec![Change { range: range(expr.at), text }]);
        };
        let ExprKind::List(items) = &own.kind else { return Ok(Vec::new()) };
        let known: Option<Vec<Content>> = items.iter().map(|item| self.content(item)).collect();
        let mut wanted = known.ok_or_else(|| NotWritten::new("its layers could not be read"))?;
        let count = wanted.len();
        merged(&mut wanted, layer)?;
        if wanted.len() > count {
            return self.push(own, layer);
        }
        let changed =
            items.iter().zip(&wanted).find(|(item, wanted)| self.content(item).as_ref() != Some(wanted));
        Ok(changed
            .map(|(item, wanted)| vec![Change { range: range(item.at), text: self.value(wanted, "") }])
            .unwrap_or_default())
    }

    /// One step towards an environment that has this variable.
    fn add_variable(&self, block: &Block, name: &str, value: &Content) -> Changes {
        let variables = block
            .body
            .blocks
            .iter()
            .find(|inner| inner.name.text == "environment")
            .and_then(|environment| environment.body.attribute("variables"));
        let whole = |path: &[&str]| {
            let path: Vec<String> = path.iter().map(|part| (*part).to_owned()).collect();
            self.set(&Holder::Block(block), &path, value)
        };
        let Some(expr) = variables else { return whole(&["environment", "variables", name]) };
        match &expr.kind {
            ExprKind::Object(_) => whole(&["environment", "variables", name]),
            ExprKind::Literal(model::Data::Null) => {
                let object = Content::Map(vec![(name.to_owned(), value.clone())]);
                let text = self.value(&object, &self.indent_of(expr.at));
                Ok(vec![Change { range: range(expr.at), text }])
            }
            ExprKind::Call(call) if call.name == "merge" && !call.expand => match call.args.last() {
                Some(last) => self.set_in_last(expr, last, name, value),
                None => Ok(vec![self.wrapped(expr, name, value)]),
            },
            _ => Ok(vec![self.wrapped(expr, name, value)]),
        }
    }

    /// Into the last argument of `merge`, whose entries count.
    fn set_in_last(&self, call: &Expr, last: &Expr, name: &str, value: &Content) -> Changes {
        match &last.kind {
            ExprKind::Object(pairs) => self.set(&Holder::Object(last, pairs), &[name.to_owned()], value),
            _ => Ok(vec![self.wrapped(call, name, value)]),
        }
    }

    /// `merge(EXPRESSION, { NAME = VALUE })`.
    fn wrapped(&self, expr: &Expr, name: &str, value: &Content) -> Change {
        let object = Content::Map(vec![(name.to_owned(), value.clone())]);
        let text = self.value(&object, &self.indent_of(expr.at));
        Change { range: range(expr.at), text: format!("merge({}, {text})", self.slice(expr.at)) }
    }
}
