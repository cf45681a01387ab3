//! What SAM makes of its resources.
use expect_test::expect;

use super::{check, check_files};

#[test]
fn globals_are_merged_as_sam_does() {
    check(
        "
Transform: AWS::Serverless-2016-10-31
Globals:
  Function: { Timeout: 3, Layers: [a], Environment: { Variables: { A: 1, B: 2 } }, Tags: { x: y } }
  Api: { Cors: '*' }
  Wrong: { A: 1 }
Resources:
  F: { Type: AWS::Serverless::Function, Properties: { Timeout: 9, Layers: [b], Environment: { Variables: { B: 3 } } } }
  G: { Type: AWS::Serverless::Function }
  A: { Type: AWS::Serverless::Api, Properties: { StageName: x } }
",
        expect![[r#"
            sam
            F: AWS::Serverless::Function {Timeout: 9, Layers: a, b, Environment: {Variables: {B: 3, A: 1}}, Tags: {x: y}}
            G: AWS::Serverless::Function {Timeout: 3, Layers: a, Environment: {Variables: {A: 1, B: 2}}, Tags: {x: y}}
            A: AWS::Serverless::Api {StageName: x, Cors: *}
            ! suspicious: `Globals` has no section `Wrong`
        "#]],
    );
}

#[test]
fn every_event_becomes_a_trigger() {
    check(
        "
Transform: AWS::Serverless-2016-10-31
Resources:
  B: { Type: AWS::S3::Bucket }
  F:
    Type: AWS::Serverless::Function
    Properties:
      Events:
        A1: { Type: Api, Properties: { Path: /a, Method: get } }
        A2: { Type: HttpApi, Properties: { Path: /b, Method: POST } }
        A3: { Type: HttpApi }
        A4: { Type: S3, Properties: { Bucket: !Ref B, Events: 's3:ObjectCreated:*' } }
        A5: { Type: SNS, Properties: { Topic: t, FilterPolicy: { a: [b] } } }
        A6: { Type: SQS, Properties: { Queue: q, BatchSize: 5, ScalingConfig: { MaximumConcurrency: 2 }, FunctionResponseTypes: [ReportBatchItemFailures] } }
        A7: { Type: Kinesis, Properties: { Stream: s, StartingPosition: LATEST, DestinationConfig: { OnFailure: { Type: SQS, Destination: d } } } }
        A8: { Type: DynamoDB, Properties: { Stream: s, BisectBatchOnFunctionError: true, MaximumRetryAttempts: 3 } }
        A9: { Type: DocumentDB, Properties: { Cluster: c } }
        B1: { Type: MSK, Properties: { Stream: m, Topics: [x] } }
        B2: { Type: SelfManagedKafka, Properties: { KafkaBootstrapServers: [h], SourceAccessConfigurations: [{ Type: BASIC_AUTH, URI: u }] } }
        B3: { Type: MQ, Properties: { Broker: b, Queues: [x] } }
        B4: { Type: Schedule, Properties: { Schedule: rate(1 day), Enabled: false } }
        B5: { Type: ScheduleV2, Properties: { ScheduleExpression: rate(1 day), State: DISABLED, RetryPolicy: { MaximumRetryAttempts: 1 } } }
        B6: { Type: CloudWatchEvent, Properties: { Pattern: { source: [x] } } }
        B7: { Type: EventBridgeRule, Properties: { EventBusName: bus, Pattern: { source: [x] }, DeadLetterConfig: { Arn: d } } }
        B8: { Type: CloudWatchLogs, Properties: { LogGroupName: g, FilterPattern: p } }
        B9: { Type: Cognito, Properties: { UserPool: u, Trigger: PreSignUp } }
        C1: { Type: IoTRule, Properties: { Sql: s } }
        C2: { Type: AlexaSkill }
        C3: { Type: AlexaSkill, Properties: { SkillId: x } }
        C4: { Type: Nonsense }
  M: { Type: AWS::Serverless::StateMachine, Properties: { Events: { E: { Type: Schedule, Properties: { Schedule: rate(1 day) } } } } }
",
        expect![[r#"
            sam
            B: AWS::S3::Bucket {}
            F: AWS::Serverless::Function {Events: {A1: {Type: Api, Properties: {Path: /a, Method: get}}, A2: {Type: HttpApi, Properties: {Path: /b, Method: POST}}, A3: {Type: HttpApi}, A4: {Type: S3, Properties: {Bucket: ${B}, Events: s3:ObjectCreated:*}}, A5: {Type: SNS, Properties: {Topic: t, FilterPolicy: {a: b}}}, A6: {Type: SQS, Properties: {Queue: q, BatchSize: 5, ScalingConfig: {MaximumConcurrency: 2}, FunctionResponseTypes: ReportBatchItemFailures}}, A7: {Type: Kinesis, Properties: {Stream: s, StartingPosition: LATEST, DestinationConfig: {OnFailure: {Type: SQS, Destination: d}}}}, A8: {Type: DynamoDB, Properties: {Stream: s, BisectBatchOnFunctionError: true, MaximumRetryAttempts: 3}}, A9: {Type: DocumentDB, Properties: {Cluster: c}}, B1: {Type: MSK, Properties: {Stream: m, Topics: x}}, B2: {Type: SelfManagedKafka, Properties: {KafkaBootstrapServers: h, SourceAccessConfigurations: {Type: BASIC_AUTH, URI: u}}}, B3: {Type: MQ, Properties: {Broker: b, Queues: x}}, B4: {Type: Schedule, Properties: {Schedule: rate(1 day), Enabled: false}}, B5: {Type: ScheduleV2, Properties: {ScheduleExpression: rate(1 day), State: DISABLED, RetryPolicy: {MaximumRetryAttempts: 1}}}, B6: {Type: CloudWatchEvent, Properties: {Pattern: {source: x}}}, B7: {Type: EventBridgeRule, Properties: {EventBusName: bus, Pattern: {source: x}, DeadLetterConfig: {Arn: d}}}, B8: {Type: CloudWatchLogs, Properties: {LogGroupName: g, FilterPattern: p}}, B9: {Type: Cognito, Properties: {UserPool: u, Trigger: PreSignUp}}, C1: {Type: IoTRule, Properties: {Sql: s}}, C2: {Type: AlexaSkill}, C3: {Type: AlexaSkill, Properties: {SkillId: x}}, C4: {Type: Nonsense}}}
            M: AWS::Serverless::StateMachine {Events: {E: {Type: Schedule, Properties: {Schedule: rate(1 day)}}}}
            ServerlessRestApi: AWS::Serverless::Api (implicit) {StageName: Prod}
            ServerlessHttpApi: AWS::Serverless::HttpApi (implicit) {StageName: $default}
            FA1: buckler::Trigger {event: rest-api, function: ${F}, api: ${ServerlessRestApi}, method: GET, path: /a, exposure: public, auth: none}
            FA2: buckler::Trigger {event: http-api, function: ${F}, api: ${ServerlessHttpApi}, method: POST, path: /b, exposure: public, auth: none}
            FA3: buckler::Trigger {event: http-api, function: ${F}, api: ${ServerlessHttpApi}, method: ANY, path: $default, exposure: public, auth: none}
            FA4: buckler::Trigger {event: object-store, function: ${F}, pattern: s3:ObjectCreated:*, source: ${B}, exposure: internal}
            FA5: buckler::Trigger {event: topic, function: ${F}, filter: {a: b}, source: t, exposure: internal}
            FA6: buckler::Trigger {event: queue, function: ${F}, batch_size: 5, concurrency: 2, source: q, partial_failures: true, exposure: internal}
            FA7: buckler::Trigger {event: stream, function: ${F}, on_failure: d, starting_position: LATEST, source: s, exposure: internal}
            FA8: buckler::Trigger {event: table-stream, function: ${F}, retries: 3, bisect: true, source: s, exposure: internal}
            FA9: buckler::Trigger {event: document-stream, function: ${F}, source: c, exposure: internal}
            FB1: buckler::Trigger {event: kafka, function: ${F}, source: m, exposure: internal}
            FB2: buckler::Trigger {event: kafka, function: ${F}, authentication: {Type: BASIC_AUTH, URI: u}, source: h, exposure: internal}
            FB3: buckler::Trigger {event: broker, function: ${F}, source: b, exposure: internal}
            FB4: buckler::Trigger {event: schedule, function: ${F}, schedule: rate(1 day), enabled: false, exposure: internal}
            FB5: buckler::Trigger {event: schedule, function: ${F}, schedule: rate(1 day), retries: 1, enabled: false, exposure: internal}
            FB6: buckler::Trigger {event: event-bus, function: ${F}, pattern: {source: x}, exposure: internal}
            FB7: buckler::Trigger {event: event-bus, function: ${F}, pattern: {source: x}, on_failure: d, source: bus, exposure: internal}
            FB8: buckler::Trigger {event: logs, function: ${F}, filter: p, source: g, exposure: internal}
            FB9: buckler::Trigger {event: identity-pool, function: ${F}, pattern: PreSignUp, source: u, exposure: internal}
            FC1: buckler::Trigger {event: iot, function: ${F}, pattern: s, exposure: internal}
            FC2: buckler::Trigger {event: voice, function: ${F}, exposure: public}
            FC3: buckler::Trigger {event: voice, function: ${F}, exposure: authenticated}
            ME: buckler::Trigger {event: schedule, function: ${M}, schedule: rate(1 day), exposure: internal}
            ! unsupported: event `C4` of `F` has the unknown type `Nonsense`
        "#]],
    );
}

#[test]
fn rest_routes_know_who_may_call() {
    check(
        "
Transform: AWS::Serverless-2016-10-31
Resources:
  A:
    Type: AWS::Serverless::Api
    Properties:
      Auth:
        DefaultAuthorizer: Pool
        AddDefaultAuthorizerToCorsPreflight: false
        Authorizers: { Pool: { UserPoolArn: x }, Own: { FunctionArn: y } }
  K: { Type: AWS::Serverless::Api, Properties: { Auth: { ApiKeyRequired: true } } }
  P: { Type: AWS::Serverless::Api, Properties: { Auth: { ResourcePolicy: { IpRangeWhitelist: [10.0.0.0/8] } } } }
  I: { Type: AWS::Serverless::Api, Properties: { EndpointConfiguration: { Type: PRIVATE } } }
  T: { Type: AWS::Serverless::Api, Properties: { DisableExecuteApiEndpoint: true, Domain: { MutualTlsAuthentication: { TruststoreUri: s } } } }
  O:
    Type: AWS::Serverless::Api
    Properties:
      DefinitionBody:
        paths: { /a: { get: { security: [{ sig: [] }] } } }
        components: { securitySchemes: { sig: { type: apiKey, x-amazon-apigateway-authtype: awsSigv4 } } }
  F:
    Type: AWS::Serverless::Function
    Properties:
      Events:
        Default: { Type: Api, Properties: { RestApiId: !Ref A, Path: /a, Method: get } }
        Own: { Type: Api, Properties: { RestApiId: !Ref A, Path: /a, Method: get, Auth: { Authorizer: Own } } }
        None: { Type: Api, Properties: { RestApiId: !Ref A, Path: /a, Method: get, Auth: { Authorizer: NONE } } }
        Iam: { Type: Api, Properties: { RestApiId: !Ref A, Path: /a, Method: get, Auth: { Authorizer: AWS_IAM } } }
        Gone: { Type: Api, Properties: { RestApiId: !Ref A, Path: /a, Method: get, Auth: { Authorizer: Gone } } }
        Cors: { Type: Api, Properties: { RestApiId: !Ref A, Path: /a, Method: options } }
        Key: { Type: Api, Properties: { RestApiId: !Ref K, Path: /a, Method: get } }
        NoKey: { Type: Api, Properties: { RestApiId: !Ref K, Path: /a, Method: get, Auth: { ApiKeyRequired: false } } }
        Policy: { Type: Api, Properties: { RestApiId: !Ref P, Path: /a, Method: get } }
        Private: { Type: Api, Properties: { RestApiId: !Ref I, Path: /a, Method: get } }
        Mutual: { Type: Api, Properties: { RestApiId: !Ref T, Path: /a, Method: get } }
        Body: { Type: Api, Properties: { RestApiId: !Ref O, Path: /a, Method: get } }
        Other: { Type: Api, Properties: { RestApiId: !ImportValue x, Path: /a, Method: get } }
",
        expect![[r#"
            sam
            A: AWS::Serverless::Api {Auth: {DefaultAuthorizer: Pool, AddDefaultAuthorizerToCorsPreflight: false, Authorizers: {Pool: {UserPoolArn: x}, Own: {FunctionArn: y}}}}
            K: AWS::Serverless::Api {Auth: {ApiKeyRequired: true}}
            P: AWS::Serverless::Api {Auth: {ResourcePolicy: {IpRangeWhitelist: 10.0.0.0/8}}}
            I: AWS::Serverless::Api {EndpointConfiguration: {Type: PRIVATE}}
            T: AWS::Serverless::Api {DisableExecuteApiEndpoint: true, Domain: {MutualTlsAuthentication: {TruststoreUri: s}}}
            O: AWS::Serverless::Api {DefinitionBody: {paths: {/a: {get: {security: {sig: }}}}, components: {securitySchemes: {sig: {type: apiKey, x-amazon-apigateway-authtype: awsSigv4}}}}}
            F: AWS::Serverless::Function {Events: {Default: {Type: Api, Properties: {RestApiId: ${A}, Path: /a, Method: get}}, Own: {Type: Api, Properties: {RestApiId: ${A}, Path: /a, Method: get, Auth: {Authorizer: Own}}}, None: {Type: Api, Properties: {RestApiId: ${A}, Path: /a, Method: get, Auth: {Authorizer: NONE}}}, Iam: {Type: Api, Properties: {RestApiId: ${A}, Path: /a, Method: get, Auth: {Authorizer: AWS_IAM}}}, Gone: {Type: Api, Properties: {RestApiId: ${A}, Path: /a, Method: get, Auth: {Authorizer: Gone}}}, Cors: {Type: Api, Properties: {RestApiId: ${A}, Path: /a, Method: options}}, Key: {Type: Api, Properties: {RestApiId: ${K}, Path: /a, Method: get}}, NoKey: {Type: Api, Properties: {RestApiId: ${K}, Path: /a, Method: get, Auth: {ApiKeyRequired: false}}}, Policy: {Type: Api, Properties: {RestApiId: ${P}, Path: /a, Method: get}}, Private: {Type: Api, Properties: {RestApiId: ${I}, Path: /a, Method: get}}, Mutual: {Type: Api, Properties: {RestApiId: ${T}, Path: /a, Method: get}}, Body: {Type: Api, Properties: {RestApiId: ${O}, Path: /a, Method: get}}, Other: {Type: Api, Properties: {RestApiId: ${Fn::ImportValue x}, Path: /a, Method: get}}}}
            FDefault: buckler::Trigger {event: rest-api, function: ${F}, api: ${A}, method: GET, path: /a, exposure: authenticated, auth: user-pool}
            FOwn: buckler::Trigger {event: rest-api, function: ${F}, api: ${A}, method: GET, path: /a, exposure: authenticated, auth: custom}
            FNone: buckler::Trigger {event: rest-api, function: ${F}, api: ${A}, method: GET, path: /a, exposure: public, auth: none}
            FIam: buckler::Trigger {event: rest-api, function: ${F}, api: ${A}, method: GET, path: /a, exposure: authenticated, auth: iam}
            FGone: buckler::Trigger {event: rest-api, function: ${F}, api: ${A}, method: GET, path: /a, exposure: authenticated, auth: Gone}
            FCors: buckler::Trigger {event: rest-api, function: ${F}, api: ${A}, method: OPTIONS, path: /a, exposure: public, auth: none}
            FKey: buckler::Trigger {event: rest-api, function: ${F}, api: ${K}, method: GET, path: /a, exposure: public, auth: api-key}
            FNoKey: buckler::Trigger {event: rest-api, function: ${F}, api: ${K}, method: GET, path: /a, exposure: public, auth: none}
            FPolicy: buckler::Trigger {event: rest-api, function: ${F}, api: ${P}, method: GET, path: /a, exposure: , auth: }
            FPrivate: buckler::Trigger {event: rest-api, function: ${F}, api: ${I}, method: GET, path: /a, exposure: internal, auth: none}
            FMutual: buckler::Trigger {event: rest-api, function: ${F}, api: ${T}, method: GET, path: /a, exposure: authenticated, auth: mtls}
            FBody: buckler::Trigger {event: rest-api, function: ${F}, api: ${O}, method: GET, path: /a, exposure: authenticated, auth: iam}
            FOther: buckler::Trigger {event: rest-api, function: ${F}, api: ${Fn::ImportValue x}, method: GET, path: /a, exposure: , auth: }
        "#]],
    );
}

#[test]
fn implicit_apis_have_the_globals() {
    check(
        "
Transform: AWS::Serverless-2016-10-31
Globals:
  Api: { Auth: { DefaultAuthorizer: AWS_IAM } }
  HttpApi: { Auth: { DefaultAuthorizer: J, Authorizers: { J: { JwtConfiguration: { issuer: i } } } }, CorsConfiguration: true }
Resources:
  F:
    Type: AWS::Serverless::Function
    Properties:
      Events: { A: { Type: Api, Properties: { Path: /, Method: any } }, B: { Type: HttpApi } }
Outputs: { U: { Value: !Sub '${ServerlessRestApi}' } }
",
        expect![[r#"
            sam
            F: AWS::Serverless::Function {Events: {A: {Type: Api, Properties: {Path: /, Method: any}}, B: {Type: HttpApi}}}
            ServerlessRestApi: AWS::Serverless::Api (implicit) {Auth: {DefaultAuthorizer: AWS_IAM}, StageName: Prod}
            ServerlessHttpApi: AWS::Serverless::HttpApi (implicit) {Auth: {DefaultAuthorizer: J, Authorizers: {J: {JwtConfiguration: {issuer: i}}}}, CorsConfiguration: true, StageName: $default}
            FA: buckler::Trigger {event: rest-api, function: ${F}, api: ${ServerlessRestApi}, method: ANY, path: /, exposure: authenticated, auth: iam}
            FB: buckler::Trigger {event: http-api, function: ${F}, api: ${ServerlessHttpApi}, method: ANY, path: $default, exposure: authenticated, auth: jwt}
        "#]],
    );
}

#[test]
fn a_function_url_is_a_resource() {
    check(
        "
Transform: AWS::Serverless-2016-10-31
Resources:
  F: { Type: AWS::Serverless::Function, Properties: { FunctionUrlConfig: { AuthType: NONE, Cors: { AllowOrigins: ['*'] } } } }
  O: { Type: X::Y::Z, Properties: { U: !GetAtt FUrl.FunctionUrl, V: !Ref F.Version } }
",
        expect![[r#"
            sam
            F: AWS::Serverless::Function {FunctionUrlConfig: {AuthType: NONE, Cors: {AllowOrigins: *}}}
            O: X::Y::Z {U: ${FUrl.FunctionUrl}, V: ${F.Version}}
            FUrl: AWS::Lambda::Url {TargetFunctionArn: ${F}, AuthType: NONE, Cors: {AllowOrigins: *}}
        "#]],
    );
}

#[test]
fn connectors_name_their_ends() {
    check(
        "
Transform: AWS::Serverless-2016-10-31
Resources:
  T: { Type: AWS::DynamoDB::Table }
  F:
    Type: AWS::Serverless::Function
    Connectors: { Data: { Properties: { Destination: [{ Id: T }], Permissions: [Read, Write] } } }
  C: { Type: AWS::Serverless::Connector, Properties: { Source: { Id: F }, Destination: { Id: T }, Permissions: [Read] } }
",
        expect![[r#"
            sam
            T: AWS::DynamoDB::Table {}
            F: AWS::Serverless::Function {}
            C: AWS::Serverless::Connector {Source: {Id: ${F}}, Destination: {Id: ${T}}, Permissions: Read}
            FData: AWS::Serverless::Connector {Source: {Id: ${F}}, Destination: {Id: ${T}}, Permissions: Read, Write}
        "#]],
    );
}

#[test]
fn definitions_are_read_from_their_files() {
    check_files(
        &[
            (
                "template.yaml",
                "
Transform: AWS::Serverless-2016-10-31
Resources:
  A: { Type: AWS::Serverless::Api, Properties: { DefinitionUri: api.json } }
  B: { Type: AWS::Serverless::HttpApi, Properties: { DefinitionUri: s3://bucket/key } }
  M: { Type: AWS::Serverless::StateMachine, Properties: { DefinitionUri: m.asl.json, DefinitionSubstitutions: { F: !GetAtt A.Arn } } }
",
            ),
            ("api.json", r#"{"paths": {"/": {}}}"#),
            ("m.asl.json", r#"{"States": {"S": {"Resource": "${F}"}}}"#),
        ],
        expect![[r#"
            sam
            A: AWS::Serverless::Api {DefinitionUri: api.json, DefinitionBody: {paths: {/: {}}}}
            B: AWS::Serverless::HttpApi {DefinitionUri: s3://bucket/key}
            M: AWS::Serverless::StateMachine {DefinitionUri: m.asl.json, DefinitionSubstitutions: {F: ${A.Arn}}, Definition: {States: {S: {Resource: ${F}}}}}
            ! unresolved: the definition of `B` is not a local file: `s3://bucket/key`
        "#]],
    );
}

#[test]
fn an_application_of_the_repository_is_told() {
    check(
        "
Transform: AWS::Serverless-2016-10-31
Resources:
  A: { Type: AWS::Serverless::Application, Properties: { Location: { ApplicationId: 'arn:aws:serverlessrepo:x', SemanticVersion: 1.0.0 } } }
",
        expect![[r#"
            sam
            A: AWS::Serverless::Application {Location: {ApplicationId: arn:aws:serverlessrepo:x, SemanticVersion: 1.0.0}}
            ! unresolved: the template of stack `A` is not a local file: `{ApplicationId: arn:aws:serverlessrepo:x, SemanticVersion: 1.0.0}`
        "#]],
    );
}

#[test]
fn what_a_condition_hides_is_unknown_not_absent() {
    check(
        "
Transform: AWS::Serverless-2016-10-31
Parameters: { P: { Type: String } }
Conditions: { C: !Equals [!Ref P, x] }
Resources:
  A: { Type: AWS::Serverless::Api, Properties: { Auth: !If [C, { DefaultAuthorizer: AWS_IAM }, !Ref AWS::NoValue] } }
  F:
    Type: AWS::Serverless::Function
    Properties:
      FunctionUrlConfig: !If [C, { AuthType: NONE }, !Ref AWS::NoValue]
      Events: { E: { Type: Api, Properties: { RestApiId: !Ref A, Path: /, Method: get } } }
  G: { Type: AWS::Serverless::Function, Properties: { Events: !If [C, {}, !Ref AWS::NoValue] } }
",
        expect![[r#"
            sam
            A: AWS::Serverless::Api {Auth: ${Fn::If}}
            F: AWS::Serverless::Function {FunctionUrlConfig: ${Fn::If}, Events: {E: {Type: Api, Properties: {RestApiId: ${A}, Path: /, Method: get}}}}
            G: AWS::Serverless::Function {Events: ${Fn::If}}
            FE: buckler::Trigger {event: rest-api, function: ${F}, api: ${A}, method: GET, path: /, exposure: , auth: }
            FUrl: AWS::Lambda::Url {TargetFunctionArn: ${F}, AuthType: ${Fn::If}}
            ! unresolved: the events of `G` are not known
        "#]],
    );
}

#[test]
fn policies_beside_a_role_are_told() {
    check(
        "
Resources:
  F: { Type: AWS::Serverless::Function, Properties: { Role: arn:aws:iam::1:role/x, Policies: [AmazonS3FullAccess] } }
",
        expect![[r#"
            sam
            F: AWS::Serverless::Function {Role: arn:aws:iam::1:role/x, Policies: AmazonS3FullAccess}
            ! suspicious: `Policies` of `F` have no effect, since it has a `Role`
        "#]],
    );
}
