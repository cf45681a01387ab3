use expect_test::expect;

use super::check_one;

#[test]
fn rest_routes_say_who_may_call() {
    check_one(
        r"
service: shop
provider: { name: aws, role: 'arn:r', tracing: { apiGateway: true }, logs: { restApi: true } }
functions:
  a:
    handler: x
    events:
      - http: GET /users/{id}
      - http: { path: me, method: post, authorizer: aws_iam, cors: true }
      - http: { path: k, method: any, private: true }
      - http: { path: c, method: get, authorizer: { name: pool, arn: 'arn:aws:cognito-idp:x' } }
      - http: { path: f, method: get, authorizer: guard }
  guard: { handler: y }
",
        expect![[r#"
            a Lambda::Function {Handler: x, Code: ., Role: arn:r}
            guard Lambda::Function {Handler: y, Code: ., Role: arn:r}
            a.http buckler::Trigger {event: rest-api, method: GET, path: /users/{id}, auth: none, exposure: public, api: @ApiGatewayRestApi, function: @a}
            a.http.2 buckler::Trigger {event: rest-api, method: POST, path: /me, auth: iam, exposure: authenticated, api: @ApiGatewayRestApi, cors_origins: [*], function: @a}
            a.http.3 buckler::Trigger {event: rest-api, method: ANY, path: /k, auth: api-key, exposure: public, api: @ApiGatewayRestApi, function: @a}
            a.http.4 buckler::Trigger {event: rest-api, method: GET, path: /c, auth: user-pool, exposure: authenticated, api: @ApiGatewayRestApi, function: @a}
            a.http.5 buckler::Trigger {event: rest-api, method: GET, path: /f, auth: custom, exposure: authenticated, api: @ApiGatewayRestApi, function: @a}
            ApiGatewayRestApi? ApiGateway::RestApi {Name: dev-shop}
            ApiGatewayLogGroup? Logs::LogGroup {LogGroupName: /aws/apigateway/shop-dev}
            ApiGatewayStage ApiGateway::Stage {RestApiId: @ApiGatewayRestApi, StageName: dev, TracingEnabled: true, AccessLogSetting: {DestinationArn: @ApiGatewayLogGroup.Arn, Format: requestId: $context.requestId}, MethodSettings: [{LoggingLevel: INFO, DataTraceEnabled: true, HttpMethod: *, ResourcePath: /*}]}
            PoolApiGatewayAuthorizer ApiGateway::Authorizer {RestApiId: @ApiGatewayRestApi, Name: pool, Type: COGNITO_USER_POOLS, ProviderARNs: [arn:aws:cognito-idp:x]}
            GuardApiGatewayAuthorizer ApiGateway::Authorizer {RestApiId: @ApiGatewayRestApi, Name: guard, Type: TOKEN, AuthorizerUri: @guard.Arn}"#]],
    );
}

#[test]
fn http_api_routes_look_up_their_authorizer() {
    check_one(
        r"
service: shop
provider:
  name: aws
  role: arn:r
  httpApi:
    cors: true
    disableDefaultEndpoint: true
    authorizers:
      tokens: { identitySource: $request.header.Authorization, issuerUrl: https://i, audience: [a] }
      guard: { type: request, functionName: a }
functions:
  a:
    handler: x
    events:
      - httpApi: '*'
      - httpApi: { path: /t, method: get, authorizer: tokens }
      - httpApi: { path: /g, method: '*', authorizer: { name: guard } }
      - httpApi: { path: /i, method: put, authorizer: { type: aws_iam } }
",
        expect![[r#"
            a Lambda::Function {Handler: x, Code: ., Role: arn:r}
            a.httpApi buckler::Trigger {event: http-api, method: ANY, path: $default, auth: none, exposure: public, api: @HttpApi, cors_origins: [*], function: @a}
            a.httpApi.2 buckler::Trigger {event: http-api, method: GET, path: /t, auth: jwt, exposure: authenticated, api: @HttpApi, cors_origins: [*], function: @a}
            a.httpApi.3 buckler::Trigger {event: http-api, method: ANY, path: /g, auth: custom, exposure: authenticated, api: @HttpApi, cors_origins: [*], function: @a}
            a.httpApi.4 buckler::Trigger {event: http-api, method: PUT, path: /i, auth: iam, exposure: authenticated, api: @HttpApi, cors_origins: [*], function: @a}
            HttpApi ApiGatewayV2::Api {Name: dev-shop, ProtocolType: HTTP, DisableExecuteApiEndpoint: true, CorsConfiguration: {AllowOrigins: [*], AllowMethods: [*]}}
            HttpApiStage ApiGatewayV2::Stage {ApiId: @HttpApi, StageName: $default, AutoDeploy: true}
            HttpApiAuthorizerTokens ApiGatewayV2::Authorizer {ApiId: @HttpApi, Name: tokens, AuthorizerType: JWT, IdentitySource: $request.header.Authorization, JwtConfiguration: {Issuer: https://i, Audience: [a]}}
            HttpApiAuthorizerGuard ApiGatewayV2::Authorizer {ApiId: @HttpApi, Name: guard, AuthorizerType: REQUEST, AuthorizerUri: @a.Arn}"#]],
    );
}

#[test]
fn sockets_ask_when_they_connect() {
    check_one(
        r"
provider: { name: aws, role: 'arn:r' }
functions:
  a: { handler: x, events: [ { websocket: { route: $connect, authorizer: { name: auth } } } ] }
  b: { handler: x, events: [ { websocket: $default } ] }
",
        expect![[r#"
            a Lambda::Function {Handler: x, Code: ., Role: arn:r}
            b Lambda::Function {Handler: x, Code: ., Role: arn:r}
            a.websocket buckler::Trigger {event: websocket, path: $connect, auth: custom, exposure: authenticated, api: @WebsocketsApi, function: @a}
            b.websocket buckler::Trigger {event: websocket, path: $default, auth: custom, exposure: authenticated, api: @WebsocketsApi, function: @b}
            WebsocketsApi? ApiGatewayV2::Api {Name: -dev-websockets, ProtocolType: WEBSOCKET}
            WebsocketsDeploymentStage? ApiGatewayV2::Stage {ApiId: @WebsocketsApi, StageName: dev}"#]],
    );
}

#[test]
fn queues_and_streams_are_polled() {
    check_one(
        r"
provider: { name: aws, role: 'arn:r' }
functions:
  a:
    handler: x
    events:
      - sqs: { arn: !GetAtt Jobs.Arn, batchSize: 5, functionResponseType: ReportBatchItemFailures }
      - sqs: arn:aws:sqs:us-east-1:123:q
      - stream: { type: dynamodb, arn: !GetAtt T.StreamArn, startingPosition: LATEST, maximumRetryAttempts: 2 }
      - stream: arn:aws:kinesis:us-east-1:123:stream/s
      - kafka: { topic: t, accessConfigurations: { saslScram512Auth: arn:s } }
      - rabbitmq: { arn: arn:b, queue: q, basicAuthArn: arn:s }
resources:
  Resources:
    Jobs: { Type: AWS::SQS::Queue }
    T: { Type: AWS::DynamoDB::Table }
",
        expect![[r#"
            a Lambda::Function {Handler: x, Code: ., Role: arn:r}
            a.sqs buckler::Trigger {event: queue, exposure: internal, batch_size: 5, source: @Jobs.Arn, partial_failures: true, function: @a}
            a.sqs.2 buckler::Trigger {event: queue, exposure: internal, source: arn:aws:sqs:us-east-1:123:q, function: @a}
            a.stream buckler::Trigger {event: table-stream, exposure: internal, starting_position: LATEST, retries: 2, source: @T.StreamArn, function: @a}
            a.stream.2 buckler::Trigger {event: stream, exposure: internal, source: arn:aws:kinesis:us-east-1:123:stream/s, function: @a}
            a.kafka buckler::Trigger {event: kafka, exposure: internal, authentication: [{saslScram512Auth: arn:s}], function: @a}
            a.rabbitmq buckler::Trigger {event: broker, exposure: internal, source: arn:b, authentication: [arn:s], function: @a}
            Jobs SQS::Queue {}
            T DynamoDB::Table {}"#]],
    );
}

#[test]
fn buckets_topics_and_buses_are_made_unless_they_exist() {
    check_one(
        r"
provider: { name: aws, role: 'arn:r', s3: { photos: { versioningConfiguration: { Status: Enabled } } } }
functions:
  a:
    handler: x
    events:
      - s3: photos
      - s3: { bucket: old, existing: true, event: s3:ObjectRemoved:* }
      - sns: alerts
      - sns: { arn: arn:aws:sns:us-east-1:123:t, filterPolicy: { a: [b] } }
      - eventBridge: { eventBus: orders, pattern: { source: [a] } }
      - eventBridge: { schedule: rate(1 day) }
      - cognitoUserPool: { pool: people, trigger: PreSignUp }
",
        expect![[r#"
            a Lambda::Function {Handler: x, Code: ., Role: arn:r}
            S3BucketPhotos? S3::Bucket {VersioningConfiguration: {Status: Enabled}, BucketName: photos}
            a.s3 buckler::Trigger {event: object-store, exposure: internal, source: @S3BucketPhotos, function: @a}
            a.s3.2 buckler::Trigger {event: object-store, exposure: internal, pattern: s3:ObjectRemoved:*, source: old, function: @a}
            SNSTopicAlerts? SNS::Topic {TopicName: alerts}
            a.sns buckler::Trigger {event: topic, exposure: internal, source: @SNSTopicAlerts, function: @a}
            a.sns.2 buckler::Trigger {event: topic, exposure: internal, filter: {a: [b]}, source: arn:aws:sns:us-east-1:123:t, function: @a}
            OrdersEventBridgeEventBus? Events::EventBus {Name: orders}
            a.eventBridge buckler::Trigger {event: event-bus, exposure: internal, pattern: {source: [a]}, source: @OrdersEventBridgeEventBus, function: @a}
            a.eventBridge.2 buckler::Trigger {event: schedule, exposure: internal, schedule: rate(1 day), function: @a}
            CognitoUserPoolPeople? Cognito::UserPool {UserPoolName: people}
            a.cognitoUserPool buckler::Trigger {event: identity-pool, exposure: internal, path: PreSignUp, source: @CognitoUserPoolPeople, function: @a}"#]],
    );
}

#[test]
fn the_rest_of_the_event_types() {
    check_one(
        r"
provider: { name: aws, role: 'arn:r' }
functions:
  a:
    handler: x
    events:
      - schedule: rate(1 hour)
      - schedule: { rate: [ rate(1 day), cron(0 0 * * ? *) ], enabled: false }
      - alexaSkill
      - alexaSkill: amzn1.ask.skill.1
      - iot: { sql: SELECT 1 }
      - cloudwatchEvent: { event: { source: [aws.ec2] } }
      - cloudwatchLog: /aws/lambda/x
      - cloudFront: { eventType: viewer-request, origin: https://o }
      - alb: { listenerArn: arn:l, priority: 1, conditions: { path: /x } }
      - carrierPigeon: { to: me }
",
        expect![[r#"
            a Lambda::Function {Handler: x, Code: ., Role: arn:r}
            a.schedule buckler::Trigger {event: schedule, exposure: internal, schedule: rate(1 hour), function: @a}
            a.schedule.2 buckler::Trigger {event: schedule, exposure: internal, schedule: rate(1 day), enabled: false, function: @a}
            a.schedule.3 buckler::Trigger {event: schedule, exposure: internal, schedule: cron(0 0 * * ? *), enabled: false, function: @a}
            a.alexaSkill buckler::Trigger {event: voice, exposure: public, function: @a}
            a.alexaSkill.2 buckler::Trigger {event: voice, exposure: authenticated, filter: [amzn1.ask.skill.1], function: @a}
            a.iot buckler::Trigger {event: iot, exposure: internal, pattern: SELECT 1, function: @a}
            a.cloudwatchEvent buckler::Trigger {event: event-bus, exposure: internal, pattern: {source: [aws.ec2]}, function: @a}
            a.cloudwatchLog buckler::Trigger {event: logs, exposure: internal, source: /aws/lambda/x, function: @a}
            a.cloudFront buckler::Trigger {event: cdn, exposure: public, source: https://o, function: @a}
            a.alb buckler::Trigger {event: load-balancer, source: arn:l, path: /x, auth: none, function: @a}
            serverless.yml:16: event type `carrierPigeon` of `a` is not known (unsupported)"#]],
    );
}
