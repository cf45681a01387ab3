//! The intermediate language as text, for tests of the front ends.
//!
//! One line for each statement, two spaces for each block within another, every operator in
//! parentheses. Function bodies stand one after the other, as in [`Module::functions`].
use std::fmt::Write as _;

use crate::ir::{
    Argument, ArgumentKind, BinaryOp, Block, Call, Case, Class, Const, Expr, ExprKind, Field, Function,
    Handler, Import, Imported, Item, ListKind, Module, Param, ParamKind, Pattern, Stmt, StmtKind, TextPart,
    UnaryOp,
};

/// All functions of a module, and what was lost. `source` is the text of the file: of what was lost its
/// own words are shown.
pub(crate) fn ir_text(module: &Module, source: &str) -> String {
    let mut out = String::new();
    for (index, function) in module.functions.iter().enumerate() {
        head(&mut out, index, function);
        block(&mut out, 1, &function.body);
    }
    for lost in &module.lost {
        let text = source.get(lost.at.start as usize..lost.at.end as usize).unwrap_or("?");
        let short: String = text.chars().take(30).collect();
        line(&mut out, 0, &format!("lost {short:?}: {}", lost.why));
    }
    out
}

/// What a span of `source` covers.
pub(crate) fn slice(source: &str, at: model::Span) -> &str {
    source.get(at.start as usize..at.end as usize).unwrap_or("?")
}

fn line(out: &mut String, depth: usize, text: &str) {
    writeln!(out, "{}{text}", "  ".repeat(depth)).unwrap();
}

fn head(out: &mut String, index: usize, function: &Function) {
    for decorator in &function.decorators {
        line(out, 0, &format!("@{}", expr(decorator)));
    }
    let mut text = format!("fn{index} {}({})", function.name, list(&function.params, param));
    let locals: Vec<&str> = function.locals.iter().map(|name| &**name).collect();
    write!(text, " locals[{}]", locals.join(" ")).unwrap();
    if let Some(outer) = function.outer {
        write!(text, " in fn{}", outer.0).unwrap();
    }
    let marks = [
        (function.is_async, " async"),
        (function.is_generator, " generator"),
        (function.is_arrow, " arrow"),
        (function.is_method, " method"),
    ];
    text.extend(marks.iter().filter(|(is, _)| *is).map(|(_, mark)| *mark));
    line(out, 0, &text);
}

fn param(param: &Param) -> String {
    let mark = match param.kind {
        ParamKind::Plain => "",
        ParamKind::Keyword => "key ",
        ParamKind::Rest => "*",
        ParamKind::Keywords => "**",
    };
    let kind = param.annotation.as_ref().map_or(String::new(), |name| format!(": {name}"));
    let default = param.default.as_ref().map_or(String::new(), |value| format!(" = {}", expr(value)));
    format!("{mark}{}{kind}{default}", pattern(&param.target))
}

fn block(out: &mut String, depth: usize, statements: &Block) {
    for one in statements {
        statement(out, depth, one);
    }
}

fn part(out: &mut String, depth: usize, title: &str, statements: &Block) {
    if !statements.is_empty() {
        line(out, depth, title);
        block(out, depth + 1, statements);
    }
}

fn statement(out: &mut String, depth: usize, stmt: &Stmt) {
    let text = match &stmt.kind {
        StmtKind::Expr(value) => expr(value),
        StmtKind::Assign { target, value } => format!("{} = {}", pattern(target), expr(value)),
        StmtKind::If { test, then, otherwise } => {
            line(out, depth, &format!("if {}", expr(test)));
            block(out, depth + 1, then);
            return part(out, depth, "else", otherwise);
        }
        StmtKind::For { target, values, keys, body, otherwise } => {
            let of = if *keys { "in keys of" } else { "in" };
            line(out, depth, &format!("for {} {of} {}", pattern(target), expr(values)));
            block(out, depth + 1, body);
            return part(out, depth, "else", otherwise);
        }
        StmtKind::While { test, body, otherwise } => {
            line(out, depth, &format!("while {}", expr(test)));
            block(out, depth + 1, body);
            return part(out, depth, "else", otherwise);
        }
        StmtKind::Try { body, handlers, otherwise, finally } => {
            part(out, depth, "try", body);
            handlers.iter().for_each(|one| handler(out, depth, one));
            part(out, depth, "else", otherwise);
            return part(out, depth, "finally", finally);
        }
        StmtKind::Switch { subject, cases } => {
            line(out, depth, &format!("switch {}", expr(subject)));
            return cases.iter().for_each(|one| case(out, depth + 1, one));
        }
        StmtKind::Class(one) => return class(out, depth, one),
        StmtKind::Block(body) => return part(out, depth, "block", body),
        StmtKind::Import(one) => import(one),
        kind => simple(kind),
    };
    line(out, depth, &text);
}

fn simple(kind: &StmtKind) -> String {
    match kind {
        StmtKind::Return(value) => word("return", value.as_ref()),
        StmtKind::Throw(value) => word("throw", value.as_ref()),
        StmtKind::Break => "break".to_owned(),
        StmtKind::Continue => "continue".to_owned(),
        StmtKind::Function { name, function } => format!("def {name} = fn{}", function.0),
        StmtKind::Export { name, value } => format!("export {name} = {}", expr(value)),
        StmtKind::ExportFrom { module, names } => {
            let names = list(names, |(there, here)| format!("{there} as {here}"));
            format!("export from {module:?} {}", if names.is_empty() { "*" } else { &names })
        }
        StmtKind::Delete(value) => format!("delete {}", expr(value)),
        StmtKind::Assert(value) => format!("assert {}", expr(value)),
        other => panic!("a statement with a block of its own: {other:?}"),
    }
}

fn word(word: &str, value: Option<&Expr>) -> String {
    value.map_or(word.to_owned(), |value| format!("{word} {}", expr(value)))
}

fn handler(out: &mut String, depth: usize, handler: &Handler) {
    let mut title = format!("catch {}", list(&handler.types, expr));
    if let Some(binding) = &handler.binding {
        write!(title, " as {}", pattern(binding)).unwrap();
    }
    line(out, depth, title.trim_end());
    block(out, depth + 1, &handler.body);
}

fn case(out: &mut String, depth: usize, case: &Case) {
    let title = if case.tests.is_empty() { "default".to_owned() } else { list(&case.tests, expr) };
    line(out, depth, &format!("case {title}"));
    block(out, depth + 1, &case.body);
}

fn class(out: &mut String, depth: usize, class: &Class) {
    for decorator in &class.decorators {
        line(out, depth, &format!("@{}", expr(decorator)));
    }
    line(out, depth, &format!("class {}({})", class.name, list(&class.bases, expr)));
    for member in &class.members {
        let is_static = if member.is_static { "static " } else { "" };
        let is_getter = if member.is_getter { "get " } else { "" };
        line(out, depth + 1, &format!("{is_static}{is_getter}{} = {}", member.name, expr(&member.value)));
    }
}

fn import(import: &Import) -> String {
    let names = list(&import.names, |name| match &name.what {
        Imported::Module => format!("module as {}", name.local),
        Imported::Top => format!("top as {}", name.local),
        Imported::Default => format!("default as {}", name.local),
        Imported::Named(there) => format!("{there} as {}", name.local),
        Imported::Everything => "*".to_owned(),
    });
    let types = if import.type_only { "type " } else { "" };
    format!("import {types}{:?} {names}", import.module).trim_end().to_owned()
}

pub(crate) fn pattern(target: &Pattern) -> String {
    let rest = |rest: &Option<Box<Pattern>>| rest.iter().map(|rest| format!("*{}", pattern(rest))).collect();
    match target {
        Pattern::Name(name, _) => name.to_string(),
        Pattern::Place(place) => expr(place),
        Pattern::List { items, rest: tail } => {
            let mut parts: Vec<String> =
                items.iter().map(|item| item.as_ref().map_or("hole".to_owned(), pattern)).collect();
            parts.extend::<Vec<String>>(rest(tail));
            format!("[{}]", parts.join(", "))
        }
        Pattern::Object { fields, rest: tail } => {
            let mut parts: Vec<String> =
                fields.iter().map(|(name, target)| format!("{name}: {}", pattern(target))).collect();
            parts.extend::<Vec<String>>(rest(tail));
            format!("{{{}}}", parts.join(", "))
        }
        Pattern::Default(target, value) => format!("{} ?= {}", pattern(target), expr(value)),
        Pattern::Ignore => "_".to_owned(),
    }
}

pub(crate) fn expr(value: &Expr) -> String {
    match &value.kind {
        ExprKind::Const(value) => constant(value),
        ExprKind::Name(name) => name.to_string(),
        ExprKind::This => "this".to_owned(),
        ExprKind::Super => "super".to_owned(),
        ExprKind::Text(parts) => format!("text`{}`", text_parts(parts)),
        ExprKind::TaggedText { tag, parts } => format!("tag({})`{}`", expr(tag), text_parts(parts)),
        ExprKind::Member { object, name, .. } => format!("{}.{name}", expr(object)),
        ExprKind::Index { object, index } => format!("{}[{}]", expr(object), expr(index)),
        ExprKind::Slice { object, bounds } => format!("{}[slice {}]", expr(object), list(bounds, expr)),
        ExprKind::Call(one) => call(one),
        ExprKind::Function(function) => format!("fn{}", function.0),
        ExprKind::Class(one) => {
            let mut out = String::new();
            class(&mut out, 0, one);
            format!("({})", out.trim_end().replace("\n  ", "; "))
        }
        ExprKind::Object(fields) => format!("{{{}}}", list(fields, field)),
        ExprKind::List { items, kind } => format!("{}({})", list_kind(*kind), list(items, item)),
        ExprKind::Binary { op, left, right } => {
            format!("({} {} {})", expr(left), binary(*op), expr(right))
        }
        ExprKind::Unary { op, operand } => format!("({} {})", unary(*op), expr(operand)),
        ExprKind::Conditional { test, then, otherwise } => {
            format!("({} ? {} : {})", expr(test), expr(then), expr(otherwise))
        }
        ExprKind::Await(value) => format!("(await {})", expr(value)),
        ExprKind::Yield(value) => format!("({})", word("yield", value.as_deref())),
        ExprKind::Assign { target, value } => format!("({} := {})", pattern(target), expr(value)),
        ExprKind::Comprehension { .. } => comprehension(value),
        ExprKind::Sequence(values) => format!("sequence({})", list(values, expr)),
        ExprKind::Enter(value) => format!("enter({})", expr(value)),
        ExprKind::Other(values) => format!("other({})", list(values, expr)),
    }
}

fn comprehension(value: &Expr) -> String {
    let ExprKind::Comprehension { element, value, clauses, kind } = &value.kind else {
        panic!("not a comprehension");
    };
    let mut text = expr(element);
    if let Some(value) = value {
        write!(text, ": {}", expr(value)).unwrap();
    }
    for clause in clauses {
        write!(text, " for {} in {}", pattern(&clause.target), expr(&clause.values)).unwrap();
        for condition in &clause.conditions {
            write!(text, " if {}", expr(condition)).unwrap();
        }
    }
    format!("each {}({text})", list_kind(*kind))
}

fn list<T>(items: &[T], show: impl Fn(&T) -> String) -> String {
    items.iter().map(show).collect::<Vec<String>>().join(", ")
}

fn constant(value: &Const) -> String {
    match value {
        Const::Null => "null".to_owned(),
        Const::Undefined => "undefined".to_owned(),
        Const::Bool(value) => value.to_string(),
        Const::Int(value) => value.to_string(),
        Const::Float(value) => format!("{value:?}"),
        Const::Text(value) => format!("{value:?}"),
        Const::Bytes(value) => format!("b{value:?}"),
        Const::Regex { pattern, flags } => format!("/{pattern}/{flags}"),
    }
}

fn text_parts(parts: &[TextPart]) -> String {
    let part = |part: &TextPart| match part {
        TextPart::Literal(text) => text.to_string(),
        TextPart::Value(value) => format!("${{{}}}", expr(value)),
    };
    parts.iter().map(part).collect()
}

fn call(call: &Call) -> String {
    let new = if call.is_new { "new " } else { "" };
    format!("{new}{}({})", expr(&call.callee), list(&call.arguments, argument))
}

fn argument(argument: &Argument) -> String {
    let mark = match &argument.kind {
        ArgumentKind::Plain => String::new(),
        ArgumentKind::Keyword(name) => format!("{name}="),
        ArgumentKind::Spread => "*".to_owned(),
        ArgumentKind::SpreadFields => "**".to_owned(),
    };
    format!("{mark}{}", expr(&argument.value))
}

fn field(field: &Field) -> String {
    match field {
        Field::Named { name, value, .. } => format!("{name}: {}", expr(value)),
        Field::Computed { key, value, .. } => format!("[{}]: {}", expr(key), expr(value)),
        Field::Spread(value) => format!("**{}", expr(value)),
    }
}

fn item(item: &Item) -> String {
    format!("{}{}", if item.is_spread { "*" } else { "" }, expr(&item.value))
}

fn list_kind(kind: ListKind) -> &'static str {
    match kind {
        ListKind::List => "list",
        ListKind::Tuple => "tuple",
        ListKind::Set => "set",
        ListKind::Object => "object",
        ListKind::Generator => "generator",
    }
}

fn binary(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Add => "+",
        BinaryOp::Subtract => "-",
        BinaryOp::Multiply => "*",
        BinaryOp::Divide => "/",
        BinaryOp::Remainder => "%",
        BinaryOp::Power => "**",
        BinaryOp::Bits => "bits",
        BinaryOp::Equal => "==",
        BinaryOp::NotEqual => "!=",
        BinaryOp::Is => "is",
        BinaryOp::IsNot => "is not",
        BinaryOp::Less => "<",
        BinaryOp::LessEqual => "<=",
        BinaryOp::Greater => ">",
        BinaryOp::GreaterEqual => ">=",
        BinaryOp::In => "in",
        BinaryOp::NotIn => "not in",
        BinaryOp::HasKey => "has key",
        BinaryOp::InstanceOf => "instanceof",
        BinaryOp::And => "and",
        BinaryOp::Or => "or",
        BinaryOp::Coalesce => "??",
    }
}

fn unary(op: UnaryOp) -> &'static str {
    match op {
        UnaryOp::Not => "not",
        UnaryOp::Minus => "-",
        UnaryOp::Plus => "+",
        UnaryOp::TypeOf => "typeof",
        UnaryOp::Void => "void",
        UnaryOp::Delete => "delete",
    }
}
