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
    assert_eq!(&text[sub.at.start as usize..sub.at.end as usize], "!Sub 'x-${y}'");
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
