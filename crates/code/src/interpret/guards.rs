//! Checks that make a value harmless: allow-lists, casts, patterns, prefixes.
use std::rc::Rc;

use model::SinkKind;

use super::Interpreter;
use super::places::{
    Facts, HOSTED, NOT_STRUCTURED, common, common_folder, is_false, is_prototype, is_strict, is_type_of,
    place, prefixed, refuses, type_facts,
};
use crate::ir::{BinaryOp, Const, Expr, ExprKind, Function, StmtKind, UnaryOp};
use crate::models::{self, Argument, Effect};
use crate::taint::Kinds;
use crate::value::{Closure, Passed, Shape, Value};

/// How deep checks in checks are looked at.
const DEPTH_MAX: usize = 6;

impl Interpreter<'_> {
    /// From here on the test came out so.
    pub(super) fn assume(&mut self, test: &Expr, truth: bool) {
        let facts = self.quietly(|this| this.facts(test, truth, 0));
        self.apply(facts);
        self.privilege(test);
    }

    pub(super) fn assume_equal(&mut self, subject: &Expr, tests: &[Expr]) {
        let constant = tests.iter().all(|test| matches!(test.kind, ExprKind::Const(_)));
        if let Some(place) = place(subject).filter(|_| constant) {
            self.apply(vec![(place, Kinds::INJECTION)]);
        }
    }

    fn apply(&mut self, facts: Facts) {
        let here = self.here;
        let Some(scope) = self.scope_mut(here) else { return };
        for (place, kinds) in facts {
            // A variable of this function is itself harmless from here on, wherever ways meet again.
            if let Some(value) = scope.vars.get_mut(place.as_str()) {
                *value = value.clone().cleaned(kinds);
                if !matches!(value.shape, Shape::Object(_)) {
                    continue;
                }
            }
            let known = scope.refined.entry(place).or_default();
            *known = known.and(kinds);
        }
    }

    /// What checks say about the place that an expression reads.
    pub(super) fn refine(&mut self, expr: &Expr, value: Value) -> Value {
        if value.taint.is_none() && !matches!(value.shape, Shape::Object(_)) {
            return value;
        }
        let mut at = Some(self.here);
        let mut found: Option<String> = None;
        while let Some(scope) = at.and_then(|id| self.scope(id)) {
            if !scope.refined.is_empty() {
                if found.is_none() {
                    found = place(expr);
                }
                let Some(place) = &found else { return value };
                if let Some(kinds) = scope.refined.get(place) {
                    return value.cleaned(*kinds);
                }
            }
            at = scope.parent;
        }
        value
    }

    /// A place that is written again is not checked any more.
    pub(super) fn forget(&mut self, expr: &Expr) {
        let here = self.here;
        if let (Some(place), Some(scope)) = (place(expr), self.scope_mut(here)) {
            scope.refined.retain(|known, _| !super::is_below(known, &place));
        }
    }

    fn facts(&mut self, test: &Expr, truth: bool, depth: usize) -> Facts {
        if depth > DEPTH_MAX {
            return vec![];
        }
        match &test.kind {
            ExprKind::Unary { op: UnaryOp::Not, operand } => self.facts(operand, !truth, depth + 1),
            ExprKind::Binary { op: BinaryOp::And, left, right } => {
                let first = self.facts(left, truth, depth + 1);
                let second = self.facts(right, truth, depth + 1);
                if truth { [first, second].concat() } else { common(&first, &second) }
            }
            ExprKind::Binary { op: BinaryOp::Or, left, right } => {
                let first = self.facts(left, truth, depth + 1);
                let second = self.facts(right, truth, depth + 1);
                if truth { common(&first, &second) } else { [first, second].concat() }
            }
            ExprKind::Binary { op, left, right } => self.comparison(*op, (left, right), truth, depth),
            ExprKind::Call(_) => self.call_facts(test, truth, depth),
            ExprKind::Await(inner) => self.facts(inner, truth, depth + 1),
            ExprKind::Name(name) => {
                let test = self.scope(self.here).and_then(|scope| scope.tests.get(name).cloned());
                test.map_or_else(Vec::new, |test| self.facts(&test, truth, depth + 1))
            }
            _ => vec![],
        }
    }

    fn comparison(
        &mut self,
        op: BinaryOp,
        (left, right): (&Expr, &Expr),
        truth: bool,
        depth: usize,
    ) -> Facts {
        let is_equal = match op {
            BinaryOp::Equal | BinaryOp::Is => truth,
            BinaryOp::NotEqual | BinaryOp::IsNot => !truth,
            BinaryOp::In | BinaryOp::HasKey => return self.membership(left, right, truth),
            BinaryOp::NotIn => return self.membership(left, right, !truth),
            BinaryOp::Greater | BinaryOp::GreaterEqual => return self.position(left, truth),
            BinaryOp::Less | BinaryOp::LessEqual => return self.position(left, !truth),
            _ => return vec![],
        };
        for (one, other) in [(left, right), (right, left)] {
            if let ExprKind::Const(constant) = &other.kind {
                match constant {
                    Const::Null | Const::Undefined => return self.facts(one, !is_equal, depth + 1),
                    Const::Bool(flag) => return self.facts(one, *flag == is_equal, depth + 1),
                    Const::Text(kind) if is_type_of(one) => return type_facts(one, kind, is_equal),
                    _ => {}
                }
            }
            // `LIST.indexOf(x) === -1`
            if matches!(&other.kind, ExprKind::Unary { op: UnaryOp::Minus, .. }) {
                return self.position(one, !is_equal);
            }
        }
        if !is_equal {
            let names_prototype =
                |expr: &Expr| matches!(&expr.kind, ExprKind::Const(Const::Text(text)) if is_prototype(text));
            let place = if names_prototype(right) { place(left) } else { None };
            return place.map(|place| (place, Kinds::of(SinkKind::Prototype))).into_iter().collect();
        }
        for (one, other) in [(left, right), (right, left)] {
            let value = self.eval(other);
            if value.taint.is_live() || value.is_nothing() {
                continue;
            }
            let host = self.host_places(one).into_iter().map(|place| (place, HOSTED));
            let whole = place(one).map(|place| (place, Kinds::INJECTION));
            let found: Facts = host.chain(whole).chain(common_folder(one)).collect();
            if !found.is_empty() {
                return found;
            }
        }
        vec![]
    }

    /// `LIST.indexOf(x) >= 0`.
    fn position(&mut self, call: &Expr, truth: bool) -> Facts {
        match &call.kind {
            ExprKind::Call(inner) => match &inner.callee.kind {
                ExprKind::Member { object, name, .. } if matches!(&**name, "indexOf" | "search" | "find") => {
                    let Some(argument) = inner.arguments.first() else { return vec![] };
                    self.membership(&argument.value, object, truth)
                }
                _ => vec![],
            },
            _ => vec![],
        }
    }

    /// `x in container`.
    fn membership(&mut self, element: &Expr, container: &Expr, truth: bool) -> Facts {
        // `ROOT in full.parents`
        if let ExprKind::Member { object, name, .. } = &container.kind
            && &**name == "parents"
        {
            let path = place(object).filter(|_| truth);
            return path.map(|place| (place, Kinds::of(SinkKind::Path))).into_iter().collect();
        }
        // `".." in name` being false, `"/" in name` being false.
        if let (ExprKind::Const(Const::Text(text)), Some(place)) = (&element.kind, place(container)) {
            let walks = matches!(&**text, ".." | "../" | "/");
            return if walks && !truth { vec![(place, Kinds::of(SinkKind::Path))] } else { vec![] };
        }
        let host = self.host_places(element).into_iter().map(|place| (place, HOSTED));
        let whole = place(element).map(|place| (place, if truth { Kinds::INJECTION } else { Kinds::NONE }));
        let found: Facts = if truth { host.chain(whole).collect() } else { whole.into_iter().collect() };
        let container = self.eval(container);
        if self.deep_taint(&container).is_live() {
            return vec![];
        }
        if truth {
            return found;
        }
        // Not one of the names that lead to a prototype.
        let object = container.as_object().and_then(|id| self.heap.get(id));
        let refuses = object.is_some_and(|list| {
            list.items.iter().any(|item| item.as_text().is_some_and(|text| is_prototype(text)))
        });
        found
            .into_iter()
            .filter(|_| refuses)
            .map(|(place, _)| (place, Kinds::of(SinkKind::Prototype)))
            .collect()
    }

    /// The URL whose host an expression is: `urlparse(url).hostname`, `new URL(url).host`, and the variable
    /// that holds the parsed one.
    fn host_places(&self, expr: &Expr) -> Vec<String> {
        let ExprKind::Member { object, name, .. } = &expr.kind else { return vec![] };
        if !matches!(&**name, "hostname" | "netloc" | "host" | "origin") {
            return vec![];
        }
        let mut places: Vec<String> = place(object).into_iter().collect();
        let parsed = match &object.kind {
            ExprKind::Name(name) => self.scope(self.here).and_then(|scope| scope.tests.get(name).cloned()),
            _ => None,
        };
        if let ExprKind::Call(call) = &parsed.as_deref().unwrap_or(object).kind {
            places.extend(call.arguments.first().and_then(|first| place(&first.value)));
        }
        places
    }

    fn call_facts(&mut self, test: &Expr, truth: bool, depth: usize) -> Facts {
        let ExprKind::Call(call) = &test.kind else { return vec![] };
        let arguments: Vec<&Expr> = call.arguments.iter().map(|argument| &argument.value).collect();
        if let ExprKind::Member { object, name, .. } = &call.callee.kind {
            let found = self.method_facts(object, name, &arguments, truth);
            if !found.is_empty() {
                return found;
            }
        }
        if let ExprKind::Name(name) = &call.callee.kind
            && &**name == "all"
            && truth
        {
            return self.each_facts(&arguments, depth);
        }
        let callee = self.eval(&call.callee);
        match &callee.shape {
            Shape::Function(closure) => {
                let closure = Rc::clone(closure);
                if truth { self.function_facts(&closure, &arguments, false, depth) } else { vec![] }
            }
            Shape::Extern(known) => {
                let path = known.path.to_string();
                self.extern_facts(&path, &callee, &arguments, truth)
            }
            _ => vec![],
        }
    }

    /// `all(letter in ALLOWED for letter in text)`.
    fn each_facts(&mut self, arguments: &[&Expr], depth: usize) -> Facts {
        let Some(ExprKind::Comprehension { element, clauses, .. }) =
            arguments.first().map(|first| &first.kind)
        else {
            return vec![];
        };
        let [clause] = clauses.as_slice() else { return vec![] };
        let Some((name, whole)) = Self::name_of(&clause.target).zip(place(&clause.values)) else {
            return vec![];
        };
        let facts = self.facts(element, true, depth + 1);
        facts
            .into_iter()
            .filter(|(place, _)| **place == **name)
            .map(|(_, kinds)| (whole.clone(), kinds))
            .collect()
    }

    fn extern_facts(&mut self, path: &str, callee: &Value, arguments: &[&Expr], truth: bool) -> Facts {
        let first = arguments.first().and_then(|first| place(first));
        match (path, truth) {
            ("isNaN" | "Number.isNaN" | "math.isnan", false) => {
                return first.map(|place| (place, Kinds::INJECTION)).into_iter().collect();
            }
            ("isinstance", true) => {
                let types = arguments.get(1).map(|types| self.eval(types));
                let is_text =
                    types.as_ref().and_then(Value::as_extern).is_some_and(|known| &*known.path == "str");
                let is_container = types
                    .as_ref()
                    .and_then(Value::as_extern)
                    .is_some_and(|known| matches!(&*known.path, "dict" | "list" | "bytes" | "object"));
                let kinds = if is_text { NOT_STRUCTURED } else { Kinds::INJECTION };
                return first.filter(|_| !is_container).map(|place| (place, kinds)).into_iter().collect();
            }
            ("re.match" | "re.search" | "re.fullmatch" | "regex.match" | "regex.fullmatch", true) => {
                let pattern = arguments.first().map(|pattern| self.eval(pattern));
                let is_whole = path.ends_with("fullmatch");
                let strict =
                    pattern.is_none_or(|pattern| is_strict(&pattern, is_whole, path.ends_with("search")));
                let place = arguments.get(1).and_then(|text| place(text)).filter(|_| strict);
                return place.map(|place| (place, Kinds::INJECTION)).into_iter().collect();
            }
            _ => {}
        }
        if !truth {
            return vec![];
        }
        let mut found = vec![];
        for rule in models::rules(self.language(), path) {
            if let (Effect::Test(kinds), Argument::At(position, _)) = (&rule.effect, &rule.argument) {
                let checked = arguments.get(*position).and_then(|at| place(at));
                let own = checked.iter().flat_map(|place| self.compiled_schema_facts(callee, place));
                let own: Facts = own.collect();
                found.extend(checked.map(|place| (place, *kinds)));
                found.extend(own);
            }
        }
        found
    }

    fn method_facts(&mut self, object: &Expr, name: &str, arguments: &[&Expr], truth: bool) -> Facts {
        let owner = place(object);
        let first = arguments.first().copied();
        match name {
            "includes" | "has" | "contains" | "hasOwnProperty" | "has_key" | "__contains__" => match first {
                Some(element) => self.membership(element, object, truth),
                None => vec![],
            },
            "startsWith" | "startswith" if truth => {
                let Some(prefix) = first.map(|prefix| self.eval(prefix)) else { return vec![] };
                let kinds = prefixed(&prefix);
                owner.filter(|_| !prefix.taint.is_live()).map(|place| (place, kinds)).into_iter().collect()
            }
            // `path.relative(ROOT, full).startsWith("..")` being false.
            "startsWith" if !truth => match &object.kind {
                ExprKind::Call(call) => {
                    let full = call.arguments.get(1).and_then(|full| place(&full.value));
                    full.map(|place| (place, Kinds::of(SinkKind::Path))).into_iter().collect()
                }
                _ => vec![],
            },
            "is_relative_to" if truth => {
                owner.map(|place| (place, Kinds::of(SinkKind::Path))).into_iter().collect()
            }
            "isdigit" | "isnumeric" | "isdecimal" | "isalnum" | "isalpha" | "isidentifier" if truth => {
                owner.map(|place| (place, Kinds::INJECTION)).into_iter().collect()
            }
            // JavaScript's `pattern.test(x)`, `x.match(pattern)`; Python's compiled patterns.
            "test" | "exec" | "match" | "fullmatch" | "search" if truth => {
                let Some(first) = first else { return vec![] };
                let (pattern, text) = if self.is_regex(object) { (object, first) } else { (first, object) };
                if !self.is_regex(pattern) {
                    return vec![];
                }
                let value = self.eval(pattern);
                let strict = is_strict(&value, name == "fullmatch", self.is_python() && name == "search");
                place(text).filter(|_| strict).map(|place| (place, Kinds::INJECTION)).into_iter().collect()
            }
            _ => vec![],
        }
    }

    fn is_regex(&mut self, expr: &Expr) -> bool {
        let value = self.eval(expr);
        match &value.shape {
            Shape::Const(Const::Regex { .. }) => true,
            Shape::Extern(known) => {
                matches!(&*known.path, "re.compile()" | "RegExp()" | "regex.compile()")
                    && !value.taint.is_live()
            }
            _ => false,
        }
    }

    /// What is harmless after a function of the application said yes (or, for `completes`, came back).
    fn function_facts(
        &mut self,
        closure: &Closure,
        arguments: &[&Expr],
        completes: bool,
        depth: usize,
    ) -> Facts {
        if depth > 2 || self.quiet > 1 || self.stack.len() >= self.limits.call_depth_max {
            return vec![];
        }
        let Some(function) = closure.module.functions.get(closure.function.0 as usize) else { return vec![] };
        let passed: Vec<Passed> = arguments
            .iter()
            .map(|argument| Passed {
                name: None,
                value: self.eval(argument),
                at: argument.at,
                is_spread: false,
            })
            .collect();
        let inner =
            self.in_function(closure, &passed, None, |this| this.body_facts(function, completes, depth));
        let skip = usize::from(function.is_method && closure.this.is_some());
        let names = function.params.iter().skip(skip).map(|param| Self::name_of(&param.target));
        let mut found = vec![];
        for (name, argument) in names.zip(arguments) {
            let (Some(name), Some(outside)) = (name, place(argument)) else { continue };
            for (inside, kinds) in &inner {
                if let Some(rest) = inside.strip_prefix(&**name)
                    && (rest.is_empty() || rest.starts_with('.'))
                {
                    found.push((format!("{outside}{rest}"), *kinds));
                }
            }
        }
        found
    }

    fn body_facts(&mut self, function: &Function, completes: bool, depth: usize) -> Facts {
        let mut so_far: Facts = vec![];
        let mut ways: Vec<Facts> = vec![];
        for stmt in &function.body {
            match &stmt.kind {
                StmtKind::If { test, then, otherwise } if otherwise.is_empty() => {
                    let last = then.last();
                    let refuses = last.is_some_and(|last| refuses(last, completes));
                    let agrees = last.is_some_and(|last| matches!(last.kind, StmtKind::Return(_)));
                    let facts = self.facts(test, !refuses, depth + 1);
                    match (refuses, agrees) {
                        (true, _) => so_far.extend(facts),
                        (false, true) => ways.push([so_far.clone(), facts].concat()),
                        (false, false) => {}
                    }
                }
                StmtKind::Return(Some(value)) => {
                    let facts = if completes { vec![] } else { self.facts(value, true, depth + 1) };
                    let is_way = completes || !is_false(value);
                    ways.extend(is_way.then(|| [so_far.clone(), facts].concat()));
                    break;
                }
                StmtKind::Expr(expr) => {
                    let facts = self.completion_facts(expr, depth + 1);
                    so_far.extend(facts);
                }
                _ => {
                    let copy = stmt.clone();
                    self.block(&vec![copy]);
                }
            }
        }
        let ends = function.body.last().is_none_or(|last| !matches!(last.kind, StmtKind::Return(_)));
        if completes && ends {
            ways.push(so_far);
        }
        ways.into_iter().reduce(|one, two| common(&one, &two)).unwrap_or_default()
    }

    /// What is harmless after a call came back: validators throw.
    pub(super) fn after_call(&mut self, expr: &Expr) {
        // Inside of a check itself this would double the work with each level.
        if self.quiet > 0 {
            return;
        }
        let facts = self.quietly(|this| this.completion_facts(expr, 0));
        self.apply(facts);
    }

    fn completion_facts(&mut self, expr: &Expr, depth: usize) -> Facts {
        let expr = match &expr.kind {
            ExprKind::Await(inner) => inner,
            _ => expr,
        };
        let ExprKind::Call(call) = &expr.kind else { return vec![] };
        let arguments: Vec<&Expr> = call.arguments.iter().map(|argument| &argument.value).collect();
        if arguments.is_empty() {
            return vec![];
        }
        let callee = self.eval(&call.callee);
        match &callee.shape {
            Shape::Function(closure) => {
                let closure = Rc::clone(closure);
                self.function_facts(&closure, &arguments, true, depth)
            }
            Shape::Extern(known) => {
                let mut found = vec![];
                for rule in models::rules(self.language(), &known.path) {
                    let (Effect::Guard(kinds), Argument::At(position, names)) =
                        (&rule.effect, &rule.argument)
                    else {
                        continue;
                    };
                    let named = call.arguments.iter().find(|argument| match &argument.kind {
                        crate::ir::ArgumentKind::Keyword(name) => names.contains(&&**name),
                        _ => false,
                    });
                    let checked = named.map(|named| &named.value).or(arguments.get(*position).copied());
                    let schema = call.arguments.iter().find_map(|argument| match &argument.kind {
                        crate::ir::ArgumentKind::Keyword(name) if &**name == "schema" => {
                            Some(&argument.value)
                        }
                        _ => None,
                    });
                    let schema = schema.or(arguments.get(1).copied()).map(|schema| self.eval(schema));
                    let Some(place) = checked.and_then(place) else { continue };
                    found.extend(schema.iter().flat_map(|schema| self.schema_facts(schema, &place, 0)));
                    found.push((place, *kinds));
                }
                found
            }
            _ => vec![],
        }
    }

    /// A role that the request claims for itself decides.
    fn privilege(&mut self, test: &Expr) {
        const ROLES: &[&str] = &[
            "isadmin",
            "is_admin",
            "admin",
            "role",
            "roles",
            "isstaff",
            "is_staff",
            "issuperuser",
            "is_superuser",
        ];
        let mut open = vec![test];
        while let Some(expr) = open.pop() {
            match &expr.kind {
                ExprKind::Binary { left, right, .. } => open.extend([&**left, &**right]),
                ExprKind::Unary { operand, .. } => open.push(operand),
                ExprKind::Member { .. } | ExprKind::Index { .. } | ExprKind::Name(_) | ExprKind::Call(_) => {
                    let value = self.quietly(|this| this.eval(expr));
                    let Shape::Event(part) = &value.shape else { continue };
                    let last = part.path.last().map(|name| name.to_ascii_lowercase()).unwrap_or_default();
                    let is_input = part.path.iter().any(|key| {
                        matches!(
                            &**key,
                            "body" | "queryStringParameters" | "headers" | "json" | "args" | "query"
                        )
                    });
                    if is_input && ROLES.contains(&last.as_str()) {
                        self.note_flow(SinkKind::Identity, "condition", test.at, &value.taint, expr.at);
                    }
                }
                _ => {}
            }
        }
    }

    /// Whether a call ends the process: what stands after it does not run.
    pub(super) fn ends_the_process(&mut self, expr: &Expr, value: &Value) -> bool {
        let is_call = matches!(expr.kind, ExprKind::Call(_));
        let ends = |value: &Value| {
            value.as_extern().is_some_and(|known| {
                matches!(&*known.path, "sys.exit()" | "process.exit()" | "os._exit()" | "flask.abort()")
            })
        };
        is_call && ends(value)
    }
}
