//! Smaller, and exactly the same.
use expect_test::{Expect, expect};
use model::{Statement, Tri};

use super::minimise;
use crate::Pattern;
use crate::testing::{allow, condition, deny};

fn show(statements: &[Statement]) -> String {
    let list =
        |values: &[model::Value]| values.iter().map(|value| value.display()).collect::<Vec<_>>().join(" ");
    statements
        .iter()
        .map(|each| {
            let effect = if each.allows() { "allow" } else { "deny" };
            let name = each.sid.as_ref().map_or(String::new(), |sid| format!("{sid}: "));
            let conditions = if each.conditions.is_empty() { "" } else { " if …" };
            format!("{name}{effect} {} on {}{conditions}\n", list(&each.actions), list(&each.resources))
        })
        .collect()
}

#[expect(clippy::needless_pass_by_value, reason = "a literal of the test")]
#[track_caller]
fn check(statements: &[Statement], expected: Expect) {
    let small = minimise(statements);
    expected.assert_eq(&show(&small));
    assert_eq!(show(&minimise(&small)), show(&small), "again");
}

#[test]
fn the_same_resources_are_one_statement_and_so_are_the_same_actions() {
    check(
        &[
            allow(&["s3:GetObject"], &["b"]),
            allow(&["s3:PutObject"], &["b"]),
            allow(&["S3:getobject"], &["c"]),
        ],
        expect![[r#"
            allow s3:GetObject on b c
            allow s3:PutObject on b
        "#]],
    );
    check(
        &[
            allow(&["sqs:SendMessage", "sqs:DeleteMessage"], &["q"]),
            allow(&["sqs:DeleteMessage", "sqs:SendMessage"], &["r"]),
        ],
        expect![[r#"
            allow sqs:DeleteMessage sqs:SendMessage on q r
        "#]],
    );
}

#[test]
fn what_another_statement_covers_is_dropped() {
    check(
        &[allow(&["s3:Get*"], &["b/*", "b"]), allow(&["s3:GetObject", "s3:PutObject"], &["b/x"])],
        expect![[r#"
            allow s3:Get* on b b/*
            allow s3:PutObject on b/x
        "#]],
    );
    let mut narrow = allow(&["s3:GetObject"], &["b/x"]);
    narrow.conditions.push(condition("Bool", "aws:SecureTransport", &["true"]));
    check(
        &[allow(&["s3:*"], &["*"]), narrow.clone()],
        expect![[r#"
            allow s3:* on *
        "#]],
    );
    check(
        &[allow(&["s3:GetObject"], &["b/x"]), narrow, deny(&["s3:GetObject"], &["b/x"])],
        expect![[r#"
            allow s3:GetObject on b/x
            deny s3:GetObject on b/x
        "#]],
    );
    check(
        &[allow(&["s3:?*"], &["*"]), allow(&["s3:*?"], &["**"])],
        expect![[r#"
            allow s3:*? on **
        "#]],
    );
}

#[test]
fn services_stand_apart_and_names_stay_where_they_fit() {
    let mut named = allow(&["xray:PutTraceSegments", "logs:PutLogEvents"], &["*"]);
    named.sid = Some("Base".to_owned());
    let mut other = allow(&["sqs:SendMessage"], &["q"]);
    other.sid = Some("Send".to_owned());
    check(
        &[named, other, allow(&["sqs:ReceiveMessage"], &["q"])],
        expect![[r#"
            Base: allow logs:PutLogEvents on *
            allow sqs:ReceiveMessage sqs:SendMessage on q
            allow xray:PutTraceSegments on *
        "#]],
    );
}

#[test]
fn not_lists_are_kept_as_they_are() {
    let mut not = allow(&[], &["*"]);
    not.not_actions = crate::testing::texts(&["iam:*"]);
    check(
        &[not.clone(), not, allow(&["s3:GetObject"], &["b"])],
        expect![[r#"
            allow s3:GetObject on b
            allow  on *
        "#]],
    );
}

/// Many small policies: exactly the pairs that went in come out.
#[test]
fn nothing_is_won_and_nothing_is_lost() {
    let actions = ["s3:Get*", "s3:GetObject", "s3:PutObject", "sqs:SendMessage", "s3:*", "*"];
    let resources = ["*", "a", "b", "a*", "ab"];
    let mut seed = 7_u64;
    let mut next = |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(seed >> 33).unwrap() % below
    };
    for _ in 0..500 {
        let statements: Vec<Statement> = (0..1 + next(4))
            .map(|_| {
                let some =
                    |list: &[&'static str], next: &mut dyn FnMut(usize) -> usize| -> Vec<&'static str> {
                        (0..1 + next(3)).map(|_| list[next(list.len())]).collect()
                    };
                let (actions, resources) = (some(&actions, &mut next), some(&resources, &mut next));
                let mut statement = allow(&actions, &resources);
                if next(4) == 0 {
                    statement.conditions.push(condition("Bool", "aws:SecureTransport", &["true"]));
                }
                statement
            })
            .collect();
        let small = minimise(&statements);
        for action in
            ["s3:GetObject", "s3:GetBucketAcl", "s3:PutObject", "s3:ListBucket", "sqs:SendMessage", "x:y"]
        {
            for resource in ["a", "b", "ab", "c", "abc"] {
                for secure in [false, true] {
                    let gives =
                        |list: &[Statement]| list.iter().any(|each| allows(each, action, resource, secure));
                    assert_eq!(
                        gives(&statements),
                        gives(&small),
                        "{action} {resource}\n{}",
                        show(&statements)
                    );
                }
            }
        }
    }
}

fn allows(statement: &Statement, action: &str, resource: &str, secure: bool) -> bool {
    let action_fits =
        statement.actions.iter().any(|each| crate::action_matches(each.as_str().unwrap(), action));
    let fits = |each: &model::Value| Pattern::of(each).matches(resource) == Tri::True;
    action_fits && statement.resources.iter().any(fits) && (secure || statement.conditions.is_empty())
}
