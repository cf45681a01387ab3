//! The table that a PartiQL statement is about.
use model::{Data, Span, Value};

use crate::arn;

/// The name behind `FROM`, `INTO` or `UPDATE`, as far as it is known.
pub(super) fn table(statement: &Data) -> Data {
    let unknown = || Data::unknown("known only at run time");
    let value = Value::new(Span::NONE, statement.clone());
    let parts = arn::parts(&value);
    let Some(first) = parts.first().and_then(Value::as_str) else { return unknown() };
    let Some(begin) = begin(first) else { return unknown() };
    let rest = first.get(begin..).unwrap_or_default().trim_start();
    let quoted = rest.strip_prefix('"').or_else(|| rest.strip_prefix('\''));
    let name = quoted.unwrap_or(rest);
    match name.find(['"', '\'', ' ', '.', '\n', ';']) {
        Some(end) => Data::Text(name.get(..end).unwrap_or_default().to_owned()),
        // The name goes on in the next parts: `FROM "${table}"`.
        None if name.is_empty() => parts.get(1).map_or_else(unknown, |part| part.data.clone()),
        None if parts.len() == 1 => Data::Text(name.to_owned()),
        None => unknown(),
    }
}

/// Where the table's name begins.
fn begin(text: &str) -> Option<usize> {
    let lower = text.to_ascii_lowercase();
    let word = match lower.split_whitespace().next()? {
        "select" | "delete" => "from",
        "insert" => "into",
        "update" => "update",
        _ => return None,
    };
    let mut from = 0;
    while let Some(found) = lower.get(from..)?.find(word) {
        let (start, end) = (from + found, from + found + word.len());
        let is_border =
            |sign: Option<u8>| sign.is_none_or(|sign| !sign.is_ascii_alphanumeric() && sign != b'_');
        let bytes = lower.as_bytes();
        let before = start.checked_sub(1).and_then(|before| bytes.get(before).copied());
        if is_border(before) && is_border(bytes.get(end).copied()) {
            return Some(end);
        }
        from = end;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_a_statement() {
        let of = |text: &str| Value::new(Span::NONE, table(&Data::Text(text.to_owned()))).display();
        assert_eq!(of("SELECT * FROM orders WHERE id = ?"), "orders");
        assert_eq!(of("select fromage from \"orders\".\"by-day\""), "orders");
        assert_eq!(of("INSERT INTO orders VALUE {'id': ?}"), "orders");
        assert_eq!(of("UPDATE \"orders\" SET a = 1"), "orders");
        assert_eq!(of("DELETE FROM orders"), "orders");
        assert_eq!(of("EXISTS"), "");
        assert_eq!(of("SELECT"), "");
    }
}
