//! Places of a program that checks speak about, and what a check says about one.
use model::SinkKind;

use crate::ir::{Const, Expr, ExprKind, Stmt, StmtKind, UnaryOp};
use crate::taint::Kinds;
use crate::value::{Shape, Value};

/// Places that are harmless, and for what.
pub(super) type Facts = Vec<(String, Kinds)>;

/// Ends that an address with a checked host cannot harm.
pub(super) const HOSTED: Kinds = Kinds::of(SinkKind::Request).and(Kinds::of(SinkKind::Redirect));

/// Ends that need a structure: a text cannot harm them.
pub(super) const NOT_STRUCTURED: Kinds =
    Kinds::of(SinkKind::NoSql).and(Kinds::of(SinkKind::Prototype)).and(Kinds::of(SinkKind::MassAssignment));

/// The place that an expression reads, as `body.name`; casts and case are looked through.
pub(super) fn place(expr: &Expr) -> Option<String> {
    match &expr.kind {
        ExprKind::Name(name) => Some(name.to_string()),
        ExprKind::This => Some("this".to_owned()),
        ExprKind::Member { object, name, .. } => Some(format!("{}.{name}", place(object)?)),
        ExprKind::Index { object, index } => match &index.kind {
            ExprKind::Const(Const::Text(name)) => Some(format!("{}.{name}", place(object)?)),
            ExprKind::Const(Const::Int(position)) => Some(format!("{}.{position}", place(object)?)),
            _ => None,
        },
        ExprKind::Await(inner) => place(inner),
        ExprKind::Call(call) => match &call.callee.kind {
            ExprKind::Member { object, name, .. } => match (&**name, call.arguments.first()) {
                ("get", Some(key)) => match &key.value.kind {
                    ExprKind::Const(Const::Text(key)) => Some(format!("{}.{key}", place(object)?)),
                    _ => None,
                },
                ("toString" | "trim" | "strip" | "toLowerCase" | "toUpperCase" | "lower" | "upper", _) => {
                    place(object)
                }
                _ => None,
            },
            ExprKind::Name(name) if matches!(&**name, "String" | "str") => {
                call.arguments.first().and_then(|first| place(&first.value))
            }
            _ => None,
        },
        ExprKind::Assign { target, .. } => match &**target {
            crate::ir::Pattern::Name(name, _) => Some(name.to_string()),
            _ => None,
        },
        _ => None,
    }
}

pub(super) fn is_prototype(text: &str) -> bool {
    matches!(text, "__proto__" | "constructor" | "prototype")
}

/// `os.path.commonpath([ROOT, full]) == ROOT`.
pub(super) fn common_folder(expr: &Expr) -> Facts {
    let ExprKind::Call(call) = &expr.kind else { return vec![] };
    let is_common = matches!(&call.callee.kind, ExprKind::Member { name, .. } if &**name == "commonpath");
    let list = call.arguments.first().filter(|_| is_common).map(|first| &first.value.kind);
    let Some(ExprKind::List { items, .. }) = list else { return vec![] };
    items
        .iter()
        .filter_map(|item| place(&item.value))
        .map(|place| (place, Kinds::of(SinkKind::Path)))
        .collect()
}

/// What a text that begins so cannot harm.
pub(super) fn prefixed(prefix: &Value) -> Kinds {
    let path = Kinds::of(SinkKind::Path);
    match prefix.as_text() {
        Some(text) if !super::sinks::is_past_host(text, SinkKind::Redirect) => path,
        _ => path.and(HOSTED),
    }
}

pub(super) fn common(one: &Facts, two: &Facts) -> Facts {
    let mut found = vec![];
    for (place, kinds) in one {
        if let Some((_, others)) = two.iter().find(|(other, _)| other == place) {
            found.push((place.clone(), kinds.common(*others)));
        }
    }
    found
}

pub(super) fn is_type_of(expr: &Expr) -> bool {
    matches!(&expr.kind, ExprKind::Unary { op: UnaryOp::TypeOf, .. })
}

pub(super) fn type_facts(expr: &Expr, kind: &str, is_equal: bool) -> Facts {
    let ExprKind::Unary { operand, .. } = &expr.kind else { return vec![] };
    let kinds = match kind {
        "number" | "boolean" | "bigint" => Kinds::INJECTION,
        "string" => NOT_STRUCTURED,
        _ => return vec![],
    };
    place(operand).filter(|_| is_equal).map(|place| (place, kinds)).into_iter().collect()
}

/// Whether a statement refuses: throws, or (unless the function only has to come back) says no.
pub(super) fn refuses(stmt: &Stmt, completes: bool) -> bool {
    match &stmt.kind {
        StmtKind::Throw(_) => true,
        StmtKind::Return(value) => !completes && value.as_ref().is_none_or(is_false),
        _ => false,
    }
}

pub(super) fn is_false(expr: &Expr) -> bool {
    matches!(&expr.kind, ExprKind::Const(Const::Bool(false) | Const::Null | Const::Undefined))
}

/// Whether a pattern lets only plain symbols through: whole text, no wildcard, no negated class.
pub(super) fn is_strict(pattern: &Value, is_whole: bool, needs_start: bool) -> bool {
    let text = match &pattern.shape {
        Shape::Const(Const::Regex { pattern, .. } | Const::Text(pattern) | Const::Bytes(pattern)) => {
            pattern.to_string()
        }
        Shape::Extern(known) => match known.arguments.first().and_then(|first| first.value.as_text()) {
            Some(text) => text.to_string(),
            // A pattern that nobody can read here was written to check something.
            None => return true,
        },
        _ => return true,
    };
    let is_python = matches!(pattern.shape, Shape::Extern(_) | Shape::Const(Const::Text(_)));
    let begins = is_whole || text.starts_with(['^']) || text.starts_with("\\A") || is_python && !needs_start;
    let ends = is_whole || text.ends_with('$') || text.ends_with("\\Z") || text.ends_with("\\z");
    begins
        && ends
        && !text.contains(".*")
        && !text.contains(".+")
        && !text.contains("[^")
        && !text.contains("\\S")
}

/// The same for a pattern of a JSON schema, which is searched for.
pub(super) fn is_strict_text(pattern: &str) -> bool {
    let value = Value::of(Shape::Const(Const::Regex { pattern: pattern.into(), flags: "".into() }));
    is_strict(&value, false, true)
}
