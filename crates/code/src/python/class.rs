//! Classes and their members, functions and their marks.
use ruff_python_ast as ast;
use ruff_text_size::Ranged;

use crate::ir::{Class, Const, Expr, ExprKind, Function, FunctionId, Member, Name, Pattern, Stmt, StmtKind};

use super::Lowering;
use super::scope::ClassNames;
use super::target::dotted;

/// Where a function stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Stands {
    Alone,
    InClass,
}

impl Lowering<'_> {
    pub(super) fn function(&mut self, def: &ast::StmtFunctionDef, stands: Stands) -> FunctionId {
        let decorators: Vec<Expr> =
            def.decorator_list.iter().map(|decorator| self.expr(&decorator.expression)).collect();
        let defaults = self.defaults(&def.parameters);
        let is_method = stands == Stands::InClass && !is_decorated(&def.decorator_list, &["staticmethod"]);
        let id = self.begin_function();
        let params = self.params(&def.parameters, defaults);
        let mut body = Vec::new();
        self.deeper(def.range, |this| this.block(&def.body, &mut body));
        let (at, name_at) = (self.at(def.range), self.at(def.name.range));
        self.end_function(id, |scope, outer| Function {
            name: def.name.as_str().into(),
            params,
            body,
            locals: scope.locals,
            outer,
            decorators,
            is_async: def.is_async,
            is_generator: scope.is_generator,
            is_arrow: false,
            is_method,
            at,
            name_at,
        });
        id
    }

    pub(super) fn class(&mut self, def: &ast::StmtClassDef) -> Class {
        let decorators =
            def.decorator_list.iter().map(|decorator| self.expr(&decorator.expression)).collect();
        let bases = def.arguments.iter().flat_map(|arguments| arguments.args.iter());
        let bases = bases.map(|base| self.expr(base)).collect();
        let mut members = Vec::new();
        let outer = self.scopes.last_mut().and_then(|scope| scope.class.replace(ClassNames::default()));
        self.deeper(def.range, |this| this.members(&def.body, &mut members));
        let own = self.scopes.last_mut().and_then(|scope| std::mem::replace(&mut scope.class, outer));
        self.hoist(&own.unwrap_or_default(), &mut members);
        Class { name: def.name.as_str().into(), bases, members, decorators, at: self.at(def.range) }
    }

    /// `a = f()` in a class's body, read by `b = a.g()` beside it, becomes a variable in front of the class.
    fn hoist(&mut self, own: &ClassNames, members: &mut [Member]) {
        let mut found = Vec::new();
        for (name, called) in &own.read {
            found.extend(members.iter().position(|member| member.name == *name).map(|at| (at, called)));
        }
        // In the order of the body: what reads stands after what is read.
        found.sort_by_key(|(at, _)| *at);
        for (at, called) in found {
            let Some(member) = members.get_mut(at) else { continue };
            let at = member.value.at;
            let mut value = Expr { kind: ExprKind::Name(called.clone()), at };
            if matches!(member.value.kind, ExprKind::Function(_)) {
                value = member.value.clone();
            } else {
                std::mem::swap(&mut value, &mut member.value);
            }
            let target = Pattern::Name(called.clone(), at);
            self.hoisted.push(Stmt { kind: StmtKind::Assign { target, value }, at });
        }
    }

    /// What a class body binds, in branches too: which of them runs is seldom known, and the last one wins.
    fn members(&mut self, body: &[ast::Stmt], members: &mut Vec<Member>) {
        for one in body {
            match one {
                ast::Stmt::FunctionDef(def) => self.method(def, members),
                ast::Stmt::ClassDef(def) => {
                    let kind = ExprKind::Class(Box::new(self.class(def)));
                    let value = self.expr_at(kind, def.range);
                    self.bind_in_class(&def.name.as_str().into());
                    members.push(class_member(def.name.as_str(), value));
                }
                ast::Stmt::Assign(assign) => {
                    for target in &assign.targets {
                        let value = self.expr(&assign.value);
                        self.attribute_member(target, value, members);
                    }
                }
                ast::Stmt::AnnAssign(assign) => {
                    let value = match assign.value.as_deref() {
                        Some(value) => self.expr(value),
                        None => self.expr_at(ExprKind::Const(Const::Undefined), assign.target.range()),
                    };
                    let before = members.len();
                    self.attribute_member(&assign.target, value, members);
                    for member in members.iter_mut().skip(before) {
                        member.annotation = super::target::annotation(&assign.annotation);
                    }
                }
                ast::Stmt::If(branches) => {
                    self.members_below(&branches.body, members);
                    for clause in &branches.elif_else_clauses {
                        self.members_below(&clause.body, members);
                    }
                }
                ast::Stmt::Try(attempt) => {
                    self.members_below(&attempt.body, members);
                    self.members_below(&attempt.orelse, members);
                }
                ast::Stmt::With(with) => self.members_below(&with.body, members),
                ast::Stmt::Pass(_) => {}
                ast::Stmt::Expr(value) if is_nothing(&value.value) => {}
                other => self.lose(self.at(other.range()), "a statement in a class's body is not followed"),
            }
        }
    }

    fn members_below(&mut self, body: &[ast::Stmt], members: &mut Vec<Member>) {
        if let Some(first) = body.first() {
            self.deeper(first.range(), |this| this.members(body, members));
        }
    }

    fn method(&mut self, def: &ast::StmtFunctionDef, members: &mut Vec<Member>) {
        let id = self.function(def, Stands::InClass);
        // `@size.setter def size` would hide the getter, and nothing calls it by its name.
        let hides = def.decorator_list.iter().filter_map(|one| dotted(&one.expression));
        if hides.into_iter().any(|name| name.ends_with(".setter") || name.ends_with(".deleter")) {
            return;
        }
        self.bind_in_class(&def.name.as_str().into());
        members.push(Member {
            name: def.name.as_str().into(),
            is_static: is_decorated(&def.decorator_list, &["staticmethod", "classmethod"]),
            value: self.expr_at(ExprKind::Function(id), def.range),
            is_getter: is_decorated(&def.decorator_list, &["property", "cached_property"]),
            annotation: None,
        });
    }

    fn attribute_member(&mut self, target: &ast::Expr, value: Expr, members: &mut Vec<Member>) {
        match target {
            ast::Expr::Name(name) => {
                self.bind_in_class(&name.id.as_str().into());
                members.push(class_member(name.id.as_str(), value));
            }
            other => {
                self.lose(self.at(other.range()), "an assignment in a class's body is not followed");
            }
        }
    }
}

fn class_member(name: &str, value: Expr) -> Member {
    Member { name: Name::from(name), is_static: true, value, is_getter: false, annotation: None }
}

/// `...` and texts: a body that says nothing, documentation.
pub(super) fn is_nothing(value: &ast::Expr) -> bool {
    value.is_string_literal_expr() || value.is_ellipsis_literal_expr()
}

/// Whether one of the decorators has one of these names, whatever module it comes from.
fn is_decorated(decorators: &[ast::Decorator], names: &[&str]) -> bool {
    decorators.iter().any(|decorator| {
        dotted(&decorator.expression).is_some_and(|dotted| {
            let last = dotted.rsplit('.').next().unwrap_or_default();
            names.contains(&last)
        })
    })
}
