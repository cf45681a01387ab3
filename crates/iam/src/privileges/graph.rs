//! What triggers, destinations and the platform need of a function's role, as the graph shows it.
use model::{App, Data, Kind, Node, Ref, Relation, Span, Tri, Value};

use super::meaning::{Meaning, Place};
use super::resources::everything;
use super::{Need, Origin, Reason};
use crate::arn;

/// The needs of the triggers and destinations of a function.
pub(super) fn needs(place: Place<'_>, function: &Node) -> Vec<Need> {
    let mut all = Vec::new();
    let triggers = place.app.sources(function, Relation::Triggers).filter(|node| node.kind == Kind::Trigger);
    for trigger in triggers.filter(|trigger| trigger.flag_or("enabled", true) != Tri::False) {
        polling(place, trigger, &mut all);
    }
    for attr in ["dead_letters", "on_failure", "on_success"] {
        let Some(value) = function.get(attr) else { continue };
        for one in value.one_or_many() {
            all.extend(delivery(place, one, function.at(attr)));
        }
    }
    if let Some(mounts) = function.get("file_system") {
        let grant = |mount: &Value| mounted(place, mount, function.at("file_system"));
        all.extend(mounts.one_or_many().iter().flat_map(grant));
    }
    if let Some(key) = function.get("environment_key").filter(|key| !is_managed_key(key)) {
        let why = "its environment variables are encrypted with a customer key";
        all.push(need("kms:Decrypt", vec![arn_of(place, "kms", key)], (key.at, why), Origin::Graph));
    }
    all
}

/// What every function needs to run, as it is set up.
pub(super) fn base(app: &App, function: &Node) -> Vec<Need> {
    let logs = |action: &str, suffix: &str| {
        let reason = (function.name_at, "writes its log");
        need(action, vec![log_group(app, function, suffix)], reason, Origin::Base)
    };
    let mut all = vec![
        logs("logs:CreateLogGroup", ""),
        logs("logs:CreateLogStream", ":*"),
        logs("logs:PutLogEvents", ":*"),
    ];
    let everywhere = |what: &str, at: Span, why: &str| -> Vec<Need> {
        actions(what).map(|action| need(&action, vec![everything()], (at, why), Origin::Base)).collect()
    };
    if function.flag("tracing") == Tri::True {
        all.extend(everywhere("traces", function.at("tracing"), "sends traces"));
    }
    if function.flag("network") != Tri::False {
        all.extend(everywhere("network", function.at("network"), "runs inside a network"));
    }
    all
}

/// The log group of a function, with what stands behind it.
fn log_group(app: &App, function: &Node, suffix: &str) -> Value {
    let text = |text: &str| Value::text(Span::NONE, text);
    if let Some(group) = function.get("log_group").and_then(|group| arn::target(app, group))
        && let Some(form) = arn::form(group).filter(|form| form.service == "logs")
    {
        return arn::joined([arn::long_of(app, group, form), text(suffix)]);
    }
    let name = match function.get("log_group").and_then(Value::as_str) {
        Some(name) => text(name),
        None => {
            let own = function.get("name").cloned().unwrap_or_else(|| {
                let attribute = arn::is_terraform(function).then(|| "function_name".to_owned());
                Value::new(Span::NONE, Data::Ref(Ref { target: function.name.clone(), attribute }))
            });
            arn::joined([text("/aws/lambda/"), own])
        }
    };
    let mut all = arn::head("logs");
    all.extend([text("log-group:"), name, text(suffix)]);
    arn::joined(all)
}

/// The actions of one line of the table: `sqs:ReceiveMessage`, …
fn actions(what: &str) -> impl Iterator<Item = String> {
    let lines = include_str!("platform.txt").lines().filter(|line| !line.starts_with('#'));
    let found = lines.filter_map(|line| line.split_once(' ')).find(|(name, _)| *name == what);
    let list = found.and_then(|(_, rest)| rest.split(' ').next()).unwrap_or_default();
    let (service, names) = list.split_once(':').unwrap_or_default();
    names.split(',').filter(|name| !name.is_empty()).map(move |name| format!("{service}:{name}"))
}

fn polling(place: Place<'_>, trigger: &Node, all: &mut Vec<Need>) {
    let Some(event) = trigger.text("event") else { return };
    let service = match event {
        "queue" => "sqs",
        "stream" => "kinesis",
        "table-stream" => "dynamodb",
        "kafka" => "kafka",
        "broker" => "mq",
        "document-stream" => "rds",
        _ => return,
    };
    let at = if trigger.has("source") { trigger.at("source") } else { trigger.name_at };
    let why = format!("`{}` polls its source", trigger.name);
    let source = trigger.get("source");
    let is_managed = source.is_some_and(|source| is_arn_like(place, source));
    let mut add = |what: &str, resource: Value| {
        let resources = vec![resource];
        all.extend(actions(what).map(|action| need(&action, resources.clone(), (at, &why), Origin::Trigger)));
    };
    match (event, source) {
        ("stream", Some(source)) if source.display().to_ascii_lowercase().contains("consumer") => {
            add("consumer", source.clone());
            add("stream", consumed(place, source));
        }
        ("table-stream", Some(source)) => add(event, stream_of(place, source)),
        // A cluster of one's own has no permissions of the cloud.
        ("kafka", _) if !is_managed => {}
        ("document-stream", _) => add(event, everything()),
        (_, Some(source)) => add(event, arn_of(place, service, source)),
        (_, None) => {}
    }
    if matches!(event, "kafka" | "broker" | "document-stream") {
        add("poller-network", everything());
        for secret in trigger
            .list("authentication")
            .iter()
            .filter_map(|entry| entry.get("URI").or_else(|| entry.get("uri")))
        {
            if arn::target_among(place.app, place.names, secret).is_some_and(|node| node.kind == Kind::Secret)
                || secret.display().contains("secret")
            {
                add("sign-in", arn_of(place, "secretsmanager", secret));
            }
        }
    }
    if let Some(target) = trigger.get("on_failure") {
        for one in target.one_or_many() {
            all.extend(delivery(place, one, trigger.at("on_failure")));
        }
    }
}

/// Whether a source is a resource of the cloud, not an address.
fn is_arn_like(place: Place<'_>, source: &Value) -> bool {
    arn::target_among(place.app, place.names, source).is_some()
        || arn::expand(place.app, source).display().starts_with("arn:")
}

/// The stream that a consumer reads.
fn consumed(place: Place<'_>, source: &Value) -> Value {
    let consumer = arn::target_among(place.app, place.names, source);
    let stream = consumer.and_then(|consumer| place.app.targets(consumer, Relation::PartOf).next());
    stream.and_then(|stream| arn::of(place.app, stream)).unwrap_or_else(everything)
}

/// The stream of a table, as the template writes it.
fn stream_of(place: Place<'_>, source: &Value) -> Value {
    let is_stream = |reference: &Ref| {
        reference
            .attribute
            .as_deref()
            .is_some_and(|attribute| attribute.to_ascii_lowercase().contains("stream"))
    };
    match (&source.data, arn::target_among(place.app, place.names, source)) {
        (Data::Ref(reference), _) if is_stream(reference) => source.clone(),
        (_, Some(table)) if table.kind == Kind::Table => {
            let suffix = Value::text(source.at, "/stream/*");
            arn::of(place.app, table).map_or_else(everything, |table| arn::joined([table, suffix]))
        }
        _ => source.clone(),
    }
}

/// What sending to a destination needs.
fn delivery(place: Place<'_>, target: &Value, at: Span) -> Vec<Need> {
    // SAM's `Type: SQS` makes a queue of its own, and the permission.
    if target.as_str().is_some_and(|text| !text.starts_with("arn:")) {
        return Vec::new();
    }
    let shown = arn::expand(place.app, target).display();
    let service =
        arn::target_among(place.app, place.names, target).and_then(arn::form).map(|form| form.service);
    let service = service.map(str::to_owned).or_else(|| shown.split(':').nth(2).map(str::to_owned));
    let action = match service.as_deref() {
        Some("sqs") => "sqs:SendMessage",
        Some("sns") => "sns:Publish",
        Some("lambda") => "lambda:InvokeFunction",
        Some("events") => "events:PutEvents",
        Some("s3") => "s3:PutObject",
        _ => return Vec::new(),
    };
    let mut resource = arn_of(place, service.as_deref().unwrap_or_default(), target);
    if action == "s3:PutObject" {
        resource = arn::joined([resource, Value::text(at, "/*")]);
    }
    let mut all = vec![need(
        action,
        vec![resource.clone()],
        (at, "failed or finished events are sent there"),
        Origin::Trigger,
    )];
    if action == "s3:PutObject" {
        let bucket = arn_of(place, "s3", target);
        all.push(need(
            "s3:ListBucket",
            vec![bucket],
            (at, "failed events are written there"),
            Origin::Trigger,
        ));
    }
    all
}

/// Mounting a file system through an access point.
fn mounted(place: Place<'_>, mount: &Value, at: Span) -> Vec<Need> {
    let point = mount.get("Arn").or_else(|| mount.get("arn")).unwrap_or(mount);
    // Buckets that are mounted have permissions of their own.
    if point.display().to_ascii_lowercase().contains("s3files") {
        return Vec::new();
    }
    let node = arn::target_among(place.app, place.names, point);
    let system = node.and_then(|node| match node.kind {
        Kind::FileSystem => Some(node),
        _ => place.app.targets(node, Relation::PartOf).find(|node| node.kind == Kind::FileSystem),
    });
    let resource = system.and_then(|system| arn::of(place.app, system)).unwrap_or_else(|| {
        let mut all = arn::head("elasticfilesystem");
        all.push(Value::text(at, "file-system/*"));
        arn::joined(all)
    });
    ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"]
        .map(|action| need(action, vec![resource.clone()], (at, "mounts the file system"), Origin::Graph))
        .to_vec()
}

/// The ARN that a value is about, in the template's terms.
fn arn_of(place: Place<'_>, service: &str, value: &Value) -> Value {
    match place.meaning(service, &value.data) {
        Meaning::Node(node) => arn::of(place.app, node).unwrap_or_else(|| value.clone()),
        Meaning::Arn(_) | Meaning::Name(_) | Meaning::Unknown(_) => value.clone(),
    }
}

/// Keys that AWS manages give their permission by themselves.
pub(super) fn is_managed_key(key: &Value) -> bool {
    key.display().contains("alias/aws/")
}

pub(super) fn need(action: &str, resources: Vec<Value>, (at, why): (Span, &str), origin: Origin) -> Need {
    Need {
        action: action.to_owned(),
        resources,
        conditions: Vec::new(),
        because: vec![Reason { at, why: why.to_owned() }],
        origin,
    }
}
