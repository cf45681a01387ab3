use super::*;
use model::Data;

fn read(text: &str) -> (Value, Vec<DocProblem>) {
    let (value, problems) = parse(text, FileId(0), &Limits::default());
    (value.unwrap(), problems)
}

#[test]
fn short_tags_become_the_long_form_with_their_place() {
    let text = "a: !Sub 'x-${y}'\nb: !GetAtt c.Arn\n";
    let (value, problems) = read(text);
    assert_eq!(problems, vec![]);
    let sub = value.path("a").unwrap();
    assert_eq!(sub.get("Fn::Sub").unwrap().as_str(), Some("x-${y}"));
    assert_eq!(text.get(sub.at.start as usize..sub.at.end as usize).unwrap(), "!Sub 'x-${y}'");
    assert_eq!(value.path("b").unwrap().get("Fn::GetAtt").unwrap().as_str(), Some("c.Arn"));
}

#[test]
fn json_is_read_with_spans() {
    let text = "{\n\t\"a\": [1, true, null, \"0123\"]\n}";
    let (value, problems) = read(text);
    assert_eq!(problems, vec![]);
    let items = value.get("a").unwrap().items();
    assert_eq!(items[0].data, Data::Int(1));
    assert_eq!(items[1].data, Data::Bool(true));
    assert_eq!(items[2].data, Data::Null);
    assert_eq!(items[3].as_str(), Some("0123"));
}

#[test]
fn a_number_with_leading_zeros_is_an_identifier() {
    assert_eq!(read("a: 012345678901").0.get("a").unwrap().as_str(), Some("012345678901"));
}

#[test]
fn what_stands_before_a_syntax_error_is_kept() {
    let (value, problems) = read("a: 1\nb:\n  c: 2\n  d: [3, 4\ne: 5\n");
    assert_eq!(value.path("b.c").unwrap().as_int(), Some(2));
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].kind, ProblemKind::Unreadable);
}

#[test]
fn a_key_written_twice_is_told_and_the_last_counts() {
    let (value, problems) = read("a: 1\na: 2\n");
    assert_eq!(value.get("a").unwrap().as_int(), Some(2));
    assert_eq!(problems[0].kind, ProblemKind::Suspicious);
}

#[test]
fn merge_keys_do_not_override() {
    let (value, _) = read("base: &b {x: 1, y: 2}\nuse:\n  <<: *b\n  y: 3\n");
    assert_eq!(value.path("use.x").unwrap().as_int(), Some(1));
    assert_eq!(value.path("use.y").unwrap().as_int(), Some(3));
}

#[test]
fn billion_laughs_stops_at_the_limit() {
    let mut text = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n".to_owned();
    for level in 1..12 {
        let below = format!("*a{}", level - 1);
        text += &format!("a{level}: &a{level} [{}]\n", vec![below; 10].join(","));
    }
    let (_, problems) = read(&text);
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].kind, ProblemKind::Limit);
}

#[test]
fn deep_nesting_is_told() {
    let text = format!("{}{}", "[".repeat(1_000), "]".repeat(1_000));
    let (_, problems) = parse(&text, FileId(0), &Limits::default());
    assert_eq!(problems.len(), 1);
}

#[test]
fn a_syntax_error_costs_only_its_own_line() {
    let text = "Resources:\n  A:\n    Type: X\n  B:\n    Type: Y\n    List: [1, 2\n    More: 3\n  C:\n    Type: Z\nOutputs:\n  O: { Value: 1 }\n";
    let (value, problems) = read(text);
    assert_eq!(value.path("Resources.A.Type").unwrap().as_str(), Some("X"));
    assert_eq!(value.path("Resources.B.Type").unwrap().as_str(), Some("Y"));
    assert_eq!(value.path("Resources.C.Type").unwrap().as_str(), Some("Z"));
    assert_eq!(value.path("Outputs.O.Value").unwrap().as_int(), Some(1));
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert_eq!(value.path("Resources.B.More").unwrap().as_int(), Some(3));
}

#[test]
fn an_open_quote_costs_only_its_own_block() {
    let text = "Resources:\n  A:\n    Type: 'X\n  B:\n    Type: Y\n  C:\n    Type: it's\n";
    let (value, problems) = read(text);
    assert_eq!(value.path("Resources.B.Type").unwrap().as_str(), Some("Y"), "{problems:?}");
    assert_eq!(value.path("Resources.C.Type").unwrap().as_str(), Some("it's"), "{problems:?}");
    assert_eq!(problems.len(), 1, "{problems:?}");
}

#[test]
fn quoted_lines_may_stand_far_left() {
    let text = "a:\n    - b: !Sub '{\n  \"x\": 1\n    }'\n    - c: 2\n";
    let (value, problems) = read(text);
    assert_eq!(problems, vec![]);
    let items = value.get("a").unwrap().items();
    assert_eq!(items[1].get("c").unwrap().as_int(), Some(2));
    let sub = items[0].path("b.Fn::Sub").unwrap();
    assert!(sub.as_str().unwrap().contains("\"x\": 1"));
}

#[test]
fn broken_json_keeps_the_other_entries() {
    let text = "{\n  \"Resources\": {\n    \"A\": {\n      \"Type\": \"X\"\n    },\n    \"B\": {\n      \"Type\": \"Y\" \"oops\"\n    },\n    \"C\": {\n      \"Type\": \"Z\"\n    }\n  }\n}\n";
    let (value, problems) = read(text);
    assert_eq!(value.path("Resources.A.Type").unwrap().as_str(), Some("X"), "{problems:?}");
    assert_eq!(value.path("Resources.C.Type").unwrap().as_str(), Some("Z"), "{problems:?}");
    assert_eq!(problems.len(), 1, "{problems:?}");
}

#[test]
fn json_may_have_comments() {
    let text = "{\n  // a \"note\"\n  \"a\": \"http://x\", /* more */\n  \"b\": 2\n}\n";
    let (value, problems) = read(text);
    assert_eq!(value.get("a").unwrap().as_str(), Some("http://x"), "{problems:?}");
    assert_eq!(value.get("b").unwrap().as_int(), Some(2));
}

#[test]
fn more_documents_are_told() {
    let (value, problems) = read("---\na: 1\n---\nb: 2\n");
    assert_eq!(value.get("a").unwrap().as_int(), Some(1));
    assert_eq!(problems[0].message, "the file holds more than one document");
}

#[test]
fn windows_lines_and_a_byte_order_mark_are_read() {
    let text = "\u{feff}a: 1\r\nb:\r\n  c: two\r\n";
    let (value, problems) = read(text);
    assert_eq!(problems, vec![]);
    let two = value.path("b.c").unwrap();
    assert_eq!(text.get(two.at.start as usize..two.at.end as usize).unwrap(), "two");
}

#[test]
fn a_template_language_is_told() {
    let (value, problems) = read("a: {{ name }}\nb: 2\n");
    assert!(value.get("a").unwrap().is_unknown());
    assert_eq!(value.get("b").unwrap().as_int(), Some(2));
    assert_eq!(problems.len(), 1);
}

#[test]
fn lines_of_a_template_language_cost_only_their_block() {
    let text =
        "Resources:\n  A:\n    Type: X\n{% if x %}\n  B:\n    Type: Y\n{% endif %}\n  C:\n    Type: Z\n";
    let (value, problems) = read(text);
    assert_eq!(value.path("Resources.A.Type").unwrap().as_str(), Some("X"), "{problems:?}");
    assert_eq!(value.path("Resources.C.Type").unwrap().as_str(), Some("Z"), "{problems:?}");
    assert!(!problems.is_empty());
}

#[test]
fn what_stands_before_a_limit_is_kept() {
    let limits = Limits { document_values_max: 50, ..Limits::default() };
    let text: String = (0..100).map(|index| format!("k{index}: {{ a: [1, 2] }}\n")).collect();
    let (value, problems) = parse(&text, FileId(0), &limits);
    assert_eq!(value.unwrap().path("k0.a").unwrap().items().len(), 2);
    assert_eq!(problems[0].kind, ProblemKind::Limit);
}

#[test]
fn more_than_a_line_costs_the_block() {
    let text = "Resources:\n  A:\n    Type: X\n  B:\n    Type: Y\n    List: [1,\n    (2: 3\n      x: [\n  C:\n    Type: Z\n";
    let (value, problems) = read(text);
    assert_eq!(value.path("Resources.A.Type").unwrap().as_str(), Some("X"), "{problems:?}");
    assert_eq!(value.path("Resources.B.Type").unwrap().as_str(), Some("Y"), "{problems:?}");
    assert_eq!(value.path("Resources.C.Type").unwrap().as_str(), Some("Z"), "{problems:?}");
}
