//! What is within what, and what is told when it is not.
#![expect(clippy::cloned_ref_to_slice_refs, reason = "every case reads alike")]
use expect_test::{Expect, expect};
use model::{Policy, PolicyOrigin, Principal, Span, Statement, Tri};

use super::{difference_by, known_actions, within};
use crate::testing::{allow, condition, deny, text, texts};

fn policy(statements: &[Statement]) -> Vec<Policy> {
    vec![Policy {
        name: String::new(),
        origin: PolicyOrigin::Inline,
        at: Span::NONE,
        statements: statements.to_vec(),
        written_in: None,
    }]
}

fn few(pattern: &str) -> Vec<String> {
    ["s3:GetObject", "s3:GetBucketAcl", "s3:PutObject", "sqs:SendMessage"]
        .iter()
        .filter(|action| crate::action_matches(pattern, action))
        .map(|action| (*action).to_owned())
        .collect()
}

#[expect(clippy::needless_pass_by_value, reason = "a literal of the test")]
#[track_caller]
fn check(a: &[Statement], b: &[Statement], expected: Expect) {
    let shown: Vec<String> = difference_by(&policy(a), &policy(b), &few)
        .iter()
        .map(|extra| {
            let sure = if extra.certain { "" } else { "perhaps " };
            let conditional = if extra.conditional { " (if …)" } else { "" };
            format!("{sure}{} on {}{conditional}", extra.action, extra.resource)
        })
        .collect();
    expected.assert_eq(&shown.join("\n"));
}

#[test]
fn less_is_within_more() {
    check(&[allow(&["s3:GetObject"], &["b/x"])], &[allow(&["s3:Get*"], &["b/*"])], expect![""]);
    check(
        &[allow(&["s3:Get*"], &["b/*"])],
        &[allow(&["s3:GetObject"], &["b/*"])],
        expect!["s3:GetBucketAcl on b/*"],
    );
    check(
        &[allow(&["s3:GetObject"], &["*"])],
        &[allow(&["s3:GetObject"], &["b"])],
        expect!["s3:GetObject on *"],
    );
    check(&[allow(&["s3:GetObject"], &["b"])], &[], expect!["s3:GetObject on b"]);
    check(
        &[allow(&["S3:getobject", "sqs:SendMessage"], &["b"])],
        &[allow(&["s3:GetObject"], &["*"]), allow(&["sqs:*"], &["*"])],
        expect![""],
    );
}

#[test]
fn a_wildcard_is_more_than_all_that_is_known_today() {
    check(
        &[allow(&["sqs:*"], &["q"])],
        &[allow(&["sqs:SendMessage"], &["q"])],
        expect!["perhaps sqs:* on q"],
    );
    check(&[allow(&["new:*"], &["q"])], &[allow(&["s3:*"], &["q"])], expect!["new:* on q"]);
}

#[test]
fn not_actions_and_not_resources() {
    let mut not = allow(&[], &["*"]);
    not.not_actions = texts(&["s3:*"]);
    check(&[not.clone()], &[allow(&["sqs:*"], &["*"])], expect!["perhaps * except s3:* on *"]);
    check(&[not.clone()], &[allow(&["*"], &["*"])], expect![""]);
    check(&[allow(&["sqs:SendMessage"], &["q"])], &[not.clone()], expect![""]);
    check(&[allow(&["s3:GetObject"], &["q"])], &[not], expect!["s3:GetObject on q"]);
    let mut but = allow(&["s3:GetObject"], &[]);
    but.not_resources = texts(&["secret/*"]);
    check(&[allow(&["s3:GetObject"], &["open/x"])], &[but.clone()], expect![""]);
    check(&[allow(&["s3:GetObject"], &["*/x"])], &[but.clone()], expect!["s3:GetObject on */x"]);
    let mut more = but.clone();
    more.not_resources = texts(&["secret/*", "other"]);
    check(&[more], &[but.clone()], expect![""]);
    check(
        &[but.clone()],
        &[allow(&["s3:GetObject"], &["open/*"])],
        expect!["s3:GetObject on * except secret/*"],
    );
}

#[test]
fn denies_count_on_both_sides() {
    let get = allow(&["s3:GetObject"], &["*"]);
    check(&[get.clone()], &[get.clone(), deny(&["s3:*"], &["secret"])], expect!["s3:GetObject on *"]);
    check(
        &[get.clone(), deny(&["*"], &["secret"])],
        &[get.clone(), deny(&["s3:*"], &["secret"])],
        expect![""],
    );
    check(&[get.clone(), deny(&["s3:*"], &["*"])], &[], expect![""]);
    let mut only_plain = deny(&["s3:*"], &["*"]);
    only_plain.conditions.push(condition("Bool", "aws:SecureTransport", &["false"]));
    check(&[get.clone()], &[get.clone(), only_plain.clone()], expect!["perhaps s3:GetObject on *"]);
    check(&[get.clone(), only_plain.clone()], &[get, only_plain], expect![""]);
}

#[test]
fn conditions_narrow() {
    let with = |operator: &str, values: &[&str]| {
        let mut statement = allow(&["s3:GetObject"], &["*"]);
        statement.conditions.push(condition(operator, "aws:PrincipalTag/team", values));
        statement
    };
    let plain = allow(&["s3:GetObject"], &["*"]);
    check(&[with("StringEquals", &["a"])], &[plain.clone()], expect![""]);
    check(&[plain], &[with("StringEquals", &["a"])], expect!["s3:GetObject on *"]);
    check(&[with("StringEquals", &["a"])], &[with("StringEquals", &["b", "a"])], expect![""]);
    check(
        &[with("StringEquals", &["a", "b"])],
        &[with("StringEquals", &["a"])],
        expect!["perhaps s3:GetObject on * (if …)"],
    );
    check(&[with("StringEquals", &["ab"])], &[with("StringLike", &["a*"])], expect![""]);
    check(
        &[with("StringEquals", &["a*"])],
        &[with("StringLike", &["ab*"])],
        expect!["perhaps s3:GetObject on * (if …)"],
    );
    check(&[with("StringLike", &["ab*"])], &[with("StringLike", &["a*"])], expect![""]);
    check(&[with("StringNotEquals", &["a", "b"])], &[with("StringNotEquals", &["a"])], expect![""]);
    check(&[with("StringEquals", &["a"])], &[with("StringEqualsIfExists", &["a"])], expect![""]);
    check(
        &[with("StringEqualsIfExists", &["a"])],
        &[with("StringEquals", &["a"])],
        expect!["perhaps s3:GetObject on * (if …)"],
    );
}

#[test]
fn principals_of_resource_policies() {
    let to = |kind: &str, value: &str| {
        let mut statement = allow(&["s3:GetObject"], &["*"]);
        statement.principals.push(Principal { kind: kind.to_owned(), value: text(value) });
        statement
    };
    let role = to("AWS", "arn:aws:iam::1:role/r");
    check(&[role.clone()], &[to("*", "*")], expect![""]);
    check(&[to("*", "*")], &[role.clone()], expect!["s3:GetObject on *"]);
    check(&[role.clone()], &[role.clone()], expect![""]);
    check(&[role], &[to("Service", "lambda.amazonaws.com")], expect!["s3:GetObject on *"]);
}

#[test]
fn the_catalogue_expands() {
    assert!(known_actions("s3:GetObj*").contains(&"s3:GetObject".to_owned()));
    let broad = policy(&[allow(&["s3:*"], &["*"])]);
    let narrow = policy(&[allow(&["s3:GetObject"], &["arn:aws:s3:::b/*"])]);
    assert_eq!(within(&narrow, &broad), Tri::True);
    assert_eq!(within(&broad, &narrow), Tri::False);
    assert_eq!(within(&broad, &broad), Tri::True);
}

#[test]
fn an_unknown_effect_is_the_same_on_both_sides() {
    let mut open = allow(&["s3:GetObject"], &["*"]);
    open.effect = model::Effect::Unknown;
    check(&[open.clone()], &[open.clone()], expect![""]);
    let get = allow(&["s3:GetObject"], &["b"]);
    check(&[get.clone(), open.clone()], &[get.clone(), open.clone()], expect![""]);
    check(&[get.clone()], &[get.clone(), open.clone()], expect!["perhaps s3:GetObject on b"]);
    check(&[open], &[get], expect!["perhaps s3:GetObject on *"]);
}
