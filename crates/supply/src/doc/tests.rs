//! Documents, whole and broken.
use model::FileId;

use super::{json, toml, xml, yaml};

const FILE: FileId = FileId(0);

#[test]
fn json_keeps_places_without_quotes() {
    let text = r#"{"a": {"b\u0041": "x\ud83d\ude00"}, "n": [1, 2.5, null],}"#;
    let read = json(text, FILE);
    assert!(read.troubles.is_empty(), "{:?}", read.troubles);
    let value = read.root.get("a").and_then(|a| a.get("bA")).unwrap();
    assert_eq!(value.as_str(), Some("x😀"));
    assert_eq!(text.get(value.at.start as usize..value.at.end as usize), Some(r"x\ud83d\ude00"));
}

#[test]
fn what_stands_before_an_error_is_kept() {
    let read = json(r#"{"a": "1", "b": {"c": "2", "d": "#, FILE);
    assert_eq!(read.root.path("b.c").and_then(model::Value::as_str), Some("2"));
    assert_eq!(read.troubles.len(), 1);
    let read = yaml("a: 1\nb:\n  c: x\n  d: [1, }\n", FILE);
    assert_eq!(read.root.path("b.c").and_then(model::Value::as_str), Some("x"));
    assert_eq!(read.troubles.len(), 1);
    let read = toml("a = \"1\"\nb = \n[c]\nd = \"2\"\n", FILE);
    assert_eq!(read.root.path("c.d").and_then(model::Value::as_str), Some("2"));
    assert_eq!(read.troubles.len(), 1);
    let (root, troubles) = xml("<a><b>1</b><c", FILE);
    assert_eq!(root.child("a").and_then(|a| a.text_of("b")), Some("1"));
    assert_eq!(troubles.len(), 1);
}

#[test]
fn depth_is_bounded_and_told() {
    for text in ["[".repeat(100_000), "{\"a\":".repeat(100_000)] {
        assert_eq!(json(&text, FILE).troubles.len(), 1);
        assert!(!yaml(&text, FILE).troubles.is_empty());
        assert!(!toml(&format!("a = {text}"), FILE).troubles.is_empty());
    }
    let dotted = format!("{}a = 1\n", "a.".repeat(100_000));
    assert_eq!(toml(&dotted, FILE).troubles.len(), 1);
    assert_eq!(xml(&"<a>".repeat(100_000), FILE).1.len(), 1);
}
