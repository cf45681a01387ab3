//! Functions on numbers and flags.
use model::{Data, Value};

use super::{Fault, Outcome, arg, list, operators};

/// `None` when it is none of these functions.
pub(super) fn call(name: &str, args: &[Value]) -> Option<Outcome> {
    let outcome = match name {
        "min" => fold(args, |a, b| a < b),
        "max" => fold(args, |a, b| a > b),
        "sum" => list(args, 0).and_then(sum),
        "abs" => single(args, f64::abs),
        "ceil" => single(args, f64::ceil),
        "floor" => single(args, f64::floor),
        "signum" => single(args, |number| if number == 0.0 { 0.0 } else { number.signum() }),
        "tonumber" => arg(args, 0).and_then(to_number),
        "tobool" => arg(args, 0).and_then(to_bool),
        "alltrue" => list(args, 0).and_then(|items| decide(items, model::Tri::all)),
        "anytrue" => list(args, 0).and_then(|items| decide(items, model::Tri::any)),
        _ => return None,
    };
    Some(outcome)
}

fn fold(args: &[Value], better: impl Fn(f64, f64) -> bool) -> Outcome {
    let mut best: Option<Data> = None;
    for value in args {
        let number = operators::number(value)?;
        let wins = best.as_ref().is_none_or(|best| better(operators::float(&number), operators::float(best)));
        if wins {
            best = Some(number);
        }
    }
    best.ok_or_else(super::too_few)
}

fn sum(items: &[Value]) -> Outcome {
    let mut total = 0.0;
    for item in items {
        total += operators::float(&operators::number(item)?);
    }
    Ok(whole(total))
}

fn single(args: &[Value], change: impl Fn(f64) -> f64) -> Outcome {
    let number = operators::number(arg(args, 0)?)?;
    Ok(whole(change(operators::float(&number))))
}

/// A number without a fraction is a whole one.
fn whole(number: f64) -> Data {
    let value = Value::new(model::Span::new(model::FileId(0), 0, 0), Data::Float(number));
    value.as_int().map_or(Data::Float(number), Data::Int)
}

fn to_number(value: &Value) -> Outcome {
    if value.is_null() { Ok(Data::Null) } else { operators::number(value) }
}

fn to_bool(value: &Value) -> Outcome {
    match &value.data {
        Data::Null | Data::Bool(_) => Ok(value.data.clone()),
        Data::Text(text) if text == "true" => Ok(Data::Bool(true)),
        Data::Text(text) if text == "false" => Ok(Data::Bool(false)),
        _ if value.is_literal() => Err(Fault::Error(format!("`{}` is no flag", value.display()))),
        _ => Err(operators::open(value)),
    }
}

fn decide(items: &[Value], combine: impl Fn(Vec<model::Tri>) -> model::Tri) -> Outcome {
    match combine(items.iter().map(operators::truth).collect()) {
        model::Tri::True => Ok(Data::Bool(true)),
        model::Tri::False => Ok(Data::Bool(false)),
        model::Tri::Unknown => Err(Fault::Open("a condition in the list is not known".to_owned())),
    }
}
