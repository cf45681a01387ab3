//! `buckler events`: an event for each trigger of the application, of the shape that its service gives it.
use crate::run::Folder;
use serde_json::Value;
use waf::event::{EventLimits, Trigger};

const TEMPLATE: &str = "\
Transform: AWS::Serverless-2016-10-31
Resources:
  Jobs: { Type: AWS::SQS::Queue }
  News: { Type: AWS::SNS::Topic }
  Files: { Type: AWS::S3::Bucket }
  Line: { Type: AWS::Kinesis::Stream, Properties: { ShardCount: 1 } }
  Items:
    Type: AWS::DynamoDB::Table
    Properties: { StreamSpecification: { StreamViewType: NEW_IMAGE }, BillingMode: PAY_PER_REQUEST, AttributeDefinitions: [{ AttributeName: id, AttributeType: S }], KeySchema: [{ AttributeName: id, KeyType: HASH }] }
  Work:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.handler
      Runtime: nodejs20.x
      CodeUri: app/
      FunctionUrlConfig: { AuthType: NONE }
      Events:
        Queue: { Type: SQS, Properties: { Queue: !GetAtt Jobs.Arn } }
        Topic: { Type: SNS, Properties: { Topic: !Ref News } }
        File: { Type: S3, Properties: { Bucket: !Ref Files, Events: \"s3:ObjectCreated:*\" } }
        Stream: { Type: Kinesis, Properties: { Stream: !GetAtt Line.Arn, StartingPosition: LATEST } }
        Table: { Type: DynamoDB, Properties: { Stream: !GetAtt Items.StreamArn, StartingPosition: LATEST } }
        Daily: { Type: Schedule, Properties: { Schedule: rate(1 day) } }
        Bus: { Type: EventBridgeRule, Properties: { Pattern: { source: [shop], detail-type: [Ordered] } } }
        Http: { Type: HttpApi, Properties: { Path: \"/a/{id}\", Method: GET } }
        Rest: { Type: Api, Properties: { Path: /b, Method: POST } }
        Logs: { Type: CloudWatchLogs, Properties: { LogGroupName: /x, FilterPattern: \"\" } }
";

#[test]
fn every_trigger_has_an_event_that_is_read_as_one() {
    let folder = Folder::new(&[
        ("template.yml", TEMPLATE),
        ("app/app.js", "exports.handler = async (event) => event;"),
    ]);
    let ran = folder.buckler(&["events"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let samples: Vec<Value> = serde_json::from_str(&ran.out).unwrap();
    let wanted = [
        ("http-api", Trigger::ApiGatewayV2),
        ("rest-api", Trigger::ApiGatewayV1),
        ("function-url", Trigger::ApiGatewayV2),
        ("queue", Trigger::Sqs),
        ("topic", Trigger::Sns),
        ("object-store", Trigger::S3),
        ("stream", Trigger::Kinesis),
        ("table-stream", Trigger::DynamoDb),
        ("schedule", Trigger::EventBridge),
        ("event-bus", Trigger::EventBridge),
        ("logs", Trigger::CloudWatchLogs),
    ];
    assert_eq!(samples.len(), wanted.len(), "{}", ran.out);
    for (kind, trigger) in wanted {
        let sample = samples.iter().find(|sample| sample["kind"] == kind).unwrap();
        let event = sample["event"].to_string();
        let read = waf::event::read(event.as_bytes(), None, &EventLimits::default()).unwrap();
        assert_eq!(read.trigger, trigger, "{event}");
        // One alone is the event itself, for `buckler invoke --event -`.
        let one = folder.buckler(&["events", "--kind", kind]);
        assert_eq!(serde_json::from_str::<Value>(&one.out).unwrap(), sample["event"], "{kind}");
    }
}

#[test]
fn a_kind_that_is_not_there_names_those_that_are() {
    let folder = Folder::new(&[("template.yml", TEMPLATE)]);
    let ran = folder.buckler(&["events", "--kind", "queues"]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    assert!(ran.err.contains("queue Work") && ran.err.contains("logs Work"), "{}", ran.err);
}

#[test]
fn a_machine_says_what_a_sandbox_gets() {
    let folder = Folder::new(&[]);
    let ran = folder.buckler(&["guard", "probe", "--json"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let told: Value = serde_json::from_str(&ran.out).unwrap();
    let controls = told["controls"].as_array().unwrap();
    let states = ["enforced", "degraded", "absent"];
    assert!(
        controls.len() >= 10 && controls.iter().all(|one| states.iter().any(|state| one["state"] == **state)),
        "{told}"
    );
    let text = folder.buckler(&["guard", "probe"]);
    assert!(controls.iter().all(|one| text.out.contains(one["control"].as_str().unwrap())), "{}", text.out);
}
