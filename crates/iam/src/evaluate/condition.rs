//! The conditions of a statement in a request.
use model::{Condition, Tri, Value};

use super::operator::{Operator, Over, Test};
use super::{Request, Values, values};

/// All must hold.
pub(super) fn all(request: &Request, conditions: &[Condition]) -> Tri {
    Tri::all(conditions.iter().map(|condition| one(request, condition)))
}

fn one(request: &Request, condition: &Condition) -> Tri {
    // AWS refuses unknown operators; whatever this meant, it does not hold for sure.
    let Some(operator) = Operator::read(&condition.operator) else { return Tri::Unknown };
    let found = request.context.get(&condition.key);
    if operator.test == Test::Null {
        return null(&found, &condition.values);
    }
    let holds_missing: Tri = match operator.over {
        Over::One => (operator.if_exists || operator.is_negative()).into(),
        Over::Any => operator.if_exists.into(),
        Over::All => Tri::True,
    };
    let test = |value: &String| values::holds(request, operator, value, &condition.values);
    match (operator.over, found) {
        (_, Values::Unknown) => Tri::Unknown,
        (_, Values::Missing) => holds_missing,
        // An operator without a quantifier does not match a key that can have several values.
        (Over::One, Values::Many(_)) => Tri::False,
        (_, Values::One(value)) => test(&value),
        (Over::Any, Values::Many(values)) => Tri::any(values.iter().map(test)),
        (Over::All, Values::Many(values)) => Tri::all(values.iter().map(test)),
    }
}

/// Whether the key is absent (`true`) or there (`false`).
fn null(found: &Values, wanted: &[Value]) -> Tri {
    let is_missing = match found {
        Values::Unknown => return Tri::Unknown,
        Values::Missing => true,
        Values::One(_) | Values::Many(_) => false,
    };
    Tri::any(wanted.iter().map(|value| {
        let text = value.display();
        if value.is_open() {
            Tri::Unknown
        } else {
            text.eq_ignore_ascii_case(if is_missing { "true" } else { "false" }).into()
        }
    }))
}
