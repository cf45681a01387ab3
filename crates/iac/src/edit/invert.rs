//! How a field is read, backwards: from an attribute's value to the provider's.
use model::{Data, Entry, Value};

use super::NotWritten;
use super::shape::Shape;
use crate::lower::table::{Field, Read};

/// What to write at a field's path.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Inverse {
    Value(Data),
    /// Nothing may stand there.
    Nothing,
}

/// Which fields of a table are spelt for this provider type: one table may hold two spellings.
pub(super) fn is_spelt_for(field: &Field, provider_type: &str) -> bool {
    let is_hcl = provider_type.starts_with("aws_");
    field.path.is_empty() || field.path.starts_with(|first: char| first.is_ascii_lowercase()) == is_hcl
}

pub(super) fn inverse(field: &Field, value: &Data, shape: Option<&Shape>) -> Result<Inverse, NotWritten> {
    let flag = |on: bool| shape.and_then(|shape| shape.word(on)).unwrap_or(Data::Bool(on));
    Ok(Inverse::Value(match (field.read, value) {
        (Read::As, value) => value.clone(),
        (Read::Flag, Data::Bool(on)) => flag(*on),
        (Read::FlagNot, Data::Bool(on)) => flag(!on),
        (Read::Equals(word), Data::Bool(true)) => Data::Text(word.to_owned()),
        (Read::Equals(_), Data::Bool(false)) => match shape.and_then(|shape| shape.word(false)) {
            Some(word) => word,
            None => return Ok(Inverse::Nothing),
        },
        (Read::Exists, Data::Bool(false)) => return Ok(Inverse::Nothing),
        (Read::Exists, Data::Bool(true)) => {
            return Err(NotWritten::new(format!("what to write at `{}` is your choice", field.path)));
        }
        (Read::Flag | Read::FlagNot | Read::Equals(_) | Read::Exists | Read::Each(_), value) => value.clone(),
        (Read::Policy | Read::Trust, _) => return Err(NotWritten::new("a policy is not written this way")),
    }))
}

/// The elements of a list whose fields have names of the schema, in the provider's names.
///
/// An element that stands in the template already keeps what the schema does not know: `base` gives it.
pub(super) fn elements(
    fields: &[Field],
    provider_type: &str,
    value: &Data,
    known: &[&Value],
    base: &dyn Fn(&Value) -> Option<Value>,
) -> Result<Data, NotWritten> {
    let Data::List(items) = value else { return Ok(value.clone()) };
    let items = items.iter().map(|item| {
        let before = known.iter().find(|known| known.at == item.at && !known.entries().is_empty());
        let mut written = base(item).unwrap_or_else(|| Value::new(item.at, Data::Map(Vec::new())));
        for entry in item.entries() {
            let name = entry.key.text.as_str();
            let same = before
                .and_then(|before| before.get(name))
                .is_some_and(|value| value.data == entry.value.data);
            if same {
                continue;
            }
            let mut fields =
                fields.iter().filter(|field| field.attr == name && is_spelt_for(field, provider_type));
            let field = fields
                .next()
                .ok_or_else(|| NotWritten::new(format!("nothing says where `{name}` is written")))?;
            match inverse(field, &entry.value.data, None)? {
                Inverse::Value(data) => put(&mut written, field.path, Value::new(entry.value.at, data)),
                Inverse::Nothing => {}
            }
        }
        if item.entries().is_empty() { Ok(item.clone()) } else { Ok(written) }
    });
    Ok(Data::List(items.collect::<Result<_, NotWritten>>()?))
}

/// Sets a value inside of maps.
fn put(map: &mut Value, path: &str, value: Value) {
    let (name, rest) = path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)));
    if !matches!(map.data, Data::Map(_)) {
        map.data = Data::Map(Vec::new());
    }
    let at = map.at;
    let Data::Map(entries) = &mut map.data else { return };
    let known = entries.iter().position(|entry| entry.key.text == name);
    let index = known.unwrap_or_else(|| {
        let key = model::Key { text: name.to_owned(), at };
        entries.push(Entry { key, value: Value::new(at, Data::Map(Vec::new())) });
        entries.len() - 1
    });
    if let Some(entry) = entries.get_mut(index) {
        match rest {
            Some(rest) => put(&mut entry.value, rest, value),
            None => entry.value = value,
        }
    }
}
