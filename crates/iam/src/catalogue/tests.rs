use std::fmt::Write as _;

use expect_test::{Expect, expect};

use super::*;

/// The permissions of `service.Operation`, a line each.
fn check(operation: &str, expected: Expect) {
    let (service, name) = operation.split_once('.').unwrap();
    let found = permissions(&Aws { service: service.into(), operation: name.into() });
    let mut text = String::new();
    match found {
        None => text.push_str("unknown\n"),
        Some(found) if found.is_empty() => text.push_str("none\n"),
        Some(found) => {
            for one in found {
                write!(text, "{}", one.action.display()).unwrap();
                if one.on != ("", "") {
                    write!(text, " on {}:{}", one.on.0, one.on.1).unwrap();
                }
                match one.when {
                    When::Always => writeln!(text).unwrap(),
                    when => writeln!(text, " {when:?}").unwrap(),
                }
            }
        }
    }
    expected.assert_eq(&text);
}

#[test]
fn an_operation_has_the_action_of_its_name() {
    check("dynamodb.PutItem", expect![["dynamodb:PutItem\n"]]);
    check("stepfunctions.StartExecution", expect![["states:StartExecution\n"]]);
    check("dynamodb.NoSuchThing", expect![["unknown\n"]]);
    check("nothing.PutItem", expect![["unknown\n"]]);
}

#[test]
fn what_anyone_may_needs_no_permission() {
    check("cognito-idp.SignUp", expect![["none\n"]]);
    check("sts.AssumeRoleWithWebIdentity", expect![["none\n"]]);
}

#[test]
fn managed_policies_are_found_by_any_name() {
    let basic = managed("AWSLambdaBasicExecutionRole").unwrap();
    assert_eq!(basic.arn, "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole");
    assert!(basic.document.contains("logs:PutLogEvents"));
    assert_eq!(managed("arn:aws-cn:iam::aws:policy/AWSLambdaBasicExecutionRole"), Some(basic));
    assert_eq!(managed("arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"), Some(basic));
    assert_eq!(managed("arn:aws:iam::123456789012:policy/AWSLambdaBasicExecutionRole"), None);
    assert_eq!(managed("AWSLambdaBasicExecutionRol"), None);
    assert!(managed("AdministratorAccess").is_some() && managed("ReadOnlyAccess").is_some());
    for policy in managed_all() {
        assert_eq!(managed(policy.arn), Some(policy), "{}", policy.arn);
        assert!(policy.document.starts_with('{') && policy.document.ends_with('}'));
    }
}

#[test]
fn an_action_knows_its_resources_and_keys() {
    let get = action("dynamodb:getitem").unwrap();
    assert_eq!(get.display(), "dynamodb:GetItem");
    let types = resource_types(get);
    assert_eq!(types[0].name, "table");
    assert_eq!(types[0].arn, "arn:${Partition}:dynamodb:${Region}:${Account}:table/${TableName}");
    assert!(condition_keys(get).contains(&"dynamodb:LeadingKeys"), "{:?}", condition_keys(get));
    assert_eq!(resource_types(action("s3:GetObject").unwrap())[0].name, "object");
    assert_eq!(key_type("s3", "s3:TlsVersion"), Some("Numeric"));
    assert!(dependents(action("lambda:CreateFunction").unwrap()).contains(&"iam:PassRole"));
}

#[test]
fn the_facts_have_a_date() {
    let date = as_of();
    println!("facts as of {date:?}");
    assert!(date.year >= 2026, "the facts say when they were taken down");
}
