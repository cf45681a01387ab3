//! Operators between two values, and assignments.
//!
//! A sum of thousands of terms is ordinary source: a page of text in pieces, a table. Such a chain is
//! taken apart in a loop and put together as a balanced tree, so that nobody has to recurse through it.
use model::Span;
use oxc_ast::ast;
use oxc_syntax::operator::{AssignmentOperator, BinaryOperator, LogicalOperator};

use super::lowering::{Lowering, expr, other};
use crate::ir::{BinaryOp, Expr, ExprKind};

/// Longest chain that keeps its shape.
const CHAIN_MAX: usize = 32;

impl Lowering<'_> {
    /// `a + b + c`, `a || b`, `a < b`: everything along the left side.
    pub(super) fn chain(&mut self, node: &ast::Expression<'_>) -> ExprKind {
        let mut links = Vec::new();
        let mut leftmost = node;
        while let Some((left, op, right)) = link(leftmost) {
            links.push((op, right, self.at(leftmost)));
            leftmost = left;
        }
        links.reverse();
        let levels = links.len().min(CHAIN_MAX);
        self.depth += levels;
        let first = self.expr(leftmost);
        let mut rest = Vec::with_capacity(links.len());
        for (op, right, at) in links {
            rest.push((op, self.expr(right), at));
        }
        self.depth -= levels;
        let at = self.at(node);
        if rest.len() <= CHAIN_MAX {
            return rest.into_iter().fold(first, |left, (op, right, at)| binary(op, left, right, at)).kind;
        }
        balanced(first, rest, at)
    }

    pub(super) fn assignment(&mut self, node: &ast::AssignmentExpression<'_>) -> ExprKind {
        let at = self.at(node);
        let target = Box::new(self.target(&node.left));
        let value = self.expr(&node.right);
        let op = match node.operator {
            AssignmentOperator::Assign => {
                return ExprKind::Assign { target, value: Box::new(value) };
            }
            operator => compound(operator),
        };
        let old = match node.left.as_simple_assignment_target() {
            Some(simple) => self.simple_value(simple),
            None => other(at),
        };
        ExprKind::Assign { target, value: Box::new(binary(op, old, value, at)) }
    }
}

fn binary(op: BinaryOp, left: Expr, right: Expr, at: Span) -> Expr {
    expr(ExprKind::Binary { op, left: Box::new(left), right: Box::new(right) }, at)
}

/// A long chain of one associative operator as a tree of little depth; of several, only its parts.
fn balanced(first: Expr, rest: Vec<(BinaryOp, Expr, Span)>, at: Span) -> ExprKind {
    use BinaryOp::{Add, And, Bits, Coalesce, Multiply, Or};
    let op = rest.first().map(|(op, ..)| *op).filter(|op| {
        matches!(op, Add | And | Bits | Coalesce | Multiply | Or) && rest.iter().all(|(next, ..)| next == op)
    });
    let mut parts = vec![first];
    parts.extend(rest.into_iter().map(|(_, right, _)| right));
    let Some(op) = op else { return ExprKind::Other(parts) };
    while parts.len() > 1 {
        let mut halves = Vec::with_capacity(parts.len().div_ceil(2));
        let mut pairs = parts.into_iter();
        while let Some(left) = pairs.next() {
            halves.push(match pairs.next() {
                Some(right) => {
                    let both = left.at.to(right.at);
                    binary(op, left, right, both)
                }
                None => left,
            });
        }
        parts = halves;
    }
    parts.pop().unwrap_or_else(|| other(at)).kind
}

fn link<'n, 'a>(
    node: &'n ast::Expression<'a>,
) -> Option<(&'n ast::Expression<'a>, BinaryOp, &'n ast::Expression<'a>)> {
    match node {
        ast::Expression::BinaryExpression(node) => Some((&node.left, operator(node.operator), &node.right)),
        ast::Expression::LogicalExpression(node) => Some((&node.left, logical(node.operator), &node.right)),
        _ => None,
    }
}

fn logical(operator: LogicalOperator) -> BinaryOp {
    match operator {
        LogicalOperator::Or => BinaryOp::Or,
        LogicalOperator::And => BinaryOp::And,
        LogicalOperator::Coalesce => BinaryOp::Coalesce,
    }
}

fn operator(operator: BinaryOperator) -> BinaryOp {
    match operator {
        BinaryOperator::Equality | BinaryOperator::StrictEquality => BinaryOp::Equal,
        BinaryOperator::Inequality | BinaryOperator::StrictInequality => BinaryOp::NotEqual,
        BinaryOperator::LessThan => BinaryOp::Less,
        BinaryOperator::LessEqualThan => BinaryOp::LessEqual,
        BinaryOperator::GreaterThan => BinaryOp::Greater,
        BinaryOperator::GreaterEqualThan => BinaryOp::GreaterEqual,
        BinaryOperator::Addition => BinaryOp::Add,
        BinaryOperator::Subtraction => BinaryOp::Subtract,
        BinaryOperator::Multiplication => BinaryOp::Multiply,
        BinaryOperator::Division => BinaryOp::Divide,
        BinaryOperator::Remainder => BinaryOp::Remainder,
        BinaryOperator::Exponential => BinaryOp::Power,
        BinaryOperator::ShiftLeft
        | BinaryOperator::ShiftRight
        | BinaryOperator::ShiftRightZeroFill
        | BinaryOperator::BitwiseOR
        | BinaryOperator::BitwiseXOR
        | BinaryOperator::BitwiseAnd => BinaryOp::Bits,
        BinaryOperator::In => BinaryOp::HasKey,
        BinaryOperator::Instanceof => BinaryOp::InstanceOf,
    }
}

fn compound(operator: AssignmentOperator) -> BinaryOp {
    match operator {
        AssignmentOperator::Assign | AssignmentOperator::Addition => BinaryOp::Add,
        AssignmentOperator::Subtraction => BinaryOp::Subtract,
        AssignmentOperator::Multiplication => BinaryOp::Multiply,
        AssignmentOperator::Division => BinaryOp::Divide,
        AssignmentOperator::Remainder => BinaryOp::Remainder,
        AssignmentOperator::Exponential => BinaryOp::Power,
        AssignmentOperator::ShiftLeft
        | AssignmentOperator::ShiftRight
        | AssignmentOperator::ShiftRightZeroFill
        | AssignmentOperator::BitwiseOR
        | AssignmentOperator::BitwiseXOR
        | AssignmentOperator::BitwiseAnd => BinaryOp::Bits,
        AssignmentOperator::LogicalOr => BinaryOp::Or,
        AssignmentOperator::LogicalAnd => BinaryOp::And,
        AssignmentOperator::LogicalNullish => BinaryOp::Coalesce,
    }
}
