//! What the event and the surroundings of a function say about resources: the bucket of an S3 event is the bucket that
//! triggers it, and its own name is its own.
use model::{Kind, Node, Relation, Span, Unknown, Value};

use super::meaning::{Meaning, Place};
use crate::arn;

/// What a value that only a run knows is about all the same.
pub(super) fn meaning<'a>(place: Place<'a>, service: &str, unknown: &Unknown) -> Option<Meaning<'a>> {
    if service == "lambda" && is_own_name(unknown) {
        return Some(Meaning::Node(place.function));
    }
    let path = unknown.reason.strip_prefix('`')?.split('`').next()?;
    let event = match (service, path) {
        ("s3", path) if path.contains("s3.bucket") || path.ends_with("detail.bucket.name") => "object-store",
        ("sqs", path) if path.ends_with("eventSourceARN") => "queue",
        ("kinesis", path) if path.ends_with("eventSourceARN") => "stream",
        ("sns", path) if path.ends_with("Sns.TopicArn") => "topic",
        ("cognito-idp", path) if path.ends_with("userPoolId") => "identity-pool",
        _ => return None,
    };
    let mut sources = sources(place, event, service);
    let only = sources.next()?;
    // Of several sources it may be any.
    sources.all(|other| other.id == only.id).then_some(Meaning::Node(only))
}

/// The function's own name or ARN.
fn is_own_name(unknown: &Unknown) -> bool {
    const OWN: &[&str] = &[
        "context.function_name",
        "context.functionName",
        "context.invoked_function_arn",
        "context.invokedFunctionArn",
        "AWS_LAMBDA_FUNCTION_NAME",
    ];
    OWN.iter().any(|name| unknown.reason.contains(name))
}

/// What feeds the triggers of a function: of a service, by events of this kind or by rules that carry them.
fn sources<'a>(place: Place<'a>, event: &'static str, service: &str) -> impl Iterator<Item = &'a Node> {
    let app = place.app;
    let triggers = app.sources(place.function, Relation::Triggers).filter(|node| node.kind == Kind::Trigger);
    let service = service.to_owned();
    let of_kind = triggers.filter(move |trigger| {
        let carried = ["event-bus", "queue", "topic"];
        trigger
            .text("event")
            .is_some_and(|own| own == event || event == "object-store" && carried.contains(&own))
    });
    of_kind.filter_map(move |trigger| {
        let source = trigger.get("source").and_then(|source| arn::target(app, source));
        let is_it = |node: &&Node| arn::form(node).is_some_and(|form| form.service == service);
        // A bucket tells a queue or a topic, which the function listens to.
        let told = || source.and_then(|carrier| app.sources(carrier, Relation::SendsTo).find(is_it));
        let by_pattern = || bucket_of_pattern(app, trigger).filter(is_it);
        source.filter(is_it).or_else(told).or_else(by_pattern)
    })
}

/// The bucket that a pattern of events names.
fn bucket_of_pattern<'a>(app: &'a model::App, trigger: &Node) -> Option<&'a Node> {
    let name = trigger.get("pattern")?.path("detail.bucket.name")?;
    let only = name.only().unwrap_or(name);
    arn::target(app, only).filter(|node| node.kind == Kind::Bucket)
}

/// The region and the account, which the platform tells code.
pub(super) fn place_of(unknown: &Unknown) -> Option<Value> {
    let text = |text: &str| Some(Value::unknown(Span::NONE, "known only when deployed", text));
    let reason = unknown.reason.as_str();
    match reason {
        _ if reason.contains("`AWS_REGION`") || reason.contains("`AWS_DEFAULT_REGION`") => {
            text("${AWS::Region}")
        }
        _ if reason.contains("region_name") || reason.ends_with(".config.region`") => text("${AWS::Region}"),
        _ if reason.contains("get_caller_identity().Account") => text("${AWS::AccountId}"),
        _ => None,
    }
}
