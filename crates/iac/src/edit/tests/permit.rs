//! Permissions of one function.
use model::{Data, Effect, Patch, Policy, PolicyOrigin, Ref, Span, Statement, Value};

use super::{check, written};

fn allow(action: &str, target: &str) -> Policy {
    let value = |data| Value::new(Span::NONE, data);
    let statement = Statement {
        sid: None,
        effect: Effect::Allow,
        at: Span::NONE,
        actions: vec![value(action.into())],
        not_actions: Vec::new(),
        resources: vec![value(Data::Ref(Ref { target: target.into(), attribute: Some("Arn".into()) }))],
        not_resources: Vec::new(),
        principals: Vec::new(),
        not_principals: Vec::new(),
        conditions: Vec::new(),
    };
    Policy {
        name: String::new(),
        origin: PolicyOrigin::Inline,
        at: Span::NONE,
        statements: vec![statement],
        written_in: None,
    }
}

fn permit(function: &str, policy: Policy) -> Patch {
    Patch::Permit { function: function.into(), policies: vec![policy] }
}

#[test]
fn sam_functions_get_policies_instead_of_a_shared_role() {
    check(
        "t.yaml",
        "Transform: AWS::Serverless-2016-10-31\nResources:\n  T: {Type: AWS::DynamoDB::Table}\n  F:\n    Type: AWS::Serverless::Function\n    \
         Properties:\n      Handler: a.b\n      Role: !GetAtt Shared.Arn\n",
        &[permit("F", allow("dynamodb:PutItem", "T"))],
        "Transform: AWS::Serverless-2016-10-31\nResources:\n  T: {Type: AWS::DynamoDB::Table}\n  F:\n    Type: AWS::Serverless::Function\n    \
         Properties:\n      Handler: a.b\n      Policies:\n        - Statement:\n            - Effect: Allow\n              \
         Action: dynamodb:PutItem\n              Resource: !GetAtt T.Arn\n",
    );
}

#[test]
fn functions_of_cloudformation_get_a_role_of_their_own() {
    let text = "Resources:\n  F:\n    Type: AWS::Lambda::Function\n    Properties:\n      Role: !GetAtt R.Arn\n  G:\n    \
                Type: AWS::Lambda::Function\n    Properties:\n      Role: !GetAtt R.Arn\n  R:\n    Type: AWS::IAM::Role\n    Properties:\n      \
                AssumeRolePolicyDocument: {}\n";
    let found = written("t.yaml", text, &[permit("F", allow("s3:GetObject", "F"))]).unwrap();
    assert!(found.contains("  FRole:\n    Type: AWS::IAM::Role\n"), "{found}");
    assert!(
        found.contains("Type: AWS::Lambda::Function\n    Properties:\n      Role: !GetAtt FRole.Arn\n  G:"),
        "{found}"
    );
}

#[test]
fn a_role_that_nobody_else_uses_is_rewritten() {
    let text = "Resources:\n  F:\n    Type: AWS::Lambda::Function\n    Properties:\n      Role: !GetAtt R.Arn\n  R:\n    \
                Type: AWS::IAM::Role\n    Properties:\n      AssumeRolePolicyDocument: {}\n      Policies:\n        - PolicyName: F\n          \
                PolicyDocument:\n            Version: '2012-10-17'\n            Statement:\n              - Effect: Allow\n                \
                Action: 's3:*' # all\n                Resource: '*'\n";
    let found = written("t.yaml", text, &[permit("F", allow("s3:GetObject", "F"))]).unwrap();
    assert_eq!(found, text.replace("'s3:*'", "'s3:GetObject'").replace("'*'", "!GetAtt F.Arn"));
}

#[test]
fn terraform_gets_a_role_and_its_policy() {
    let text = "resource \"aws_lambda_function\" \"f\" {\n  role = aws_iam_role.shared.arn\n}\nresource \"aws_iam_role\" \"shared\" {}\n";
    let policy = allow("sqs:SendMessage", "aws_sqs_queue.q");
    let found = written("main.tf", text, &[permit("aws_lambda_function.f", policy)]).unwrap();
    assert!(
        found.starts_with("resource \"aws_lambda_function\" \"f\" {\n  role = aws_iam_role.f_role.arn\n}\n"),
        "{found}"
    );
    assert!(found.contains("resource \"aws_iam_role_policy\" \"f_role\" {\n  role   = aws_iam_role.f_role.id\n  policy = jsonencode({"), "{found}");
    assert!(found.contains("Resource = aws_sqs_queue.q.arn"), "{found}");
}

#[test]
fn services_say_it_in_their_words() {
    let one = "provider:\n  name: aws\nfunctions:\n  hi:\n    handler: a.b\n";
    let found = written("serverless.yml", one, &[permit("hi", allow("s3:GetObject", "hi"))]).unwrap();
    assert!(
        found.contains(
            "provider:\n  name: aws\n  iam:\n    role:\n      statements:\n        - Effect: Allow\n"
        ),
        "{found}"
    );
    let two = format!("{one}  ho:\n    handler: a.c\n");
    let found = written("serverless.yml", &two, &[permit("hi", allow("s3:GetObject", "hi"))]).unwrap();
    assert!(found.contains("    handler: a.b\n    role: HiLambdaRole\n"), "{found}");
    let own = format!("{two}plugins:\n  - serverless-iam-roles-per-function\n");
    let found = written("serverless.yml", &own, &[permit("hi", allow("s3:GetObject", "hi"))]).unwrap();
    assert!(found.contains("    handler: a.b\n    iamRoleStatements:\n      - Effect: Allow\n"), "{found}");
}
