use expect_test::expect;

use super::{check, check_one};

#[test]
fn own_resources_refer_to_what_the_framework_makes_and_change_it() {
    check(
        &[
            (
                "serverless.yml",
                r"
service: shop
provider: { name: aws, role: 'arn:r' }
functions:
  hello_world: { handler: x, events: [ { http: GET / } ], environment: { Q: !Ref Jobs } }
resources:
  - ${file(queue.yml)}
  - Resources:
      Rule: { Type: AWS::Events::Rule, Properties: { Targets: [ { Arn: !GetAtt HelloUnderscoreworldLambdaFunction.Arn } ] } }
      ApiGatewayRestApi: { Properties: { BinaryMediaTypes: [ '*/*' ] } }
    extensions:
      HelloUnderscoreworldLambdaFunction: { Properties: { Timeout: 3 } }
    Conditions: { Never: !Equals [ a, b ] }
",
            ),
            ("queue.yml", "Resources:\n  Jobs: { Type: AWS::SQS::Queue }\n"),
        ],
        expect![[r#"
            hello_world Lambda::Function {Handler: x, Code: ., Environment: {Variables: {Q: @Jobs}}, Role: arn:r, Timeout: 3}
            hello_world.http buckler::Trigger {event: rest-api, method: GET, path: /, auth: none, exposure: public, api: @ApiGatewayRestApi, function: @hello_world}
            ApiGatewayRestApi? ApiGateway::RestApi {Name: dev-shop, BinaryMediaTypes: [*/*]}
            ApiGatewayStage? ApiGateway::Stage {RestApiId: @ApiGatewayRestApi, StageName: dev}
            Jobs SQS::Queue {}
            Rule Events::Rule {Targets: [{Arn: @hello_world.Arn}]}"#]],
    );
}

#[test]
fn layers_state_machines_and_buckets_for_packages() {
    check_one(
        r"
service: shop
provider: { name: aws, role: 'arn:r', deploymentBucket: { blockPublicAccess: true } }
layers:
  common: { path: layer, allowedAccounts: [ '*' ] }
functions:
  a: { handler: x, layers: [ !Ref CommonLambdaLayer ] }
stepFunctions:
  stateMachines:
    order:
      name: Orders
      loggingConfig: { level: ALL, destinations: [ !GetAtt L.Arn ] }
      definition: { StartAt: A, States: { A: { Type: Task, Resource: !GetAtt a.Arn, End: true } } }
      events: [ { schedule: rate(1 day) } ]
resources: { Resources: { L: { Type: AWS::Logs::LogGroup } } }
",
        expect![[r#"
            a Lambda::Function {Handler: x, Layers: [@common], Code: ., Role: arn:r}
            common Lambda::LayerVersion {Content: layer}
            CommonLambdaLayerPermission1 Lambda::LayerVersionPermission {LayerVersionArn: @common, Principal: *, Action: lambda:GetLayerVersion}
            ServerlessDeploymentBucket? S3::Bucket {BucketEncryption: {ServerSideEncryptionConfiguration: [{ServerSideEncryptionByDefault: {SSEAlgorithm: AES256}}]}, PublicAccessBlockConfiguration: {BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true, RestrictPublicBuckets: true}}
            OrdersRole? IAM::Role {AssumeRolePolicyDocument: {Version: 2012-10-17, Statement: [{Effect: Allow, Principal: {Service: [states.amazonaws.com]}, Action: [sts:AssumeRole]}]}}
            order StepFunctions::StateMachine {StateMachineName: Orders, LoggingConfiguration: {Level: ALL, Destinations: [{CloudWatchLogsLogGroup: {LogGroupArn: @L.Arn}}]}, Definition: {StartAt: A, States: {A: {Type: Task, Resource: @a.Arn, End: true}}}, RoleArn: @OrdersRole.Arn}
            order.schedule buckler::Trigger {event: schedule, exposure: internal, schedule: rate(1 day), function: @order}
            L Logs::LogGroup {}"#]],
    );
}

#[test]
fn what_is_not_read_is_told() {
    check_one(
        r"
provider: { name: aws, Runtime: nodejs22.x, role: 'arn:r' }
custom: { customDomain: { domainName: x } }
pipes: { a: 1 }
functions:
  a: { handler: x, memorysize: 3 }
  b:
",
        expect![[r#"
            a Lambda::Function {Handler: x, Code: ., Role: arn:r}
            b Lambda::Function {Role: arn:r}
            serverless.yml:4: section `pipes` belongs to a plugin that is not read (unsupported)
            serverless.yml:7: function `b` has no settings that can be read (unreadable)
            serverless.yml:3: `custom.customDomain` is read by a plugin: the domain in front of the API is not in the graph (unsupported)
            serverless.yml:2: `Runtime` is no setting of the provider; the framework does not read it (suspicious)
            serverless.yml:6: `memorysize` is no setting of function `a`; the framework does not read it (suspicious)"#]],
    );
    check_one(
        "provider: { name: azure }\nfunctions: { a: { handler: x } }\n",
        expect![
            "serverless.yml:1: provider `azure` is not read; 1 function is not in the graph (unsupported)"
        ],
    );
    check_one(
        "a: 1\n",
        expect![
            "serverless.yml:1: this is no service: it has neither `provider` nor `functions` (unreadable)"
        ],
    );
}

#[test]
fn resources_that_are_not_known_do_not_hide_functions() {
    check_one(
        "service: s\nprovider: { name: aws, role: 'arn:#{AWS::Partition}:r' }\nfunctions: { a: { handler: x } }\nresources: { Resources: '${file(gone.yml)}' }\n",
        expect![[r#"
            a Lambda::Function {Handler: x, Code: ., Role: arn:aws:r}
            serverless.yml:4: `${file(gone.yml)}` has no value: there is no file `gone.yml` (unresolved)
            serverless.yml:4: `resources.Resources` is not known: nothing of `${file(gone.yml)}` was read (unresolved)"#]],
    );
}

#[test]
fn what_else_the_framework_makes_may_be_referred_to() {
    check_one(
        r"
service: s
provider: { name: aws, role: 'arn:r' }
functions: { a: { handler: x } }
resources:
  Resources:
    P: { Type: AWS::SSM::Parameter, Properties: { Value: !Ref ApiGatewayDeployment123, Name: !Sub '${ALambdaVersionX.Arn}', Type: !Ref Typo } }
",
        expect![[r#"
            a Lambda::Function {Handler: x, Code: ., Role: arn:r}
            P SSM::Parameter {Value: <`ApiGatewayDeployment123` is made by the framework>, Name: <`ALambdaVersionX` is made by the framework>, Type: <`Typo` does not exist>}
            serverless.yml:7: `Typo` is neither a parameter nor a resource of this template (unresolved)"#]],
    );
}

#[test]
fn a_firewall_stands_in_front_of_the_stage() {
    check_one(
        r"
service: s
provider: { name: aws, role: 'arn:r' }
custom: { associateWaf: { name: shield, version: V2 } }
functions: { a: { handler: x, events: [ { http: GET / } ] } }
",
        expect![[r#"
            a Lambda::Function {Handler: x, Code: ., Role: arn:r}
            a.http buckler::Trigger {event: rest-api, method: GET, path: /, auth: none, exposure: public, api: @ApiGatewayRestApi, function: @a}
            ApiGatewayRestApi? ApiGateway::RestApi {Name: dev-s}
            ApiGatewayStage? ApiGateway::Stage {RestApiId: @ApiGatewayRestApi, StageName: dev}
            ApiGatewayWebAclAssociation WAFv2::WebACLAssociation {ResourceArn: @ApiGatewayStage, WebACLArn: <web ACL `shield` is found by its name when deployed>}"#]],
    );
}
