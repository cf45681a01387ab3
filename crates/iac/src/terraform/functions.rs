//! Terraform's functions. What needs the world (time, hashes, networks) is unknown, and says which
//! function it was.
mod collections;
mod encoding;
mod files;
mod numbers;
mod strings;

use model::{Data, Span, Value};

use super::eval::{Evaluator, Scope};
use super::operators::{self, Fault, Outcome, why};
use super::syntax::Call;
use super::text;

pub(super) use collections::unique;

/// Bytes that one call may make of its arguments.
const RESULT_BYTES_MAX: usize = 1 << 20;

pub(super) fn call(evaluator: &mut Evaluator<'_, '_>, scope: Scope<'_>, call: &Call, at: Span) -> Data {
    match call.name.as_str() {
        "try" => return attempt(evaluator, scope, call, at),
        "can" => return can(evaluator, scope, call, at),
        _ => {}
    }
    let args = match arguments(evaluator, scope, call) {
        Ok(args) => args,
        Err(reason) => return evaluator.unknown(at, reason),
    };
    if let Some(data) = files::call(evaluator, scope, &call.name, &args, at) {
        return data;
    }
    let outcome = strings::call(&call.name, &args, at)
        .or_else(|| collections::call(&call.name, &args, at))
        .or_else(|| numbers::call(&call.name, &args))
        .or_else(|| encoding::call(&call.name, &args, at));
    match outcome {
        Some(outcome) => {
            let data = evaluator.settle(outcome, at);
            let made = Value::new(at, data);
            evaluator.copy(&made, at)
        }
        None => evaluator.unknown(at, format!("the function `{}` is not evaluated here", call.name)),
    }
}

fn arguments(evaluator: &mut Evaluator<'_, '_>, scope: Scope<'_>, call: &Call) -> Result<Vec<Value>, String> {
    let mut args: Vec<Value> = call.args.iter().map(|arg| evaluator.eval(scope, arg)).collect();
    if call.expand
        && let Some(last) = args.pop()
    {
        match last.data {
            Data::List(items) => args.extend(items),
            Data::Null => {}
            _ => return Err(why(&last)),
        }
    }
    Ok(args)
}

/// The first argument that has a value.
fn attempt(evaluator: &mut Evaluator<'_, '_>, scope: Scope<'_>, call: &Call, at: Span) -> Data {
    let before = evaluator.failures;
    for arg in &call.args {
        evaluator.failures = before;
        let value = evaluator.eval(scope, arg);
        if evaluator.failures == before {
            return value.data;
        }
    }
    evaluator.unknown(at, "none of the arguments of `try` has a value")
}

fn can(evaluator: &mut Evaluator<'_, '_>, scope: Scope<'_>, call: &Call, at: Span) -> Data {
    let before = evaluator.failures;
    let Some(arg) = call.args.first() else { return evaluator.fail(at, "`can` needs an argument") };
    let value = evaluator.eval(scope, arg);
    if evaluator.failures > before {
        evaluator.failures = before;
        return Data::Bool(false);
    }
    match value.data {
        Data::Unknown(_) => evaluator.unknown(at, why(&value)),
        _ => Data::Bool(true),
    }
}

fn too_few() -> Fault {
    Fault::Error("the function needs more arguments".to_owned())
}

fn arg(args: &[Value], index: usize) -> Result<&Value, Fault> {
    args.get(index).ok_or_else(too_few)
}

/// A text argument; numbers and flags are converted.
fn string(args: &[Value], index: usize) -> Result<String, Fault> {
    let value = arg(args, index)?;
    match text::literal(value) {
        Some(text) => Ok(text),
        None if value.is_literal() => Err(Fault::Error(format!("`{}` is no text", value.display()))),
        None => Err(operators::open(value)),
    }
}

fn integer(args: &[Value], index: usize) -> Result<i64, Fault> {
    let value = arg(args, index)?;
    match value.as_int() {
        Some(whole) => Ok(whole),
        None if value.is_literal() => Err(Fault::Error(format!("`{}` is no whole number", value.display()))),
        None => Err(operators::open(value)),
    }
}

/// A list argument; its elements may be open.
fn list(args: &[Value], index: usize) -> Result<&[Value], Fault> {
    let value = arg(args, index)?;
    match &value.data {
        Data::List(items) => Ok(items),
        Data::Null => Ok(&[]),
        _ if value.is_literal() => Err(Fault::Error(format!("`{}` is no list", value.display()))),
        _ => Err(operators::open(value)),
    }
}

fn bounded(text: String) -> Outcome {
    if text.len() > RESULT_BYTES_MAX { Err(too_long()) } else { Ok(Data::Text(text)) }
}

fn too_long() -> Fault {
    Fault::Open("a text becomes too long".to_owned())
}
