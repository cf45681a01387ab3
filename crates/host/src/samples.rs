//! Sample events: one for every trigger of the application, with its real names.
use crate::names::Names;
use crate::plan::{Plan, Trigger, Way};
use crate::settings::Settings;
use crate::web::event;
use bytes::Bytes;
use http::HeaderMap;
use model::{App, Project};
use serde_json::{Value, json};

/// The moment and the identifiers of every sample: the same each time.
const TIME_MS: u64 = 1_767_225_600_000;
const TIME: &str = "2026-01-01T00:00:00.000Z";
const ID: &str = "11111111-2222-4333-8444-555555555555";

/// A sample event.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// The trigger's kind, in the graph's word.
    pub kind: String,
    pub trigger: String,
    /// The function's name in the account.
    pub function: String,
    /// The function's node.
    pub node: String,
    pub event: Value,
}

impl Sample {
    /// With everything about it.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({"kind": self.kind, "trigger": self.trigger, "function": self.function, "event": self.event})
    }
}

/// The samples of an application, requests first, in template order.
#[must_use]
pub fn samples(project: &Project, app: &App, settings: &Settings) -> Vec<Sample> {
    let names = Names {
        region: settings.region.clone(),
        account: settings.account.clone(),
        stack: "app".to_owned(),
        endpoint: format!("http://127.0.0.1:{}", settings.aws_port),
        ..Names::default()
    };
    let plan = Plan::new(project, app, &names, settings);
    let mut all = Vec::new();
    for way in &plan.ways {
        for route in &way.routes {
            let Some(function) = plan.functions.get(&route.function) else { continue };
            all.push(Sample {
                kind: kind_of(way).to_owned(),
                trigger: format!("{} {}", route.method, route.path),
                function: function.name.clone(),
                node: function.node.clone(),
                event: request(way, route, settings),
            });
        }
    }
    for trigger in &plan.triggers {
        let Some(function) = plan.functions.get(&trigger.function) else { continue };
        all.push(Sample {
            kind: trigger.event.clone(),
            trigger: trigger.name.clone(),
            function: function.name.clone(),
            node: function.node.clone(),
            event: sample(trigger, settings),
        });
    }
    all
}

fn kind_of(way: &Way) -> &'static str {
    match way.kind {
        crate::plan::WayKind::Rest => "rest-api",
        crate::plan::WayKind::Http => "http-api",
        crate::plan::WayKind::Url => "function-url",
        crate::plan::WayKind::LoadBalancer => "load-balancer",
    }
}

fn request(way: &Way, route: &crate::plan::Route, settings: &Settings) -> Value {
    let mut headers = HeaderMap::new();
    for (name, value) in
        [("host", "127.0.0.1"), ("content-type", "application/json"), ("user-agent", "buckler")]
    {
        headers.insert(name, http::HeaderValue::from_static(value));
    }
    let method = if route.method == "ANY" { "GET" } else { route.method.as_str() };
    let mut variables = Vec::new();
    let parts = route.path.trim_start_matches('/').split('/').map(|part| {
        let name = part.strip_prefix('{').and_then(|part| part.strip_suffix('}'));
        name.map_or_else(
            || part.to_owned(),
            |name| {
                variables.push((name.trim_end_matches('+').to_owned(), "example".to_owned()));
                "example".to_owned()
            },
        )
    });
    let path = if route.path == "$default" {
        "/".to_owned()
    } else {
        format!("/{}", parts.collect::<Vec<_>>().join("/"))
    };
    let body = if ["GET", "HEAD", "DELETE", "OPTIONS"].contains(&method) {
        Bytes::new()
    } else {
        Bytes::from_static(b"{}")
    };
    let read = crate::web::Read {
        client: "127.0.0.1".to_owned(),
        id: ID.to_owned(),
        time_ms: TIME_MS,
        method: method.to_owned(),
        path,
        query: String::new(),
        headers,
        body,
        variables,
        identity: Value::Null,
    };
    event::build(way, route, &read, settings)
}

/// A record of a bucket's notification.
pub(crate) fn object_record(
    settings: &Settings,
    (bucket, key): (&str, &str),
    name: &str,
    time: &str,
    size: usize,
) -> Value {
    let key = crate::cloud::encode(key).replace("%2F", "/").replace("%20", "+");
    json!({"eventVersion": "2.1", "eventSource": "aws:s3", "awsRegion": settings.region, "eventTime": time,
        "eventName": name, "userIdentity": {"principalId": "AWS:local"},
        "requestParameters": {"sourceIPAddress": "127.0.0.1"}, "responseElements": {"x-amz-request-id": ID},
        "s3": {"s3SchemaVersion": "1.0", "configurationId": "local",
            "bucket": {"name": bucket, "ownerIdentity": {"principalId": "local"}, "arn": format!("arn:aws:s3:::{bucket}")},
            "object": {"key": key, "size": size, "eTag": "d41d8cd98f00b204e9800998ecf8427e", "sequencer": "00"}}})
}

/// The event of a schedule.
pub(crate) fn scheduled(settings: &Settings, rule: &str, time: &str) -> Value {
    json!({"version": "0", "id": ID, "detail-type": "Scheduled Event", "source": "aws.events",
        "account": settings.account, "time": time.get(..19).map_or(time.to_owned(), |text| format!("{text}Z")),
        "region": settings.region,
        "resources": [format!("arn:aws:events:{}:{}:rule/{rule}", settings.region, settings.account)], "detail": {}})
}

fn sample(trigger: &Trigger, settings: &Settings) -> Value {
    let arn = trigger.source.clone().unwrap_or_default();
    let name = trigger.source_name.clone().unwrap_or_default();
    let region = &settings.region;
    match trigger.event.as_str() {
        "object-store" => {
            let suffix = trigger.filter.pointer("/S3Key/Rules").and_then(Value::as_array).and_then(|rules| {
                let is_suffix = |rule: &&Value| {
                    rule.get("Name")
                        .and_then(Value::as_str)
                        .is_some_and(|name| name.eq_ignore_ascii_case("suffix"))
                };
                rules.iter().find(is_suffix)?.get("Value")?.as_str().map(str::to_owned)
            });
            let key = format!("example{}", suffix.unwrap_or_else(|| ".txt".to_owned()));
            json!({"Records": [object_record(settings, (&name, &key), "ObjectCreated:Put", TIME, 5)]})
        }
        "queue" => json!({"Records": [{"messageId": ID, "receiptHandle": "local", "body": "{}",
            "attributes": {"ApproximateReceiveCount": "1", "SentTimestamp": TIME_MS.to_string(), "SenderId": "local",
                "ApproximateFirstReceiveTimestamp": TIME_MS.to_string()},
            "messageAttributes": {}, "md5OfBody": "99914b932bd37a50b983c5e7c90ae93b", "eventSource": "aws:sqs",
            "eventSourceARN": arn, "awsRegion": region}]}),
        "topic" => json!({"Records": [{"EventSource": "aws:sns", "EventVersion": "1.0",
            "EventSubscriptionArn": format!("{arn}:{ID}"),
            "Sns": {"Type": "Notification", "MessageId": ID, "TopicArn": arn, "Subject": null, "Message": "{}",
                "Timestamp": TIME, "SignatureVersion": "1", "Signature": "local",
                "SigningCertUrl": "http://127.0.0.1/local.pem", "UnsubscribeUrl": "http://127.0.0.1/",
                "MessageAttributes": {}}}]}),
        "table-stream" => json!({"Records": [{"eventID": ID, "eventName": "INSERT", "eventVersion": "1.1",
            "eventSource": "aws:dynamodb", "awsRegion": region,
            "dynamodb": {"Keys": {"id": {"S": "example"}}, "NewImage": {"id": {"S": "example"}}, "SequenceNumber": "1",
                "SizeBytes": 20, "StreamViewType": "NEW_AND_OLD_IMAGES"},
            "eventSourceARN": format!("{arn}/stream/{TIME}")}]}),
        "stream" => json!({"Records": [{"kinesis": {"kinesisSchemaVersion": "1.0", "partitionKey": "1",
                "sequenceNumber": "1", "data": "e30=", "approximateArrivalTimestamp": 1_767_225_600.0},
            "eventSource": "aws:kinesis", "eventVersion": "1.0", "eventID": "shardId-000000000000:1",
            "eventName": "aws:kinesis:record", "invokeIdentityArn": "arn:aws:iam::000000000000:role/local",
            "awsRegion": region, "eventSourceARN": arn}]}),
        "schedule" => scheduled(settings, &trigger.name, TIME),
        "event-bus" => {
            let first = |name: &str| trigger.pattern.pointer(&format!("/{name}/0")).cloned();
            json!({"version": "0", "id": ID, "detail-type": first("detail-type").unwrap_or(json!("Example")),
                "source": first("source").unwrap_or(json!("example")), "account": settings.account, "time": TIME,
                "region": region, "resources": [], "detail": {}})
        }
        "identity-pool" => json!({"version": "1", "region": region, "userPoolId": arn.rsplit('/').next(),
            "userName": "example", "triggerSource": "PostConfirmation_ConfirmSignUp",
            "callerContext": {"awsSdkVersion": "local", "clientId": "example"},
            "request": {"userAttributes": {"sub": ID, "email": "user@example.org", "email_verified": "true",
                "cognito:user_status": "CONFIRMED"}}, "response": {}}),
        "custom-resource" => custom(settings, &trigger.name, "http://127.0.0.1/"),
        "email" => json!({"Records": [{"eventSource": "aws:ses", "eventVersion": "1.0",
            "ses": {"mail": {"messageId": ID, "source": "user@example.org", "destination": ["app@example.org"]},
                "receipt": {"recipients": ["app@example.org"]}}}]}),
        "logs" => json!({"awslogs": {"data": "H4sIAAAAAAAA/wEAAP//AAAAAAAAAAA="}}),
        _ => json!({}),
    }
}

/// The event of a custom resource that is made.
pub(crate) fn custom(settings: &Settings, name: &str, url: &str) -> Value {
    json!({"RequestType": "Create", "ResponseURL": url,
        "StackId": format!("arn:aws:cloudformation:{}:{}:stack/local/{ID}", settings.region, settings.account),
        "RequestId": ID, "LogicalResourceId": name, "ResourceType": "AWS::CloudFormation::CustomResource",
        "ResourceProperties": {}})
}
