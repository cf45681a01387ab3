//! `match`: a chain of branches, each with a test and the names that its pattern binds.
use ruff_python_ast as ast;
use ruff_text_size::Ranged;

use crate::ir::{BinaryOp, Block, Const, Expr, ExprKind, Pattern, StmtKind};

use super::Lowering;
use super::expression::joined;
use super::target::dotted;

/// What a pattern asks for and gives.
#[derive(Default)]
struct Asked {
    /// All must hold.
    tests: Vec<Expr>,
    bindings: Vec<(Pattern, Expr)>,
}

impl Lowering<'_> {
    pub(super) fn choice(&mut self, choice: &ast::StmtMatch, out: &mut Block) {
        let subject = self.expr(&choice.subject);
        let (kept, again) = self.shared(subject);
        let again = again.unwrap_or_else(|| kept.clone());
        if matches!(kept.kind, ExprKind::Assign { .. }) {
            self.push(out, StmtKind::Expr(kept), choice.subject.range());
        }
        let mut chain = Vec::new();
        let mut otherwise = Vec::new();
        for case in &choice.cases {
            if self.is_long(chain.len(), case.range) {
                break;
            }
            let mut asked = Asked::default();
            self.ask(&case.pattern, &again, &mut asked);
            let mut body = Vec::new();
            if let Some(guard) = &case.guard {
                let guard = self.guard(guard, &mut asked.bindings);
                asked.tests.push(guard);
            }
            for (target, value) in asked.bindings {
                self.push_binding(target, value, &mut body);
            }
            body.append(&mut self.nested(&case.body));
            let Some(test) = joined(BinaryOp::And, asked.tests) else {
                otherwise = body;
                break;
            };
            chain.push((test, body, case.range));
        }
        self.chain(chain, otherwise, out);
    }

    /// `case [x] if x > 1`: the guard sees what the pattern binds.
    fn guard(&mut self, guard: &ast::Expr, bindings: &mut Vec<(Pattern, Expr)>) -> Expr {
        let range = guard.range();
        let guard = self.expr(guard);
        let assigned = bindings.drain(..).map(|(target, value)| {
            let at = value.at;
            Expr { kind: ExprKind::Assign { target: Box::new(target), value: Box::new(value) }, at }
        });
        let mut sequence: Vec<Expr> = assigned.collect();
        if sequence.is_empty() {
            return guard;
        }
        sequence.push(guard);
        self.expr_at(ExprKind::Sequence(sequence), range)
    }

    fn ask(&mut self, pattern: &ast::Pattern, subject: &Expr, asked: &mut Asked) {
        self.deeper(pattern.range(), |this| this.ask_kind(pattern, subject, asked));
    }

    fn ask_kind(&mut self, pattern: &ast::Pattern, subject: &Expr, asked: &mut Asked) {
        let range = pattern.range();
        match pattern {
            ast::Pattern::MatchValue(value) => {
                let value = self.expr(&value.value);
                self.test(BinaryOp::Equal, subject.clone(), value, asked);
            }
            ast::Pattern::MatchSingleton(value) => {
                let value = match value.value {
                    ast::Singleton::None => Const::Null,
                    ast::Singleton::True => Const::Bool(true),
                    ast::Singleton::False => Const::Bool(false),
                };
                let value = self.expr_at(ExprKind::Const(value), range);
                self.test(BinaryOp::Is, subject.clone(), value, asked);
            }
            ast::Pattern::MatchSequence(sequence) => self.ask_sequence(sequence, subject, asked),
            ast::Pattern::MatchMapping(mapping) => self.ask_mapping(mapping, subject, asked),
            ast::Pattern::MatchClass(class) => self.ask_class(class, subject, asked),
            ast::Pattern::MatchStar(star) => self.ask_name(star.name.as_ref(), subject, asked),
            ast::Pattern::MatchAs(named) => {
                if let Some(inner) = &named.pattern {
                    self.ask(inner, subject, asked);
                }
                self.ask_name(named.name.as_ref(), subject, asked);
            }
            ast::Pattern::MatchOr(choice) => self.ask_any(choice, subject, asked),
        }
    }

    fn test(&mut self, op: BinaryOp, left: Expr, right: Expr, asked: &mut Asked) {
        let at = right.at;
        let kind = ExprKind::Binary { op, left: Box::new(left), right: Box::new(right) };
        asked.tests.push(Expr { kind, at });
    }

    fn ask_name(&mut self, name: Option<&ast::Identifier>, subject: &Expr, asked: &mut Asked) {
        if let Some(name) = name {
            let target = self.bound(name, name.range);
            asked.bindings.push((target, subject.clone()));
        }
    }

    /// Elements after a star are taken for elements at their place before it.
    fn ask_sequence(&mut self, sequence: &ast::PatternMatchSequence, subject: &Expr, asked: &mut Asked) {
        if let Some(kind) = self.called("len", subject) {
            let stars = sequence.patterns.iter().filter(|one| one.is_match_star()).count();
            let least = i64::try_from(sequence.patterns.len() - stars).unwrap_or(i64::MAX);
            let length = self.expr_at(ExprKind::Const(Const::Int(least)), sequence.range);
            let op = if stars == 0 { BinaryOp::Equal } else { BinaryOp::GreaterEqual };
            self.test(op, kind, length, asked);
        }
        for (index, inner) in (0_i64..).zip(&sequence.patterns) {
            let index = self.expr_at(ExprKind::Const(Const::Int(index)), inner.range());
            let object = Box::new(subject.clone());
            let kind = if inner.is_match_star() {
                ExprKind::Slice { object, bounds: vec![index] }
            } else {
                ExprKind::Index { object, index: Box::new(index) }
            };
            let element = self.expr_at(kind, inner.range());
            self.ask(inner, &element, asked);
        }
    }

    fn called(&mut self, function: &str, subject: &Expr) -> Option<Expr> {
        let at = subject.at;
        let callee = Expr { kind: ExprKind::Name(self.read_name(function)), at };
        let argument =
            crate::ir::Argument { kind: crate::ir::ArgumentKind::Plain, value: subject.clone(), at };
        let call = crate::ir::Call { callee, arguments: vec![argument], is_new: false };
        Some(Expr { kind: ExprKind::Call(Box::new(call)), at })
    }

    fn ask_mapping(&mut self, mapping: &ast::PatternMatchMapping, subject: &Expr, asked: &mut Asked) {
        for (key, inner) in mapping.keys.iter().zip(&mapping.patterns) {
            let key = self.expr(key);
            self.test(BinaryOp::In, key.clone(), subject.clone(), asked);
            let kind = ExprKind::Index { object: Box::new(subject.clone()), index: Box::new(key) };
            let value = self.expr_at(kind, inner.range());
            self.ask(inner, &value, asked);
        }
        self.ask_name(mapping.rest.as_ref(), subject, asked);
    }

    /// `case str(x)` binds the subject itself; what `case Point(x)` binds is up to the class.
    fn ask_class(&mut self, class: &ast::PatternMatchClass, subject: &Expr, asked: &mut Asked) {
        let is_plain = dotted(&class.cls).is_some_and(|name| {
            matches!(
                &*name,
                "str" | "int" | "float" | "bool" | "bytes" | "list" | "dict" | "tuple" | "set" | "frozenset"
            )
        });
        let tested = self.expr(&class.cls);
        self.test(BinaryOp::InstanceOf, subject.clone(), tested, asked);
        for inner in &class.arguments.patterns {
            let part = if is_plain {
                subject.clone()
            } else {
                self.expr_at(ExprKind::Other(vec![subject.clone()]), inner.range())
            };
            self.ask(inner, &part, asked);
        }
        for keyword in &class.arguments.keywords {
            let kind = ExprKind::Member {
                object: Box::new(subject.clone()),
                name: keyword.attr.as_str().into(),
                name_at: self.at(keyword.attr.range),
            };
            let part = self.expr_at(kind, keyword.range);
            self.ask(&keyword.pattern, &part, asked);
        }
    }

    /// One of them matches. A name that all of them bind is one of the values.
    fn ask_any(&mut self, choice: &ast::PatternMatchOr, subject: &Expr, asked: &mut Asked) {
        let mut tests = Vec::new();
        let mut always = false;
        let mut bound: Vec<(Pattern, Vec<Expr>)> = Vec::new();
        for one in &choice.patterns {
            let mut inner = Asked::default();
            self.ask(one, subject, &mut inner);
            match joined(BinaryOp::And, inner.tests) {
                Some(test) => tests.push(test),
                None => always = true,
            }
            for (target, value) in inner.bindings {
                let known = bound.iter_mut().find(|(known, _)| same_name(known, &target));
                match known {
                    Some((_, values)) => values.push(value),
                    None => bound.push((target, vec![value])),
                }
            }
        }
        if !always && let Some(test) = joined(BinaryOp::Or, tests) {
            asked.tests.push(test);
        }
        for (target, values) in bound {
            asked.bindings.push((target, self.expr_at(ExprKind::Other(values), choice.range)));
        }
    }
}

fn same_name(one: &Pattern, other: &Pattern) -> bool {
    matches!((one, other), (Pattern::Name(one, _), Pattern::Name(other, _)) if one == other)
}
