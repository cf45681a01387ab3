//! Which parts of an event others choose.
//!
//! The shapes are those of the AWS Lambda developer guide's event examples.
use model::Trust;

use crate::taint::Structure;
use crate::value::EventPart;

/// What starts a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Trigger {
    /// The node's name.
    pub name: String,
    /// The graph's word: `http-api`, `queue`, `object-store`, …
    pub event: String,
    pub trust: Trust,
}

/// Everything that starts a function; empty when the graph knows nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Events {
    pub triggers: Vec<Trigger>,
}

/// Words for requests.
const HTTP: &[&str] = &["http-api", "rest-api", "websocket", "function-url", "load-balancer"];
/// Triggers whose whole event the platform or the deployer writes.
const PLATFORM: &[&str] = &["schedule", "custom-resource", "secret-rotation", "config"];

impl Events {
    fn has(&self, event: &str) -> bool {
        self.triggers.iter().any(|trigger| trigger.event == event)
    }

    fn only(&self, events: &[&str]) -> bool {
        !self.triggers.is_empty()
            && self.triggers.iter().all(|trigger| events.contains(&trigger.event.as_str()))
    }

    fn unknown_or(&self, events: &[&str]) -> bool {
        self.triggers.is_empty()
            || self.triggers.iter().any(|trigger| events.contains(&trigger.event.as_str()))
    }

    /// Whether others choose this part, or something in it.
    pub(crate) fn is_chosen(&self, part: &EventPart) -> bool {
        if &*part.root != "event" {
            return !matches!(first(&part.path), "method" | "protocol" | "secure" | "ip" | "requestId");
        }
        if self.only(PLATFORM) {
            return false;
        }
        let keys: Vec<&str> = part.path.iter().map(|key| &**key).filter(|key| *key != "[]").collect();
        match keys.as_slice() {
            // Signed addresses of the platform, whoever passes them on.
            [.., "ResponseURL" | "waitConditionHandle"] => false,
            [] => true,
            ["Records", rest @ ..] => record(rest),
            ["requestContext", rest @ ..] => context(rest),
            ["httpMethod" | "isBase64Encoded" | "stageVariables" | "routeKey", ..] => !self.unknown_or(HTTP),
            ["resource" | "version" | "methodArn" | "type", ..] => {
                !self.unknown_or(&["rest-api", "http-api", "websocket", "authorizer"])
            }
            [
                "RequestType"
                | "ResponseURL"
                | "StackId"
                | "LogicalResourceId"
                | "ResourceProperties"
                | "OldResourceProperties"
                | "PhysicalResourceId"
                | "RequestId"
                | "ResourceType"
                | "ServiceToken"
                | "RequestParameters",
                ..,
            ] => false,
            ["triggerSource" | "userPoolId" | "callerContext" | "region", ..]
                if self.has("identity-pool") =>
            {
                false
            }
            ["source" | "time" | "region" | "account" | "id" | "resources", ..]
                if self.has("event-bus") || self.has("schedule") =>
            {
                false
            }
            ["detail-type", ..] => false,
            // S3 Object Lambda: S3 itself signed the address.
            ["getObjectContext" | "configuration", ..] => false,
            ["identity" | "info" | "stash", ..] if self.has("graphql") => false,
            [
                "invocationId" | "deliveryStreamArn" | "eventSource" | "eventSourceARN" | "bootstrapServers",
                ..,
            ] => false,
            ["rawPath" | "headers", ..] => true,
            _ => true,
        }
    }

    /// What a part can be without any parsing.
    pub(crate) fn structure(&self, part: &EventPart) -> Structure {
        if !self.is_structured(part) {
            return Structure::Text;
        }
        let is_root = match part.path.as_slice() {
            [] => true,
            [only] => {
                matches!(&**only, "detail" | "arguments" | "body" | "json" | "json_body" | "form" | "[]")
            }
            _ => false,
        };
        if is_root { Structure::Whole } else { Structure::Part }
    }

    fn is_structured(&self, part: &EventPart) -> bool {
        let keys: Vec<&str> = part.path.iter().map(|key| &**key).filter(|key| *key != "[]").collect();
        if &*part.root != "event" {
            return matches!(keys.first(), Some(&"body" | &"json" | &"json_body" | &"form" | &"query"));
        }
        let is_request = self.triggers.iter().any(|trigger| HTTP.contains(&trigger.event.as_str()));
        match keys.as_slice() {
            [] => !is_request,
            ["detail" | "arguments", ..] => true,
            ["Records" | "requestContext" | "headers" | "pathParameters" | "cookies" | "body", ..]
            | ["queryStringParameters" | "multiValueQueryStringParameters" | "rawQueryString", ..] => false,
            _ => self.triggers.is_empty() || self.has("state-machine") || self.has("direct"),
        }
    }

    /// The trigger that carries a part of the event.
    pub(crate) fn carrier(&self, path: &str) -> Option<&Trigger> {
        let fits = |trigger: &&Trigger| carries(&trigger.event, path);
        let best = |one: &&Trigger, two: &&Trigger| one.trust.cmp(&two.trust);
        self.triggers.iter().filter(fits).max_by(best).or_else(|| self.triggers.iter().max_by(best))
    }
}

fn first(path: &[crate::ir::Name]) -> &str {
    path.first().map_or("", |name| name)
}

/// Parts of one record of a batch.
fn record(keys: &[&str]) -> bool {
    match keys {
        ["s3", "object", "key", ..]
        | ["s3" | "dynamodb" | "Sns" | "kinesis" | "cf" | "ses"]
        | ["s3", "object"] => true,
        ["s3", ..] => false,
        ["dynamodb", rest @ ..] => matches!(rest.first(), Some(&"Keys" | &"NewImage" | &"OldImage")),
        ["Sns", rest @ ..] => matches!(rest.first(), Some(&"Message" | &"Subject" | &"MessageAttributes")),
        ["kinesis", rest @ ..] => matches!(rest.first(), Some(&"data" | &"partitionKey")),
        ["cf", "request", "origin" | "method" | "clientIp", ..] => false,
        ["cf", rest @ ..] => !matches!(rest.first(), Some(&"config")),
        [
            "messageId"
            | "receiptHandle"
            | "eventSource"
            | "eventSourceARN"
            | "awsRegion"
            | "attributes"
            | "md5OfBody"
            | "eventName"
            | "eventTime"
            | "eventID"
            | "eventVersion"
            | "EventSource"
            | "EventVersion"
            | "EventSubscriptionArn"
            | "userIdentity"
            | "responseElements"
            | "requestParameters",
            ..,
        ] => false,
        _ => true,
    }
}

/// Parts of what the gateway says about a request: it proved most of it.
fn context(keys: &[&str]) -> bool {
    match keys {
        [] | ["http"] => true,
        ["http", rest @ ..] => matches!(rest.first(), Some(&"path" | &"userAgent")),
        ["path", ..] | ["identity", "userAgent", ..] => true,
        _ => false,
    }
}

/// Whether a trigger's events have such a part.
fn carries(event: &str, path: &str) -> bool {
    let is_record = path.starts_with("event.Records");
    match event {
        "object-store" => path.contains(".s3") || path.contains(".detail"),
        "topic" => path.contains(".Sns"),
        "table-stream" => path.contains(".dynamodb"),
        "stream" => path.contains(".kinesis"),
        "queue" => is_record && (path.contains(".body") || path.contains(".messageAttributes")),
        "event-bus" => path.starts_with("event.detail"),
        event if HTTP.contains(&event) => !is_record && !path.starts_with("event.detail"),
        _ => false,
    }
}
