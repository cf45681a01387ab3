//! Expressions.
use model::Span;
use oxc_ast::ast;
use oxc_syntax::operator::{UnaryOperator, UpdateOperator};

use super::functions::{called, called_with};
use super::lowering::{Lowering, expr, other};
use crate::ir::{
    Argument, ArgumentKind, BinaryOp, Call, Const, Expr, ExprKind, Field, Item, ListKind, Pattern, TextPart,
    UnaryOp,
};

/// Largest number below which every integer is itself as a double.
const EXACT_MAX: f64 = 9_007_199_254_740_992.0;

impl Lowering<'_> {
    pub(super) fn expr(&mut self, node: &ast::Expression<'_>) -> Expr {
        let at = self.at(node);
        if !self.enter(at) {
            return other(at);
        }
        let kind = self.kind(node);
        self.leave();
        Expr { kind, at }
    }

    fn boxed(&mut self, node: &ast::Expression<'_>) -> Box<Expr> {
        Box::new(self.expr(node))
    }

    fn kind(&mut self, node: &ast::Expression<'_>) -> ExprKind {
        match node {
            ast::Expression::Identifier(ident) => self.identifier(ident),
            ast::Expression::ThisExpression(_) => ExprKind::This,
            ast::Expression::Super(_) => ExprKind::Super,
            ast::Expression::ArrayExpression(array) => self.array(array),
            ast::Expression::ObjectExpression(object) => self.object(object),
            ast::Expression::ArrowFunctionExpression(arrow) => ExprKind::Function(self.arrow(arrow)),
            ast::Expression::FunctionExpression(function) => ExprKind::Function(self.function(function)),
            ast::Expression::ClassExpression(class) => self.class_expression(class),
            ast::Expression::AssignmentExpression(node) => self.assignment(node),
            ast::Expression::UpdateExpression(node) => self.update(node),
            ast::Expression::BinaryExpression(_) | ast::Expression::LogicalExpression(_) => self.chain(node),
            ast::Expression::UnaryExpression(node) => self.unary(node),
            ast::Expression::ConditionalExpression(node) => ExprKind::Conditional {
                test: self.boxed(&node.test),
                then: self.boxed(&node.consequent),
                otherwise: self.boxed(&node.alternate),
            },
            ast::Expression::CallExpression(call) => self.call(call),
            ast::Expression::NewExpression(node) => {
                let callee = self.expr(&node.callee);
                let arguments = self.arguments(&node.arguments);
                ExprKind::Call(Box::new(Call { callee, arguments, is_new: true }))
            }
            ast::Expression::ChainExpression(node) => self.optional(&node.expression),
            ast::Expression::AwaitExpression(node) => ExprKind::Await(self.boxed(&node.argument)),
            ast::Expression::YieldExpression(node) => {
                let value = node.argument.as_ref().map(|value| self.boxed(value));
                ExprKind::Yield(value)
            }
            ast::Expression::SequenceExpression(node) => {
                ExprKind::Sequence(node.expressions.iter().map(|part| self.expr(part)).collect())
            }
            ast::Expression::TemplateLiteral(node) => self.template(node),
            ast::Expression::TaggedTemplateExpression(node) => {
                ExprKind::TaggedText { tag: self.boxed(&node.tag), parts: self.parts(&node.quasi) }
            }
            node => self.rare(node),
        }
    }

    /// Literals, and what is seldom written.
    fn rare(&mut self, node: &ast::Expression<'_>) -> ExprKind {
        let at = self.at(node);
        match node {
            ast::Expression::TSAsExpression(node) => self.kind_inside(&node.expression),
            ast::Expression::TSSatisfiesExpression(node) => self.kind_inside(&node.expression),
            ast::Expression::TSTypeAssertion(node) => self.kind_inside(&node.expression),
            ast::Expression::TSNonNullExpression(node) => self.kind_inside(&node.expression),
            ast::Expression::TSInstantiationExpression(node) => self.kind_inside(&node.expression),
            ast::Expression::ParenthesizedExpression(node) => self.kind_inside(&node.expression),
            ast::Expression::ImportExpression(node) => self.dynamic_import(node),
            ast::Expression::ImportMeta(_) => {
                let object = Box::new(expr(ExprKind::Name(self.name("import")), at));
                ExprKind::Member { object, name: self.name("meta"), name_at: at }
            }
            ast::Expression::PrivateInExpression(node) => {
                let name = self.name(&format!("#{}", node.left.name));
                let left = Box::new(expr(ExprKind::Const(Const::Text(name)), self.at(&node.left)));
                ExprKind::Binary { op: BinaryOp::HasKey, left, right: self.boxed(&node.right) }
            }
            ast::Expression::JSXElement(node) => self.element(node),
            ast::Expression::JSXFragment(node) => ExprKind::Other(self.children(&node.children)),
            ast::Expression::V8IntrinsicExpression(node) => {
                let arguments = self.arguments(&node.arguments);
                ExprKind::Other(arguments.into_iter().map(|argument| argument.value).collect())
            }
            node => match node.as_member_expression() {
                Some(member) => self.member(member),
                None => self.literal(node).map_or(ExprKind::Other(Vec::new()), ExprKind::Const),
            },
        }
    }

    /// A wrapper without meaning at run time has the place of the whole.
    fn kind_inside(&mut self, node: &ast::Expression<'_>) -> ExprKind {
        self.expr(node).kind
    }

    fn literal(&mut self, node: &ast::Expression<'_>) -> Option<Const> {
        Some(match node {
            ast::Expression::BooleanLiteral(node) => Const::Bool(node.value),
            ast::Expression::NullLiteral(_) => Const::Null,
            ast::Expression::NumericLiteral(node) => number(node.value),
            ast::Expression::BigIntLiteral(node) => match node.value.parse::<i64>() {
                Ok(value) => Const::Int(value),
                Err(_) => Const::Float(node.value.parse().ok()?),
            },
            ast::Expression::StringLiteral(node) => Const::Text(self.name(&node.value)),
            ast::Expression::RegExpLiteral(node) => Const::Regex {
                pattern: self.name(&node.regex.pattern.text),
                flags: self.name(&node.regex.flags.to_string()),
            },
            _ => return None,
        })
    }

    pub(super) fn identifier(&mut self, ident: &ast::IdentifierReference<'_>) -> ExprKind {
        let symbol = self.symbol(ident);
        if symbol.is_none() && ident.name == "undefined" {
            return ExprKind::Const(Const::Undefined);
        }
        // A member of an enumeration, used within its declaration.
        if symbol.is_some_and(|symbol| self.scoping.symbol_flags(symbol).is_enum_member()) {
            return ExprKind::Other(Vec::new());
        }
        ExprKind::Name(self.used(ident))
    }

    fn array(&mut self, node: &ast::ArrayExpression<'_>) -> ExprKind {
        let mut items = Vec::with_capacity(node.elements.len());
        for element in &node.elements {
            let at = self.at(element);
            items.push(match element {
                ast::ArrayExpressionElement::SpreadElement(spread) => {
                    Item { value: self.expr(&spread.argument), is_spread: true }
                }
                ast::ArrayExpressionElement::Elision(_) => {
                    Item { value: expr(ExprKind::Const(Const::Undefined), at), is_spread: false }
                }
                element => {
                    let value = element.as_expression().map_or_else(|| other(at), |value| self.expr(value));
                    Item { value, is_spread: false }
                }
            });
        }
        ExprKind::List { items, kind: ListKind::List }
    }

    fn object(&mut self, node: &ast::ObjectExpression<'_>) -> ExprKind {
        let mut fields = Vec::with_capacity(node.properties.len());
        for property in &node.properties {
            fields.push(match property {
                ast::ObjectPropertyKind::SpreadProperty(spread) => Field::Spread(self.expr(&spread.argument)),
                ast::ObjectPropertyKind::ObjectProperty(property) => self.property(property),
            });
        }
        ExprKind::Object(fields)
    }

    fn property(&mut self, node: &ast::ObjectProperty<'_>) -> Field {
        let at = self.at(node);
        let method =
            if node.method || node.kind != ast::PropertyKind::Init { self.object_method(node) } else { None };
        let value = match (method, node.kind) {
            // What reading the property gives.
            (Some(getter), ast::PropertyKind::Get) => called(getter),
            (Some(method), _) => method,
            (None, _) => self.expr(&node.value),
        };
        match node.key.static_name() {
            Some(key) if node.kind == ast::PropertyKind::Set => {
                let name = self.name(&format!("set {key}"));
                Field::Named { name, value, at }
            }
            Some(key) => Field::Named { name: self.name(&key), value, at },
            None => {
                let key = node.key.as_expression().map(|key| self.expr(key));
                Field::Computed { key: key.unwrap_or_else(|| other(at)), value, at }
            }
        }
    }

    fn class_expression(&mut self, node: &ast::Class<'_>) -> ExprKind {
        let at = self.at(node);
        let class = self.class(node);
        let bound = node.id.as_ref().map(|id| Pattern::Name(class.name.clone(), self.at(id)));
        let class = ExprKind::Class(Box::new(class));
        match bound {
            // The class sees itself under its own name.
            Some(target) => ExprKind::Assign { target: Box::new(target), value: Box::new(expr(class, at)) },
            None => class,
        }
    }

    fn update(&mut self, node: &ast::UpdateExpression<'_>) -> ExprKind {
        let at = self.at(node);
        let op = match node.operator {
            UpdateOperator::Increment => BinaryOp::Add,
            UpdateOperator::Decrement => BinaryOp::Subtract,
        };
        let left = Box::new(self.simple_value(&node.argument));
        let right = Box::new(expr(ExprKind::Const(Const::Int(1)), at));
        let value = Box::new(expr(ExprKind::Binary { op, left, right }, at));
        ExprKind::Assign { target: Box::new(self.simple(&node.argument)), value }
    }

    fn unary(&mut self, node: &ast::UnaryExpression<'_>) -> ExprKind {
        let operand = self.boxed(&node.argument);
        let op = match node.operator {
            UnaryOperator::LogicalNot => UnaryOp::Not,
            UnaryOperator::UnaryNegation => UnaryOp::Minus,
            UnaryOperator::UnaryPlus | UnaryOperator::BitwiseNot => UnaryOp::Plus,
            UnaryOperator::Typeof => UnaryOp::TypeOf,
            UnaryOperator::Void => UnaryOp::Void,
            UnaryOperator::Delete => UnaryOp::Delete,
        };
        ExprKind::Unary { op, operand }
    }

    fn call(&mut self, node: &ast::CallExpression<'_>) -> ExprKind {
        let callee = self.expr(&node.callee);
        let arguments = self.arguments(&node.arguments);
        ExprKind::Call(Box::new(Call { callee, arguments, is_new: false }))
    }

    fn arguments(&mut self, nodes: &[ast::Argument<'_>]) -> Vec<Argument> {
        let mut arguments = Vec::with_capacity(nodes.len());
        for node in nodes {
            let at = self.at(node);
            let (kind, value) = match node {
                ast::Argument::SpreadElement(spread) => (ArgumentKind::Spread, self.expr(&spread.argument)),
                node => {
                    let value = node.as_expression().map_or_else(|| other(at), |value| self.expr(value));
                    (ArgumentKind::Plain, value)
                }
            };
            arguments.push(Argument { kind, value, at });
        }
        arguments
    }

    /// `a?.b` is `a.b` here: what it gives besides is undefined.
    fn optional(&mut self, node: &ast::ChainElement<'_>) -> ExprKind {
        match node {
            ast::ChainElement::CallExpression(call) => self.call(call),
            ast::ChainElement::TSNonNullExpression(node) => self.kind_inside(&node.expression),
            node => match node.as_member_expression() {
                Some(member) => self.member(member),
                None => ExprKind::Other(Vec::new()),
            },
        }
    }

    pub(super) fn member(&mut self, node: &ast::MemberExpression<'_>) -> ExprKind {
        match node {
            ast::MemberExpression::StaticMemberExpression(node) => ExprKind::Member {
                object: self.boxed(&node.object),
                name: self.name(&node.property.name),
                name_at: self.at(&node.property),
            },
            ast::MemberExpression::PrivateFieldExpression(node) => ExprKind::Member {
                object: self.boxed(&node.object),
                name: self.name(&format!("#{}", node.field.name)),
                name_at: self.at(&node.field),
            },
            ast::MemberExpression::ComputedMemberExpression(node) => {
                ExprKind::Index { object: self.boxed(&node.object), index: self.boxed(&node.expression) }
            }
        }
    }

    fn dynamic_import(&mut self, node: &ast::ImportExpression<'_>) -> ExprKind {
        let at = self.at(node);
        let keyword = Span { end: at.start.saturating_add(6).min(at.end), ..at };
        let callee = expr(ExprKind::Name(self.name("import")), keyword);
        let source = self.expr(&node.source);
        called_with(callee, source, at).kind
    }

    fn template(&mut self, node: &ast::TemplateLiteral<'_>) -> ExprKind {
        let mut parts = self.parts(node);
        match (parts.pop(), parts.is_empty()) {
            (None, _) => ExprKind::Const(Const::Text(self.name(""))),
            (Some(TextPart::Literal(text)), true) => ExprKind::Const(Const::Text(text)),
            (Some(last), _) => {
                parts.push(last);
                ExprKind::Text(parts)
            }
        }
    }

    fn parts(&mut self, node: &ast::TemplateLiteral<'_>) -> Vec<TextPart> {
        let mut parts = Vec::with_capacity(node.quasis.len() + node.expressions.len());
        let mut values = node.expressions.iter();
        for quasi in &node.quasis {
            let text = quasi.value.cooked.as_ref().unwrap_or(&quasi.value.raw);
            if !text.is_empty() {
                parts.push(TextPart::Literal(self.name(text)));
            }
            if let Some(value) = values.next() {
                parts.push(TextPart::Value(self.expr(value)));
            }
        }
        parts
    }
}

/// A whole number that a double holds exactly is an integer.
pub(super) fn number(value: f64) -> Const {
    if value.fract() == 0.0 && value.abs() < EXACT_MAX {
        #[expect(clippy::cast_possible_truncation, reason = "it is whole and below 2^53")]
        let whole = value as i64;
        Const::Int(whole)
    } else {
        Const::Float(value)
    }
}
