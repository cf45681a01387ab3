//! Patterns against the documentation's examples, and against a slow and obvious reading of small ones.
use model::Tri::{self, False, True, Unknown};
use model::{Data, Ref, Span, Value};

use super::{Lookup, Pattern, action_matches};

fn parse(text: &str) -> Pattern {
    // `<Orders>` stands for a symbol.
    let mut parts = Vec::new();
    for part in text.split('>').filter(|part| !part.is_empty()) {
        let (before, name) = part.split_once('<').map_or((part, None), |(before, name)| (before, Some(name)));
        parts.push(Value::text(Span::NONE, before));
        if let Some(name) = name {
            let reference = Ref { target: name.to_owned(), attribute: None };
            parts.push(Value::new(Span::NONE, Data::Ref(reference)));
        }
    }
    Pattern::of(&Value::new(Span::NONE, Data::Joined(parts)))
}

#[track_caller]
fn within(left: &str, right: &str, expected: Tri) {
    assert_eq!(parse(left).within(&parse(right)), expected, "`{left}` within `{right}`");
}

#[track_caller]
fn meets(left: &str, right: &str, expected: Tri) {
    assert_eq!(parse(left).meets(&parse(right)), expected, "`{left}` meets `{right}`");
    assert_eq!(parse(right).meets(&parse(left)), expected, "`{right}` meets `{left}`");
}

#[track_caller]
fn matches(pattern: &str, text: &str, expected: Tri) {
    assert_eq!(parse(pattern).matches(text), expected, "`{pattern}` matches `{text}`");
}

#[test]
fn the_examples_of_the_user_guide() {
    let all = "arn:aws:s3:::amzn-s3-demo-bucket/*/test/*";
    matches(all, "arn:aws:s3:::amzn-s3-demo-bucket/1/test/object.jpg", True);
    matches(all, "arn:aws:s3:::amzn-s3-demo-bucket/1/2/test/object.jpg", True);
    matches(all, "arn:aws:s3:::amzn-s3-demo-bucket/1/2/test/3/object.jpg", True);
    matches(all, "arn:aws:s3:::amzn-s3-demo-bucket/1/2/3/test/4/object.jpg", True);
    matches(all, "arn:aws:s3:::amzn-s3-demo-bucket/1-test/object.jpg", False);
    matches(all, "arn:aws:s3:::amzn-s3-demo-bucket/test/object.jpg", False);
    matches("arn:aws:iam::123456789012:user/Bob", "arn:aws:iam::123456789012:user/bob", False);
    matches("arn:aws:s3:::bucket/??", "arn:aws:s3:::bucket/ab", True);
    matches("arn:aws:s3:::bucket/??", "arn:aws:s3:::bucket/a", False);
}

#[test]
fn a_star_passes_a_colon_where_it_ends_its_part() {
    matches("arn:aws:logs:*:log-group:/aws/*", "arn:aws:logs:eu-west-1:1:log-group:/aws/x", True);
    matches("arn:aws:sqs:us-*-1:123456789012:q", "arn:aws:sqs:us-east-1:123456789012:q", True);
    matches("arn:aws:sqs:us*1:123456789012:q", "arn:aws:sqs:us-1:x:y1:123456789012:q", False);
    matches("arn:aws:sqs:us-east-1:?:q", "arn:aws:sqs:us-east-1:::q", False);
    matches("arn:aws:logs:*:*:log-group:*:stream", "arn:aws:logs:r:1:log-group:a:b:stream", True);
    within("arn:aws:sqs:us*1:1:q", "arn:aws:sqs:*1:1:q", True);
    within("arn:aws:sqs:*:1:q", "arn:aws:sqs:us*1:1:q", False);
}

#[test]
fn missing_parts_of_an_arn_are_stars() {
    matches("arn:aws:sqs", "arn:aws:sqs:us-east-1:1:queue", True);
    matches("arn:aws:s3:*", "arn:aws:s3:::bucket/key", True);
    within("arn:aws:sqs", "arn:aws:sqs:*:*:*", True);
    within("arn:aws:sqs:*:*:*", "arn:aws:sqs", True);
}

#[test]
fn inclusion_is_exact_for_wildcards() {
    within("*", "*", True);
    within("a", "*", True);
    within("*", "a*", False);
    within("a*", "a?*", False);
    within("?*", "*?", True);
    within("*?", "?*", True);
    within("**", "*", True);
    within("*", "**", True);
    within("*a", "?*", True);
    within("a*b", "a*", True);
    within("a*b*c", "a*c", True);
    within("a*c", "a*b*c", False);
    within("??*", "*?", True);
    within("?", "??", False);
    within("abab*", "*ab*", True);
    within("*ab*ab*", "*ab*", True);
    within("*", "?", False);
    within("", "*", True);
    within("*", "", False);
    within("dynamodb:Get*", "dynamodb:*", True);
}

#[test]
fn a_symbol_is_within_itself_and_stars() {
    within("arn:aws:s3:::<B>/*", "arn:aws:s3:::<B>/*", True);
    within("arn:aws:s3:::<B>/public", "arn:aws:s3:::<B>/*", True);
    within("arn:aws:s3:::<B>/*", "arn:aws:s3:::*", True);
    within("arn:aws:s3:::<B>/*", "arn:aws:s3:::<B>/public", False);
    within("arn:aws:s3:::<B>/*", "arn:aws:s3:::<C>/*", Unknown);
    within("arn:aws:s3:::*", "arn:aws:s3:::<B>", False);
    within("arn:aws:s3:::<B>", "arn:aws:sqs:::*", False);
    within("arn:aws:s3:::<B>", "arn:aws:s3:::name", Unknown);
    within("arn:aws:s3:::name", "arn:aws:s3:::<B>", Unknown);
    within("arn:<P>:dynamodb:<R>:<A>:table/<T>/index/*", "arn:<P>:dynamodb:<R>:<A>:table/<T>/*", True);
    within("arn:<P>:dynamodb:<R>:<A>:table/<T>", "arn:<P>:dynamodb:*:*:table/*", True);
    within("<T>", "*", True);
    within("<T>/index/*", "<T>", False);
    within("<T>/index/*", "<T>/*", True);
    within("${aws:username}/*", "*/*", True);
    within("*/*", "${aws:username}/*", Unknown);
}

#[test]
fn two_values_of_which_nothing_is_known_are_not_the_same() {
    let unknown = |start| Value::unknown(Span { file: model::FileId(0), start, end: start + 1 }, "?", "");
    assert_eq!(Pattern::of(&unknown(1)).within(&Pattern::of(&unknown(1))), True);
    assert_eq!(Pattern::of(&unknown(1)).within(&Pattern::of(&unknown(5))), Unknown);
}

#[test]
fn what_two_patterns_share() {
    meets("a*", "*b", True);
    meets("a*", "b*", False);
    meets("?", "", False);
    meets("*", "", True);
    meets("a?c", "abc", True);
    meets("a?c", "ab", False);
    meets("*a*", "*b*", True);
    meets("arn:aws:s3:::<B>/*", "arn:aws:s3:::<B>/x", True);
    meets("arn:aws:s3:::<B>/*", "arn:aws:s3:::<C>/x", Unknown);
    meets("arn:aws:s3:::<B>", "arn:aws:sqs:*:*:*", False);
    meets("<B>", "*", True);
    meets("s3:*", "sqs:*", False);
}

#[test]
fn special_signs_can_be_literal() {
    matches("a${*}b", "a*b", True);
    matches("a${*}b", "axb", False);
    matches("${?}${$}{x}", "?${x}", True);
    assert_eq!(Pattern::literal("a*${b}?").to_string(), "a${*}${$}{b}${?}");
    assert_eq!(Pattern::parse(&Pattern::literal("a*${b}?").to_string()), Pattern::literal("a*${b}?"));
    matches("${unclosed", "${unclosed", True);
}

#[test]
fn variables_become_the_requests_values() {
    let look_up = |name: &str| match name {
        "aws:username" => Lookup::Value("b*b".to_owned()),
        "aws:PrincipalTag/team" => Lookup::Unknown,
        _ => Lookup::Missing,
    };
    let resolve = |text: &str| Pattern::parse(text).resolve(&look_up);
    assert_eq!(resolve("home/${aws:username}/*").unwrap().matches("home/b*b/x"), True);
    assert_eq!(resolve("home/${aws:username}/*").unwrap().matches("home/bob/x"), False);
    assert_eq!(resolve("home/${aws:userid, 'guest'}").unwrap().matches("home/guest"), True);
    assert_eq!(resolve("home/${aws:userid}"), None);
    assert_eq!(resolve("${aws:PrincipalTag/team}-x").unwrap().matches("a-x"), Unknown);
    assert_eq!(resolve("${aws:PrincipalTag/team}-x").unwrap().matches("a-y"), False);
}

#[test]
fn actions_have_no_case() {
    assert!(action_matches("s3:Get*", "S3:getobject"));
    assert!(action_matches("*", "s3:GetObject"));
    assert!(action_matches("s3:*Object", "s3:GetObjectObject"));
    assert!(!action_matches("s3:Get?", "s3:GetObject"));
    assert_eq!(Pattern::action("S3:GetObject").within(&Pattern::action("s3:get*")), True);
}

#[test]
fn hostile_patterns_cost_little() {
    let stars = "a*".repeat(5_000);
    let marks = "?*a".repeat(3_000);
    let text = "a".repeat(20_000);
    for left in [&stars, &marks, &text] {
        for right in [&stars, &marks, &text] {
            let _ = (
                Pattern::parse(left).within(&Pattern::parse(right)),
                Pattern::parse(left).meets(&Pattern::parse(right)),
            );
        }
    }
    assert_eq!(Pattern::parse(&stars).matches(&text), True);
    assert!(!action_matches(&format!("{stars}b"), &text));
}

/// Every text of two characters up to a length, matched by the two-pointer reading.
#[test]
fn small_patterns_agree_with_listing_their_texts() {
    let texts = words(&['a', 'z'], 9);
    let patterns = words(&['a', '*', '?'], 4);
    let sets: Vec<Vec<bool>> = patterns
        .iter()
        .map(|pattern| texts.iter().map(|text| super::glob(pattern, text, |byte| *byte)).collect())
        .collect();
    for (left, ours) in patterns.iter().zip(&sets) {
        for (right, theirs) in patterns.iter().zip(&sets) {
            let (a, b) = (Pattern::parse(left), Pattern::parse(right));
            let subset = ours.iter().zip(theirs).all(|(ours, theirs)| !ours || *theirs);
            let common = ours.iter().zip(theirs).any(|(ours, theirs)| *ours && *theirs);
            assert_eq!(a.within(&b), subset.into(), "`{left}` within `{right}`");
            assert_eq!(a.meets(&b), common.into(), "`{left}` meets `{right}`");
        }
        for (text, expected) in texts.iter().zip(ours) {
            assert_eq!(Pattern::parse(left).matches(text), (*expected).into(), "`{left}` matches `{text}`");
        }
    }
}

fn words(signs: &[char], length_max: usize) -> Vec<String> {
    let mut all = vec![String::new()];
    let mut last = all.clone();
    for _ in 0..length_max {
        last = last.iter().flat_map(|word| signs.iter().map(move |sign| format!("{word}{sign}"))).collect();
        all.extend(last.iter().cloned());
    }
    all
}
