use expect_test::expect;

use super::check_one;

#[test]
fn the_shared_role_holds_the_statements() {
    check_one(
        r"
service: shop
provider:
  name: aws
  iam:
    role:
      statements:
        - { Effect: Allow, Action: 's3:*', Resource: '*' }
      managedPolicies: [ arn:aws:iam::aws:policy/AdministratorAccess ]
      permissionsBoundary: arn:b
functions:
  a: { handler: x }
",
        expect![[r#"
            IamRoleLambdaExecution IAM::Role {AssumeRolePolicyDocument: {Version: 2012-10-17, Statement: [{Effect: Allow, Principal: {Service: [lambda.amazonaws.com]}, Action: [sts:AssumeRole]}]}, Policies: [{PolicyName: shop-dev-lambda, PolicyDocument: {Version: 2012-10-17, Statement: [{Effect: Allow, Action: s3:*, Resource: *}]}}], ManagedPolicyArns: [arn:aws:iam::aws:policy/AdministratorAccess], PermissionsBoundary: arn:b}
            a Lambda::Function {Handler: x, Code: ., Role: @IamRoleLambdaExecution.Arn}"#]],
    );
}

#[test]
fn older_spellings_and_roles_of_functions() {
    check_one(
        r"
service: shop
provider:
  name: aws
  iamRoleStatements: [ { Effect: Allow, Action: '*', Resource: '*' } ]
functions:
  a: { handler: x, iamRoleStatements: [ { Effect: Allow, Action: 's3:GetObject', Resource: '*' } ] }
  b: { handler: x, role: Named }
  c: { handler: x, role: { Fn::GetAtt: [ Named, Arn ] } }
resources:
  Resources:
    Named: { Type: AWS::IAM::Role, Properties: { RoleName: n } }
",
        expect![[r#"
            AIamRoleLambdaExecution IAM::Role {AssumeRolePolicyDocument: {Version: 2012-10-17, Statement: [{Effect: Allow, Principal: {Service: [lambda.amazonaws.com]}, Action: [sts:AssumeRole]}]}, Policies: [{PolicyName: shop-dev-a-lambda, PolicyDocument: {Version: 2012-10-17, Statement: [{Effect: Allow, Action: s3:GetObject, Resource: *}]}}]}
            IamRoleLambdaExecution IAM::Role {AssumeRolePolicyDocument: {Version: 2012-10-17, Statement: [{Effect: Allow, Principal: {Service: [lambda.amazonaws.com]}, Action: [sts:AssumeRole]}]}, Policies: [{PolicyName: shop-dev-lambda, PolicyDocument: {Version: 2012-10-17, Statement: [{Effect: Allow, Action: *, Resource: *}]}}]}
            a Lambda::Function {Handler: x, Code: ., Role: @AIamRoleLambdaExecution.Arn}
            b Lambda::Function {Handler: x, Code: ., Role: @Named.Arn}
            c Lambda::Function {Handler: x, Code: ., Role: @Named.Arn}
            Named IAM::Role {RoleName: n}
            serverless.yml:7: `iamRoleStatements` of a function needs the plugin `serverless-iam-roles-per-function` (suspicious)"#]],
    );
}

#[test]
fn statements_that_are_not_known_may_allow_anything() {
    check_one(
        r"
service: shop
plugins: [ serverless-iam-roles-per-function ]
custom: { serverless-iam-roles-per-function: { defaultInherit: true } }
provider:
  name: aws
  iamRoleStatements: ${ssm:/statements}
functions:
  a: { handler: x, iamRoleStatements: [ { Effect: Allow, Action: 's3:GetObject', Resource: '*' } ] }
",
        expect![[r#"
            AIamRoleLambdaExecution IAM::Role {AssumeRolePolicyDocument: {Version: 2012-10-17, Statement: [{Effect: Allow, Principal: {Service: [lambda.amazonaws.com]}, Action: [sts:AssumeRole]}]}, Policies: [{PolicyName: shop-dev-a-lambda, PolicyDocument: {Version: 2012-10-17, Statement: [{Effect: Allow, Action: s3:GetObject, Resource: *}, {Effect: Allow, Action: <`${ssm:/statements}` is known only when deployed>, Resource: <`${ssm:/statements}` is known only when deployed>}]}}]}
            IamRoleLambdaExecution IAM::Role {AssumeRolePolicyDocument: {Version: 2012-10-17, Statement: [{Effect: Allow, Principal: {Service: [lambda.amazonaws.com]}, Action: [sts:AssumeRole]}]}, Policies: [{PolicyName: shop-dev-lambda, PolicyDocument: {Version: 2012-10-17, Statement: [{Effect: Allow, Action: <`${ssm:/statements}` is known only when deployed>, Resource: <`${ssm:/statements}` is known only when deployed>}]}}]}
            a Lambda::Function {Handler: x, Code: ., Role: @AIamRoleLambdaExecution.Arn}"#]],
    );
}
