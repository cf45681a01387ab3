//! Conditions: true, false, or not known before the deployment.
use model::{Data, ProblemKind, Span, Tri, Value};

use super::resolve::Scope;

impl Scope<'_, '_> {
    /// What the condition called `name` comes to.
    pub(super) fn condition(&mut self, name: &str, at: Span) -> Tri {
        let key = (self.trusts_defaults, name.to_owned());
        match self.conditions.get(&key) {
            Some(Some(known)) => return *known,
            Some(None) => {
                let message = format!("condition `{name}` depends on itself");
                self.tell(ProblemKind::Suspicious, at, message, "break the cycle; it is taken as unknown");
                return Tri::Unknown;
            }
            None => {}
        }
        let template = self.template;
        let expression = template.get("Conditions").and_then(|conditions| self.entry_of(conditions, name));
        let Some(expression) = expression else {
            let message = format!("condition `{name}` does not exist");
            self.tell(ProblemKind::Unresolved, at, message, "correct the name, or add it to `Conditions`");
            self.conditions.insert(key, Some(Tri::Unknown));
            return Tri::Unknown;
        };
        self.conditions.insert(key.clone(), None);
        let result = self.evaluate(expression);
        self.conditions.insert(key, Some(result));
        result
    }

    /// The condition is false whatever values the parameters get that have only a default.
    pub(super) fn is_never(&mut self, name: &str, at: Span) -> bool {
        self.trusts_defaults = false;
        let result = self.condition(name, at);
        self.trusts_defaults = true;
        result == Tri::False
    }

    /// What a condition expression comes to.
    pub(super) fn evaluate(&mut self, expression: &Value) -> Tri {
        let evaluated = self.deeper(expression.at, |scope| scope.evaluate_here(expression));
        evaluated.unwrap_or(Tri::Unknown)
    }

    fn evaluate_here(&mut self, expression: &Value) -> Tri {
        let [entry] = expression.entries() else { return expression.truth() };
        let argument = &entry.value;
        match entry.key.text.as_str() {
            "Condition" => match argument.as_str() {
                Some(name) => self.condition(name, argument.at),
                None => Tri::Unknown,
            },
            "Fn::Equals" => self.equals(argument),
            "Fn::And" => Tri::all(self.evaluate_each(argument)),
            "Fn::Or" => Tri::any(self.evaluate_each(argument)),
            "Fn::Not" => match argument.one_or_many() {
                [inner] => !self.evaluate(inner),
                _ => Tri::Unknown,
            },
            _ => self.resolve(expression).map_or(Tri::False, |value| value.truth()),
        }
    }

    fn evaluate_each(&mut self, argument: &Value) -> Vec<Tri> {
        argument.items().iter().map(|item| self.evaluate(item)).collect()
    }

    fn equals(&mut self, argument: &Value) -> Tri {
        let [left, right] = argument.items() else {
            self.malformed("Fn::Equals", "a list of two values", argument.at);
            return Tri::Unknown;
        };
        match (self.resolve(left), self.resolve(right)) {
            (Some(left), Some(right)) => same(&left, &right),
            (left, right) => (left.is_none() && right.is_none()).into(),
        }
    }
}

/// Whether two resolved values are equal, as CloudFormation compares: as text.
fn same(left: &Value, right: &Value) -> Tri {
    match (&left.data, &right.data) {
        // Nothing tells two unknowns apart, but the same reference is the same value.
        (Data::Ref(left), Data::Ref(right)) if left == right => Tri::True,
        (Data::Joined(parts), Data::Text(text)) | (Data::Text(text), Data::Joined(parts)) => {
            if can_be(parts, text) { Tri::Unknown } else { Tri::False }
        }
        _ if left.is_literal() && right.is_literal() => (left.display() == right.display()).into(),
        _ => Tri::Unknown,
    }
}

/// Whether a string with these parts may come to `text`, by how it begins and ends.
fn can_be(parts: &[Value], text: &str) -> bool {
    let begins = parts.first().and_then(Value::as_str).is_none_or(|first| text.starts_with(first));
    let ends = parts.last().and_then(Value::as_str).is_none_or(|last| text.ends_with(last));
    begins && ends
}

/// Two values are the same apart from where they stand.
pub(super) fn alike(left: &Value, right: &Value) -> bool {
    match (&left.data, &right.data) {
        (Data::List(left), Data::List(right)) | (Data::Joined(left), Data::Joined(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| alike(left, right))
        }
        (Data::Map(left), Data::Map(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .zip(right)
                    .all(|(left, right)| left.key.text == right.key.text && alike(&left.value, &right.value))
        }
        (left, right) => left == right,
    }
}
