//! What comes out reads as IAM JSON and stays within the limits.
use expect_test::expect;
use model::{Condition, Data, Effect, Principal, Ref, Span, Statement, Value};

use super::{Limit, as_written, fit, json, size};
use crate::testing::{allow, text};

#[test]
fn one_value_stands_alone_and_several_in_a_list() {
    let mut statement = allow(&["s3:GetObject", "s3:PutObject"], &["arn:aws:s3:::a/*"]);
    statement.sid = Some("Objects".to_owned());
    statement.conditions.push(Condition {
        operator: "StringEquals".to_owned(),
        key: "aws:PrincipalTag/team".to_owned(),
        values: vec![text("a\"b"), text("c")],
    });
    let table =
        Value::new(Span::NONE, Data::Ref(Ref { target: "T".to_owned(), attribute: Some("Arn".to_owned()) }));
    let mut other = allow(&["dynamodb:GetItem"], &[]);
    other.resources.push(table);
    expect![[r#"
        {
          "Version": "2012-10-17",
          "Statement": [
            {
              "Sid": "Objects",
              "Effect": "Allow",
              "Action": [
                "s3:GetObject",
                "s3:PutObject"
              ],
              "Resource": "arn:aws:s3:::a/*",
              "Condition": {
                "StringEquals": {
                  "aws:PrincipalTag/team": [
                    "a\"b",
                    "c"
                  ]
                }
              }
            },
            {
              "Effect": "Allow",
              "Action": "dynamodb:GetItem",
              "Resource": "${T.Arn}"
            }
          ]
        }"#]]
    .assert_eq(&json(&[statement, other], &as_written));
}

#[test]
fn an_unknown_resource_never_becomes_a_wildcard() {
    let mut statement = allow(&["s3:GetObject"], &[]);
    statement.resources.push(Value::unknown(Span::NONE, "?", ""));
    assert!(json(&[statement], &as_written).contains("\"${unknown}\""));
}

#[test]
fn an_unknown_effect_never_becomes_an_allow() {
    let mut statement = allow(&["s3:GetObject"], &["*"]);
    statement.effect = Effect::Unknown;
    assert!(json(&[statement], &as_written).contains("\"Deny\""));
}

#[test]
fn principals_are_grouped() {
    let mut statement = allow(&["sts:AssumeRole"], &[]);
    let principal = |kind: &str, value: &str| Principal { kind: kind.to_owned(), value: text(value) };
    statement.principals = vec![principal("Service", "lambda.amazonaws.com")];
    assert!(json(&[statement.clone()], &as_written).contains("\"Service\": \"lambda.amazonaws.com\""));
    statement.principals = vec![principal("*", "*")];
    assert!(json(&[statement], &as_written).contains("\"Principal\": \"*\""));
}

#[test]
fn the_same_operator_and_key_twice_keeps_both() {
    let mut statement = allow(&["s3:GetObject"], &["*"]);
    for value in ["a*", "*b"] {
        statement.conditions.push(Condition {
            operator: "StringLike".to_owned(),
            key: "s3:prefix".to_owned(),
            values: vec![text(value)],
        });
    }
    let written = json(&[statement], &as_written);
    assert!(written.contains("\"StringLike\"") && written.contains("\"stringLike\""), "{written}");
}

#[test]
fn what_is_too_large_is_divided() {
    let resources: Vec<String> =
        (0..400).map(|number| format!("arn:aws:s3:::bucket-{number:05}/*")).collect();
    let resources: Vec<&str> = resources.iter().map(String::as_str).collect();
    let statements = [allow(&["s3:GetObject", "s3:PutObject"], &resources)];
    let documents = fit(&statements, Limit::Managed, &as_written).unwrap();
    assert!(documents.len() > 1 && documents.len() <= 4, "{}", documents.len());
    assert!(documents.iter().all(|document| size(document, &as_written) <= 6_144));
    let kept: usize = documents.iter().flatten().map(|statement| statement.resources.len()).sum();
    assert_eq!(kept, 400);
    let error = fit(&statements, Limit::RoleInline, &as_written).unwrap_err();
    expect!["the policy has 12111 characters, and 10240 are allowed: write it as managed policies, which can be several"]
        .assert_eq(&error.to_string());
    let long = "x".repeat(7_000);
    let error = fit(&[allow(&["s3:GetObject"], &[&long])], Limit::Managed, &as_written).unwrap_err();
    assert_eq!(error.documents, None);
}

#[test]
fn a_statement_without_lists_is_no_problem() {
    let empty = Statement { actions: Vec::new(), resources: Vec::new(), ..allow(&[], &[]) };
    assert!(size(&[empty], &as_written) > 0);
}
