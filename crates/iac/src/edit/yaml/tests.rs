//! Small texts, one change each.
use super::*;

fn path(path: &str) -> Vec<Step> {
    path.split('.').filter(|part| !part.is_empty()).map(|part| Step::Key(part.to_owned())).collect()
}

#[track_caller]
fn check(text: &str, at: &str, value: Content, expected: &str) {
    let mut draft = Draft::new(text.into());
    set(&mut draft, &path(at), &value).unwrap();
    assert_eq!(draft.text(), expected);
    let doc = Doc::parse(draft.text()).unwrap();
    assert_eq!(doc.value(&path(at)), Some(value));
}

#[track_caller]
fn gone(text: &str, at: &str, expected: &str) {
    let mut draft = Draft::new(text.into());
    unset(&mut draft, &path(at), 1).unwrap();
    assert_eq!(draft.text(), expected);
}

fn refused(text: &str, at: &str, value: Content, why: &str) {
    let mut draft = Draft::new(text.into());
    assert_eq!(set(&mut draft, &path(at), &value).unwrap_err().why, why);
    assert_eq!(draft.text(), text);
}

fn ref_to(name: &str) -> Content {
    Content::text(name).inside("Ref")
}

#[test]
fn a_scalar_is_replaced_in_its_own_quotes() {
    check("a: x # why\nb: 1\n", "a", Content::text("z"), "a: z # why\nb: 1\n");
    check("a: 'x'\n", "a", Content::text("z"), "a: 'z'\n");
    check("a: \"x\"\n", "a", Content::text("z"), "a: \"z\"\n");
    check("a: 'x'\n", "a", Content::Bool(true), "a: true\n");
    check("a: !Ref X\nb: 1\n", "a", Content::text("z"), "a: z\nb: 1\n");
    check("a: |\n  x\n  y\nb: 1\n", "a", Content::text("z"), "a: z\nb: 1\n");
    check("a: x\n", "a", Content::text("yes"), "a: 'yes'\n");
}

#[test]
fn keys_are_added_in_the_style_around_them() {
    check("a:\n    b: 1\nc: 2\n", "a.d", Content::Int(3), "a:\n    b: 1\n    d: 3\nc: 2\n");
    check("a:\n  b: 1 # last\n\n\nc: 2\n", "a.d", Content::Int(3), "a:\n  b: 1 # last\n  d: 3\n\n\nc: 2\n");
    check("a:\r\n  b: 1\r\n", "a.d.e", Content::Int(3), "a:\r\n  b: 1\r\n  d:\r\n    e: 3\r\n");
    check("a:\n  b: 1", "a.d", Content::Int(3), "a:\n  b: 1\n  d: 3");
    check("a: {b: 1}\n", "a.d", ref_to("X"), "a: {b: 1, d: !Ref X}\n");
    check("a: { b: 1 }\n", "a.d.e", Content::Int(3), "a: { b: 1, d: { e: 3 } }\n");
    check("a:\nb: 2\n", "a.d", Content::Int(3), "a:\n  d: 3\nb: 2\n");
    check("a: # why\nb: 2\n", "a.d", Content::Int(3), "a: # why\n  d: 3\nb: 2\n");
    check("a: {}\nb: 2\n", "a.d", Content::Int(3), "a:\n  d: 3\nb: 2\n");
    check("- k: 1\n  l: 2\n", "m", Content::Int(3), "- k: 1\n  l: 2\n  m: 3\n");
}

#[test]
fn json_stays_json() {
    let value = || Content::map([("m", Content::text("Active"))]);
    check(
        "{\n\t\"a\": {\n\t\t\"b\": 1\n\t}\n}",
        "a.t",
        value(),
        "{\n\t\"a\": {\n\t\t\"b\": 1,\n\t\t\"t\": {\n\t\t\t\"m\": \"Active\"\n\t\t}\n\t}\n}",
    );
    check("{\"a\":{\"b\":1}}", "a.t", value(), "{\"a\":{\"b\":1, \"t\":{\"m\":\"Active\"}}}");
    check("{\"a\": {}}", "a.t", ref_to("X"), "{\"a\": {\"t\": {\"Ref\": \"X\"}}}");
    check(
        "{\n  \"a\": 1, // one\n  \"b\": 2 // two\n}\n",
        "c",
        Content::Int(3),
        "{\n  \"a\": 1, // one\n  \"b\": 2, // two\n  \"c\": 3\n}\n",
    );
}

#[test]
fn lists_keep_what_stays() {
    let list = |items: &[&str]| Content::List(items.iter().map(|item| Content::text(*item)).collect());
    check("a:\n- x # why\n- y\nb: 1\n", "a", list(&["x"]), "a:\n- x # why\nb: 1\n");
    check("a:\n  - x\n", "a", list(&["x", "z"]), "a:\n  - x\n  - z\n");
    check("a: [x, z]\n", "a", list(&["z"]), "a: [z]\n");
    check("a: [x, y]\n", "a", list(&["x"]), "a: [x]\n");
    check("a: x\nb:\n- 1\n", "a", list(&["z"]), "a:\n- z\nb:\n- 1\n");
    check("b:\n  - 1\n", "a", list(&["z"]), "b:\n  - 1\na:\n  - z\n");
}

#[test]
fn what_is_taken_away_leaves_the_rest() {
    gone("r:\n  a: 1 # x\n  b: 2\n", "r.a", "r:\n  b: 2\n");
    gone("r:\n  p:\n    v:\n      s: 1\n    w: 2\n", "r.p.v.s", "r:\n  p:\n    w: 2\n");
    gone("r:\n  t: 1\n  p:\n    v:\n      s: 1\n", "r.p.v.s", "r:\n  t: 1\n");
    gone("{\"r\": {\"a\": 1, \"b\": 2}}", "r.a", "{\"r\": {\"b\": 2}}");
    gone("{\"r\": {\"a\": 1, \"b\": 2}}", "r.b", "{\"r\": {\"a\": 1}}");
    gone("r:\n  b: 2\n  a: 1", "r.a", "r:\n  b: 2");
    gone("r:\n- a: 1\n  b: 2\n", "r.a", "r:\n- b: 2\n");
}

#[test]
fn what_others_share_is_refused() {
    let shared = "the value has an anchor that is used elsewhere, too";
    refused("a: &x {b: 1}\nc: *x\n", "a.b", Content::Int(2), shared);
    refused("a: &x 1\nc: *x\n", "a", Content::Int(2), shared);
    check("a: &x 1\nc: *x\n", "c", Content::Int(2), "a: &x 1\nc: 2\n");
    check("a: &x 1\nc: 3\n", "a", Content::Int(2), "a: &x 2\nc: 3\n");
    refused("a: !If [x, {b: 1}, {b: 2}]\n", "a.b", Content::Int(2), "`Fn::If` makes the value");
    check("d: &d {b: 1}\na:\n  <<: *d\n", "a.b", Content::Int(2), "d: &d {b: 1}\na:\n  <<: *d\n  b: 2\n");
    refused(
        "d: &d {b: {c: 1}}\na:\n  <<: *d\n",
        "a.b.e",
        Content::Int(2),
        "`b` may come from a merge key (`<<`)",
    );
}

#[test]
fn texts_that_keep_blank_lines_stay_last() {
    check("a:\n  b: |+\n    x\n\nc: 1\n", "a.d", Content::Int(3), "a:\n  d: 3\n  b: |+\n    x\n\nc: 1\n");
    check("a:\n  b: |\n    x\n\nc: 1\n", "a.d", Content::Int(3), "a:\n  b: |\n    x\n  d: 3\n\nc: 1\n");
}

#[test]
fn byte_order_marks_and_further_documents_stay() {
    check("\u{feff}a: 1\n", "b", Content::Int(3), "\u{feff}a: 1\nb: 3\n");
    check("---\na: 1\n---\nb: 2\n", "c", Content::Int(3), "---\na: 1\nc: 3\n---\nb: 2\n");
    gone("\u{feff}a: 1\nb: 2\n", "a", "\u{feff}b: 2\n");
}
