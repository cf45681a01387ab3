//! What one function stores and another one reads: data that comes back is as good as who wrote it.
use std::cell::Cell;

use model::{App, Data, Flow, FunctionCode, Kind, NodeId, Related, Trust};

use crate::across::{HOPS_LOOKED_AT_MAX, Hop, Origin, Sent, Upstream, named};

/// What of a function depends on other functions.
#[derive(Debug, Clone, Default)]
pub(crate) struct Links {
    /// What it sends or stores.
    pub sent: Vec<Sent>,
    /// Flows that are none unless somebody else wrote what was read.
    pub stored: Vec<StoredFlow>,
}

/// A flow of something that was read from a table or bucket.
#[derive(Debug, Clone)]
pub(crate) struct StoredFlow {
    pub flow: Flow,
    /// The table or bucket.
    pub from: Data,
    /// `dynamodb:GetItem.Item.url`: the operation and names on the way to the value.
    pub path: String,
}

/// Names on the way to a field that are none of an item.
const AROUND: &[&str] =
    &["Item", "Items", "Attributes", "Responses", "Body", "S", "N", "M", "L", "B", "length"];

/// Adds flows whose source is what a function of the application stored for somebody else.
pub(crate) fn join(app: &App, code: &mut [FunctionCode], links: &[(NodeId, &Links)], hops: &[Hop<'_>]) {
    let left = Cell::new(HOPS_LOOKED_AT_MAX);
    for (function, own) in links {
        let Some(code) = code.iter_mut().find(|code| code.function == *function) else { continue };
        for stored in &own.stored {
            let ends_there =
                |flow: &Flow| flow.sink.at == stored.flow.sink.at && flow.sink.kind == stored.flow.sink.kind;
            if code.flows.iter().any(ends_there) {
                continue;
            }
            let Some(origin) =
                writer(Upstream { app, hops, kind: stored.flow.sink.kind, left: &left }, stored, links)
            else {
                continue;
            };
            let mut flow = stored.flow.clone();
            flow.trust = origin.trust;
            flow.source = origin.path;
            flow.trigger = origin.trigger;
            flow.steps = origin.steps.into_iter().chain(flow.steps).collect();
            code.flows.push(flow);
        }
        code.flows.sort_by_key(|flow| (flow.sink.at, flow.sink.kind));
    }
}

/// Who writes what a flow reads: of several the most exposed one.
fn writer(upstream: Upstream<'_>, stored: &StoredFlow, links: &[(NodeId, &Links)]) -> Option<Origin> {
    let Upstream { app, kind, .. } = upstream;
    let stores = stores(app, &stored.from);
    if stores.is_empty() {
        return None;
    }
    let mut best: Option<Origin> = None;
    let order = |origin: &Origin| (origin.trust, std::cmp::Reverse(origin.steps.len()));
    let writes = links.iter().flat_map(|(function, own)| own.sent.iter().map(|sent| (*function, sent)));
    for (function, sent) in writes.filter(|(_, sent)| !sent.written.is_empty()) {
        let target = self::stores(app, &sent.target);
        let Some(store) = target.iter().find(|store| stores.contains(store)) else { continue };
        let fields = sent.written.iter().filter(|written| reads(&stored.path, written.field.as_deref()));
        let origins = fields.flat_map(|written| &written.origins);
        for origin in origins.filter(|origin| !origin.clean.has(kind)) {
            let Some(mut found) = exposed(upstream, function, origin) else { continue };
            found.steps.push(Related { at: sent.at, message: sentence(app, function, *store, sent) });
            if best.as_ref().is_none_or(|known| order(&found) > order(known)) {
                best = Some(found);
            }
        }
    }
    best
}

/// The origin with the way before it, when somebody outside of the function chose it.
fn exposed(upstream: Upstream<'_>, function: NodeId, origin: &Origin) -> Option<Origin> {
    let mut found = origin.clone();
    if found.trust <= Trust::Internal
        && let Some(before) = upstream.of(function, &origin.path, 0)
    {
        let steps = before.steps.iter().cloned().chain(found.steps).collect();
        found = Origin { steps, trust: found.trust.max(before.trust), ..before };
    }
    (found.trust > Trust::Unknown).then_some(found)
}

fn stores(app: &App, target: &Data) -> Vec<NodeId> {
    let kinds = [Kind::Table, Kind::Bucket];
    named(app, target).into_iter().filter(|node| kinds.contains(&node.kind)).map(|node| node.id).collect()
}

/// Whether what was read can be, or be in, this field.
fn reads(path: &str, field: Option<&str>) -> bool {
    let Some(field) = field else { return true };
    let mut names = path.split('.').skip(1).filter(|name| !AROUND.contains(name)).peekable();
    names.peek().is_none() || names.any(|name| name == field)
}

fn sentence(app: &App, function: NodeId, store: NodeId, sent: &Sent) -> String {
    let name = |id: NodeId| app.node(id).map_or_else(String::new, |node| node.name.clone());
    let does = if sent.presigned { "lets others write to" } else { "stores it in" };
    let operation = &sent.operation;
    format!(
        "`{}` {does} `{}` with `{}:{}`",
        name(function),
        name(store),
        operation.service,
        operation.operation
    )
}
