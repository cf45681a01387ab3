//! Statements: both ways of every branch, loops twice.
use std::collections::BTreeMap;
use std::sync::Arc;

use model::{Span, UseKind};

use super::{Exit, Interpreter};
use crate::heap::{Object, ObjectKind};
use crate::ir::{
    BinaryOp, Block, Case, Class, Expr, ExprKind, Handler, Name, Pattern, Stmt, StmtKind, UnaryOp,
};
use crate::taint::{Kinds, Mark, Origin, OriginKind, Structure, Taint, Trail};
use crate::value::{Extern, Shape, Value};

/// What a scope knows at a point of a function.
type State = (BTreeMap<Name, Value>, BTreeMap<String, Kinds>, BTreeMap<String, Value>);

/// A `try` taken apart.
struct Try<'s> {
    body: &'s Block,
    handlers: &'s [Handler],
    otherwise: &'s Block,
    finally: &'s Block,
}

impl Interpreter<'_> {
    pub(super) fn block(&mut self, block: &Block) -> Exit {
        // JavaScript's functions are there before their block runs; Python's are not called before either.
        for stmt in block {
            if let StmtKind::Function { name, function } = &stmt.kind {
                let value = self.closure(*function);
                self.write(name, value, stmt.at);
            }
        }
        for stmt in block {
            if self.statement(stmt) == Exit::Leaves {
                return Exit::Leaves;
            }
        }
        Exit::Falls
    }

    fn statement(&mut self, stmt: &Stmt) -> Exit {
        if !self.may_go_on() {
            return Exit::Leaves;
        }
        match &stmt.kind {
            StmtKind::Expr(expr) => {
                let value = self.eval(expr);
                self.after_call(expr);
                return if self.ends_the_process(expr, &value) { Exit::Leaves } else { Exit::Falls };
            }
            StmtKind::Assign { target, value } => {
                let result = self.eval(value);
                self.bind(target, result, stmt.at);
                self.remember_test(target, value);
            }
            StmtKind::If { test, then, otherwise } => return self.branch(test, then, otherwise),
            StmtKind::For { target, values, keys, body, otherwise } => {
                let values = self.eval(values);
                let element = if *keys { self.key_of(&values) } else { self.element_of(&values, stmt.at) };
                self.twice(|this| {
                    this.bind(target, element.clone(), stmt.at);
                    this.block(body)
                });
                return self.block(otherwise);
            }
            StmtKind::While { test, body, otherwise } => {
                self.twice(|this| {
                    this.eval(test);
                    this.assume(test, true);
                    this.block(body)
                });
                return self.block(otherwise);
            }
            StmtKind::Try { body, handlers, otherwise, finally } => {
                return self.try_(&Try { body, handlers, otherwise, finally });
            }
            StmtKind::Switch { subject, cases } => {
                return self.with_breaks(|this| this.switch(subject, cases));
            }
            StmtKind::Return(value) => {
                let value = value.as_ref().map_or(Value::UNKNOWN, |value| self.eval(value));
                self.returns(value);
                return Exit::Leaves;
            }
            StmtKind::Throw(value) => {
                value.iter().for_each(|value| {
                    self.eval(value);
                });
                return Exit::Leaves;
            }
            StmtKind::Break => {
                self.breaks_here();
                return Exit::Leaves;
            }
            StmtKind::Continue => return Exit::Leaves,
            StmtKind::Block(block) => return self.block(block),
            other => self.declaration(other, stmt.at),
        }
        Exit::Falls
    }

    fn declaration(&mut self, kind: &StmtKind, at: Span) {
        match kind {
            StmtKind::Function { name, function } => {
                let value = self.decorated(*function);
                self.write(name, value, at);
            }
            StmtKind::Class(class) => {
                let value = self.class(class);
                self.write(&class.name, value, at);
            }
            StmtKind::Import(import) => self.import(import),
            StmtKind::Export { name, value } => {
                let value = self.eval(value);
                self.export(name, value);
            }
            StmtKind::ExportFrom { module, names } => self.export_from(module, names, at),
            StmtKind::Delete(expr) => {
                self.eval(expr);
            }
            StmtKind::Assert(test) => {
                self.eval(test);
                self.assume(test, true);
            }
            _ => {}
        }
    }

    /// `const ok = LIST.includes(x)`: what is known when `ok` is true.
    fn remember_test(&mut self, target: &Pattern, value: &Expr) {
        let Some(name) = Self::name_of(target) else { return };
        let inner = match &value.kind {
            ExprKind::Await(inner) => inner,
            _ => value,
        };
        let is_test = match &inner.kind {
            ExprKind::Call(call) => call.arguments.len() <= 2,
            ExprKind::Unary { op, .. } => *op == UnaryOp::Not,
            ExprKind::Binary { op, .. } => !matches!(
                op,
                BinaryOp::Add
                    | BinaryOp::Subtract
                    | BinaryOp::Multiply
                    | BinaryOp::Divide
                    | BinaryOp::Remainder
            ),
            _ => false,
        };
        let here = self.here;
        let Some(scope) = self.scope_mut(here) else { return };
        scope.tests.remove(name);
        if is_test {
            scope.tests.insert(Arc::clone(name), inner.clone().into());
        }
    }

    pub(super) fn returns(&mut self, value: Value) {
        let here = self.here;
        if let Some(scope) = self.scope_mut(here) {
            let joined = scope.returned.as_ref().map_or_else(|| value.clone(), |known| known.join(&value));
            scope.returned = Some(joined);
        }
    }

    pub(super) fn state(&self) -> State {
        self.scope(self.here).map_or_else(Default::default, |scope| {
            // Copied here and joined later.
            self.charge(2 * (scope.vars.len() + scope.refined.len() + scope.placed.len()));
            (scope.vars.clone(), scope.refined.clone(), scope.placed.clone())
        })
    }

    pub(super) fn restore(&mut self, state: State) {
        let here = self.here;
        if let Some(scope) = self.scope_mut(here) {
            (scope.vars, scope.refined, scope.placed) = state;
        }
    }

    /// The state after either of two ways.
    pub(super) fn meet(&mut self, other: State) {
        let here = self.here;
        let Some(scope) = self.scope_mut(here) else { return };
        for (name, value) in other.0 {
            match scope.vars.get_mut(&name) {
                Some(known) => *known = known.join(&value),
                None => {
                    scope.vars.insert(name, value);
                }
            }
        }
        scope.placed.retain(|place, _| other.2.contains_key(place));
        for (place, value) in other.2 {
            if let Some(known) = scope.placed.get_mut(&place) {
                *known = known.join(&value);
            }
        }
        let both = std::mem::take(&mut scope.refined);
        scope.refined = both
            .into_iter()
            .filter_map(|(place, kinds)| other.1.get(&place).map(|others| (place, kinds.common(*others))))
            .collect();
    }

    /// A `break` carries what variables hold to the end of its loop or switch.
    fn breaks_here(&mut self) {
        if self.breaks.is_empty() {
            return;
        }
        let vars = self.state().0;
        if let Some(open) = self.breaks.last_mut() {
            match open {
                Some(known) => join(known, vars),
                None => *open = Some(vars),
            }
        }
    }

    /// Runs a loop or switch, and gives its variables what they hold at each `break`, too.
    fn with_breaks(&mut self, run: impl FnOnce(&mut Self) -> Exit) -> Exit {
        self.breaks.push(None);
        let exit = run(self);
        let left = self.breaks.pop().flatten();
        let Some(left) = left else { return exit };
        let here = self.here;
        if let Some(scope) = self.scope_mut(here) {
            join(&mut scope.vars, left);
        }
        exit
    }

    fn branch(&mut self, test: &Expr, then: &Block, otherwise: &Block) -> Exit {
        self.eval(test);
        let before = self.state();
        self.assume(test, true);
        let first = self.in_branch(|this| this.block(then));
        let after_first = self.state();
        self.restore(before);
        self.assume(test, false);
        let second = self.in_branch(|this| this.block(otherwise));
        match (first, second) {
            (Exit::Leaves, Exit::Leaves) => return Exit::Leaves,
            (Exit::Leaves, Exit::Falls) => {}
            (Exit::Falls, Exit::Leaves) => self.restore(after_first),
            (Exit::Falls, Exit::Falls) => self.meet(after_first),
        }
        Exit::Falls
    }

    /// A loop's body, twice, so that what one round leaves reaches the next.
    pub(super) fn twice(&mut self, mut body: impl FnMut(&mut Self) -> Exit) {
        // Loops in loops would double the work with each level.
        let rounds = if self.loops < 2 { 2 } else { 1 };
        self.loops += 1;
        for _ in 0..rounds {
            let before = self.state();
            self.with_breaks(|this| this.in_branch(|this| body(this)));
            self.meet(before);
        }
        self.loops -= 1;
    }

    fn try_(&mut self, parts: &Try<'_>) -> Exit {
        let before = self.state();
        let mut exit = self.in_branch(|this| match this.block(parts.body) {
            Exit::Falls => this.block(parts.otherwise),
            Exit::Leaves => Exit::Leaves,
        });
        let mut after = self.state();
        for handler in parts.handlers {
            // Anything of the body may have run.
            self.restore(after.clone());
            self.meet(before.clone());
            let caught = self.in_branch(|this| this.handler(handler));
            if caught == Exit::Falls {
                if exit == Exit::Falls {
                    self.meet(after);
                }
                after = self.state();
                exit = Exit::Falls;
            }
        }
        self.restore(after);
        match self.block(parts.finally) {
            Exit::Leaves => Exit::Leaves,
            Exit::Falls => exit,
        }
    }

    fn handler(&mut self, handler: &Handler) -> Exit {
        if let Some(binding) = &handler.binding {
            let error = caught(handler.at);
            self.bind(binding, error, handler.at);
        }
        let is_silent = handler.body.iter().all(|stmt| match &stmt.kind {
            StmtKind::Continue | StmtKind::Break | StmtKind::Return(None) => true,
            StmtKind::Expr(expr) => matches!(expr.kind, ExprKind::Const(_)),
            _ => false,
        });
        if is_silent {
            self.note_use(UseKind::SwallowedError, "", handler.at);
        }
        self.block(&handler.body)
    }

    fn switch(&mut self, subject: &Expr, cases: &[Case]) -> Exit {
        self.eval(subject);
        let before = self.state();
        let mut after: Option<State> = None;
        let has_default = cases.iter().any(|case| case.tests.is_empty());
        for (index, case) in cases.iter().enumerate() {
            self.restore(before.clone());
            for test in &case.tests {
                self.eval(test);
            }
            if !case.tests.is_empty() {
                self.assume_equal(subject, &case.tests);
            }
            let exit = self.in_branch(|this| this.fall_through(cases, index));
            // `break` leaves the switch, not the function; only `return` and `throw` end a way.
            let ends = exit == Exit::Leaves && !ends_with_break(case);
            if !ends {
                let state = self.state();
                match after.take() {
                    Some(known) => {
                        self.restore(known);
                        self.meet(state);
                        after = Some(self.state());
                    }
                    None => after = Some(state),
                }
            }
        }
        if !has_default {
            let state = after.take();
            self.restore(before);
            state.into_iter().for_each(|state| self.meet(state));
            return Exit::Falls;
        }
        match after {
            Some(state) => {
                self.restore(state);
                Exit::Falls
            }
            None => Exit::Leaves,
        }
    }

    /// A case's body, and the next ones as long as nothing leaves.
    fn fall_through(&mut self, cases: &[Case], index: usize) -> Exit {
        for case in cases.iter().skip(index) {
            if self.block(&case.body) == Exit::Leaves {
                return Exit::Leaves;
            }
        }
        Exit::Falls
    }

    /// A class as an object whose fields are its members.
    pub(super) fn class(&mut self, class: &Class) -> Value {
        let bases: Vec<Value> = class.bases.iter().map(|base| self.eval(base)).collect();
        let getters = class.members.iter().filter(|member| member.is_getter);
        let getters = getters.map(|member| Arc::clone(&member.name)).collect();
        let types = class
            .members
            .iter()
            .filter_map(|member| Some((Arc::clone(&member.name), Arc::clone(member.annotation.as_ref()?))));
        let types = types.collect();
        let kind = ObjectKind::Class { bases, getters, types };
        let value = self.make(Object::new(kind));
        for member in &class.members {
            let member_value = match &member.value.kind {
                ExprKind::Function(function) => self.decorated(*function),
                _ => self.eval(&member.value),
            };
            if let Some(object) = value.as_object().and_then(|id| self.heap.get_mut(id)) {
                object.set(&member.name, member_value, true);
            }
        }
        for decorator in &class.decorators {
            self.eval(decorator);
        }
        value
    }
}

/// The error that a handler gets.
pub(super) fn caught(at: Span) -> Value {
    let origin = Origin { path: "error".into(), kind: OriginKind::Error, at };
    let mark =
        Mark { origin: origin.into(), clean: Kinds::ALL, trail: Trail::START, structure: Structure::Text };
    Value { shape: Shape::Extern(Extern::named("error").into()), taint: Taint::of(mark) }
}

/// Either of two values for every variable.
fn join(vars: &mut BTreeMap<Name, Value>, others: BTreeMap<Name, Value>) {
    for (name, value) in others {
        match vars.get_mut(&name) {
            Some(known) => *known = known.join(&value),
            None => {
                vars.insert(name, value);
            }
        }
    }
}

fn ends_with_break(case: &Case) -> bool {
    case.body.iter().any(|stmt| match &stmt.kind {
        StmtKind::Break => true,
        StmtKind::Block(block) => block.iter().any(|stmt| matches!(stmt.kind, StmtKind::Break)),
        StmtKind::If { then, otherwise, .. } => {
            then.iter().chain(otherwise).any(|stmt| matches!(stmt.kind, StmtKind::Break))
        }
        _ => false,
    })
}
