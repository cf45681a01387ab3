use super::json;
use serde_json::json as value;

fn error(text: &str) -> String {
    json(text.as_bytes(), 3).unwrap_err().to_string()
}

#[test]
fn what_says_one_thing_is_read_as_it_stands() {
    let read = |text: &str| json(text.as_bytes(), 3).unwrap();
    assert_eq!(
        read(r#" {"a": [1, -2, 1.5, "x", null, true, {}]} "#),
        value!({"a": [1, -2, 1.5, "x", null, true, {}]})
    );
    assert_eq!(read(r#"{"a": {"a": 1}, "b": {"a": 2}}"#), value!({"a": {"a": 1}, "b": {"a": 2}}));
    assert_eq!(read("[[[]]]"), value!([[[]]]));
    assert_eq!(read("18446744073709551615"), value!(u64::MAX));
}

#[test]
fn a_name_that_stands_twice_is_refused_however_it_is_written() {
    assert!(error(r#"{"a": 1, "a": 1}"#).starts_with("the name `a` stands twice"));
    assert!(error(r#"{"b": [{"a": 1, "\u0061": 2}]}"#).starts_with("the name `a` stands twice"));
}

#[test]
fn levels_and_the_end_are_counted() {
    assert!(error("[[[[]]]]").starts_with("too many levels"));
    assert!(error(r#"{"a": {"a": {"a": {}}}}"#).starts_with("too many levels"));
    assert!(error("{} {}").starts_with("trailing characters"));
    assert!(error("{").starts_with("EOF"));
    assert!(error("1e999").starts_with("number out of range"));
}
