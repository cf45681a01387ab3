//! Flows from one function to another: through a call, a queue, a topic, a table's stream, a bucket.
use std::cell::Cell;

use model::{App, Aws, Data, FunctionCode, Kind, Node, NodeId, Related, Relation, SinkKind, Span, Trust};

use crate::stored::{self, Links};
use crate::taint::Kinds;

/// Data of others that a function sends on.
#[derive(Debug, Clone)]
pub(crate) struct Sent {
    pub operation: Aws,
    /// What names the receiver.
    pub target: Data,
    pub at: Span,
    pub origins: Vec<Origin>,
    /// The same for what is stored, by field.
    pub written: Vec<Written>,
    /// Somebody else does it, with an address that the function gives away.
    pub presigned: bool,
}

/// Whose data is put into a field of a table's item, or into an object.
#[derive(Debug, Clone)]
pub(crate) struct Written {
    /// None when it may be any.
    pub field: Option<String>,
    pub origins: Vec<Origin>,
}

/// Where sent data came from.
#[derive(Debug, Clone)]
pub(crate) struct Origin {
    pub path: String,
    pub steps: Vec<Related>,
    pub trust: Trust,
    pub trigger: Option<String>,
    /// Ends that it cannot harm any more.
    pub clean: Kinds,
}

/// Functions that a value may go through before its origin is of no more interest.
const HOPS_MAX: usize = 4;

/// Hops that are looked at for the flows of one application; later flows keep their own way only.
pub(crate) const HOPS_LOOKED_AT_MAX: u32 = 1_000_000;

/// A function's data, on its way to another one.
pub(crate) struct Hop<'a> {
    from: NodeId,
    to: NodeId,
    sent: &'a Sent,
    channel: Channel,
}

/// How data gets from one function to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Channel {
    /// The whole event.
    Event,
    Queue,
    Topic,
    Bucket,
    TableStream,
    Stream,
    Bus,
}

impl Channel {
    fn of(operation: &Aws) -> Option<Self> {
        Some(match (operation.service.as_str(), operation.operation.as_str()) {
            ("lambda", "Invoke" | "InvokeAsync" | "InvokeWithResponseStream") => Self::Event,
            ("stepfunctions", "StartExecution" | "StartSyncExecution") => Self::Event,
            ("sqs", "SendMessage" | "SendMessageBatch") => Self::Queue,
            ("sns", "Publish" | "PublishBatch") => Self::Topic,
            ("s3", "PutObject" | "CopyObject" | "CreateMultipartUpload" | "UploadPart") => Self::Bucket,
            ("dynamodb", "PutItem" | "UpdateItem" | "BatchWriteItem" | "TransactWriteItems") => {
                Self::TableStream
            }
            ("kinesis" | "firehose", "PutRecord" | "PutRecords" | "PutRecordBatch") => Self::Stream,
            ("events", "PutEvents") => Self::Bus,
            _ => return None,
        })
    }

    /// Whether a part of the receiver's event came through this channel.
    fn carries(self, path: &str) -> bool {
        match self {
            Self::Event => !path.contains(".Records"),
            Self::Queue => path.contains(".Records") && !path.contains(".s3") && !path.contains(".dynamodb"),
            Self::Topic => path.contains(".Sns") || path.contains(".body"),
            Self::Bucket => path.contains(".s3") || path.contains(".detail"),
            Self::TableStream => path.contains(".dynamodb"),
            Self::Stream => path.contains(".kinesis") || path.contains(".data"),
            Self::Bus => path.contains(".detail"),
        }
    }
}

/// Gives flows whose source is another function of the application the way through that function.
pub(crate) fn join(app: &App, code: &mut [FunctionCode], links: &[(NodeId, &Links)]) {
    let hops = hops_of(app, links);
    stored::join(app, code, links, &hops);
    if hops.is_empty() {
        return;
    }
    let left = Cell::new(HOPS_LOOKED_AT_MAX);
    for function in code {
        for flow in &mut function.flows {
            if flow.trust > Trust::Internal {
                continue;
            }
            let upstream = Upstream { app, hops: &hops, kind: flow.sink.kind, left: &left };
            let Some(origin) = upstream.of(function.function, &flow.source, 0) else { continue };
            let mut steps = origin.steps;
            steps.append(&mut flow.steps);
            flow.steps = steps;
            flow.trust = flow.trust.max(origin.trust);
            flow.source = origin.path;
            if origin.trigger.is_some() {
                flow.trigger = origin.trigger;
            }
        }
    }
}

fn hops_of<'a>(app: &App, links: &[(NodeId, &'a Links)]) -> Vec<Hop<'a>> {
    let mut hops = Vec::new();
    for (from, links) in links {
        for one in links.sent.iter().filter(|one| !one.origins.is_empty()) {
            let Some(channel) = Channel::of(&one.operation) else { continue };
            for to in receivers(app, channel, &one.target) {
                if to != *from {
                    hops.push(Hop { from: *from, to, sent: one, channel });
                }
            }
        }
    }
    hops
}

/// Where what a function gets in a part of its event comes from, as far as it can harm one kind of end.
#[derive(Clone, Copy)]
pub(crate) struct Upstream<'a> {
    pub app: &'a App,
    pub hops: &'a [Hop<'a>],
    pub kind: SinkKind,
    /// Hops that may still be looked at, for all flows of an application together.
    pub left: &'a Cell<u32>,
}

impl Upstream<'_> {
    /// The most exposed origin.
    pub(crate) fn of(self, function: NodeId, path: &str, depth: usize) -> Option<Origin> {
        if depth >= HOPS_MAX {
            return None;
        }
        let mut best: Option<Origin> = None;
        let order = |origin: &Origin| {
            // The field that was sent under this name is likelier than its neighbours.
            let is_namesake = last_name(&origin.path) == last_name(path);
            (origin.trust, is_namesake, std::cmp::Reverse(origin.steps.len()))
        };
        for hop in self.hops.iter().filter(|hop| hop.to == function && hop.channel.carries(path)) {
            self.left.set(self.left.get().saturating_sub(1));
            if self.left.get() == 0 {
                break;
            }
            for origin in hop.sent.origins.iter().filter(|origin| !origin.clean.has(self.kind)) {
                let mut found = origin.clone();
                if found.trust <= Trust::Internal
                    && let Some(before) = self.of(hop.from, &origin.path, depth + 1)
                {
                    let mut steps = before.steps;
                    steps.append(&mut found.steps);
                    found = Origin { steps, ..before };
                }
                found.steps.push(Related { at: hop.sent.at, message: sentence(self.app, hop) });
                if best.as_ref().is_none_or(|known| order(&found) > order(known)) {
                    best = Some(found);
                }
            }
        }
        best
    }
}

/// `name` of `event.body.name`.
fn last_name(path: &str) -> &str {
    path.trim_end_matches("[]").rsplit('.').next().unwrap_or(path)
}

fn sentence(app: &App, hop: &Hop<'_>) -> String {
    let name = |id: NodeId| app.node(id).map_or_else(String::new, |node| node.name.clone());
    let operation = &hop.sent.operation;
    format!(
        "`{}` sends it with `{}:{}` to `{}`",
        name(hop.from),
        operation.service,
        operation.operation,
        name(hop.to)
    )
}

/// Functions that get what is sent to a target.
fn receivers(app: &App, channel: Channel, target: &Data) -> Vec<NodeId> {
    let mut found = Vec::new();
    match channel {
        Channel::Event => {
            for node in named(app, target) {
                match node.kind {
                    Kind::Function => found.push(node.id),
                    _ => found.extend(app.targets(node, Relation::Invokes).map(|node| node.id)),
                }
            }
        }
        Channel::Bus => {
            for trigger in app.all(Kind::Trigger).filter(|node| node.text("event") == Some("event-bus")) {
                found.extend(app.targets(trigger, Relation::Triggers).map(|node| node.id));
            }
        }
        _ => {
            for node in named(app, target) {
                let triggers = app.sources(node, Relation::FedBy).filter(|node| node.kind == Kind::Trigger);
                for trigger in triggers {
                    found.extend(app.targets(trigger, Relation::Triggers).map(|node| node.id));
                }
            }
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// Nodes that a value of the code names: by reference, by name, or by the end of an ARN or URL.
pub(crate) fn named<'a>(app: &'a App, target: &Data) -> Vec<&'a Node> {
    match target {
        Data::Ref(reference) => app.named(&reference.target).into_iter().collect(),
        Data::Text(text) => {
            let last = text.rsplit(['/', ':']).next().unwrap_or(text);
            let is_it = |node: &&Node| {
                let own = node.attrs.get("name").and_then(model::Value::as_str);
                node.name == last || own.is_some_and(|own| own == last)
            };
            app.nodes.iter().filter(is_it).collect()
        }
        Data::Joined(parts) => parts.iter().flat_map(|part| named_part(app, &part.data)).collect(),
        Data::List(items) => items.iter().flat_map(|item| named(app, &item.data)).collect(),
        Data::Map(entries) => entries
            .iter()
            .flat_map(|entry| {
                let key = Data::Text(entry.key.text.clone());
                let mut found = named(app, &key);
                if matches!(entry.key.text.as_str(), "TableName" | "QueueUrl" | "EventBusName") {
                    found.extend(named(app, &entry.value.data));
                }
                found
            })
            .collect(),
        _ => vec![],
    }
}

fn named_part<'a>(app: &'a App, part: &Data) -> Vec<&'a Node> {
    match part {
        Data::Ref(_) => named(app, part),
        _ => vec![],
    }
}
