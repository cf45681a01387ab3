//! Whether a trigger of the function can have sent an event: its shape, and where its records say they come from.
//!
//! Whoever may call `Invoke` can write any event. What the platform fills in itself (ARNs, API ids) is compared with the
//! graph, so that a forged event must at least name the real bucket, queue or API.
use super::problem::{Problem, shown};
use super::route;
use crate::Layer;
use policy::HttpRoute;
use waf::event::{Event, Trigger};

/// A trigger of the policy, ready to compare with.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) kind: Trigger,
    pub(super) policy: policy::Trigger,
}

/// Reads the triggers of a policy.
pub(super) fn read(triggers: &[policy::Trigger]) -> Result<Vec<Known>, String> {
    let known = |trigger: &policy::Trigger| {
        let kind = Trigger::from_name(&trigger.kind).ok_or_else(|| {
            let names: Vec<&str> = Trigger::names().collect();
            format!("the trigger `{}` is none of {}", trigger.kind, names.join(", "))
        })?;
        Ok(Known { kind, policy: trigger.clone() })
    };
    triggers.iter().map(known).collect()
}

/// Triggers whose events have whatever shape their owner chose: an input transformer, a state machine's input.
fn is_free(kind: Trigger) -> bool {
    matches!(
        kind,
        Trigger::Direct | Trigger::StepFunctions | Trigger::EventBridge | Trigger::Iot | Trigger::AppSync
    )
}

/// Whether a trigger sends events of a shape. An HTTP API may send both versions of the payload.
fn sends(kind: Trigger, seen: Trigger) -> bool {
    kind == seen || (kind == Trigger::ApiGatewayV2 && seen == Trigger::ApiGatewayV1)
}

/// The triggers that can have sent an event; none when the policy does not know any.
pub(super) fn check<'k>(known: &'k [Known], event: &Event) -> Result<Vec<&'k Known>, Problem> {
    if known.is_empty() {
        return Ok(Vec::new());
    }
    let mut fitting: Vec<&Known> = known.iter().filter(|one| sends(one.kind, event.trigger)).collect();
    if fitting.is_empty() {
        if known.iter().any(|one| is_free(one.kind)) {
            return Ok(Vec::new());
        }
        let names: Vec<&str> = known.iter().map(|one| one.policy.kind.as_str()).collect();
        let reason = format!(
            "the event has the shape of `{}`, and the function is started by {} only",
            event.trigger.name(),
            names.join(", ")
        );
        return Err(Problem::hostile(Layer::Source, 403, reason).rule("trigger"));
    }
    for (fields, wanted, rule) in places(event.trigger) {
        compare(&mut fitting, event, fields, (*wanted, rule))?;
    }
    Ok(fitting)
}

/// What a trigger's policy says of a place.
type Wanted = fn(&policy::Trigger) -> &std::collections::BTreeSet<String>;

/// Where events of a trigger name their source: the names of the same thing, of which one must be there and all must fit.
fn places(trigger: Trigger) -> &'static [(&'static [&'static str], Wanted, &'static str)] {
    const SOURCES: Wanted = |trigger| &trigger.sources;
    const APIS: Wanted = |trigger| &trigger.apis;
    const STAGES: Wanted = |trigger| &trigger.stages;
    match trigger {
        Trigger::Sqs | Trigger::DynamoDb | Trigger::Kinesis => {
            &[(&["eventSourceARN"], SOURCES, "source-arn")]
        }
        Trigger::S3 => &[(&["s3.bucket.arn"], SOURCES, "source-arn")],
        Trigger::Sns => &[(&["Sns.TopicArn", "TopicArn"], SOURCES, "source-arn")],
        Trigger::Firehose => &[(&["deliveryStreamArn"], SOURCES, "source-arn")],
        Trigger::Kafka | Trigger::Mq => &[(&["eventSourceArn"], SOURCES, "source-arn")],
        Trigger::LoadBalancer => &[(&["requestContext.elb.targetGroupArn"], SOURCES, "source-arn")],
        Trigger::ApiGatewayV1 | Trigger::ApiGatewayV2 | Trigger::ApiGatewayWebSocket => {
            &[(&["requestContext.apiId"], APIS, "api-id"), (&["requestContext.stage"], STAGES, "stage")]
        }
        Trigger::Cognito => &[(&["userPoolId"], SOURCES, "user-pool")],
        _ => &[],
    }
}

/// Leaves those triggers that every record fits.
fn compare(
    fitting: &mut Vec<&Known>,
    event: &Event,
    fields: &[&str],
    (wanted, rule): (Wanted, &'static str),
) -> Result<(), Problem> {
    if fitting.iter().any(|known| wanted(&known.policy).is_empty()) {
        return Ok(());
    }
    for record in &event.records {
        // Some batches name their source beside their records, the others in each of them.
        let of_batch = event.records.iter().any(|one| !one.path.is_empty());
        let is_beside = matches!(event.trigger, Trigger::Kafka | Trigger::Mq | Trigger::Firehose);
        if of_batch && record.path.is_empty() != is_beside {
            continue;
        }
        let named = |name: &[u8]| {
            let rest = name.strip_prefix(record.path.as_bytes()).unwrap_or_default();
            let rest = rest.strip_prefix(b".").unwrap_or(rest);
            fields.iter().any(|field| field.as_bytes() == rest)
        };
        let mut is_named = false;
        for field in record.arguments.iter().filter(|field| named(field.name)) {
            is_named = true;
            let value = String::from_utf8_lossy(field.value);
            fitting.retain(|known| wanted(&known.policy).iter().any(|pattern| fits(pattern, &value)));
            if fitting.is_empty() {
                let reason = format!(
                    "`{}` of the event is `{}`, which is no source of this function",
                    String::from_utf8_lossy(field.name),
                    shown(&value)
                );
                return Err(Problem::hostile(Layer::Source, 403, reason).rule(rule));
            }
        }
        if !is_named {
            let reason = format!("the event does not say where it comes from (`{}`)", fields.join("` or `"));
            return Err(Problem::hostile(Layer::Source, 403, reason).rule(rule));
        }
    }
    Ok(())
}

/// Whether an ARN fits a pattern: `*` stands for anything inside one segment; at the end of a whole pattern it takes the rest, since
/// the name of a stream has colons.
pub(super) fn fits(pattern: &str, arn: &str) -> bool {
    let (pattern, arn) = (pattern.as_bytes(), arn.as_bytes());
    let (mut at, mut with) = (0, 0);
    const SEGMENTS_BEFORE_RESOURCE: usize = 5;
    let is_whole = pattern.iter().filter(|byte| **byte == b':').count() >= SEGMENTS_BEFORE_RESOURCE;
    let takes_rest = |place: usize| is_whole && place + 1 == pattern.len();
    let mut star: Option<(usize, usize)> = None;
    while let Some(&letter) = arn.get(at) {
        match pattern.get(with) {
            Some(b'*') => {
                star = Some((at, with));
                with += 1;
                continue;
            }
            Some(&wanted) if wanted == letter => {
                at += 1;
                with += 1;
                continue;
            }
            _ => {}
        }
        // The last `*` takes one letter more, but never a colon.
        match star {
            Some((from, place)) if takes_rest(place) || arn.get(from).is_some_and(|byte| *byte != b':') => {
                star = Some((from + 1, place));
                at = from + 1;
                with = place + 1;
            }
            _ => return false,
        }
    }
    pattern.get(with..).is_none_or(|rest| rest.iter().all(|&letter| letter == b'*'))
}

/// The route of an HTTP event, with the values of its parameters.
pub(super) fn route<'k>(
    fitting: &[&'k Known],
    method: &str,
    paths: &[&str],
) -> Option<(&'k HttpRoute, route::Parameters)> {
    let routes = || fitting.iter().flat_map(|known| &known.policy.routes);
    paths.iter().find_map(|path| route::find(routes(), method, path))
}
