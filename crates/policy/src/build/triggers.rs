//! What may start a function, as the graph tells it.
use super::issuers::Found;
use crate::{Function, HttpRoute, Trigger};
use model::{App, Data, Kind, Node, Relation, Value};
use std::collections::BTreeSet;

/// The names that events have, by those of the graph.
const KINDS: &[(&str, &str)] = &[
    ("http-api", "api-gateway-v2"),
    ("rest-api", "api-gateway-v1"),
    ("websocket", "websocket"),
    ("function-url", "function-url"),
    ("load-balancer", "alb"),
    ("object-store", "s3"),
    ("queue", "sqs"),
    ("topic", "sns"),
    ("stream", "kinesis"),
    ("table-stream", "dynamodb"),
    ("kafka", "kafka"),
    ("broker", "mq"),
    ("schedule", "eventbridge"),
    ("event-bus", "eventbridge"),
    ("identity-pool", "cognito"),
    ("email", "ses"),
    ("iot", "iot"),
    ("graphql", "appsync"),
    ("state-machine", "step-functions"),
    ("logs", "cloudwatch-logs"),
    ("voice", "alexa"),
    ("cdn", "cloudfront"),
    ("delivery-stream", "firehose"),
];

/// Fills the triggers of a function.
pub(super) fn fill(app: &App, node: &Node, issuers: &Found, function: &mut Function) {
    for trigger in app.sources(node, Relation::Triggers).filter(|trigger| trigger.kind == Kind::Trigger) {
        let event = trigger.text("event").unwrap_or("direct");
        let kind = KINDS.iter().find(|(known, _)| *known == event).map_or("direct", |(_, kind)| *kind);
        let sources = sources(app, trigger, kind);
        let is_http = matches!(kind, "api-gateway-v1" | "api-gateway-v2" | "function-url" | "alb");
        // Several routes of one API are one trigger.
        let known = function
            .triggers
            .iter_mut()
            .find(|known| known.kind == kind && is_http && known.sources == sources);
        let entry = match known {
            Some(entry) => entry,
            None => {
                function.triggers.push(Trigger { kind: kind.to_owned(), sources, ..Trigger::default() });
                let Some(entry) = function.triggers.last_mut() else { continue };
                entry
            }
        };
        entry.partial_failures |= trigger.flag("partial_failures") == model::Tri::True;
        if is_http && kind != "alb" {
            let route = route(app, trigger, issuers);
            if !entry.routes.contains(&route) {
                entry.routes.push(route);
            }
        }
    }
    // An integration that is no proxy gives the function whatever its template makes of the request.
    let is_mapped = app
        .sources(node, Relation::Invokes)
        .filter(|by| matches!(by.kind, Kind::ApiRoute | Kind::ApiIntegration))
        .any(|by| by.text("integration_type").or_else(|| by.text("type")) == Some("AWS"));
    if is_mapped && !function.triggers.is_empty() {
        allow_direct(function, "an integration of an API that is no proxy");
    }
    if function.triggers.iter().any(|trigger| trigger.kind == "alexa") {
        // `voice` is Lex, too.
        function.triggers.push(Trigger { kind: "lex".to_owned(), ..Trigger::default() });
    }
}

/// Lets a function be called with any event.
pub(super) fn allow_direct(function: &mut Function, why: &str) {
    if !function.triggers.iter().any(|trigger| trigger.kind == "direct") {
        function.triggers.push(Trigger { kind: "direct".to_owned(), ..Trigger::default() });
    }
    super::reason(function, "triggers/direct", why);
}

fn route(app: &App, trigger: &Node, issuers: &Found) -> HttpRoute {
    let text = |name: &str, otherwise: &str| trigger.text(name).unwrap_or(otherwise).to_owned();
    let auth = text("auth", "");
    let mut path = text("path", "$default");
    if !path.starts_with(['/', '$']) {
        path.insert(0, '/');
    }
    let api = app.targets(trigger, Relation::FedBy).next();
    let takes =
        if matches!(auth.as_str(), "jwt" | "user-pool") { issuers.of_api(api) } else { BTreeSet::new() };
    HttpRoute { method: text("method", "ANY"), path, auth, issuers: takes, token: None }
}

/// ARNs of what a trigger is fed by; empty where one of them is not known at all.
fn sources(app: &App, trigger: &Node, kind: &str) -> BTreeSet<String> {
    let of_node = |node: &Node| -> Option<Vec<String>> {
        let name = node.attrs.get("name").map_or_else(|| "*".to_owned(), pattern);
        let arn = |service: &str, resource: String| format!("arn:*:{service}:*:*:{resource}");
        Some(match (kind, node.kind) {
            ("s3", Kind::Bucket) => vec![format!("arn:*:s3:::{name}")],
            ("sqs", Kind::Queue) => vec![arn("sqs", name)],
            ("sns", Kind::Topic) => vec![arn("sns", name)],
            ("dynamodb", Kind::Table) => vec![arn("dynamodb", format!("table/{name}/stream/*"))],
            ("kinesis", Kind::Stream) => {
                vec![arn("kinesis", format!("stream/{name}")), arn("kinesis", format!("stream/{name}/*"))]
            }
            _ => return None,
        })
    };
    let mut found = BTreeSet::new();
    let mut is_open = false;
    let mut count = 0;
    for source in app.targets(trigger, Relation::FedBy).filter(|node| node.kind != Kind::Api) {
        count += 1;
        match of_node(source) {
            Some(arns) => found.extend(arns),
            None => is_open = true,
        }
    }
    if count == 0
        && let Some(written) =
            trigger.get("source").and_then(Value::as_str).filter(|text| text.starts_with("arn:"))
    {
        found.insert(written.to_owned());
    }
    if is_open { BTreeSet::new() } else { found }
}

/// A value with `*` for the parts that are known only when deployed.
pub(super) fn pattern(value: &Value) -> String {
    let mut out = String::new();
    match &value.data {
        Data::Text(text) => out.push_str(text),
        Data::Int(number) => out.push_str(&number.to_string()),
        Data::Joined(parts) => {
            for part in parts {
                let text = pattern(part);
                if text != "*" || !out.ends_with('*') {
                    out.push_str(&text);
                }
            }
        }
        _ => out.push('*'),
    }
    if out.is_empty() { "*".to_owned() } else { out }
}
