//! Loops, labels, and the jumps out of them.
//!
//! The intermediate language knows `break` and `continue` of the innermost loop only. A jump further
//! out sets a flag (`break#1`) and leaves the inner statements one by one; each tests the flag after it.
use model::Span;
use oxc_ast::ast;

use super::lowering::{Lowering, assign, boolean, expr};
use crate::ir::{Block, ExprKind, Name, Pattern, Stmt, StmtKind};

/// Longest step of a `for` that is repeated before each `continue`, in bytes of source.
const STEP_BYTES_MAX: usize = 200;

/// A statement that `break` can leave.
#[derive(Debug)]
pub(super) struct Frame {
    labels: Vec<Name>,
    kind: FrameKind,
    /// What happens before the next round: the step of a `for`, the test of a `do while`.
    step: Block,
    /// Flags to test after this statement, and what to do then.
    after: Vec<(Name, Block)>,
    /// Flags that jumps to this statement set.
    flags: Vec<(Jump, Name)>,
    is_left: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FrameKind {
    Loop,
    Switch,
    /// A labelled statement that is no loop.
    Block,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Jump {
    Break,
    Continue,
}

impl Lowering<'_> {
    /// Lowers what `build` returns as a statement that jumps can leave, with the tests it needs around.
    pub(super) fn framed(
        &mut self,
        (kind, step): (FrameKind, Block),
        at: Span,
        out: &mut Block,
        build: impl FnOnce(&mut Self) -> StmtKind,
    ) {
        let labels = std::mem::take(&mut self.labels);
        self.frames.push(Frame { labels, kind, step, after: Vec::new(), flags: Vec::new(), is_left: false });
        let built = build(self);
        let Some(frame) = self.frames.pop() else { return };
        for (_, flag) in &frame.flags {
            out.push(assign(Pattern::Name(flag.clone(), at), boolean(false, at), at));
        }
        out.push(match built {
            StmtKind::Block(mut body) if kind == FrameKind::Block && frame.is_left => {
                body.push(Stmt { kind: StmtKind::Break, at });
                let test = boolean(true, at);
                Stmt { kind: StmtKind::While { test, body, otherwise: Vec::new() }, at }
            }
            built => Stmt { kind: built, at },
        });
        for (flag, then) in frame.after {
            let test = expr(ExprKind::Name(flag), at);
            out.push(Stmt { kind: StmtKind::If { test, then, otherwise: Vec::new() }, at });
        }
    }

    /// `break`, `continue`, with or without a label.
    pub(super) fn jump(&mut self, jump: Jump, label: Option<&str>, at: Span, out: &mut Block) {
        let is_target = |frame: &Frame| match (label, jump) {
            (Some(label), _) => frame.labels.iter().any(|name| &**name == label),
            (None, Jump::Break) => frame.kind != FrameKind::Block,
            (None, Jump::Continue) => frame.kind == FrameKind::Loop,
        };
        let Some(target) = self.frames.iter().rposition(is_target) else { return };
        let mut between = Vec::new();
        for (index, frame) in self.frames.iter_mut().enumerate().skip(target) {
            let catches = jump == Jump::Break || frame.kind != FrameKind::Switch;
            if index == target || catches {
                frame.is_left = true;
            }
            if index > target && catches {
                between.push(index);
            }
        }
        let direct = self.direct(jump, target, at);
        let Some(outermost) = between.first().copied() else {
            out.extend(direct);
            return;
        };
        let flag = self.flag(jump, target);
        for index in between {
            let mut then = if index == outermost { direct.clone() } else { vec![] };
            if index == outermost && jump == Jump::Continue {
                then.insert(0, assign(Pattern::Name(flag.clone(), at), boolean(false, at), at));
            } else if index != outermost {
                then.push(Stmt { kind: StmtKind::Break, at });
            }
            if let Some(frame) = self.frames.get_mut(index)
                && frame.after.iter().all(|(known, _)| *known != flag)
            {
                frame.after.push((flag.clone(), then));
            }
        }
        out.push(assign(Pattern::Name(flag, at), boolean(true, at), at));
        out.push(Stmt { kind: StmtKind::Break, at });
    }

    /// The jump as it stands right inside its target.
    fn direct(&self, jump: Jump, target: usize, at: Span) -> Block {
        match jump {
            Jump::Break => vec![Stmt { kind: StmtKind::Break, at }],
            Jump::Continue => {
                let mut block = self.frames.get(target).map(|frame| frame.step.clone()).unwrap_or_default();
                block.push(Stmt { kind: StmtKind::Continue, at });
                block
            }
        }
    }

    fn flag(&mut self, jump: Jump, target: usize) -> Name {
        let known = self.frames.get(target).into_iter().flat_map(|frame| &frame.flags);
        if let Some((_, flag)) = known.clone().find(|(other, _)| *other == jump) {
            return flag.clone();
        }
        self.flags += 1;
        let flag: Name = match jump {
            Jump::Break => format!("break#{}", self.flags).into(),
            Jump::Continue => format!("continue#{}", self.flags).into(),
        };
        if let Some(frame) = self.frames.get_mut(target) {
            frame.flags.push((jump, flag.clone()));
        }
        let current = self.current;
        if let Some(function) = self.function_mut(current) {
            function.locals.push(flag.clone());
        }
        flag
    }

    /// `for (start; test; step)`: the start stands before, in the same block.
    pub(super) fn for_statement(&mut self, node: &ast::ForStatement<'_>, out: &mut Block) {
        let at = self.at(node);
        let labels = std::mem::take(&mut self.labels);
        let mut block = Vec::new();
        match &node.init {
            Some(ast::ForStatementInit::VariableDeclaration(declaration)) => {
                self.variables(declaration, &mut block);
            }
            Some(init) => {
                if let Some(init) = init.as_expression() {
                    self.effect(init, &mut block);
                }
            }
            None => {}
        }
        let test = match &node.test {
            Some(test) => self.expr(test),
            None => boolean(true, at),
        };
        let mut step = Vec::new();
        if let Some(update) = &node.update {
            self.effect(update, &mut step);
        }
        let is_short = node.update.as_ref().is_none_or(|update| length(update) <= STEP_BYTES_MAX);
        let repeated = if is_short { step.clone() } else { Vec::new() };
        self.labels = labels;
        self.framed((FrameKind::Loop, repeated), at, &mut block, |this| {
            let mut body = this.body(&node.body);
            body.append(&mut step);
            StmtKind::While { test, body, otherwise: Vec::new() }
        });
        out.push(Stmt { kind: StmtKind::Block(block), at });
    }

    pub(super) fn while_statement(&mut self, node: &ast::WhileStatement<'_>, out: &mut Block) {
        let at = self.at(node);
        self.framed((FrameKind::Loop, Vec::new()), at, out, |this| {
            let test = this.expr(&node.test);
            StmtKind::While { test, body: this.body(&node.body), otherwise: Vec::new() }
        });
    }

    /// The test stands at the end of an endless loop, since the body runs at least once.
    pub(super) fn do_statement(&mut self, node: &ast::DoWhileStatement<'_>, out: &mut Block) {
        let at = self.at(node);
        let test = self.expr(&node.test);
        let leave = vec![Stmt { kind: StmtKind::Break, at: test.at }];
        let test_at = test.at;
        let step =
            vec![Stmt { kind: StmtKind::If { test, then: Vec::new(), otherwise: leave }, at: test_at }];
        let repeated = if length(&node.test) <= STEP_BYTES_MAX { step.clone() } else { Vec::new() };
        self.framed((FrameKind::Loop, repeated), at, out, |this| {
            let mut body = this.body(&node.body);
            body.extend(step);
            StmtKind::While { test: boolean(true, at), body, otherwise: Vec::new() }
        });
    }

    pub(super) fn for_of(&mut self, node: &ast::ForOfStatement<'_>, out: &mut Block) {
        let at = self.at(node);
        let mut values = self.expr(&node.right);
        if node.r#await {
            let values_at = values.at;
            values = expr(ExprKind::Await(Box::new(values)), values_at);
        }
        self.framed((FrameKind::Loop, Vec::new()), at, out, |this| {
            let target = this.loop_target(&node.left);
            StmtKind::For { target, values, keys: false, body: this.body(&node.body), otherwise: Vec::new() }
        });
    }

    pub(super) fn for_in(&mut self, node: &ast::ForInStatement<'_>, out: &mut Block) {
        let at = self.at(node);
        let values = self.expr(&node.right);
        self.framed((FrameKind::Loop, Vec::new()), at, out, |this| {
            let target = this.loop_target(&node.left);
            StmtKind::For { target, values, keys: true, body: this.body(&node.body), otherwise: Vec::new() }
        });
    }

    fn loop_target(&mut self, left: &ast::ForStatementLeft<'_>) -> Pattern {
        match left {
            ast::ForStatementLeft::VariableDeclaration(declaration) => match declaration.declarations.first()
            {
                Some(first) => self.binding(&first.id),
                None => Pattern::Ignore,
            },
            left => left.as_assignment_target().map_or(Pattern::Ignore, |target| self.target(target)),
        }
    }

    pub(super) fn labelled(&mut self, node: &ast::LabeledStatement<'_>, out: &mut Block) {
        let label = self.name(&node.label.name);
        self.labels.push(label);
        match &node.body {
            ast::Statement::LabeledStatement(_)
            | ast::Statement::ForStatement(_)
            | ast::Statement::ForInStatement(_)
            | ast::Statement::ForOfStatement(_)
            | ast::Statement::WhileStatement(_)
            | ast::Statement::DoWhileStatement(_)
            | ast::Statement::SwitchStatement(_) => self.statement(&node.body, out),
            body => {
                let at = self.at(node);
                self.framed((FrameKind::Block, Vec::new()), at, out, |this| StmtKind::Block(this.body(body)));
            }
        }
        self.labels.clear();
    }
}

fn length(node: &ast::Expression<'_>) -> usize {
    usize::try_from(oxc_span::GetSpan::span(node).size()).unwrap_or(usize::MAX)
}
