//! Operators, equality and truth, all three-valued.
use hcl_edit::expr::{BinaryOperator, UnaryOperator};
use model::{Data, Tri, Value};

/// Why an operation has no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fault {
    /// An operand is not known.
    Open(String),
    /// Terraform would refuse it.
    Error(String),
}

pub(super) type Outcome = Result<Data, Fault>;

/// What a value that is not known hangs on, for people.
pub(super) fn why(value: &Value) -> String {
    match &value.data {
        Data::Unknown(unknown) => unknown.reason.clone(),
        Data::Ref(_) | Data::Joined(_) => format!("`{}`, known after apply", value.display()),
        Data::List(items) => items.iter().find(|item| !item.is_literal()).map_or_else(String::new, why),
        Data::Map(entries) => {
            let open = entries.iter().find(|entry| !entry.value.is_literal());
            open.map_or_else(String::new, |entry| why(&entry.value))
        }
        _ => format!("`{}`", value.display()),
    }
}

pub(super) fn open(value: &Value) -> Fault {
    Fault::Open(why(value))
}

fn is_open(value: &Value) -> bool {
    matches!(value.data, Data::Unknown(_) | Data::Ref(_) | Data::Joined(_))
}

/// A condition.
pub(super) fn truth(value: &Value) -> Tri {
    match &value.data {
        Data::Bool(value) => (*value).into(),
        Data::Text(text) if text == "true" || text == "1" => Tri::True,
        Data::Text(text) if text == "false" || text == "0" => Tri::False,
        Data::Int(number) => (*number != 0).into(),
        _ => Tri::Unknown,
    }
}

fn tri(value: Tri, left: &Value, right: &Value) -> Outcome {
    match value {
        Tri::True => Ok(Data::Bool(true)),
        Tri::False => Ok(Data::Bool(false)),
        Tri::Unknown => Err(open(if left.is_literal() { right } else { left })),
    }
}

pub(super) fn unary(operator: UnaryOperator, value: &Value) -> Outcome {
    if is_open(value) {
        return Err(open(value));
    }
    match operator {
        UnaryOperator::Not => match truth(value) {
            Tri::Unknown => Err(Fault::Error(format!("`{}` is no condition", value.display()))),
            known => Ok(Data::Bool(known.is_false())),
        },
        UnaryOperator::Neg => match number(value)? {
            Data::Int(whole) => Ok(whole.checked_neg().map_or(Data::Null, Data::Int)),
            Data::Float(part) => Ok(Data::Float(-part)),
            _ => Err(no_number(value)),
        },
    }
}

pub(super) fn binary(operator: BinaryOperator, left: &Value, right: &Value) -> Outcome {
    match operator {
        BinaryOperator::Eq => tri(equal(left, right), left, right),
        BinaryOperator::NotEq => tri(!equal(left, right), left, right),
        BinaryOperator::And => tri(truth(left) & truth(right), left, right),
        BinaryOperator::Or => tri(truth(left) | truth(right), left, right),
        _ => {
            let open_side = [left, right].into_iter().find(|side| is_open(side));
            match open_side {
                Some(side) => Err(open(side)),
                None => arithmetic(operator, left, right),
            }
        }
    }
}

fn arithmetic(operator: BinaryOperator, left: &Value, right: &Value) -> Outcome {
    let (left, right) = (number(left)?, number(right)?);
    let (a, b) = (float(&left), float(&right));
    let whole = match (&left, &right) {
        (Data::Int(a), Data::Int(b)) => match operator {
            BinaryOperator::Plus => a.checked_add(*b),
            BinaryOperator::Minus => a.checked_sub(*b),
            BinaryOperator::Mul => a.checked_mul(*b),
            BinaryOperator::Mod => a.checked_rem(*b),
            BinaryOperator::Div if a.checked_rem(*b) == Some(0) => a.checked_div(*b),
            _ => None,
        },
        _ => None,
    };
    if let Some(whole) = whole {
        return Ok(Data::Int(whole));
    }
    let result = match operator {
        BinaryOperator::Less => return Ok(Data::Bool(a < b)),
        BinaryOperator::LessEq => return Ok(Data::Bool(a <= b)),
        BinaryOperator::Greater => return Ok(Data::Bool(a > b)),
        BinaryOperator::GreaterEq => return Ok(Data::Bool(a >= b)),
        BinaryOperator::Plus => a + b,
        BinaryOperator::Minus => a - b,
        BinaryOperator::Mul => a * b,
        BinaryOperator::Div => a / b,
        BinaryOperator::Mod => a % b,
        BinaryOperator::Eq | BinaryOperator::NotEq | BinaryOperator::And | BinaryOperator::Or => f64::NAN,
    };
    if result.is_finite() {
        Ok(Data::Float(result))
    } else {
        Err(Fault::Error("the calculation has no finite result".to_owned()))
    }
}

fn no_number(value: &Value) -> Fault {
    Fault::Error(format!("`{}` is no number", value.display()))
}

/// A number, also when written as text.
pub(super) fn number(value: &Value) -> Outcome {
    match &value.data {
        Data::Int(_) | Data::Float(_) => Ok(value.data.clone()),
        Data::Text(text) => {
            let text = text.trim();
            let whole = text.parse().ok().map(Data::Int);
            let part = || text.parse().ok().filter(|part: &f64| part.is_finite()).map(Data::Float);
            whole.or_else(part).ok_or_else(|| no_number(value))
        }
        _ if is_open(value) => Err(open(value)),
        _ => Err(no_number(value)),
    }
}

#[expect(clippy::cast_precision_loss, reason = "Terraform compares big numbers the same way for people")]
pub(super) fn float(number: &Data) -> f64 {
    match number {
        Data::Int(whole) => *whole as f64,
        Data::Float(part) => *part,
        _ => f64::NAN,
    }
}

/// Equality of what is known. Numbers and texts are never equal, but a reference is equal to itself.
pub(super) fn equal(left: &Value, right: &Value) -> Tri {
    match (&left.data, &right.data) {
        (Data::Ref(a), Data::Ref(b)) if a == b => Tri::True,
        // Identifiers and ARNs of a resource are never null.
        (Data::Ref(reference), Data::Null) | (Data::Null, Data::Ref(reference)) => {
            let is_identity = reference.attribute.as_deref().is_some_and(|name| {
                name == "id" || name == "arn" || name.ends_with("_arn") || name.ends_with("_id")
            });
            if is_identity { Tri::False } else { Tri::Unknown }
        }
        // A text with a literal part is neither null nor empty.
        (Data::Joined(_), Data::Null) | (Data::Null, Data::Joined(_)) => Tri::False,
        (Data::Joined(parts), Data::Text(text)) | (Data::Text(text), Data::Joined(parts)) => {
            let has_text = parts.iter().any(|part| part.as_str().is_some_and(|text| !text.is_empty()));
            if text.is_empty() && has_text { Tri::False } else { Tri::Unknown }
        }
        (Data::Joined(a), Data::Joined(b)) => {
            if equal_all(a, b).is_true() {
                Tri::True
            } else {
                Tri::Unknown
            }
        }
        _ if is_open(left) || is_open(right) => Tri::Unknown,
        (Data::List(a), Data::List(b)) => equal_all(a, b),
        (Data::Map(a), Data::Map(b)) => {
            if a.len() != b.len() {
                return Tri::False;
            }
            Tri::all(a.iter().map(|entry| match right.get(&entry.key.text) {
                Some(other) => equal(&entry.value, other),
                None => Tri::False,
            }))
        }
        (Data::Int(_) | Data::Float(_), Data::Int(_) | Data::Float(_)) => {
            (float(&left.data).total_cmp(&float(&right.data)).is_eq()).into()
        }
        (a, b) => (a == b).into(),
    }
}

fn equal_all(left: &[Value], right: &[Value]) -> Tri {
    if left.len() != right.len() {
        return Tri::False;
    }
    Tri::all(left.iter().zip(right).map(|(left, right)| equal(left, right)))
}
