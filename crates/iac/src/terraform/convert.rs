//! `hcl-edit` trees to ours. The parser bounds their depth, so plain recursion is safe here.
use hcl_edit::Span as _;
use hcl_edit::expr::{Expression, ForExpr, ObjectKey, Traversal, TraversalOperator};
use hcl_edit::structure::{self, Structure};
use hcl_edit::template::{Directive, Element, Strip, Template};
use model::{Data, FileId, Key, Span};

use super::syntax::{Attribute, Block, Body, Call, Conditional, Expr, ExprKind, For, LoopNames, Part, Step};

/// Where the text that was parsed begins in its file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Origin {
    pub file: FileId,
    pub offset: usize,
    /// A place for everything, when offsets inside the text mean nothing in the file.
    pub fixed: Option<Span>,
}

impl Origin {
    pub(super) fn span(self, range: Option<std::ops::Range<usize>>, outer: Span) -> Span {
        match (self.fixed, range) {
            (Some(at), _) => at,
            (None, Some(range)) => Span::new(self.file, range.start + self.offset, range.end + self.offset),
            (None, None) => outer,
        }
    }

    pub(super) fn body(self, body: &structure::Body, outer: Span) -> Body {
        let mut converted = Body::default();
        for item in body {
            match item {
                Structure::Attribute(attribute) => {
                    let at = self.span(attribute.span(), outer);
                    let key_at = self.span(attribute.key.span(), at);
                    let key = Key { text: attribute.key.to_string(), at: key_at };
                    let value = self.expr(&attribute.value, at);
                    converted.attributes.push(Attribute { key, value });
                }
                Structure::Block(block) => converted.blocks.push(self.block(block, outer)),
            }
        }
        converted
    }

    fn block(self, block: &structure::Block, outer: Span) -> Block {
        let at = self.span(block.span(), outer);
        let labels = block
            .labels
            .iter()
            .map(|label| Key { text: label.as_str().to_owned(), at: self.span(label.span(), at) });
        Block {
            name: Key { text: block.ident.to_string(), at: self.span(block.ident.span(), at) },
            labels: labels.collect(),
            body: self.body(&block.body, at),
            at,
        }
    }

    pub(super) fn expr(self, expr: &Expression, outer: Span) -> Expr {
        let at = self.span(expr.span(), outer);
        let boxed = |inner: &Expression| Box::new(self.expr(inner, at));
        let kind = match expr {
            Expression::Null(_) => ExprKind::Literal(Data::Null),
            Expression::Bool(value) => ExprKind::Literal(Data::Bool(*value.value())),
            Expression::Number(value) => ExprKind::Literal(number(value.value())),
            Expression::String(value) => ExprKind::Literal(Data::Text(value.value().clone())),
            Expression::Array(items) => {
                ExprKind::List(items.iter().map(|item| self.expr(item, at)).collect())
            }
            Expression::Object(entries) => ExprKind::Object(
                entries.iter().map(|(key, value)| (self.key(key, at), self.expr(value.expr(), at))).collect(),
            ),
            Expression::StringTemplate(template) => template_kind(self.template(template, at)),
            Expression::HeredocTemplate(heredoc) => template_kind(self.template(&heredoc.template, at)),
            Expression::Parenthesis(inner) => self.expr(inner.inner(), at).kind,
            Expression::Variable(name) => ExprKind::Variable(name.to_string()),
            Expression::Conditional(inner) => ExprKind::Conditional(Box::new(Conditional {
                condition: self.expr(&inner.cond_expr, at),
                yes: self.expr(&inner.true_expr, at),
                no: self.expr(&inner.false_expr, at),
            })),
            Expression::FuncCall(call) => {
                let namespace = call.name.namespace.iter().map(|part| format!("{}::", part.as_str()));
                ExprKind::Call(Box::new(Call {
                    name: namespace.collect::<String>() + call.name.name.as_str(),
                    args: call.args.iter().map(|arg| self.expr(arg, at)).collect(),
                    expand: call.args.expand_final(),
                }))
            }
            Expression::Traversal(traversal) => self.traversal(traversal, at),
            Expression::UnaryOp(op) => ExprKind::Unary(*op.operator.value(), boxed(&op.expr)),
            Expression::BinaryOp(op) => {
                let sides = (self.expr(&op.lhs_expr, at), self.expr(&op.rhs_expr, at));
                ExprKind::Binary(*op.operator.value(), Box::new(sides))
            }
            Expression::ForExpr(inner) => ExprKind::For(Box::new(self.for_expr(inner, at))),
        };
        Expr::new(at, kind)
    }

    fn key(self, key: &ObjectKey, outer: Span) -> Expr {
        match key {
            ObjectKey::Ident(name) => Expr::text(self.span(name.span(), outer), name.as_str()),
            ObjectKey::Expression(expr) => self.expr(expr, outer),
        }
    }

    fn traversal(self, traversal: &Traversal, at: Span) -> ExprKind {
        let steps = traversal.operators.iter().map(|operator| match operator.value() {
            TraversalOperator::AttrSplat(_) | TraversalOperator::FullSplat(_) => Step::Splat,
            TraversalOperator::GetAttr(name) => Step::Attribute(name.to_string()),
            TraversalOperator::Index(index) => Step::Index(self.expr(index, at)),
            TraversalOperator::LegacyIndex(index) => {
                let index = i64::try_from(*index.value()).unwrap_or(i64::MAX);
                Step::Index(Expr::new(at, ExprKind::Literal(Data::Int(index))))
            }
        });
        ExprKind::Traversal(Box::new(self.expr(&traversal.expr, at)), steps.collect())
    }

    fn for_expr(self, expr: &ForExpr, at: Span) -> For {
        For {
            names: LoopNames {
                key: expr.intro.key_var.as_ref().map(|name| name.to_string()),
                value: expr.intro.value_var.to_string(),
            },
            collection: self.expr(&expr.intro.collection_expr, at),
            key: expr.key_expr.as_ref().map(|key| self.expr(key, at)),
            value: self.expr(&expr.value_expr, at),
            grouping: expr.grouping,
            condition: expr.cond.as_ref().map(|condition| self.expr(&condition.expr, at)),
        }
    }

    /// The parts of a template, with `~` markers already applied to the texts beside them.
    pub(super) fn template(self, template: &Template, outer: Span) -> Vec<Part> {
        let mut parts = Vec::new();
        let mut trim_next = false;
        for element in template {
            match element {
                Element::Literal(text) => {
                    let text = text.value().as_str();
                    let text = if trim_next { text.trim_start() } else { text };
                    trim_next = false;
                    if !text.is_empty() {
                        parts.push(Part::Text(text.to_owned()));
                    }
                }
                Element::Interpolation(value) => {
                    trim_end(&mut parts, value.strip);
                    let at = self.span(value.span(), outer);
                    parts.push(Part::Value(self.expr(&value.expr, at)));
                    trim_next = value.strip.strip_end();
                }
                Element::Directive(directive) => {
                    trim_next = self.directive(directive, &mut parts, outer);
                }
            }
        }
        parts
    }

    /// Adds a directive; true when the text after it loses its leading blanks.
    fn directive(self, directive: &Directive, parts: &mut Vec<Part>, outer: Span) -> bool {
        let at = self.span(directive.span(), outer);
        match directive {
            Directive::If(inner) => {
                trim_end(parts, inner.if_expr.strip);
                let mut yes = self.template(&inner.if_expr.template, at);
                trim_start(&mut yes, inner.if_expr.strip);
                let mut no = Vec::new();
                if let Some(other) = &inner.else_expr {
                    trim_end(&mut yes, other.strip);
                    no = self.template(&other.template, at);
                    trim_start(&mut no, other.strip);
                    trim_end(&mut no, inner.endif_expr.strip);
                } else {
                    trim_end(&mut yes, inner.endif_expr.strip);
                }
                parts.push(Part::If { condition: self.expr(&inner.if_expr.cond_expr, at), yes, no });
                inner.endif_expr.strip.strip_end()
            }
            Directive::For(inner) => {
                let intro = &inner.for_expr;
                trim_end(parts, intro.strip);
                let mut body = self.template(&intro.template, at);
                trim_start(&mut body, intro.strip);
                trim_end(&mut body, inner.endfor_expr.strip);
                let names = LoopNames {
                    key: intro.key_var.as_ref().map(|name| name.to_string()),
                    value: intro.value_var.to_string(),
                };
                let collection = self.expr(&intro.collection_expr, at);
                parts.push(Part::For { names, collection, body, at });
                inner.endfor_expr.strip.strip_end()
            }
        }
    }
}

fn trim_end(parts: &mut [Part], strip: Strip) {
    if let (true, Some(Part::Text(text))) = (strip.strip_start(), parts.last_mut()) {
        text.truncate(text.trim_end().len());
    }
}

fn trim_start(parts: &mut [Part], strip: Strip) {
    if let (true, Some(Part::Text(text))) = (strip.strip_end(), parts.first_mut()) {
        *text = text.trim_start().to_owned();
    }
}

/// A template without any part that must be computed is a plain text.
pub(super) fn template_kind(parts: Vec<Part>) -> ExprKind {
    if parts.iter().all(|part| matches!(part, Part::Text(_))) {
        let texts = parts.into_iter().filter_map(|part| match part {
            Part::Text(text) => Some(text),
            _ => None,
        });
        return ExprKind::Literal(Data::Text(texts.collect()));
    }
    ExprKind::Template(parts)
}

fn number(value: &hcl_edit::Number) -> Data {
    match value.as_i64() {
        Some(whole) => Data::Int(whole),
        None => Data::Float(value.as_f64().unwrap_or(f64::NAN)),
    }
}
