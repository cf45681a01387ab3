use expect_test::{Expect, expect};
use model::{Data, PolicyOrigin, Relation};

use crate::{MemorySource, Options, read};

fn check(path: &str, text: &str, node: &str, expected: &Expect) {
    let project = read(&MemorySource::new([(path, text)]), &Options::default());
    let app = project.apps.first().expect("one application");
    let node = app.named(node).expect("the node");
    let mut lines = Vec::new();
    for policy in &node.policies {
        let origin = match &policy.origin {
            PolicyOrigin::Managed(arn) => format!("managed {arn}"),
            other => format!("{other:?}").to_lowercase(),
        };
        let actions = policy.statements.iter().flat_map(|statement| &statement.actions);
        let actions: Vec<String> = actions.map(model::Value::display).collect();
        let from = policy.written_in.as_ref().map(|name| format!(" from {name}")).unwrap_or_default();
        lines.push(format!("{origin}{from}: {}", actions.join(", ")));
    }
    for policy in node.trust() {
        let who = policy.statements.iter().flat_map(|statement| &statement.principals);
        let who: Vec<String> = who.map(|principal| principal.value.display()).collect();
        lines.push(format!("trusts {}", who.join(", ")));
    }
    for edge in app.edges.iter().filter(|edge| edge.from == node.id && edge.relation == Relation::Grants) {
        lines.push(format!("grants {}", app.node(edge.to).map_or("?", |node| node.name.as_str())));
    }
    expected.assert_eq(&lines.join("\n"));
}

#[test]
fn a_role_has_all_its_permissions() {
    check(
        "template.yaml",
        "Resources:
  R:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: { Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: sts:AssumeRole }] }
      ManagedPolicyArns: ['arn:aws:iam::aws:policy/ReadOnlyAccess', !Ref M]
      Policies: [{ PolicyName: p, PolicyDocument: { Statement: { Effect: Allow, Action: 's3:GetObject', Resource: !Sub '${B.Arn}/*' } } }]
  B: { Type: AWS::S3::Bucket }
  T: { Type: AWS::DynamoDB::Table, Properties: { TableName: orders } }
  M:
    Type: AWS::IAM::ManagedPolicy
    Properties: { PolicyDocument: { Statement: [{ Effect: Allow, Action: 'sns:Publish', Resource: '*' }] } }
  P:
    Type: AWS::IAM::Policy
    Properties:
      PolicyName: q
      Roles: [!Ref R]
      PolicyDocument: { Statement: [{ Effect: Allow, Action: ['dynamodb:GetItem'], Resource: !Sub 'arn:aws:dynamodb:${AWS::Region}:${AWS::AccountId}:table/orders' }] }
",
        "R",
        &expect![[r"
            inline: s3:GetObject
            managed arn:aws:iam::aws:policy/ReadOnlyAccess: 
            inline from M: sns:Publish
            inline from P: dynamodb:GetItem
            trusts lambda.amazonaws.com
            grants B
            grants T"]],
    );
}

#[test]
fn terraform_documents_and_attachments_reach_the_role() {
    check(
        "main.tf",
        r#"resource "aws_iam_role" "r" { assume_role_policy = data.aws_iam_policy_document.trust.json }
data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}
data "aws_iam_policy_document" "read" {
  statement {
    actions   = ["s3:GetObject"]
    resources = ["${aws_s3_bucket.b.arn}/*"]
  }
}
resource "aws_s3_bucket" "b" { bucket = "b" }
resource "aws_iam_policy" "p" { policy = data.aws_iam_policy_document.read.json }
resource "aws_iam_role_policy_attachment" "a" {
  role       = aws_iam_role.r.name
  policy_arn = aws_iam_policy.p.arn
}
resource "aws_iam_role_policy_attachment" "basic" {
  role       = aws_iam_role.r.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
}
resource "aws_iam_role_policy" "own" {
  role   = aws_iam_role.r.id
  policy = <<JSON
{ "Statement": [{ "Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "${aws_sqs_queue.q.arn}" }] }
JSON
}
resource "aws_sqs_queue" "q" {}
"#,
        "aws_iam_role.r",
        &expect![[r"
            inline from aws_iam_policy_document.read: s3:GetObject
            managed arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole from aws_iam_role_policy_attachment.basic: 
            inline from aws_iam_role_policy.own: sqs:SendMessage
            trusts lambda.amazonaws.com
            grants aws_s3_bucket.b
            grants aws_sqs_queue.q"]],
    );
}

#[test]
fn a_state_machine_knows_what_it_calls() {
    let text = r#"Resources:
  F: { Type: AWS::Lambda::Function, Properties: { Handler: a.b } }
  M:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      Definition:
        StartAt: A
        States:
          A: { Type: Task, Resource: 'arn:aws:states:::lambda:invoke', Parameters: { FunctionName: !GetAtt F.Arn }, Next: B }
          B: { Type: Map, ItemProcessor: { StartAt: C, States: { C: { Type: Task, Resource: 'arn:aws:states:::dynamodb:putItem', Retry: [], End: true } } }, End: true }
"#;
    let project = read(&MemorySource::new([("template.yaml", text)]), &Options::default());
    let app = project.apps.first().expect("one application");
    let machine = app.named("M").expect("the machine");
    let list =
        |name: &str| machine.list(name).iter().map(model::Value::display).collect::<Vec<_>>().join(", ");
    assert_eq!(list("services"), "lambda:invoke, dynamodb:putItem");
    assert_eq!(list("unhandled"), "A");
    assert_eq!(list("maps_unbounded"), "B");
    assert!(
        matches!(machine.get("calls").map(|value| &value.data), Some(Data::List(calls)) if calls.len() == 1)
    );
    assert!(app.targets(machine, Relation::Invokes).any(|node| node.name == "F"));
}

#[test]
fn a_function_knows_its_log_group_and_what_its_environment_names() {
    let text = r#"Resources:
  F: { Type: AWS::Lambda::Function, Properties: { Handler: a.b, Environment: { Variables: { TABLE: !Ref T } } } }
  L: { Type: AWS::Logs::LogGroup, Properties: { LogGroupName: !Sub '/aws/lambda/${F}' } }
  T: { Type: AWS::DynamoDB::Table }
"#;
    let project = read(&MemorySource::new([("template.yaml", text)]), &Options::default());
    let app = project.apps.first().expect("one application");
    let function = app.named("F").expect("the function");
    assert!(app.targets(function, Relation::LogsTo).any(|node| node.name == "L"));
    assert!(app.targets(function, Relation::Uses).any(|node| node.name == "T"));
}

#[test]
fn what_no_table_knows_runs_as_the_role_that_it_names() {
    let text = r#"
resource "aws_iam_role" "deploy" {
  name               = "deploy"
  assume_role_policy = jsonencode({ Statement = [] })
}
data "aws_caller_identity" "current" {}
resource "aws_cloudformation_stack" "s" {
  name         = "s"
  iam_role_arn = format("arn:aws:iam::%s:role/deploy", data.aws_caller_identity.current.account_id)
}
resource "aws_apprunner_service" "a" {
  instance_configuration { instance_role_arn = aws_iam_role.deploy.arn }
}
resource "aws_iam_role_policy" "p" {
  role   = aws_iam_role.deploy.name
  policy = jsonencode({ Statement = [] })
}
"#;
    let project = read(&MemorySource::new([("main.tf", text)]), &Options::default());
    let app = project.apps.first().expect("one application");
    let role = app.named("aws_iam_role.deploy").expect("the role");
    let names: Vec<&str> = app.sources(role, Relation::Assumes).map(|node| node.name.as_str()).collect();
    assert_eq!(names, ["aws_cloudformation_stack.s", "aws_apprunner_service.a"]);
}
