//! Batches of a queue without the messages that were refused.
//!
//! Where the function reports which messages of a batch failed (`ReportBatchItemFailures`), it gets the good ones only; the bad
//! ones come back as failed, so that the platform keeps them and puts them aside after their last delivery.
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Invocations whose refused messages are remembered. An environment has one at a time, a managed instance 1,600 at most: what were
/// forgotten here would count as done.
const INVOCATIONS_MAX: usize = 2048;

/// The refused messages of invocations that are under way.
#[derive(Debug, Default)]
pub(super) struct Refused {
    by_request: BTreeMap<String, Vec<String>>,
    order: VecDeque<String>,
}

impl Refused {
    pub(super) fn note(&mut self, request_id: &str, messages: Vec<String>) {
        if self.order.len() >= INVOCATIONS_MAX
            && let Some(oldest) = self.order.pop_front()
        {
            self.by_request.remove(&oldest);
        }
        self.order.push_back(request_id.to_owned());
        self.by_request.insert(request_id.to_owned(), messages);
    }

    pub(super) fn take(&mut self, request_id: &str) -> Option<Vec<String>> {
        let found = self.by_request.remove(request_id)?;
        self.order.retain(|known| known != request_id);
        Some(found)
    }
}

/// An event without some of its records.
pub(super) struct Rest {
    /// None: every record was refused.
    pub(super) event: Option<Vec<u8>>,
    /// The identifiers of those that were taken out.
    pub(super) refused: Vec<String>,
}

/// Takes records out of a batch; none when one of them has no identifier to report.
pub(super) fn without(event: &[u8], bad: &BTreeSet<usize>) -> Option<Rest> {
    let mut value: Value = serde_json::from_slice(event).ok()?;
    let records = value.get_mut("Records")?.as_array_mut()?;
    let mut refused = Vec::new();
    let mut good = Vec::new();
    for (at, record) in std::mem::take(records).into_iter().enumerate() {
        if bad.contains(&at) {
            refused.push(record.get("messageId")?.as_str()?.to_owned());
        } else {
            good.push(record);
        }
    }
    let is_empty = good.is_empty();
    *records = good;
    let event = if is_empty { None } else { Some(serde_json::to_vec(&value).ok()?) };
    Some(Rest { event, refused })
}

/// The answer when nothing of a batch is left.
pub(super) fn all_failed(refused: &[String]) -> Vec<u8> {
    json!({ "batchItemFailures": items(refused) }).to_string().into_bytes()
}

fn items(refused: &[String]) -> Vec<Value> {
    refused.iter().map(|id| json!({ "itemIdentifier": id })).collect()
}

/// The function's answer with the refused messages added.
pub(super) fn merged(answer: &[u8], refused: &[String]) -> Vec<u8> {
    let mut value: Value = serde_json::from_slice(answer).unwrap_or_default();
    match value.get_mut("batchItemFailures").and_then(Value::as_array_mut) {
        Some(failures) => failures.extend(items(refused)),
        // An empty answer means that everything went well.
        None => match value.as_object_mut() {
            Some(members) => {
                members.insert("batchItemFailures".to_owned(), items(refused).into());
            }
            None => return all_failed(refused),
        },
    }
    value.to_string().into_bytes()
}
