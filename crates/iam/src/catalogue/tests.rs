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

#[test]
fn what_the_platform_needs_exists() {
    for name in platform::all() {
        assert_eq!(action(name).map(Action::display).as_deref(), Some(name));
    }
    assert!(polling("SQS").iter().any(|need| need.action == "sqs:ReceiveMessage"));
    assert!(polling("s3").is_empty());
    assert_eq!(behind_key(action("s3:GetObject").unwrap()), ["kms:Decrypt"]);
    assert!(behind_key(action("s3:ListBucket").unwrap()).is_empty());
    for action in matching("*").iter() {
        for key in behind_key(action) {
            assert!(super::action(key).is_some(), "{key}");
        }
    }
}

/// The parameters that name the resource of an operation's first permission.
fn names(operation: &str, resource: &str) -> Vec<(&'static str, &'static str, NameKind)> {
    let (service, name) = operation.split_once('.').unwrap();
    let operation = Aws { service: service.into(), operation: name.into() };
    let permissions = permissions(&operation).unwrap();
    let kind = resource_type(permissions[0].action.service, resource).unwrap();
    let found = binding(&operation, &permissions[0], &kind);
    found.iter().map(|one| (one.variable, one.parameter, one.kind)).collect()
}

#[test]
fn parameters_name_resources() {
    use NameKind::{Arn, Name, Path, Url};
    assert_eq!(names("dynamodb.PutItem", "table")[0], ("TableName", "TableName", Name));
    let object = names("s3.GetObject", "object");
    assert!(
        object.contains(&("BucketName", "Bucket", Name)) && object.contains(&("ObjectName", "Key", Name))
    );
    assert_eq!(names("s3.CopyObject", "object"), [("", "CopySource", Path)]);
    assert!(names("sqs.SendMessage", "queue").contains(&("QueueName", "QueueUrl", Url)));
    assert!(names("sns.Publish", "topic").contains(&("", "TopicArn", Arn)));
    assert_eq!(names("stepfunctions.StartExecution", "statemachine")[0], ("", "stateMachineArn", Arn));
    assert_eq!(names("lambda.Invoke", "function")[0], ("FunctionName", "FunctionName", Name));
    assert_eq!(
        names("dynamodb.TransactGetItems", "table"),
        [("TableName", "TransactItems[].Get.TableName", Name)]
    );
    check("apigateway.GetRestApi", expect![["apigateway:GET on :/restapis/{restApiId}\n"]]);
}

#[test]
fn every_line_of_the_table_means_something() {
    assert_eq!(operations::wrong(), Vec::<&str>::new());
}

#[test]
fn a_role_is_passed_on() {
    check(
        "lambda.CreateFunction",
        expect![[r#"
        lambda:CreateFunction
        iam:PassRole on role:Role Given("Role")
    "#]],
    );
}
