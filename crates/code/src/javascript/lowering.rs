//! The state of one lowering, and what every part of it needs.
use std::collections::HashSet;

use model::{FileId, Span};
use oxc_ast::ast;
use oxc_semantic::Scoping;
use oxc_span::GetSpan;
use oxc_syntax::scope::ScopeId;
use oxc_syntax::symbol::SymbolId;

use super::jumps::Frame;
use super::names::Names;
use crate::ir::{Const, Expr, ExprKind, Function, FunctionId, Lost, Name, Pattern, Stmt, StmtKind};

/// Problems that are told for one file.
const LOST_MAX: usize = 20;

/// The lowering of one file.
#[derive(Debug)]
pub(super) struct Lowering<'t> {
    pub(super) file: FileId,
    pub(super) text: &'t str,
    pub(super) scoping: &'t Scoping,
    pub(super) names: Names,
    pub(super) functions: Vec<Function>,
    pub(super) lost: Vec<Lost>,
    /// The function that is being lowered.
    pub(super) current: FunctionId,
    /// Loops, switches and labelled blocks around the statement that is being lowered.
    pub(super) frames: Vec<Frame>,
    /// Labels that stand right before the statement.
    pub(super) labels: Vec<Name>,
    /// Exports of variables, which happen when the module has run: `let x; x = 1; export { x }`.
    pub(super) exports: Vec<Stmt>,
    pub(super) flags: u32,
    pub(super) depth: usize,
    pub(super) nesting_max: usize,
    known: HashSet<Name>,
}

impl<'t> Lowering<'t> {
    pub(super) fn new(file: FileId, text: &'t str, scoping: &'t Scoping, nesting_max: usize) -> Self {
        Self {
            file,
            text,
            scoping,
            names: Names::new(scoping),
            functions: Vec::new(),
            lost: Vec::new(),
            current: FunctionId(0),
            frames: Vec::new(),
            labels: Vec::new(),
            exports: Vec::new(),
            flags: 0,
            depth: 0,
            nesting_max,
            known: HashSet::new(),
        }
    }

    /// The module's own body.
    pub(super) fn program(&mut self, program: &ast::Program<'_>) {
        let whole = Span::new(self.file, 0, self.text.len());
        let id = self.reserve(whole);
        let mut body = self.statements(&program.body);
        body.append(&mut self.exports);
        let locals = program.scope_id.get().map(|scope| self.names.locals(scope)).unwrap_or_default();
        if let Some(function) = self.function_mut(id) {
            function.body = body;
            function.locals.extend(locals);
        }
    }

    /// A new function inside the current one, still empty.
    pub(super) fn reserve(&mut self, at: Span) -> FunctionId {
        let id = FunctionId(u32::try_from(self.functions.len()).unwrap_or(u32::MAX));
        let outer = if self.functions.is_empty() { None } else { Some(self.current) };
        self.functions.push(Function {
            name: Name::from(""),
            params: Vec::new(),
            body: Vec::new(),
            locals: Vec::new(),
            outer,
            decorators: Vec::new(),
            is_async: false,
            is_generator: false,
            is_arrow: false,
            is_method: false,
            at,
            name_at: Span::new(self.file, at.start as usize, at.start as usize),
        });
        id
    }

    pub(super) fn function_mut(&mut self, id: FunctionId) -> Option<&mut Function> {
        self.functions.get_mut(usize::try_from(id.0).ok()?)
    }

    pub(super) fn at(&self, node: &impl GetSpan) -> Span {
        self.span(node.span())
    }

    pub(super) fn span(&self, span: oxc_span::Span) -> Span {
        Span { file: self.file, start: span.start, end: span.end.max(span.start) }
    }

    /// One allocation for each distinct name.
    pub(super) fn name(&mut self, text: &str) -> Name {
        if let Some(known) = self.known.get(text) {
            return known.clone();
        }
        let name = Name::from(text);
        self.known.insert(name.clone());
        name
    }

    /// What a declared variable is called.
    pub(super) fn bound(&mut self, ident: &ast::BindingIdentifier<'_>) -> Name {
        let symbol = ident.symbol_id.get();
        match symbol.and_then(|symbol| self.names.of(symbol)) {
            Some(name) => name.clone(),
            None => self.name(&ident.name),
        }
    }

    /// What a use of a variable means; `None` when nothing in the file declares it.
    pub(super) fn symbol(&self, ident: &ast::IdentifierReference<'_>) -> Option<SymbolId> {
        self.scoping.get_reference(ident.reference_id.get()?).symbol_id()
    }

    pub(super) fn used(&mut self, ident: &ast::IdentifierReference<'_>) -> Name {
        match self.symbol(ident).and_then(|symbol| self.names.of(symbol)) {
            Some(name) => name.clone(),
            None => self.name(&ident.name),
        }
    }

    pub(super) fn locals(&self, scope: Option<ScopeId>) -> Vec<Name> {
        scope.map(|scope| self.names.locals(scope)).unwrap_or_default()
    }

    pub(super) fn lose(&mut self, at: Span, why: impl Into<String>) {
        let lost = Lost { at, why: why.into() };
        // One place of a kind is enough: what is too deep is so at every leaf.
        if self.lost.len() < LOST_MAX && self.lost.iter().all(|known| known.why != lost.why) {
            self.lost.push(lost);
        }
    }

    /// One level deeper; `false`, told, when that is too deep. INVARIANT: a caller that got `true`
    /// calls [`Lowering::leave`].
    pub(super) fn enter(&mut self, at: Span) -> bool {
        if self.depth >= self.nesting_max {
            self.lose(at, format!("is nested deeper than {} levels", self.nesting_max));
            return false;
        }
        self.depth += 1;
        true
    }

    pub(super) fn leave(&mut self) {
        self.depth -= 1;
    }
}

pub(super) fn expr(kind: ExprKind, at: Span) -> Expr {
    Expr { kind, at }
}

pub(super) fn other(at: Span) -> Expr {
    expr(ExprKind::Other(Vec::new()), at)
}

pub(super) fn boolean(value: bool, at: Span) -> Expr {
    expr(ExprKind::Const(Const::Bool(value)), at)
}

pub(super) fn assign(target: Pattern, value: Expr, at: Span) -> Stmt {
    Stmt { kind: StmtKind::Assign { target, value }, at }
}
