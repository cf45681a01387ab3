//! Where values are bound: declarations, parameters, assignments.
use oxc_ast::ast;

use super::lowering::Lowering;
use crate::ir::{Expr, ExprKind, Name, Pattern};

/// The field of a pattern whose key is computed: it may be any.
const ANY_FIELD: &str = "*";

impl Lowering<'_> {
    pub(super) fn binding(&mut self, node: &ast::BindingPattern<'_>) -> Pattern {
        let at = self.at(node);
        if !self.enter(at) {
            return Pattern::Ignore;
        }
        let pattern = match node {
            ast::BindingPattern::BindingIdentifier(ident) => {
                let name = self.bound(ident);
                Pattern::Name(name, at)
            }
            ast::BindingPattern::ObjectPattern(object) => {
                let mut fields = Vec::with_capacity(object.properties.len());
                for property in &object.properties {
                    let name = self.pattern_key(&property.key);
                    fields.push((name, self.binding(&property.value)));
                }
                Pattern::Object { fields, rest: self.binding_rest(object.rest.as_deref()) }
            }
            ast::BindingPattern::ArrayPattern(array) => {
                let mut items = Vec::with_capacity(array.elements.len());
                for element in &array.elements {
                    items.push(element.as_ref().map(|element| self.binding(element)));
                }
                Pattern::List { items, rest: self.binding_rest(array.rest.as_deref()) }
            }
            ast::BindingPattern::AssignmentPattern(node) => {
                let target = self.binding(&node.left);
                Pattern::Default(Box::new(target), Box::new(self.expr(&node.right)))
            }
        };
        self.leave();
        pattern
    }

    fn binding_rest(&mut self, rest: Option<&ast::BindingRestElement<'_>>) -> Option<Box<Pattern>> {
        rest.map(|rest| Box::new(self.binding(&rest.argument)))
    }

    fn pattern_key(&mut self, key: &ast::PropertyKey<'_>) -> Name {
        match key.static_name() {
            Some(name) => self.name(&name),
            None => self.name(ANY_FIELD),
        }
    }

    pub(super) fn target(&mut self, node: &ast::AssignmentTarget<'_>) -> Pattern {
        let at = self.at(node);
        if !self.enter(at) {
            return Pattern::Ignore;
        }
        let pattern = match node {
            ast::AssignmentTarget::ArrayAssignmentTarget(array) => self.array_target(array),
            ast::AssignmentTarget::ObjectAssignmentTarget(object) => self.object_target(object),
            node => node.as_simple_assignment_target().map_or(Pattern::Ignore, |node| self.simple(node)),
        };
        self.leave();
        pattern
    }

    /// A variable or a member that is assigned.
    pub(super) fn simple(&mut self, node: &ast::SimpleAssignmentTarget<'_>) -> Pattern {
        match node {
            ast::SimpleAssignmentTarget::AssignmentTargetIdentifier(ident) => {
                let name = self.used(ident);
                Pattern::Name(name, self.at(&**ident))
            }
            node => Pattern::Place(Box::new(self.simple_value(node))),
        }
    }

    /// The value that stands in a target now, for `x += 1`.
    pub(super) fn simple_value(&mut self, node: &ast::SimpleAssignmentTarget<'_>) -> Expr {
        let at = self.at(node);
        match node {
            ast::SimpleAssignmentTarget::AssignmentTargetIdentifier(ident) => {
                let name = self.used(ident);
                Expr { kind: ExprKind::Name(name), at }
            }
            ast::SimpleAssignmentTarget::TSAsExpression(node) => self.expr(&node.expression),
            ast::SimpleAssignmentTarget::TSSatisfiesExpression(node) => self.expr(&node.expression),
            ast::SimpleAssignmentTarget::TSNonNullExpression(node) => self.expr(&node.expression),
            ast::SimpleAssignmentTarget::TSTypeAssertion(node) => self.expr(&node.expression),
            node => match node.as_member_expression() {
                Some(member) => Expr { kind: self.member(member), at },
                None => super::lowering::other(at),
            },
        }
    }

    fn array_target(&mut self, array: &ast::ArrayAssignmentTarget<'_>) -> Pattern {
        let mut items = Vec::with_capacity(array.elements.len());
        for element in &array.elements {
            items.push(element.as_ref().map(|element| self.with_default(element)));
        }
        Pattern::List { items, rest: self.target_rest(array.rest.as_deref()) }
    }

    fn object_target(&mut self, object: &ast::ObjectAssignmentTarget<'_>) -> Pattern {
        let mut fields = Vec::with_capacity(object.properties.len());
        for property in &object.properties {
            match property {
                ast::AssignmentTargetProperty::AssignmentTargetPropertyIdentifier(node) => {
                    let field = self.name(&node.binding.name);
                    let name = self.used(&node.binding);
                    let mut target = Pattern::Name(name, self.at(&node.binding));
                    if let Some(init) = &node.init {
                        target = Pattern::Default(Box::new(target), Box::new(self.expr(init)));
                    }
                    fields.push((field, target));
                }
                ast::AssignmentTargetProperty::AssignmentTargetPropertyProperty(node) => {
                    let field = self.pattern_key(&node.name);
                    fields.push((field, self.with_default(&node.binding)));
                }
            }
        }
        Pattern::Object { fields, rest: self.target_rest(object.rest.as_deref()) }
    }

    fn with_default(&mut self, node: &ast::AssignmentTargetMaybeDefault<'_>) -> Pattern {
        match node {
            ast::AssignmentTargetMaybeDefault::AssignmentTargetWithDefault(node) => {
                let target = self.target(&node.binding);
                Pattern::Default(Box::new(target), Box::new(self.expr(&node.init)))
            }
            node => node.as_assignment_target().map_or(Pattern::Ignore, |target| self.target(target)),
        }
    }

    fn target_rest(&mut self, rest: Option<&ast::AssignmentTargetRest<'_>>) -> Option<Box<Pattern>> {
        rest.map(|rest| Box::new(self.target(&rest.target)))
    }
}
