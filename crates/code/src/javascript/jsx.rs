//! JSX: the expressions in it, in order. Only raw HTML is more than that.
use oxc_ast::ast;

use super::functions::called_with;
use super::lowering::{Lowering, expr};
use crate::ir::{Const, Expr, ExprKind, Field};

/// The attribute whose value is not escaped, and the name that the IR calls with that value.
const RAW_HTML: &str = "dangerouslySetInnerHTML";
const RAW_HTML_CALL: &str = "jsx:dangerouslySetInnerHTML";

impl Lowering<'_> {
    pub(super) fn element(&mut self, node: &ast::JSXElement<'_>) -> ExprKind {
        let mut parts = Vec::new();
        parts.extend(self.component(&node.opening_element.name));
        for attribute in &node.opening_element.attributes {
            match attribute {
                ast::JSXAttributeItem::SpreadAttribute(spread) => parts.push(self.expr(&spread.argument)),
                ast::JSXAttributeItem::Attribute(attribute) => parts.extend(self.attribute(attribute)),
            }
        }
        parts.extend(self.children(&node.children));
        ExprKind::Other(parts)
    }

    /// `<Page>` uses the variable `Page`; `<div>` uses none.
    fn component(&mut self, name: &ast::JSXElementName<'_>) -> Option<Expr> {
        let mut object = match name {
            ast::JSXElementName::IdentifierReference(ident) => {
                let at = self.at(&**ident);
                return Some(Expr { kind: self.identifier(ident), at });
            }
            ast::JSXElementName::MemberExpression(member) => &member.object,
            _ => return None,
        };
        // `<a.b.c>`: what is used is `a`.
        while let ast::JSXMemberExpressionObject::MemberExpression(member) = object {
            object = &member.object;
        }
        match object {
            ast::JSXMemberExpressionObject::IdentifierReference(ident) => {
                let at = self.at(&**ident);
                Some(Expr { kind: self.identifier(ident), at })
            }
            _ => None,
        }
    }

    fn attribute(&mut self, node: &ast::JSXAttribute<'_>) -> Option<Expr> {
        let at = self.at(node);
        let value = match node.value.as_ref()? {
            ast::JSXAttributeValue::StringLiteral(text) => {
                let text_at = self.at(&**text);
                expr(ExprKind::Const(Const::Text(self.name(&text.value))), text_at)
            }
            ast::JSXAttributeValue::ExpressionContainer(node) => self.contained(&node.expression)?,
            ast::JSXAttributeValue::Element(node) => {
                let element_at = self.at(&**node);
                self.nested(element_at, |this| this.element(node))
            }
            ast::JSXAttributeValue::Fragment(node) => {
                let fragment_at = self.at(&**node);
                self.nested(fragment_at, |this| ExprKind::Other(this.children(&node.children)))
            }
        };
        match &node.name {
            ast::JSXAttributeName::Identifier(name) if name.name == RAW_HTML => {
                let name_at = self.at(&**name);
                let callee = expr(ExprKind::Name(self.name(RAW_HTML_CALL)), name_at);
                Some(called_with(callee, html(value), at))
            }
            _ => Some(value),
        }
    }

    pub(super) fn children(&mut self, nodes: &[ast::JSXChild<'_>]) -> Vec<Expr> {
        let mut parts = Vec::new();
        for node in nodes {
            let at = self.at(node);
            match node {
                ast::JSXChild::Text(_) => {}
                ast::JSXChild::Element(node) => parts.push(self.nested(at, |this| this.element(node))),
                ast::JSXChild::Fragment(node) => {
                    parts.push(self.nested(at, |this| ExprKind::Other(this.children(&node.children))));
                }
                ast::JSXChild::ExpressionContainer(node) => parts.extend(self.contained(&node.expression)),
                ast::JSXChild::Spread(node) => parts.push(self.expr(&node.expression)),
            }
        }
        parts
    }

    fn contained(&mut self, node: &ast::JSXExpression<'_>) -> Option<Expr> {
        node.as_expression().map(|node| self.expr(node))
    }

    fn nested(&mut self, at: model::Span, build: impl FnOnce(&mut Self) -> ExprKind) -> Expr {
        if !self.enter(at) {
            return super::lowering::other(at);
        }
        let kind = build(self);
        self.leave();
        Expr { kind, at }
    }
}

/// `{ __html: x }` is `x`.
fn html(value: Expr) -> Expr {
    let at = value.at;
    let ExprKind::Object(fields) = value.kind else { return value };
    let mut found = None;
    for field in &fields {
        if let Field::Named { name, value, .. } = field
            && &**name == "__html"
        {
            found = Some(value.clone());
        }
    }
    found.unwrap_or_else(|| expr(ExprKind::Object(fields), at))
}
