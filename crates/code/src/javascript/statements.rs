//! Statements and variable declarations.
use oxc_ast::ast;

use super::jumps::{FrameKind, Jump};
use super::lowering::{Lowering, assign};
use crate::ir::{Block, Case, Const, Expr, ExprKind, Handler, Pattern, Stmt, StmtKind};

impl Lowering<'_> {
    /// The statements of one block: imports and functions first, since they are hoisted.
    pub(super) fn statements(&mut self, nodes: &[ast::Statement<'_>]) -> Block {
        let mut out = Vec::with_capacity(nodes.len());
        self.hoisted(nodes, &mut out);
        for node in nodes {
            self.statement(node, &mut out);
        }
        out
    }

    fn hoisted(&mut self, nodes: &[ast::Statement<'_>], out: &mut Block) {
        for node in nodes {
            if let ast::Statement::ImportDeclaration(import) = node {
                self.import(import, out);
            }
        }
        for node in nodes {
            match node {
                ast::Statement::FunctionDeclaration(function) => {
                    self.function_declaration(function, out);
                }
                ast::Statement::ExportDeclaration(export) => {
                    if let ast::Declaration::FunctionDeclaration(function) = &export.declaration {
                        self.exported_function(function, out);
                    }
                }
                ast::Statement::ExportDefaultDeclaration(export) => {
                    if let ast::ExportDefaultDeclarationKind::FunctionDeclaration(function) =
                        &export.declaration
                    {
                        self.default_function(function, out);
                    }
                }
                _ => {}
            }
        }
    }

    /// A statement that stands alone or in braces, as a block.
    pub(super) fn body(&mut self, node: &ast::Statement<'_>) -> Block {
        match node {
            ast::Statement::BlockStatement(block) => {
                let at = self.at(&**block);
                if !self.enter(at) {
                    return Vec::new();
                }
                let body = self.statements(&block.body);
                self.leave();
                body
            }
            node => self.statements(std::slice::from_ref(node)),
        }
    }

    pub(super) fn statement(&mut self, node: &ast::Statement<'_>, out: &mut Block) {
        let at = self.at(node);
        if self.enter(at) {
            self.statement_inside(node, out);
            self.leave();
        }
    }

    fn statement_inside(&mut self, node: &ast::Statement<'_>, out: &mut Block) {
        let at = self.at(node);
        match node {
            ast::Statement::BlockStatement(block) => {
                let body = self.statements(&block.body);
                out.push(Stmt { kind: StmtKind::Block(body), at });
            }
            ast::Statement::BreakStatement(node) => {
                self.jump(Jump::Break, node.label.as_ref().map(|label| label.name.as_str()), at, out);
            }
            ast::Statement::ContinueStatement(node) => {
                self.jump(Jump::Continue, node.label.as_ref().map(|label| label.name.as_str()), at, out);
            }
            ast::Statement::ExpressionStatement(node) => self.effect(&node.expression, out),
            ast::Statement::IfStatement(node) => self.if_statement(node, out),
            ast::Statement::ReturnStatement(node) => {
                let value = node.argument.as_ref().map(|value| self.expr(value));
                out.push(Stmt { kind: StmtKind::Return(value), at });
            }
            ast::Statement::ThrowStatement(node) => {
                let value = self.expr(&node.argument);
                out.push(Stmt { kind: StmtKind::Throw(Some(value)), at });
            }
            ast::Statement::TryStatement(node) => self.try_statement(node, out),
            ast::Statement::SwitchStatement(node) => self.switch(node, out),
            ast::Statement::ForStatement(node) => self.for_statement(node, out),
            ast::Statement::ForInStatement(node) => self.for_in(node, out),
            ast::Statement::ForOfStatement(node) => self.for_of(node, out),
            ast::Statement::WhileStatement(node) => self.while_statement(node, out),
            ast::Statement::DoWhileStatement(node) => self.do_statement(node, out),
            ast::Statement::LabeledStatement(node) => self.labelled(node, out),
            ast::Statement::WithStatement(node) => {
                self.effect(&node.object, out);
                let body = self.body(&node.body);
                out.push(Stmt { kind: StmtKind::Block(body), at });
            }
            ast::Statement::DebuggerStatement(_) | ast::Statement::EmptyStatement(_) => {}
            node => {
                if let Some(declaration) = node.as_declaration() {
                    self.declaration(declaration, out);
                } else if let Some(declaration) = node.as_module_declaration() {
                    self.module_declaration(declaration, out);
                }
            }
        }
    }

    pub(super) fn declaration(&mut self, node: &ast::Declaration<'_>, out: &mut Block) {
        match node {
            ast::Declaration::VariableDeclaration(node) => self.variables(node, out),
            ast::Declaration::ClassDeclaration(node) if !node.declare => {
                let class = self.class(node);
                let at = class.at;
                out.push(Stmt { kind: StmtKind::Class(class), at });
            }
            ast::Declaration::TSEnumDeclaration(node) => self.enumeration(node, out),
            ast::Declaration::TSNamespaceDeclaration(node) => self.namespace(node, out),
            ast::Declaration::TSImportEqualsDeclaration(node) => self.import_equals(node, out),
            // Functions are hoisted already; the rest are types.
            _ => {}
        }
    }

    pub(super) fn variables(&mut self, node: &ast::VariableDeclaration<'_>, out: &mut Block) {
        if node.declare {
            return;
        }
        for declarator in &node.declarations {
            let at = self.at(declarator);
            let value = match &declarator.init {
                Some(init) => self.expr(init),
                // `var x` keeps what `x` was; `let x` does not.
                None if node.kind.is_var() => continue,
                None => Expr { kind: ExprKind::Const(Const::Undefined), at },
            };
            let target = self.binding(&declarator.id);
            out.push(assign(target, value, at));
        }
    }

    /// An expression whose value nobody uses: an assignment, a `delete` and a sequence are statements.
    pub(super) fn effect(&mut self, node: &ast::Expression<'_>, out: &mut Block) {
        let at = self.at(node);
        if let ast::Expression::SequenceExpression(sequence) = node {
            for part in &sequence.expressions {
                self.effect_inside(part, out);
            }
            return;
        }
        if self.enter(at) {
            self.effect_inside(node, out);
            self.leave();
        }
    }

    fn effect_inside(&mut self, node: &ast::Expression<'_>, out: &mut Block) {
        let lowered = self.expr(node);
        let at = lowered.at;
        let kind = match lowered.kind {
            ExprKind::Assign { target, value } => StmtKind::Assign { target: *target, value: *value },
            ExprKind::Unary { op: crate::ir::UnaryOp::Delete, operand } => StmtKind::Delete(*operand),
            kind => StmtKind::Expr(Expr { kind, at }),
        };
        out.push(Stmt { kind, at });
    }

    fn if_statement(&mut self, node: &ast::IfStatement<'_>, out: &mut Block) {
        let at = self.at(node);
        let test = self.expr(&node.test);
        let then = self.body(&node.consequent);
        let otherwise = node.alternate.as_ref().map(|branch| self.body(branch)).unwrap_or_default();
        out.push(Stmt { kind: StmtKind::If { test, then, otherwise }, at });
    }

    fn try_statement(&mut self, node: &ast::TryStatement<'_>, out: &mut Block) {
        let at = self.at(node);
        let body = self.statements(&node.block.body);
        let handlers = node.handler.as_ref().map(|clause| {
            let binding = clause.param.as_ref().map(|param| self.binding(&param.pattern));
            let body = self.statements(&clause.body.body);
            Handler { types: Vec::new(), binding, body, at: self.at(&**clause) }
        });
        let finally = node.finalizer.as_ref().map(|block| self.statements(&block.body)).unwrap_or_default();
        let handlers = handlers.into_iter().collect();
        out.push(Stmt { kind: StmtKind::Try { body, handlers, otherwise: Vec::new(), finally }, at });
    }

    fn switch(&mut self, node: &ast::SwitchStatement<'_>, out: &mut Block) {
        let at = self.at(node);
        let subject = self.expr(&node.discriminant);
        // All cases are one block, so functions of every case exist from its beginning.
        for case in &node.cases {
            self.hoisted(&case.consequent, out);
        }
        self.framed((FrameKind::Switch, Vec::new()), at, out, |this| {
            let mut cases = Vec::with_capacity(node.cases.len());
            for case in &node.cases {
                let tests = case.test.as_ref().map(|test| this.expr(test)).into_iter().collect();
                let mut body = Vec::new();
                for statement in &case.consequent {
                    this.statement(statement, &mut body);
                }
                cases.push(Case { tests, body });
            }
            StmtKind::Switch { subject, cases }
        });
    }

    /// The names that a declaration binds, for its export.
    pub(super) fn bound_names(&mut self, node: &ast::VariableDeclaration<'_>) -> Vec<(String, Expr)> {
        let mut names = Vec::new();
        for declarator in &node.declarations {
            for ident in declarator.id.get_binding_identifiers() {
                let at = self.at(ident);
                let name = self.bound(ident);
                names.push((ident.name.to_string(), Expr { kind: ExprKind::Name(name), at }));
            }
        }
        names
    }
}

/// The pattern of a plain variable.
pub(super) fn variable(name: crate::ir::Name, at: model::Span) -> Pattern {
    Pattern::Name(name, at)
}
