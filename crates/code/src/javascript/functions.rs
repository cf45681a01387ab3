//! Functions, parameters and classes.
use model::Span;
use oxc_ast::ast;
use oxc_syntax::scope::ScopeId;

use super::lowering::{Lowering, assign, expr};
use crate::ir::{
    Argument, ArgumentKind, Block, Call, Class, Expr, ExprKind, FunctionId, Member, Name, Param, ParamKind,
    Pattern, Stmt, StmtKind,
};

/// What a function is, besides its parameters and its body.
struct Head {
    name: Name,
    name_at: Span,
    at: Span,
    is_async: bool,
    is_generator: bool,
    is_arrow: bool,
    scope: Option<ScopeId>,
    decorators: Vec<Expr>,
}

impl Lowering<'_> {
    /// `function f() {}`, which is hoisted. Overload signatures and `declare` have no body.
    pub(super) fn function_declaration(&mut self, node: &ast::Function<'_>, out: &mut Block) -> bool {
        let (Some(id), true) = (&node.id, node.body.is_some()) else { return false };
        let at = self.at(node);
        if !self.enter(at) {
            return false;
        }
        let name = self.bound(id);
        let function = self.function(node);
        out.push(Stmt { kind: StmtKind::Function { name, function }, at });
        self.leave();
        true
    }

    /// `function () {}`, `function f() {}`.
    pub(super) fn function(&mut self, node: &ast::Function<'_>) -> FunctionId {
        let at = self.at(node);
        let (name, name_at) = match &node.id {
            Some(id) => (self.name(&id.name), self.at(id)),
            None => (self.name(""), self.span(oxc_span::Span::empty(node.span.start))),
        };
        self.named_function(node, name, name_at, at)
    }

    /// The name of a method stands outside of its function.
    fn named_function(
        &mut self,
        node: &ast::Function<'_>,
        name: Name,
        name_at: Span,
        at: Span,
    ) -> FunctionId {
        let head = Head {
            name,
            name_at,
            at,
            is_async: node.r#async,
            is_generator: node.generator,
            is_arrow: false,
            scope: node.scope_id.get(),
            decorators: Vec::new(),
        };
        self.lower_function(head, &node.params, |this, id| {
            let mut body = this.own_name(node, id);
            if let Some(node) = &node.body {
                body.extend(this.statements(&node.statements));
            }
            body
        })
    }

    /// A function expression sees itself under its own name.
    fn own_name(&mut self, node: &ast::Function<'_>, function: FunctionId) -> Block {
        let Some(id) = node.id.as_ref().filter(|_| node.r#type == ast::FunctionType::FunctionExpression)
        else {
            return Vec::new();
        };
        if id.symbol_id.get().is_none_or(|symbol| self.scoping.symbol_is_unused(symbol)) {
            return Vec::new();
        }
        let at = self.at(id);
        let name = self.bound(id);
        vec![Stmt { kind: StmtKind::Function { name, function }, at }]
    }

    pub(super) fn arrow(&mut self, node: &ast::ArrowFunctionExpression<'_>) -> FunctionId {
        let at = self.at(node);
        let head = Head {
            name: self.name(""),
            name_at: self.span(oxc_span::Span::empty(node.span.start)),
            at,
            is_async: node.r#async,
            is_generator: false,
            is_arrow: true,
            scope: node.scope_id.get(),
            decorators: Vec::new(),
        };
        self.lower_function(head, &node.params, |this, _| match &node.body {
            ast::ArrowFunctionBody::FunctionBody(body) => this.statements(&body.statements),
            body => {
                let value = body.as_expression().map(|value| this.expr(value));
                let at = value.as_ref().map_or(at, |value| value.at);
                vec![Stmt { kind: StmtKind::Return(value), at }]
            }
        })
    }

    fn lower_function(
        &mut self,
        head: Head,
        params: &ast::FormalParameters<'_>,
        build: impl FnOnce(&mut Self, FunctionId) -> Block,
    ) -> FunctionId {
        let id = self.reserve(head.at);
        let outer = std::mem::replace(&mut self.current, id);
        let frames = std::mem::take(&mut self.frames);
        let labels = std::mem::take(&mut self.labels);
        let params = self.params(params);
        let body = build(self, id);
        self.frames = frames;
        self.labels = labels;
        self.current = outer;
        let locals = self.locals(head.scope);
        if let Some(function) = self.function_mut(id) {
            function.name = head.name;
            function.name_at = head.name_at;
            function.params = params;
            function.body = body;
            function.locals.splice(0..0, locals);
            function.decorators = head.decorators;
            function.is_async = head.is_async;
            function.is_generator = head.is_generator;
            function.is_arrow = head.is_arrow;
        }
        id
    }

    fn params(&mut self, node: &ast::FormalParameters<'_>) -> Vec<Param> {
        let mut params = Vec::with_capacity(node.items.len());
        for item in &node.items {
            params.push(Param {
                target: self.binding(&item.pattern),
                default: item.initializer.as_ref().map(|value| self.expr(value)),
                kind: ParamKind::Plain,
                annotation: self.annotation(item.type_annotation.as_deref()),
            });
        }
        if let Some(rest) = &node.rest {
            params.push(Param {
                target: self.binding(&rest.rest.argument),
                default: None,
                kind: ParamKind::Rest,
                annotation: self.annotation(rest.type_annotation.as_deref()),
            });
        }
        params
    }

    /// A type that is a name, perhaps dotted.
    fn annotation(&mut self, node: Option<&ast::TSTypeAnnotation<'_>>) -> Option<Name> {
        let text = match &node?.type_annotation {
            ast::TSType::TSStringKeyword(_) => "string",
            ast::TSType::TSNumberKeyword(_) => "number",
            ast::TSType::TSBooleanKeyword(_) => "boolean",
            ast::TSType::TSAnyKeyword(_) => "any",
            ast::TSType::TSUnknownKeyword(_) => "unknown",
            ast::TSType::TSTypeReference(reference) if reference.type_arguments.is_none() => {
                let at = oxc_span::GetSpan::span(&reference.type_name);
                let text = self.text.get(at.start as usize..at.end as usize)?;
                let is_name = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '$');
                if !text.chars().all(is_name) {
                    return None;
                }
                text
            }
            _ => return None,
        };
        Some(self.name(text))
    }

    pub(super) fn class(&mut self, node: &ast::Class<'_>) -> Class {
        let name = match &node.id {
            Some(id) => self.bound(id),
            None => self.name(""),
        };
        let bases = node.heritage.as_ref().map(|base| self.expr(&base.expression)).into_iter().collect();
        let mut decorators = self.decorators(&node.decorators);
        let mut members = Vec::with_capacity(node.body.body.len());
        for element in &node.body.body {
            match element {
                ast::ClassElement::MethodDefinition(method) => members.extend(self.method(method)),
                ast::ClassElement::PropertyDefinition(field) if !field.declare => {
                    let key = (&field.key, field.r#static);
                    let of_field = self.decorators(&field.decorators);
                    members.push(self.field(key, field.value.as_ref(), of_field, &mut decorators));
                }
                ast::ClassElement::AccessorProperty(field) => {
                    let key = (&field.key, field.r#static);
                    let of_field = self.decorators(&field.decorators);
                    members.push(self.field(key, field.value.as_ref(), of_field, &mut decorators));
                }
                ast::ClassElement::StaticBlock(block) => members.push(self.static_block(block)),
                _ => {}
            }
        }
        Class { name, bases, members, decorators, at: self.at(node) }
    }

    /// `None` for overloads and abstract methods. A setter is `set x`, so that it does not hide the value.
    fn method(&mut self, node: &ast::MethodDefinition<'_>) -> Option<Member> {
        let body = node.value.body.as_ref()?;
        let at = self.at(node);
        let key = self.key_text(&node.key);
        let name = match node.kind {
            ast::MethodDefinitionKind::Set => self.name(&format!("set {key}")),
            _ => self.name(&key),
        };
        let id = self.named_function(&node.value, name.clone(), self.at(&node.key), at);
        let properties = self.parameter_properties(&node.value.params);
        if !properties.is_empty() {
            // TypeScript assigns them right after `super(…)`.
            let after_super = body.statements.iter().position(is_super_call).map_or(0, |index| index + 1);
            if let Some(function) = self.function_mut(id) {
                let place = after_super.min(function.body.len());
                function.body.splice(place..place, properties);
            }
        }
        let decorators = self.decorators(&node.decorators);
        if let Some(function) = self.function_mut(id) {
            function.decorators = decorators;
        }
        let is_getter = node.kind == ast::MethodDefinitionKind::Get;
        let value = expr(ExprKind::Function(id), at);
        Some(Member { name, is_static: node.r#static, value, is_getter, annotation: None })
    }

    /// `constructor(private x: T)` assigns `this.x`.
    fn parameter_properties(&mut self, params: &ast::FormalParameters<'_>) -> Block {
        let mut block = Vec::new();
        for item in &params.items {
            let is_property = item.accessibility.is_some() || item.readonly || item.r#override;
            if let (true, Some(ident)) = (is_property, item.pattern.get_binding_identifier()) {
                let at = self.at(ident);
                let this = Box::new(expr(ExprKind::This, at));
                let name = self.name(&ident.name);
                let place = expr(ExprKind::Member { object: this, name, name_at: at }, at);
                let value = expr(ExprKind::Name(self.bound(ident)), at);
                block.push(assign(Pattern::Place(Box::new(place)), value, at));
            }
        }
        block
    }

    fn field(
        &mut self,
        (key, is_static): (&ast::PropertyKey<'_>, bool),
        value: Option<&ast::Expression<'_>>,
        of_field: Vec<Expr>,
        of_class: &mut Vec<Expr>,
    ) -> Member {
        let at = self.at(key);
        let key = self.key_text(key);
        let name = self.name(&key);
        let value = match value {
            Some(value) => {
                // They run when the class is made.
                of_class.extend(of_field);
                self.expr(value)
            }
            // An injected field is whatever its decorator makes of it.
            None if !of_field.is_empty() => expr(ExprKind::Other(of_field), at),
            None => expr(ExprKind::Const(crate::ir::Const::Undefined), at),
        };
        Member { name, is_static, value, is_getter: false, annotation: None }
    }

    /// Runs once, when the class is made.
    fn static_block(&mut self, node: &ast::StaticBlock<'_>) -> Member {
        let at = self.at(node);
        let id = self.reserve(at);
        let outer = std::mem::replace(&mut self.current, id);
        let frames = std::mem::take(&mut self.frames);
        let body = self.statements(&node.body);
        self.frames = frames;
        self.current = outer;
        let locals = self.locals(node.scope_id.get());
        if let Some(function) = self.function_mut(id) {
            function.body = body;
            function.locals.splice(0..0, locals);
            function.is_arrow = true;
        }
        let value = called(expr(ExprKind::Function(id), at));
        Member { name: self.name(""), is_static: true, value, is_getter: false, annotation: None }
    }

    fn decorators(&mut self, nodes: &[ast::Decorator<'_>]) -> Vec<Expr> {
        nodes.iter().map(|node| self.expr(&node.expression)).collect()
    }

    /// The name of a member; the source of a computed one, in brackets.
    fn key_text(&self, key: &ast::PropertyKey<'_>) -> String {
        if let ast::PropertyKey::PrivateIdentifier(name) = key {
            return format!("#{}", name.name);
        }
        if let Some(name) = key.static_name() {
            return name.into_owned();
        }
        let at = oxc_span::GetSpan::span(key);
        format!("[{}]", self.text.get(at.start as usize..at.end as usize).unwrap_or_default())
    }

    /// A method of an object literal.
    pub(super) fn object_method(&mut self, property: &ast::ObjectProperty<'_>) -> Option<Expr> {
        let ast::Expression::FunctionExpression(function) = &property.value else { return None };
        let at = self.at(property);
        let key = self.key_text(&property.key);
        let name = self.name(&key);
        let id = self.named_function(function, name, self.at(&property.key), at);
        Some(expr(ExprKind::Function(id), at))
    }
}

/// A call without arguments.
pub(super) fn called(callee: Expr) -> Expr {
    let at = callee.at;
    let call = Call { callee, arguments: Vec::new(), is_new: false };
    expr(ExprKind::Call(Box::new(call)), at)
}

/// A call with one argument.
pub(super) fn called_with(callee: Expr, value: Expr, at: Span) -> Expr {
    let argument = Argument { kind: ArgumentKind::Plain, at: value.at, value };
    let call = Call { callee, arguments: vec![argument], is_new: false };
    expr(ExprKind::Call(Box::new(call)), at)
}

fn is_super_call(node: &ast::Statement<'_>) -> bool {
    let ast::Statement::ExpressionStatement(node) = node else { return false };
    matches!(&node.expression, ast::Expression::CallExpression(call) if matches!(call.callee, ast::Expression::Super(_)))
}
