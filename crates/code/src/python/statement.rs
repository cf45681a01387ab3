//! Statements.
use ruff_python_ast as ast;
use ruff_text_size::{Ranged, TextRange};

use crate::ir::{
    Argument, ArgumentKind, Block, Call, Expr, ExprKind, Handler, Import, ImportName, Imported, Name,
    Pattern, Stmt, StmtKind,
};

use super::Lowering;
use super::class::{Stands, is_nothing};
use super::expression::binary_op;
use super::target::{Binds, dotted};

impl Lowering<'_> {
    pub(super) fn block(&mut self, body: &[ast::Stmt], out: &mut Block) {
        let mut rest = body.iter().peekable();
        while let Some(one) = rest.next() {
            if let Some(next) = rest.peek()
                && self.python2_call(one, next, out)
            {
                rest.next();
                continue;
            }
            self.statement(one, out);
        }
    }

    /// A block within a statement.
    pub(super) fn nested(&mut self, body: &[ast::Stmt]) -> Block {
        let mut out = Vec::new();
        if let Some(first) = body.first() {
            self.deeper(first.range(), |this| this.block(body, &mut out));
        }
        out
    }

    pub(super) fn push(&self, out: &mut Block, kind: StmtKind, range: TextRange) {
        out.push(Stmt { kind, at: self.at(range) });
    }

    fn statement(&mut self, stmt: &ast::Stmt, out: &mut Block) {
        let range = stmt.range();
        match stmt {
            ast::Stmt::FunctionDef(def) => {
                let function = self.function(def, Stands::Alone);
                let name: Name = def.name.as_str().into();
                self.bind(&name);
                self.push(out, StmtKind::Function { name, function }, range);
            }
            ast::Stmt::ClassDef(def) => {
                let before = std::mem::take(&mut self.hoisted);
                let class = self.class(def);
                self.bind(&class.name);
                out.append(&mut std::mem::replace(&mut self.hoisted, before));
                self.push(out, StmtKind::Class(class), range);
            }
            ast::Stmt::Return(value) => {
                let value = value.value.as_deref().map(|value| self.expr(value));
                self.push(out, StmtKind::Return(value), range);
            }
            ast::Stmt::Delete(delete) => self.delete(delete, out),
            ast::Stmt::Assign(assign) => self.assign(assign, out),
            ast::Stmt::AugAssign(assign) => self.augmented(assign, out),
            ast::Stmt::AnnAssign(assign) => self.annotated(assign, out),
            ast::Stmt::For(each) => self.each_statement(each, out),
            ast::Stmt::While(each) => {
                let test = self.expr(&each.test);
                let body = self.nested(&each.body);
                let otherwise = self.nested(&each.orelse);
                self.push(out, StmtKind::While { test, body, otherwise }, range);
            }
            ast::Stmt::If(branches) => self.branches(branches, out),
            ast::Stmt::With(with) => self.with(with, out),
            ast::Stmt::Match(choice) => self.choice(choice, out),
            ast::Stmt::Raise(raise) => self.raise(raise, out),
            ast::Stmt::Try(attempt) => self.attempt(attempt, out),
            ast::Stmt::Assert(assert) => {
                let test = self.expr(&assert.test);
                self.push(out, StmtKind::Assert(test), range);
            }
            ast::Stmt::Import(import) => self.import(import, out),
            ast::Stmt::ImportFrom(import) => self.import_from(import, out),
            ast::Stmt::Global(names) => names.names.iter().for_each(|name| self.give_away(name, true)),
            ast::Stmt::Nonlocal(names) => names.names.iter().for_each(|name| self.give_away(name, false)),
            ast::Stmt::Expr(value) => self.expression_statement(&value.value, range, out),
            ast::Stmt::Break(_) => self.push(out, StmtKind::Break, range),
            ast::Stmt::Continue(_) => self.push(out, StmtKind::Continue, range),
            ast::Stmt::Pass(_) | ast::Stmt::TypeAlias(_) | ast::Stmt::IpyEscapeCommand(_) => {}
        }
    }

    fn expression_statement(&mut self, value: &ast::Expr, range: TextRange, out: &mut Block) {
        if is_nothing(value) || self.python2_print_to(value, range, out) {
            return;
        }
        let value = self.expr(value);
        self.push(out, StmtKind::Expr(value), range);
    }

    /// Python 2's `print x, y` and `exec x`, which the parser takes for two statements.
    fn python2_call(&mut self, first: &ast::Stmt, second: &ast::Stmt, out: &mut Block) -> bool {
        let (ast::Stmt::Expr(callee), ast::Stmt::Expr(argument)) = (first, second) else {
            return false;
        };
        let ast::Expr::Name(name) = &*callee.value else {
            return false;
        };
        let between = self.text.get(callee.range.end().to_usize()..argument.range.start().to_usize());
        let is_call = matches!(name.id.as_str(), "print" | "exec")
            && between.is_some_and(|text| !text.is_empty() && text.chars().all(|c| c == ' ' || c == '\t'));
        if is_call {
            self.understand(argument.range);
            let values = unparenthesized(&argument.value);
            self.call_statement(&callee.value, values, callee.range.cover(argument.range), out);
        }
        is_call
    }

    /// Python 2's `print >>file, x`, which Python 3 takes for a shift.
    fn python2_print_to(&mut self, value: &ast::Expr, range: TextRange, out: &mut Block) -> bool {
        let [ast::Expr::BinOp(shift), values @ ..] = unparenthesized(value) else {
            return false;
        };
        let is_print = shift.op == ast::Operator::RShift
            && matches!(&*shift.left, ast::Expr::Name(name) if name.id == "print");
        if is_print {
            self.understand(range);
            self.call_statement(&shift.left, values, range, out);
        }
        is_print
    }

    fn call_statement(
        &mut self,
        callee: &ast::Expr,
        values: &[ast::Expr],
        range: TextRange,
        out: &mut Block,
    ) {
        let value = self.made_call(callee, values, range);
        self.push(out, StmtKind::Expr(value), range);
    }

    fn made_call(&mut self, callee: &ast::Expr, values: &[ast::Expr], range: TextRange) -> Expr {
        let callee = self.expr(callee);
        let arguments = values.iter().map(|value| {
            let value = self.expr(value);
            Argument { kind: ArgumentKind::Plain, at: value.at, value }
        });
        let arguments = arguments.collect();
        self.expr_at(ExprKind::Call(Box::new(Call { callee, arguments, is_new: false })), range)
    }

    fn delete(&mut self, delete: &ast::StmtDelete, out: &mut Block) {
        for target in &delete.targets {
            let value = self.expr(target);
            self.push(out, StmtKind::Delete(value), delete.range);
        }
    }

    /// `a = b = value` evaluates the value once.
    fn assign(&mut self, assign: &ast::StmtAssign, out: &mut Block) {
        let mut value = self.expr(&assign.value);
        let mut targets = assign.targets.iter().peekable();
        while let Some(target) = targets.next() {
            if targets.peek().is_none() {
                let target = self.target(target, Binds::Function);
                return self.push(out, StmtKind::Assign { target, value }, assign.range);
            }
            let (first, next) = self.shared(value);
            let target = self.target(target, Binds::Function);
            self.push(out, StmtKind::Assign { target, value: first }, assign.range);
            let Some(next) = next else { return };
            value = next;
        }
    }

    fn augmented(&mut self, assign: &ast::StmtAugAssign, out: &mut Block) {
        let left = self.boxed(&assign.target);
        let right = self.boxed(&assign.value);
        let value = self.expr_at(ExprKind::Binary { op: binary_op(assign.op), left, right }, assign.range);
        let target = self.target(&assign.target, Binds::Function);
        self.push(out, StmtKind::Assign { target, value }, assign.range);
    }

    fn annotated(&mut self, assign: &ast::StmtAnnAssign, out: &mut Block) {
        let Some(value) = &assign.value else {
            if let ast::Expr::Name(name) = &*assign.target {
                self.bind(&name.id.as_str().into());
            }
            return;
        };
        let value = self.expr(value);
        let target = self.target(&assign.target, Binds::Function);
        self.push(out, StmtKind::Assign { target, value }, assign.range);
    }

    fn each_statement(&mut self, each: &ast::StmtFor, out: &mut Block) {
        let values = self.expr(&each.iter);
        let target = self.target(&each.target, Binds::Function);
        let body = self.nested(&each.body);
        let otherwise = self.nested(&each.orelse);
        self.push(out, StmtKind::For { target, values, keys: false, body, otherwise }, each.range);
    }

    fn branches(&mut self, branches: &ast::StmtIf, out: &mut Block) {
        let test = self.expr(&branches.test);
        let is_typing = dotted(&branches.test)
            .is_some_and(|name| name == "TYPE_CHECKING" || name.ends_with(".TYPE_CHECKING"));
        let before = self.types_only;
        self.types_only |= is_typing;
        let then = self.nested(&branches.body);
        self.types_only = before;
        let mut chain = vec![(test, then, branches.range)];
        let mut otherwise = Vec::new();
        for clause in &branches.elif_else_clauses {
            if self.is_long(chain.len(), clause.range) {
                break;
            }
            match &clause.test {
                Some(test) => {
                    let test = self.expr(test);
                    chain.push((test, self.nested(&clause.body), clause.range));
                }
                None => otherwise = self.nested(&clause.body),
            }
        }
        self.chain(chain, otherwise, out);
    }

    /// A chain of branches is as deep as it is long.
    pub(super) fn is_long(&mut self, length: usize, range: TextRange) -> bool {
        let is_long = self.depth + length > self.depth_max;
        if is_long {
            self.lose(self.at(range), "too many branches: this one and those after it are left out");
        }
        is_long
    }

    /// `if … elif … else` from the last one back.
    pub(super) fn chain(&self, chain: Vec<(Expr, Block, TextRange)>, last: Block, out: &mut Block) {
        let whole = chain.into_iter().rev().fold(last, |otherwise, (test, then, range)| {
            vec![Stmt { kind: StmtKind::If { test, then, otherwise }, at: self.at(range) }]
        });
        out.extend(whole);
    }

    fn with(&mut self, with: &ast::StmtWith, out: &mut Block) {
        for item in &with.items {
            let manager = self.boxed(&item.context_expr);
            let value = self.expr_at(ExprKind::Enter(manager), item.context_expr.range());
            let kind = match &item.optional_vars {
                Some(target) => StmtKind::Assign { target: self.target(target, Binds::Function), value },
                None => StmtKind::Expr(value),
            };
            self.push(out, kind, item.range);
        }
        let body = self.nested(&with.body);
        self.push(out, StmtKind::Block(body), with.range);
    }

    /// Python 2's `raise E, "text"` is `raise E("text")`.
    fn raise(&mut self, raise: &ast::StmtRaise, out: &mut Block) {
        let thrown = raise.exc.as_deref().map(|thrown| match unparenthesized(thrown) {
            [class, text, ..] => {
                self.understand(thrown.range());
                self.made_call(class, std::slice::from_ref(text), thrown.range())
            }
            _ => self.expr(thrown),
        });
        if let Some(cause) = raise.cause.as_deref().filter(|cause| !does_nothing(cause)) {
            let cause = self.expr(cause);
            self.push(out, StmtKind::Expr(cause), raise.range);
        }
        self.push(out, StmtKind::Throw(thrown), raise.range);
    }

    fn attempt(&mut self, attempt: &ast::StmtTry, out: &mut Block) {
        let body = self.nested(&attempt.body);
        let handlers = attempt.handlers.iter();
        let handlers = handlers.map(|ast::ExceptHandler::ExceptHandler(one)| self.handler(one)).collect();
        let otherwise = self.nested(&attempt.orelse);
        let finally = self.nested(&attempt.finalbody);
        self.push(out, StmtKind::Try { body, handlers, otherwise, finally }, attempt.range);
    }

    fn handler(&mut self, handler: &ast::ExceptHandlerExceptHandler) -> Handler {
        let mut types: Vec<&ast::Expr> = match handler.type_.as_deref() {
            Some(ast::Expr::Tuple(tuple)) => tuple.elts.iter().collect(),
            Some(one) => vec![one],
            None => Vec::new(),
        };
        let mut binding = handler.name.as_ref().map(|name| self.bound(name, name.range));
        if let Some(name) = python2_binding(handler) {
            types.pop();
            self.python2 = true;
            binding = Some(self.bound(&name.id, name.range));
        }
        let types = types.into_iter().map(|one| self.expr(one)).collect();
        Handler { types, binding, body: self.nested(&handler.body), at: self.at(handler.range) }
    }

    fn import(&mut self, import: &ast::StmtImport, out: &mut Block) {
        for alias in &import.names {
            let module: Name = alias.name.as_str().into();
            let (what, local) = match &alias.asname {
                Some(name) => (Imported::Module, name.as_str().into()),
                None => (Imported::Top, alias.name.split('.').next().unwrap_or_default().into()),
            };
            self.bind(&local);
            let names = vec![ImportName { what, local, at: self.at(alias.range) }];
            let import = Import { module, names, at: self.at(import.range), type_only: self.types_only };
            self.push(out, StmtKind::Import(import), alias.range);
        }
    }

    fn import_from(&mut self, import: &ast::StmtImportFrom, out: &mut Block) {
        let dots = ".".repeat(usize::try_from(import.level).unwrap_or_default().min(self.depth_max));
        let module = format!("{dots}{}", import.module.as_ref().map_or("", |name| name.as_str()));
        let names = import.names.iter().map(|alias| self.import_name(alias)).collect();
        let range = import.range;
        let at = self.at(range);
        let import = Import { module: module.into(), names, at, type_only: self.types_only };
        self.push(out, StmtKind::Import(import), range);
    }

    fn import_name(&mut self, alias: &ast::Alias) -> ImportName {
        let at = self.at(alias.range);
        if &*alias.name == "*" {
            return ImportName { what: Imported::Everything, local: "".into(), at };
        }
        let local: Name = alias.asname.as_ref().unwrap_or(&alias.name).as_str().into();
        self.bind(&local);
        ImportName { what: Imported::Named(alias.name.as_str().into()), local, at }
    }

    /// `name = value` that the source does not have.
    pub(super) fn push_binding(&mut self, target: Pattern, value: Expr, out: &mut Block) {
        let at = value.at;
        out.push(Stmt { kind: StmtKind::Assign { target, value }, at });
    }
}

/// Names and constants: what `raise … from` says for people.
fn does_nothing(value: &ast::Expr) -> bool {
    value.is_name_expr() || value.is_literal_expr()
}

/// The values of `a, b` without parentheses, else the one value.
fn unparenthesized(value: &ast::Expr) -> &[ast::Expr] {
    match value {
        ast::Expr::Tuple(tuple) if !tuple.parenthesized => &tuple.elts,
        other => std::slice::from_ref(other),
    }
}

/// The `e` of `except E, e`. Python 3.14 would take it for a second type, but types begin with a capital.
fn python2_binding(handler: &ast::ExceptHandlerExceptHandler) -> Option<&ast::ExprName> {
    let ast::Expr::Tuple(tuple) = handler.type_.as_deref()? else {
        return None;
    };
    let [_, ast::Expr::Name(name)] = tuple.elts.as_slice() else {
        return None;
    };
    let lowercase = name.id.chars().next().is_some_and(|first| first.is_lowercase() || first == '_');
    (!tuple.parenthesized && lowercase && handler.name.is_none()).then_some(name)
}
