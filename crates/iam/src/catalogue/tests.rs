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
    check(
        "stepfunctions.StartExecution",
        expect![[r#"
        states:StartExecution on statemachine:
    "#]],
    );
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

/// Tells the age; only facts of the future, or of no day at all, are wrong.
#[test]
#[expect(clippy::disallowed_methods, reason = "the age of the facts is the point")]
fn the_facts_have_a_date() {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let today = i64::try_from(now.as_secs() / 86_400).unwrap();
    let date = as_of();
    let age = today - days(date);
    println!("the facts of AWS are {age} days old: {date:?}");
    assert!(date.year >= 2026 && (1..=12).contains(&date.month) && (1..=31).contains(&date.day), "{date:?}");
    assert!(age >= 0, "the facts are of {} days ahead", -age);
}

/// Days since 1970-01-01, as Howard Hinnant counts them.
fn days(date: Date) -> i64 {
    let (month, day) = (i64::from(date.month), i64::from(date.day));
    let year = i64::from(date.year) - i64::from(month <= 2);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    year.div_euclid(400) * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[test]
fn days_are_counted() {
    assert_eq!(days(Date { year: 1970, month: 1, day: 1 }), 0);
    assert_eq!(days(Date { year: 2026, month: 10, day: 27 }), 20_753);
}

/// What the facts cost in the binary.
#[test]
fn the_facts_are_small() {
    const BYTES_MAX: usize = 1_000_000;
    let bytes = actions::bytes() + operations::bytes() + managed::bytes();
    println!("the facts of AWS take {bytes} bytes");
    assert!(bytes < BYTES_MAX, "{bytes}");
}

#[test]
fn services_ask_for_keys() {
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
    assert!(names("pinpoint.SendMessages", "messages").contains(&("AppId", "ApplicationId", Name)));
    assert_eq!(names("bedrock-agentcore.InvokeAgentRuntime", "runtime")[0], ("", "agentRuntimeArn", Arn));
    check("apigateway.GetRestApi", expect![["apigateway:GET on :/restapis/{restApiId}\n"]]);
}

#[test]
fn every_line_of_the_table_means_something() {
    assert_eq!(operations::wrong(), Vec::<&str>::new());
}

#[test]
fn every_type_of_the_table_exists() {
    for permission in operations::hand() {
        let (kind, _) = permission.on;
        let known =
            kind.is_empty() || kind == "*" || resource_type(permission.action.service, kind).is_some();
        assert!(known, "{permission:?}");
    }
}

#[test]
fn a_role_is_passed_on() {
    check(
        "stepfunctions.UpdateStateMachine",
        expect![[r#"
        states:UpdateStateMachine
        iam:PassRole on role:roleArn Given("roleArn")
    "#]],
    );
    check(
        "scheduler.CreateSchedule",
        expect![[r#"
        scheduler:CreateSchedule on schedule:
        iam:PassRole on role:Target.RoleArn
    "#]],
    );
}

/// Amazon S3 User Guide, "Required permissions for Amazon S3 API operations".
#[test]
fn s3_has_other_names() {
    check(
        "s3.HeadObject",
        expect![[r#"
        s3:GetObject on object: Absent("VersionId")
        s3:GetObjectVersion on object: Given("VersionId")
        s3:ListBucket on bucket: Sometimes
    "#]],
    );
    check(
        "s3.ListObjectsV2",
        expect![[r#"
        s3:ListBucket on bucket:
    "#]],
    );
    check(
        "s3.CopyObject",
        expect![[r#"
        s3:GetObject on object:CopySource
        s3:PutObject on object:
        s3:GetObjectVersion on object:CopySource Sometimes
        s3:GetObjectTagging on object:CopySource Sometimes
        s3:ListBucket on bucket: Sometimes
        s3:PutObjectTagging on object: Given("Tagging")
        s3:PutObjectTagging on object: Sometimes
        s3:PutObjectAcl on object: Given("ACL")
        s3:PutObjectAcl on object: Given("GrantFullControl")
        s3:PutObjectAcl on object: Given("GrantRead")
        s3:PutObjectAcl on object: Given("GrantReadACP")
        s3:PutObjectAcl on object: Given("GrantWriteACP")
        s3:PutObjectRetention on object: Given("ObjectLockMode")
        s3:PutObjectRetention on object: Given("ObjectLockRetainUntilDate")
        s3:PutObjectLegalHold on object: Given("ObjectLockLegalHoldStatus")
        kms:GenerateDataKey on key:SSEKMSKeyId Given("SSEKMSKeyId")
    "#]],
    );
    check(
        "s3.DeleteObjects",
        expect![[r#"
        s3:DeleteObject on object:Delete.Objects[].Key
        s3:DeleteObjectVersion on object:Delete.Objects[].Key Given("Delete.Objects[].VersionId")
        s3:BypassGovernanceRetention on object:Delete.Objects[].Key Given("BypassGovernanceRetention")
    "#]],
    );
    check(
        "s3.GetBucketEncryption",
        expect![[r#"
        s3:GetEncryptionConfiguration on bucket:
    "#]],
    );
}

/// Amazon DynamoDB Developer Guide, "How it works: transactions", "IAM security policies with PartiQL".
#[test]
fn dynamodb_asks_for_what_statements_and_transactions_do() {
    check(
        "dynamodb.Query",
        expect![[r#"
        dynamodb:Query on table: Absent("IndexName")
        dynamodb:Query on index: Given("IndexName")
    "#]],
    );
    check(
        "dynamodb.TransactWriteItems",
        expect![[r#"
        dynamodb:PutItem on table:TransactItems[].Put.TableName Given("TransactItems[].Put")
        dynamodb:UpdateItem on table:TransactItems[].Update.TableName Given("TransactItems[].Update")
        dynamodb:DeleteItem on table:TransactItems[].Delete.TableName Given("TransactItems[].Delete")
        dynamodb:ConditionCheckItem on table:TransactItems[].ConditionCheck.TableName Given("TransactItems[].ConditionCheck")
    "#]],
    );
    check(
        "dynamodb.ExecuteStatement",
        expect![[r#"
        dynamodb:PartiQLSelect on table:Statement Begins("Statement", ["SELECT"])
        dynamodb:PartiQLInsert on table:Statement Begins("Statement", ["INSERT"])
        dynamodb:PartiQLUpdate on table:Statement Begins("Statement", ["UPDATE"])
        dynamodb:PartiQLDelete on table:Statement Begins("Statement", ["DELETE"])
    "#]],
    );
    assert_eq!(
        names("dynamodb.ExecuteStatement", "table"),
        [("TableName", "Statement", NameKind::Statement)]
    );
}

#[test]
fn other_services_have_other_names() {
    check(
        "lambda.Invoke",
        expect![[r#"
        lambda:InvokeFunction on function:
    "#]],
    );
    check(
        "sqs.SendMessageBatch",
        expect![[r#"
        sqs:SendMessage on queue:
    "#]],
    );
    check(
        "sns.Publish",
        expect![[r#"
        sns:Publish on topic:TopicArn Given("TopicArn")
        sns:Publish on topic:TargetArn Given("TargetArn")
        sns:Publish on *: Given("PhoneNumber")
    "#]],
    );
}

#[test]
fn services_of_data_have_other_names() {
    check(
        "bedrock-runtime.ConverseStream",
        expect![[r#"
        bedrock:InvokeModelWithResponseStream on foundation-model:
        bedrock:ApplyGuardrail on guardrail:guardrailConfig.guardrailIdentifier Given("guardrailConfig")
    "#]],
    );
    check(
        "apigatewaymanagementapi.PostToConnection",
        expect![[r#"
        execute-api:ManageConnections on execute-api-general:
    "#]],
    );
    check(
        "sesv2.SendEmail",
        expect![[r#"
        ses:SendEmail on identity: Absent("Content.Raw")
        ses:SendRawEmail on identity: Given("Content.Raw")
        ses:SendTemplatedEmail on identity: Given("Content.Template")
        ses:SendTemplatedEmail on template:Content.Template.TemplateName Sometimes
    "#]],
    );
    check(
        "iot-data.Publish",
        expect![[r#"
        iot:Publish on topic:
    "#]],
    );
    check(
        "rds-data.ExecuteStatement",
        expect![[r#"
        rds-data:ExecuteStatement on cluster:resourceArn
        secretsmanager:GetSecretValue on Secret:secretArn
    "#]],
    );
    check(
        "kms.ReEncrypt",
        expect![[r#"
        kms:ReEncryptFrom on key:SourceKeyId
        kms:ReEncryptTo on key:DestinationKeyId
    "#]],
    );
    check(
        "rekognition.CompareFaces",
        expect![[r#"
        rekognition:CompareFaces
        s3:GetObject on object:SourceImage.S3Object.Bucket+SourceImage.S3Object.Name Given("SourceImage.S3Object")
        s3:GetObject on object:TargetImage.S3Object.Bucket+TargetImage.S3Object.Name Given("TargetImage.S3Object")
    "#]],
    );
    check(
        "sts.GetCallerIdentity",
        expect![[r#"
        none
    "#]],
    );
}
