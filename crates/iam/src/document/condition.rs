//! The conditions of a statement.
use model::{Condition, Data, Value};

use super::{Reader, kind_of};
use crate::evaluate::operator::{OPERATORS, Operator, Test};

impl Reader<'_> {
    pub(super) fn conditions(&mut self, value: &Value) -> Vec<Condition> {
        if !matches!(value.data, Data::Map(_)) {
            let message = format!("`Condition` must be an object, and is {}", kind_of(value));
            self.suspect(value.at, message, "write `{ \"StringEquals\": { \"key\": \"value\" } }`");
            // A condition that cannot be read may never hold.
            let operator = String::new();
            return vec![Condition { operator, key: String::new(), values: vec![value.clone()] }];
        }
        let mut conditions = Vec::new();
        for operator in value.entries() {
            let name = &operator.key.text;
            let known = Operator::read(name);
            self.operator(&operator.key, known);
            if !matches!(operator.value.data, Data::Map(_)) {
                let message = format!("`{name}` must hold an object, and holds {}", kind_of(&operator.value));
                self.suspect(operator.value.at, message, "write `{ \"key\": \"value\" }`");
                let values = vec![operator.value.clone()];
                conditions.push(Condition { operator: name.clone(), key: String::new(), values });
                continue;
            }
            let mut seen: Vec<&str> = Vec::new();
            for key in operator.value.entries() {
                if seen.iter().any(|before| before.eq_ignore_ascii_case(&key.key.text)) {
                    let message = format!("`{}` stands here twice: only one of them counts", key.key.text);
                    self.suspect(key.key.at, message, "put the values into one list");
                }
                seen.push(&key.key.text);
                let values = self.condition_values(known, &key.value);
                conditions.push(Condition { operator: name.clone(), key: key.key.text.clone(), values });
            }
        }
        conditions
    }

    fn operator(&mut self, key: &model::Key, known: Option<Operator>) {
        let name = &key.text;
        match known {
            None => {
                let near = nearest(name).map_or(String::new(), |near| format!("; `{near}` is one"));
                let message = format!("`{name}` is no condition operator{near}");
                self.suspect(key.at, message, "see the operators in the guide; AWS refuses the policy");
            }
            Some(Operator { test: Test::Null, if_exists: true, .. }) => {
                let message = "`Null` asks whether a key is there; it takes no `IfExists`";
                self.suspect(key.at, message.to_owned(), "leave `IfExists` out");
            }
            Some(_) => {}
        }
    }

    fn condition_values(&mut self, operator: Option<Operator>, value: &Value) -> Vec<Value> {
        let mut values = Vec::new();
        for item in value.one_or_many() {
            match &item.data {
                Data::Text(text) if !self.expand => {
                    values.push(Value::text(item.at, text.replace("${", "${$}{")));
                }
                Data::List(_) | Data::Map(_) | Data::Null => {
                    let message = format!("a condition compares texts, and this is {}", kind_of(item));
                    self.suspect(item.at, message, "write a text or a list of texts");
                }
                _ => values.push(item.clone()),
            }
        }
        let Some(operator) = operator else { return values };
        let has_variable = |value: &Value| value.as_str().is_some_and(|text| text.contains("${"));
        if let Some(found) = values.iter().find(|value| has_variable(value))
            && !operator.takes_variables()
            && self.expand
        {
            let message = "this operator does not replace variables: the value is no number, date or address";
            self.suspect(found.at, message.to_owned(), "write the value itself");
        }
        values
    }
}

/// The operator that somebody may have meant: the same letters but for a few.
fn nearest(name: &str) -> Option<&'static str> {
    let bare = name.rsplit(':').next().unwrap_or(name).to_ascii_lowercase();
    let bare = bare.strip_suffix("ifexists").unwrap_or(&bare);
    let alike = |known: &&str| {
        let known = known.to_ascii_lowercase();
        let first = known.chars().zip(bare.chars()).take_while(|(a, b)| a == b).count();
        let longest = known.len().max(bare.len());
        first * 2 >= longest && longest > 0
    };
    OPERATORS
        .iter()
        .map(|(known, _)| *known)
        .filter(alike)
        .min_by_key(|known| known.len().abs_diff(bare.len()))
}
