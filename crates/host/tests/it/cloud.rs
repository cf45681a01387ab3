//! A local cloud (moto) behind the front: roles as boto3 and version 3 of the JavaScript SDK see them, and event sources.
use crate::support::{Running, folder, run, start, tools_python, until, write};
use host::{Aws, Line};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

const TEMPLATE: &str = "
Transform: AWS::Serverless-2016-10-31
Globals: { Function: { Runtime: python3.11, Handler: app.handler, CodeUri: py/, Timeout: 30, MemorySize: 512 } }
Resources:
  Caller:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.call
      Policies:
        - Version: '2012-10-17'
          Statement:
            - { Effect: Allow, Action: [sqs:SendMessage, sqs:ReceiveMessage], Resource: [!GetAtt Jobs.Arn, !GetAtt Dead.Arn, !GetAtt Letters.Arn, !GetAtt Failures.Arn] }
            - { Effect: Allow, Action: sns:Publish, Resource: !Ref News }
            - { Effect: Allow, Action: s3:PutObject, Resource: !Sub '${Files.Arn}/*' }
            - { Effect: Allow, Action: events:PutEvents, Resource: '*' }
            - { Effect: Allow, Action: [dynamodb:PutItem, dynamodb:GetItem], Resource: !GetAtt Orders.Arn }
            - { Effect: Allow, Action: lambda:InvokeFunction, Resource: [!GetAtt Retried.Arn, !GetAtt Lost.Arn] }
  Script:
    Type: AWS::Serverless::Function
    Properties: { Runtime: nodejs20.x, Handler: app.handler, CodeUri: js/ }
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Events:
        Jobs: { Type: SQS, Properties: { Queue: !GetAtt Jobs.Arn, BatchSize: 10, FunctionResponseTypes: [ReportBatchItemFailures],
                FilterCriteria: { Filters: [ { Pattern: '{\"body\": {\"kind\": [\"order\", \"bad\"]}}' } ] } } }
        News: { Type: SNS, Properties: { Topic: !Ref News, FilterPolicy: { store: [shoes] } } }
        Files: { Type: S3, Properties: { Bucket: !Ref Files, Events: 's3:ObjectCreated:*',
                 Filter: { S3Key: { Rules: [ { Name: prefix, Value: uploads/ }, { Name: suffix, Value: .txt } ] } } } }
        Rule: { Type: EventBridgeRule, Properties: { Pattern: { source: [ { prefix: shop. } ], detail: { price: [ { numeric: ['>', 100] } ] } } } }
        Stream: { Type: DynamoDB, Properties: { Stream: !GetAtt Orders.StreamArn, StartingPosition: TRIM_HORIZON } }
  Retried:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.fails
      EventInvokeConfig: { MaximumRetryAttempts: 1, DestinationConfig: { OnFailure: { Type: SQS, Destination: !GetAtt Failures.Arn } } }
  Lost:
    Type: AWS::Serverless::Function
    Properties: { Handler: app.fails, DeadLetterQueue: { Type: SQS, TargetArn: !GetAtt Letters.Arn } }
  Jobs: { Type: AWS::SQS::Queue, Properties: { VisibilityTimeout: 1, RedrivePolicy: { deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 2 } } }
  Dead: { Type: AWS::SQS::Queue }
  Letters: { Type: AWS::SQS::Queue }
  Failures: { Type: AWS::SQS::Queue }
  Other: { Type: AWS::SQS::Queue }
  News: { Type: AWS::SNS::Topic }
  Secrets: { Type: AWS::SNS::Topic }
  Files: { Type: AWS::S3::Bucket }
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      AttributeDefinitions: [ { AttributeName: id, AttributeType: S } ]
      KeySchema: [ { AttributeName: id, KeyType: HASH } ]
      StreamSpecification: { StreamViewType: NEW_IMAGE }
  Password: { Type: AWS::SecretsManager::Secret, Properties: { Name: password, SecretString: hidden } }
";

const PYTHON: &str = r#"
import json
def call(event, context):
    import boto3, botocore.exceptions
    try:
        answer = getattr(boto3.client(event["service"]), event["call"])(**event["args"])
        answer.pop("ResponseMetadata", None)
        return {"ok": json.loads(json.dumps(answer, default=str))}
    except botocore.exceptions.ClientError as why:
        return {"code": why.response["Error"]["Code"], "message": why.response["Error"]["Message"],
                "status": why.response["ResponseMetadata"]["HTTPStatusCode"]}

def fails(event, context):
    raise ValueError("it always fails")

def handler(event, context):
    bad = []
    for record in event.get("Records", [event]):
        source = record.get("eventSource") or record.get("EventSource") or record.get("source")
        if source == "aws:sqs":
            body = json.loads(record["body"])
            print("GOT sqs", body["kind"], body["n"], record["attributes"]["ApproximateReceiveCount"])
            if body["kind"] == "bad": bad.append({"itemIdentifier": record["messageId"]})
        elif source == "aws:sns": print("GOT sns", record["Sns"]["Message"], record["Sns"]["MessageAttributes"]["store"]["Value"])
        elif source == "aws:s3": print("GOT s3", record["s3"]["object"]["key"], record["eventName"])
        elif source == "aws:dynamodb": print("GOT dynamodb", record["eventName"], record["dynamodb"]["NewImage"]["id"]["S"])
        else: print("GOT events", source, event["detail"]["price"])
    return {"batchItemFailures": bad}
"#;

const NODE: &str = r#"
const { DynamoDBClient, GetItemCommand } = require("@aws-sdk/client-dynamodb");
exports.handler = async (event) => {
  try {
    await new DynamoDBClient({}).send(new GetItemCommand({ TableName: "Orders", Key: { id: { S: "1" } } }));
    return { ok: true };
  } catch (why) {
    return { name: why.name, message: why.message, status: why.$metadata.httpStatusCode };
  }
};
"#;

/// The folder with version 3 of the JavaScript SDK, of `cargo xtask tools`.
fn packages() -> Option<PathBuf> {
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/tools");
    let named = std::env::var_os("BUCKLER_DVSA_PACKAGES").map(PathBuf::from);
    let has = |folder: &PathBuf| folder.join("node_modules/@aws-sdk/client-dynamodb").is_dir();
    let found = [Some(tools), named].into_iter().flatten().find(has);
    if found.is_none() {
        println!(
            "skipped: `cargo xtask tools` installs @aws-sdk/client-dynamodb, which a part of this test runs"
        );
    }
    found
}

struct Cloud {
    running: Running,
}

impl Cloud {
    /// What boto3 says in a function, under its role.
    async fn call(&self, service: &str, call: &str, arguments: Value) -> Value {
        let event = json!({"service": service, "call": call, "args": arguments});
        let (answer, error) = self.running.invoke("Caller", &event.to_string()).await;
        assert_eq!(error, None, "{service} {call}: {answer}");
        answer
    }

    async fn works(&self, service: &str, call: &str, arguments: Value) -> Value {
        let answer = self.call(service, call, arguments).await;
        assert!(answer.get("ok").is_some(), "{service} {call}: {answer}");
        answer["ok"].clone()
    }

    fn queue(&self, name: &str) -> String {
        format!("{}/000000000000/{name}", self.running.host.endpoint())
    }

    /// Waits for a message of a queue.
    async fn message(&self, queue: &str) -> Value {
        for _ in 0..100 {
            let ask = json!({"QueueUrl": self.queue(queue), "WaitTimeSeconds": 1});
            let answer = self.works("sqs", "receive_message", ask).await;
            if let Some(body) = answer["Messages"][0]["Body"].as_str() {
                return serde_json::from_str(body).unwrap();
            }
        }
        panic!("no message in `{queue}`: {:#?}", self.running.lines.lock().unwrap());
    }

    fn got(&self, text: &str) -> usize {
        self.running.logs().iter().filter(|line| line.starts_with(text)).count()
    }
}

/// Every service refuses in its own way.
async fn denied_calls_are_denied_as_in_aws(cloud: &Cloud) {
    let other = cloud.queue("Other");
    let topic = "arn:aws:sns:us-east-1:000000000000:Secrets";
    for (service, call, arguments, code, status) in [
        ("s3", "get_object", json!({"Bucket": "cloud-files-000000000000", "Key": "a"}), "AccessDenied", 403),
        ("s3", "list_buckets", json!({}), "AccessDenied", 403),
        (
            "dynamodb",
            "delete_item",
            json!({"TableName": "Orders", "Key": {"id": {"S": "1"}}}),
            "AccessDeniedException",
            400,
        ),
        ("dynamodb", "scan", json!({"TableName": "Elsewhere"}), "AccessDeniedException", 400),
        ("sqs", "send_message", json!({"QueueUrl": other, "MessageBody": "x"}), "AccessDenied", 403),
        ("sns", "publish", json!({"TopicArn": topic, "Message": "x"}), "AuthorizationError", 403),
        ("secretsmanager", "get_secret_value", json!({"SecretId": "password"}), "AccessDeniedException", 400),
        ("ssm", "get_parameter", json!({"Name": "/a/b"}), "AccessDeniedException", 400),
        ("kms", "list_keys", json!({}), "AccessDeniedException", 400),
        (
            "kinesis",
            "put_record",
            json!({"StreamName": "s", "Data": "x", "PartitionKey": "p"}),
            "AccessDeniedException",
            400,
        ),
        (
            "stepfunctions",
            "start_execution",
            json!({"stateMachineArn": "arn:aws:states:us-east-1:000000000000:stateMachine:m"}),
            "AccessDeniedException",
            400,
        ),
        ("logs", "describe_log_groups", json!({}), "AccessDeniedException", 400),
        (
            "cognito-idp",
            "list_users",
            json!({"UserPoolId": "us-east-1_abcdefghi"}),
            "AccessDeniedException",
            400,
        ),
        (
            "sts",
            "assume_role",
            json!({"RoleArn": "arn:aws:iam::000000000000:role/admin", "RoleSessionName": "session"}),
            "AccessDenied",
            403,
        ),
        ("iam", "list_users", json!({}), "AccessDenied", 403),
        ("lambda", "invoke", json!({"FunctionName": "Worker"}), "AccessDeniedException", 403),
        ("ec2", "describe_instances", json!({}), "UnauthorizedOperation", 403),
    ] {
        let answer = cloud.call(service, call, arguments).await;
        assert_eq!(
            (&answer["code"], &answer["status"]),
            (&json!(code), &json!(status)),
            "{service} {call}: {answer}"
        );
        let message = answer["message"].as_str().unwrap();
        assert!(message.contains("not authorized") || service == "ec2", "{service} {call}: {message}");
    }
}

async fn events_arrive(cloud: &Cloud) {
    for (kind, n) in [("order", 1), ("bad", 2), ("order", 3), ("noise", 4)] {
        let body = json!({"kind": kind, "n": n}).to_string();
        cloud
            .works("sqs", "send_message", json!({"QueueUrl": cloud.queue("Jobs"), "MessageBody": body}))
            .await;
    }
    let topic = "arn:aws:sns:us-east-1:000000000000:News";
    for store in ["hats", "shoes"] {
        let attributes = json!({"store": {"DataType": "String", "StringValue": store}});
        let message =
            json!({"TopicArn": topic, "Message": format!("about-{store}"), "MessageAttributes": attributes});
        cloud.works("sns", "publish", message).await;
    }
    for key in ["uploads/a.bin", "other/a.txt", "uploads/a.txt"] {
        cloud
            .works(
                "s3",
                "put_object",
                json!({"Bucket": "cloud-files-000000000000", "Key": key, "Body": "text"}),
            )
            .await;
    }
    let entry = |source: &str, price: u32| json!({"Source": source, "DetailType": "sold", "Detail": json!({"price": price}).to_string()});
    let entries = json!([entry("shop.shoes", 99), entry("mine.coal", 500), entry("shop.hats", 101)]);
    cloud.works("events", "put_events", json!({"Entries": entries})).await;
    cloud
        .works("dynamodb", "put_item", json!({"TableName": "Orders", "Item": {"id": {"S": "order-1"}}}))
        .await;
    for part in [
        "GOT sqs order 1",
        "GOT sqs order 3",
        "GOT sns about-shoes shoes",
        "GOT s3 uploads/a.txt ObjectCreated:Put",
        "GOT events shop.hats 101",
        "GOT dynamodb INSERT order-1",
    ] {
        cloud.running.says(part).await;
    }
    // What failed in its batch comes twice, and then lies among the dead; the rest of the batch is done.
    assert_eq!(cloud.message("Dead").await["n"], 2);
    assert_eq!((cloud.got("GOT sqs bad 2"), cloud.got("GOT sqs order 1")), (2, 1));
    for wrong in [
        "GOT sqs noise",
        "GOT sns about-hats",
        "GOT s3 uploads/a.bin",
        "GOT s3 other",
        "GOT events shop.shoes",
        "GOT events mine",
    ] {
        assert_eq!(cloud.got(wrong), 0, "{wrong}");
    }
}

async fn what_fails_is_tried_again_and_then_put_aside(cloud: &Cloud) {
    for name in ["Retried", "Lost"] {
        let payload = json!({"for": name}).to_string();
        cloud
            .works(
                "lambda",
                "invoke",
                json!({"FunctionName": name, "InvocationType": "Event", "Payload": payload}),
            )
            .await;
    }
    let record = cloud.message("Failures").await;
    assert_eq!(record["requestContext"]["condition"], "RetriesExhausted");
    assert_eq!(record["requestContext"]["approximateInvokeCount"], 2);
    assert_eq!(
        (&record["requestPayload"]["for"], &record["responsePayload"]["errorType"]),
        (&json!("Retried"), &json!("ValueError"))
    );
    assert_eq!(cloud.message("Letters").await["for"], "Lost");
    let count = |name: &str| {
        let lines = cloud.running.lines.lock().unwrap();
        lines.iter().filter(|line| matches!(line, Line::Done { function, .. } if function == name)).count()
    };
    assert_eq!((count("Retried"), count("Lost")), (2, 3));
}

#[test]
fn roles_sources_and_retries_with_a_local_cloud() {
    let Some(python) = tools_python() else { return };
    run(async {
        let place = folder("cloud");
        write(&place, &[("template.yml", TEMPLATE), ("py/app.py", PYTHON), ("js/app.js", NODE)]);
        let packages = packages();
        let running = start(&place, |settings| {
            settings.aws = Aws::Local;
            settings.moto = Some(python.clone());
            settings.python = Some(python);
            settings.packages.extend(packages.clone());
        })
        .await;
        let cloud = Cloud { running };
        denied_calls_are_denied_as_in_aws(&cloud).await;
        if packages.is_some() {
            let (answer, error) = cloud.running.invoke("Script", "{}").await;
            assert_eq!(error, None, "{answer}");
            assert_eq!(
                (&answer["name"], &answer["status"]),
                (&json!("AccessDeniedException"), &json!(400)),
                "{answer}"
            );
        }
        events_arrive(&cloud).await;
        what_fails_is_tried_again_and_then_put_aside(&cloud).await;
        let Cloud { running } = cloud;
        let lines = std::sync::Arc::clone(&running.lines);
        running.host.stop().await;
        until("moto ends", || lines.lock().is_ok()).await;
    });
}
