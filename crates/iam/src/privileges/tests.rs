//! What small functions need, case by case: `tests/cases/README.md` tells the format.
use std::fmt::Write as _;
use std::path::PathBuf;

/// What stands before the code of a case that has no template of its own.
const TEMPLATE: &str = include_str!("../../tests/cases/template.yaml");

#[test]
fn every_case_needs_what_it_says() {
    let mut wrong = String::new();
    for path in paths() {
        let text = read(&path);
        let (expected, files) = split(&text);
        let found = needs(&files);
        if found == expected.trim_end() {
            continue;
        }
        if std::env::var_os("UPDATE").is_some() {
            let rest = text.strip_prefix(expected.as_str()).unwrap_or_default();
            write(&path, &format!("{found}\n{rest}"));
        }
        writeln!(wrong, "== {}\nexpected:\n{}\nfound:\n{found}\n", path.display(), expected.trim_end())
            .unwrap();
    }
    assert!(wrong.is_empty(), "{wrong}");
}

fn paths() -> Vec<PathBuf> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases");
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "txt"));
    paths.sort();
    assert!(paths.len() > 20, "the cases are there");
    paths
}

#[expect(clippy::disallowed_methods, reason = "tests read their cases")]
fn read(path: &PathBuf) -> String {
    std::fs::read_to_string(path).unwrap()
}

#[expect(clippy::disallowed_methods, reason = "`UPDATE=1` writes what was found")]
fn write(path: &PathBuf, text: &str) {
    std::fs::write(path, text).unwrap();
}

/// What is expected, and the files behind it.
fn split(text: &str) -> (String, Vec<(String, String)>) {
    let mut expected = String::new();
    let mut files: Vec<(String, String)> = Vec::new();
    for line in text.split_inclusive('\n') {
        match (line.strip_prefix("--- "), files.last_mut()) {
            (Some(name), _) => files.push((name.trim().to_owned(), String::new())),
            (None, Some((_, text))) => text.push_str(line),
            (None, None) => expected.push_str(line),
        }
    }
    (expected, files)
}

/// A line for each need, then one for each thing that is not known.
fn needs(files: &[(String, String)]) -> String {
    let is_template = |name: &str| name.ends_with(".yaml") || name.ends_with(".yml") || name.ends_with(".tf");
    let has_template = files.iter().any(|(name, _)| is_template(name));
    let is_python = files.iter().any(|(name, _)| name.ends_with(".py"));
    let runtime = if is_python { "python3.14" } else { "nodejs24.x" };
    let own = TEMPLATE.replace("RUNTIME", runtime);
    let mut all: Vec<(&str, &str)> =
        files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    if !has_template {
        all.push(("template.yaml", &own));
    }
    let project = testkit::project(all);
    let mut lines: Vec<String> = Vec::new();
    for app in project.templates() {
        let several = app.functions().count() > 1;
        for one in crate::privileges(app) {
            let function = app.node(one.function).map_or("", |node| node.name.as_str());
            if !has_template && function != "F" {
                continue;
            }
            let prefix = if several && has_template { format!("{function}: ") } else { String::new() };
            for need in &one.needed {
                let resources: Vec<String> = need.resources.iter().map(model::Value::display).collect();
                lines.push(format!("{prefix}{} {}", need.action, resources.join(" ")));
            }
            for unresolved in one.unresolved.iter().filter(|one| !one.why.contains("allows is not known")) {
                lines.push(format!("{prefix}? {}", unresolved.why));
            }
        }
    }
    lines.join("\n")
}

/// A function with these policies and this code: what is granted, judged, then what is missing, then the least policy.
fn judged(policies: &str, code: &str) -> String {
    let template = TEMPLATE
        .replace("RUNTIME", "python3.14")
        .replace("      CodeUri: .\n", &format!("      CodeUri: .\n      Policies:\n{policies}"));
    let project = testkit::project([("template.yaml", template.as_str()), ("app.py", code)]);
    let app = &project.apps[0];
    let all = crate::privileges(app);
    let one = all.iter().find(|one| app.node(one.function).is_some_and(|node| node.name == "F")).unwrap();
    let mut out = String::new();
    for grant in one.granted.iter().filter(|grant| !matches!(grant.source, super::GrantSource::Managed(_))) {
        let resources: Vec<String> = grant.resources.iter().map(model::Value::display).collect();
        writeln!(out, "{} {} {:?}", grant.action, resources.join(" "), grant.judgement).unwrap();
    }
    for index in &one.missing {
        writeln!(out, "missing {}", one.needed[*index].action).unwrap();
    }
    for policy in one.minimal(app) {
        writeln!(out, "policy {:?}", policy.origin).unwrap();
        for statement in &policy.statements {
            let list = |values: &[model::Value]| {
                values.iter().map(model::Value::display).collect::<Vec<_>>().join(" ")
            };
            writeln!(out, "  {} on {}", list(&statement.actions), list(&statement.resources)).unwrap();
        }
    }
    out
}

const READS: &str = r#"
import os, boto3
table = boto3.resource("dynamodb").Table(os.environ["TABLE"])

def handler(event, context):
    boto3.client("sns").publish(TopicArn=os.environ["TOPIC_ARN"], Message="a")
    return table.get_item(Key={"id": event["id"]})
"#;

#[test]
fn grants_are_judged() {
    let policies = r#"
        - Statement:
            - { Effect: Allow, Action: ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:GetItems"], Resource: !GetAtt Orders.Arn }
            - { Effect: Allow, Action: "dynamodb:Get*", Resource: "*" }
            - { Effect: Allow, Action: "logs:PutLogEvents", Resource: "*" }
            - { Effect: Allow, Action: "sqs:SendMessage", Resource: "*" }
"#;
    expect_test::expect![[r#"
        dynamodb:GetItem ${Orders.Arn} Needed
        dynamodb:PutItem ${Orders.Arn} Unused
        dynamodb:GetItems ${Orders.Arn} NotExisting
        dynamodb:Get* * TooBroad { needs: [0], why: "`dynamodb:Get*` stands for 5 actions, 1 is needed; `*` is wider than what is needed" }
        logs:PutLogEvents * Base
        sqs:SendMessage * Unused
        missing sns:Publish
        policy Inline
          dynamodb:GetItem on ${Orders.Arn}
          sns:Publish on ${News}
    "#]]
    .assert_eq(&judged(policies, READS));
}

#[test]
fn a_template_that_fits_exactly_stays() {
    let policies = "        - SNSPublishMessagePolicy: { TopicName: !GetAtt News.TopicName }\n        - DynamoDBCrudPolicy: { TableName: !Ref Orders }\n";
    expect_test::expect![[r#"
        sns:Publish arn:aws:sns:${AWS::Region}:${AWS::AccountId}:${News.TopicName} Needed
        dynamodb:GetItem arn:aws:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${Orders} arn:aws:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${Orders}/index/* Needed
        dynamodb:DeleteItem arn:aws:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${Orders} arn:aws:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${Orders}/index/* Unused
        dynamodb:PutItem arn:aws:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${Orders} arn:aws:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${Orders}/index/* Unused
        dynamodb:Scan arn:aws:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${Orders} arn:aws:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${Orders}/index/* Unused
        dynamodb:Query arn:aws:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${Orders} arn:aws:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${Orders}/index/* Unused
        dynamodb:UpdateItem arn:aws:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${Orders} arn:aws:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${Orders}/index/* Unused
        dynamodb:BatchWriteItem arn:aws:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${Orders} arn:aws:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${Orders}/index/* Unused
        dynamodb:BatchGetItem arn:aws:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${Orders} arn:aws:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${Orders}/index/* Unused
        dynamodb:DescribeTable arn:aws:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${Orders} arn:aws:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${Orders}/index/* Unused
        dynamodb:ConditionCheckItem arn:aws:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${Orders} arn:aws:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${Orders}/index/* Unused
        policy Template("SNSPublishMessagePolicy")
          sns:Publish on arn:aws:sns:${AWS::Region}:${AWS::AccountId}:${News.TopicName}
        policy Inline
          dynamodb:GetItem on ${Orders.Arn}
    "#]]
    .assert_eq(&judged(policies, READS));
}

#[test]
fn what_is_chosen_at_run_time_is_kept() {
    let policies = "        - DynamoDBReadPolicy: { TableName: !Ref Orders }\n        - SQSSendMessagePolicy: { QueueName: !GetAtt Jobs.QueueName }\n";
    let code = "import boto3\nclient = boto3.client('dynamodb')\n\ndef handler(event, context):\n    getattr(client, event['op'])()\n";
    expect_test::expect![[r#"
        dynamodb:GetItem arn:aws:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${Orders} arn:aws:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${Orders}/index/* Unknown("which operations of `dynamodb` are called is chosen at run time")
        dynamodb:Scan arn:aws:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${Orders} arn:aws:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${Orders}/index/* Unknown("which operations of `dynamodb` are called is chosen at run time")
        dynamodb:Query arn:aws:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${Orders} arn:aws:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${Orders}/index/* Unknown("which operations of `dynamodb` are called is chosen at run time")
        dynamodb:BatchGetItem arn:aws:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${Orders} arn:aws:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${Orders}/index/* Unknown("which operations of `dynamodb` are called is chosen at run time")
        dynamodb:DescribeTable arn:aws:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${Orders} arn:aws:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${Orders}/index/* Unknown("which operations of `dynamodb` are called is chosen at run time")
        sqs:SendMessage* arn:aws:sqs:${AWS::Region}:${AWS::AccountId}:${Jobs.QueueName} Unused
        policy Template("DynamoDBReadPolicy")
          dynamodb:GetItem dynamodb:Scan dynamodb:Query dynamodb:BatchGetItem dynamodb:DescribeTable on arn:aws:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${Orders} arn:aws:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${Orders}/index/*
    "#]]
    .assert_eq(&judged(policies, code));
}
