//! What a run recorded, as facts that outlive it.
use std::collections::BTreeMap;

use model::{Coverage, Flow, FunctionCode, Related, Sink, SinkKind, Span, Trust};

use crate::across::{Origin, Sent, Written};
use crate::interpret::{Boundary, Events, RawFlow, Record};
use crate::locate::Located;
use crate::stored::{Links, StoredFlow};
use crate::taint::{Kinds, Mark, OriginKind, Step, StepKind};

/// How much of a function was seen.
pub(crate) fn coverage(record: &Record, found: bool, located: &Located) -> Coverage {
    if !found {
        let handler = located.export.join(".");
        let file = located.file.as_deref().unwrap_or("the template");
        return Coverage::None(format!("`{handler}` was not found in `{file}`"));
    }
    let missing: Vec<&str> = record.missing.iter().map(|(name, _)| name.as_str()).collect();
    match (record.exhausted, missing.as_slice()) {
        (true, _) => Coverage::Partial("a limit of the analysis was reached".to_owned()),
        (false, []) => match &located.note {
            Some(note) => Coverage::Partial(note.clone()),
            None => Coverage::Whole,
        },
        (false, missing) => Coverage::Partial(format!("not in this folder: {}", missing.join(", "))),
    }
}

/// Moves what was recorded into the facts; what depends on other functions is given back.
pub(crate) fn fill(code: &mut FunctionCode, record: Record, events: &Events) -> Links {
    let Record { handler, imports, calls, flows, uses, boundaries, stored, reads, .. } = record;
    code.handler = handler;
    code.imports = imports;
    code.calls = calls.into_values().collect();
    code.uses = uses.into_values().collect();
    let reached = |flows: BTreeMap<_, RawFlow>| {
        one_for_each_sink(flows.into_values().filter(|flow| flow.reached).collect())
    };
    code.flows = reached(flows).iter().map(|flow| flow_of(flow, code, events)).collect();
    let stored = reached(stored).into_iter().filter_map(|flow| {
        let from = reads.get(&flow.mark.origin.at)?.clone();
        let path = flow.mark.origin.path.to_string();
        Some(StoredFlow { flow: flow_of(&flow, code, events), from, path })
    });
    Links { stored: stored.collect(), sent: boundaries.iter().map(|one| sent_of(one, events)).collect() }
}

fn sent_of(boundary: &Boundary, events: &Events) -> Sent {
    let origins = |marks: &[Mark]| marks.iter().map(|mark| origin_of(mark, events)).collect();
    let mut written: Vec<Written> = boundary
        .stored
        .fields
        .iter()
        .map(|(field, marks)| Written { field: field.as_deref().map(str::to_owned), origins: origins(marks) })
        .collect();
    if boundary.stored.presigned {
        let trigger = events.carrier("event.body");
        let origin = Origin {
            path: "event".to_owned(),
            steps: vec![],
            trust: trigger.map_or(Trust::Unknown, |trigger| trigger.trust),
            trigger: trigger.map(|trigger| trigger.name.clone()),
            clean: Kinds::NONE,
        };
        written.push(Written { field: None, origins: vec![origin] });
    }
    Sent {
        operation: boundary.operation.clone(),
        target: boundary.target.clone(),
        at: boundary.at,
        origins: origins(&boundary.marks),
        written,
        presigned: boundary.stored.presigned,
    }
}

fn origin_of(mark: &Mark, events: &Events) -> Origin {
    Origin {
        path: mark.origin.path.to_string(),
        steps: steps_of(mark),
        trust: trust_of(mark, events),
        trigger: events.carrier(&mark.origin.path).map(|trigger| trigger.name.clone()),
        clean: mark.clean,
    }
}

/// Of several values that reach the same place in the same way, the one with the shortest way.
fn one_for_each_sink(flows: Vec<RawFlow>) -> Vec<RawFlow> {
    let mut best: BTreeMap<(Span, SinkKind), RawFlow> = BTreeMap::new();
    for flow in flows {
        let key = (flow.at, flow.kind);
        let is_better = best.get(&key).is_none_or(|known| {
            (flow.mark.trail.length(), &flow.mark.origin.path)
                < (known.mark.trail.length(), &known.mark.origin.path)
        });
        if is_better {
            best.insert(key, flow);
        }
    }
    best.into_values().collect()
}

fn trust_of(mark: &Mark, events: &Events) -> Trust {
    events.carrier(&mark.origin.path).map_or(Trust::Unknown, |trigger| trigger.trust)
}

fn flow_of(flow: &RawFlow, code: &FunctionCode, events: &Events) -> Flow {
    let mut steps = steps_of(&flow.mark);
    steps.push(Related { at: flow.at, message: format!("it ends in `{}`", flow.api) });
    Flow {
        sink: Sink {
            kind: flow.kind,
            api: flow.api.clone(),
            at: flow.at,
            argument: flow.argument,
            call: code.calls.iter().position(|call| call.at == flow.at && call.api == flow.api),
            bound: None,
        },
        trust: trust_of(&flow.mark, events),
        source: flow.mark.origin.path.to_string(),
        trigger: events.carrier(&flow.mark.origin.path).map(|trigger| trigger.name.clone()),
        steps,
    }
}

/// The way of a value in sentences, one for each place.
fn steps_of(mark: &Mark) -> Vec<Related> {
    let mut steps: Vec<Related> = Vec::new();
    for step in mark.trail.steps() {
        if step.at == Span::NONE || steps.last().is_some_and(|last| last.at == step.at) {
            continue;
        }
        steps.push(Related { at: step.at, message: sentence(&step) });
    }
    if mark.origin.kind == OriginKind::UnverifiedToken {
        let message = "its claims are read without verifying its signature".to_owned();
        steps.push(Related { at: mark.origin.at, message });
    }
    steps
}

fn sentence(step: &Step) -> String {
    let name = &step.name;
    match step.kind {
        StepKind::Source => format!("`{name}` is chosen by who sends the event"),
        StepKind::Stored => format!("`{name}` gives it back"),
        StepKind::Assigned => format!("`{name}` holds it"),
        StepKind::Passed => format!("it is passed as `{name}`"),
        StepKind::Returned if name.is_empty() => "it is returned".to_owned(),
        StepKind::Returned => format!("`{name}` returns it"),
        StepKind::Through => format!("it goes through `{name}`"),
    }
}
