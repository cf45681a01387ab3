//! What SAM resources become in the graph.
use expect_test::{Expect, expect};

use crate::{MemorySource, Options};

fn check(template: &str, expected: Expect) {
    let source = MemorySource::new([("template.yaml", template)]);
    let project = crate::read(&source, &Options::default());
    let mut out = String::new();
    for node in project.apps.iter().flat_map(|app| &app.nodes) {
        let owner = project.apps[0].owner(node).map_or(String::new(), |owner| format!(" of {}", owner.name));
        let implicit = if node.implicit { " (implicit)" } else { "" };
        out += &format!("{} {}{owner}{implicit}\n", node.kind.as_str(), node.name);
        for policy in node.policies.iter().chain(&node.resource_policies) {
            let from = policy.written_in.as_ref().map_or(String::new(), |name| format!(" from {name}"));
            out += &format!("  {:?} {}{from}\n", policy.origin, policy.name);
            for statement in &policy.statements {
                let show = |values: &[model::Value]| {
                    values.iter().map(model::Value::display).collect::<Vec<_>>().join(" ")
                };
                out += &format!("    {} | {}\n", show(&statement.actions), show(&statement.resources));
            }
        }
    }
    for app in &project.apps {
        for edge in &app.edges {
            let name = |id| app.node(id).unwrap().name.clone();
            out += &format!("{} {} {}\n", name(edge.from), edge.relation.as_str(), name(edge.to));
        }
    }
    for problem in &project.problems {
        out += &format!("! {}\n", problem.message);
    }
    expected.assert_eq(&out);
}

#[test]
fn policies_of_every_spelling_reach_the_function_and_its_role() {
    check(
        "
Resources:
  T: { Type: AWS::DynamoDB::Table }
  P: { Type: AWS::IAM::ManagedPolicy, Properties: { PolicyDocument: { Statement: [{ Effect: Allow, Action: 'a:b', Resource: '*' }] } } }
  F:
    Type: AWS::Serverless::Function
    Properties:
      Policies:
        - AmazonS3FullAccess
        - !Sub arn:${AWS::Partition}:iam::aws:policy/AdministratorAccess
        - !Ref P
        - DynamoDBReadPolicy: { TableName: !Ref T }
        - Statement: [{ Effect: Allow, Action: 's3:*', Resource: '*' }]
",
        expect![[r#"
            table T
            policy P
              Inline 
                a:b | *
            function F
              Managed("arn:aws:iam::aws:policy/AmazonS3FullAccess") AmazonS3FullAccess
              Managed("arn:aws:iam::aws:policy/AdministratorAccess") AdministratorAccess
              Template("DynamoDBReadPolicy") DynamoDBReadPolicy
                dynamodb:GetItem dynamodb:Scan dynamodb:Query dynamodb:BatchGetItem dynamodb:DescribeTable | arn:aws:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${T} arn:aws:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${T}/index/*
              Inline 
                s3:* | *
              Inline P from P
                a:b | *
            role FRole of F (implicit)
              Managed("arn:aws:iam::aws:policy/AmazonS3FullAccess") AmazonS3FullAccess from F
              Managed("arn:aws:iam::aws:policy/AdministratorAccess") AdministratorAccess from F
              Template("DynamoDBReadPolicy") DynamoDBReadPolicy from F
                dynamodb:GetItem dynamodb:Scan dynamodb:Query dynamodb:BatchGetItem dynamodb:DescribeTable | arn:aws:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${T} arn:aws:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${T}/index/*
              Inline  from F
                s3:* | *
              Managed("arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole") AWSLambdaBasicExecutionRole from F
              Inline  from P
                a:b | *
              Trust  from F
                sts:AssumeRole | 
            P attached-to FRole
            F assumes FRole
            F grants T
            FRole grants T
        "#]],
    );
}

#[test]
fn a_role_of_its_own_leaves_policies_out() {
    check(
        "
Resources:
  R: { Type: AWS::IAM::Role }
  F: { Type: AWS::Serverless::Function, Properties: { Role: !GetAtt R.Arn, Policies: AmazonS3FullAccess } }
",
        expect![[r#"
            role R
            function F
            F assumes R
            ! `Policies` of `F` have no effect, since it has a `Role`
        "#]],
    );
}

#[test]
fn connectors_become_permissions() {
    check(
        "
Resources:
  Q: { Type: AWS::SQS::Queue }
  T: { Type: AWS::SNS::Topic, Connectors: { ToQ: { Properties: { Destination: { Id: Q }, Permissions: [Write] } } } }
  F: { Type: AWS::Serverless::Function }
  C:
    Type: AWS::Serverless::Connector
    Properties: { Source: { Id: F }, Destination: [{ Id: Q }], Permissions: [Read] }
",
        expect![[r#"
            queue Q
              Resource TToQ from TToQ
                sqs:SendMessage | ${Q.Arn}
            topic T
            function F
              Template("C") C from C
                sqs:ReceiveMessage sqs:GetQueueAttributes | ${Q.Arn}
            policy C
              Template("C") C
                sqs:ReceiveMessage sqs:GetQueueAttributes | ${Q.Arn}
            policy TToQ
            role FRole of F (implicit)
              Managed("arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole") AWSLambdaBasicExecutionRole from F
              Template("C") C from C
                sqs:ReceiveMessage sqs:GetQueueAttributes | ${Q.Arn}
              Trust  from F
                sts:AssumeRole | 
            F assumes FRole
            F grants Q
            C attached-to F
            FRole grants Q
        "#]],
    );
}
