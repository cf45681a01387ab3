//! What happened, as lines of the Open Cybersecurity Schema Framework (OCSF 1.3): Detection Finding (2004) for attacks,
//! API Activity (6003) for what concerns an invocation, Application Lifecycle (6002) for the rest.
//!
//! INVARIANT: reporting never waits: the queue is bounded, what does not fit is counted and told later.
use crate::settings::EventsTo;
use crate::{Action, Layer, Occurrence, Report};
use crate::{clock, os};
use serde_json::{Value, json};
use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

#[cfg(test)]
mod tests;

const VERSION: &str = "1.3.0";
/// Occurrences that wait to be written.
const QUEUE_MAX: usize = 1024;
/// How long the end of the process waits for what is queued.
const FLUSH_MS_MAX: u64 = 300;
/// Characters of a reason, a rule or a fact.
const TEXT_CHARS_MAX: usize = 512;

/// Whole lines to one descriptor, from several threads.
#[derive(Debug)]
pub struct Lines(Mutex<File>);

impl Lines {
    /// A copy of a descriptor of this process.
    ///
    /// # Errors
    /// The descriptor is not open.
    pub fn copy_of(descriptor: &impl AsFd) -> io::Result<Self> {
        Ok(Self(Mutex::new(File::from(descriptor.as_fd().try_clone_to_owned()?))))
    }

    fn of(file: File) -> Self {
        Self(Mutex::new(file))
    }

    /// Writes a whole line, or nothing more: whoever reads may be gone, which is nobody's fault here.
    pub fn write(&self, line: &[u8]) -> bool {
        let mut file = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        file.write_all(line).is_ok()
    }
}

enum Item {
    Happened(Occurrence, u64),
    Flush(SyncSender<()>),
}

/// The queue, and the thread that empties it.
#[derive(Debug)]
pub struct Events {
    queue: SyncSender<Item>,
    dropped: AtomicU64,
}

/// Who the events are about.
#[derive(Clone, Debug, Default)]
pub struct Subject {
    pub function: String,
    pub version: String,
    pub region: String,
    pub log_stream: String,
}

/// Where lines go, by the settings.
///
/// # Errors
/// The file cannot be opened, the descriptor is not open.
pub fn sink(to: &EventsTo, output: &Arc<Lines>) -> io::Result<Option<Arc<Lines>>> {
    Ok(match to {
        EventsTo::Output => Some(Arc::clone(output)),
        EventsTo::Nowhere => None,
        EventsTo::File(path) => {
            let file = File::options().append(true).create(true).open(path)?;
            Some(Arc::new(Lines::of(file)))
        }
        EventsTo::Descriptor(number) => Some(Arc::new(Lines::of(File::from(os::given(*number)?)))),
    })
}

impl Events {
    /// Starts the thread that writes.
    ///
    /// # Errors
    /// No thread can be started.
    pub fn start(subject: Subject, sink: Option<Arc<Lines>>) -> io::Result<Arc<Self>> {
        let (queue, items) = sync_channel(QUEUE_MAX);
        let events = Arc::new(Self { queue, dropped: AtomicU64::new(0) });
        let counted = Arc::downgrade(&events);
        std::thread::Builder::new().name("events".to_owned()).stack_size(256 << 10).spawn(move || {
            write_all(&items, &subject, sink.as_deref(), || {
                counted.upgrade().map_or(0, |events| events.dropped.swap(0, Ordering::Relaxed))
            });
        })?;
        Ok(events)
    }

    /// Waits, a bounded time, until everything before is written.
    pub fn flush(&self) {
        let (done, wait) = sync_channel(1);
        if self.queue.try_send(Item::Flush(done)).is_ok() {
            // Late is as good as written: the process ends anyway.
            wait.recv_timeout(Duration::from_millis(FLUSH_MS_MAX)).unwrap_or_default();
        }
    }
}

impl Report for Events {
    fn report(&self, occurrence: Occurrence) {
        match self.queue.try_send(Item::Happened(occurrence, clock::now_ms())) {
            Ok(()) => {}
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => {
                self.dropped.fetch_add(1, Ordering::Relaxed);
            }
        }
    }
}

fn write_all(items: &Receiver<Item>, subject: &Subject, sink: Option<&Lines>, dropped: impl Fn() -> u64) {
    let mut number = 0_u64;
    let mut lost = 0_u64;
    while let Ok(item) = items.recv() {
        match item {
            Item::Happened(occurrence, time) => {
                number += 1;
                lost += u64::from(!write(sink, &render(subject, &occurrence, time, number)));
                let missing = dropped() + std::mem::take(&mut lost);
                if missing > 0 {
                    number += 1;
                    let told = Occurrence {
                        layer: Layer::Logs,
                        action: Action::Told,
                        hostile: false,
                        request_id: None,
                        reason: format!(
                            "{missing} events did not fit into the queue or could not be written"
                        ),
                        rule: Some("events-dropped".to_owned()),
                        facts: vec![("dropped", missing.to_string())],
                    };
                    if !write(sink, &render(subject, &told, time, number)) {
                        lost = missing;
                    }
                }
            }
            // Whoever waits may have given up.
            Item::Flush(done) => done.try_send(()).unwrap_or_default(),
        }
    }
}

fn write(sink: Option<&Lines>, event: &Value) -> bool {
    let Some(sink) = sink else { return true };
    let mut line = event.to_string().into_bytes();
    line.push(b'\n');
    sink.write(&line)
}

/// Short and printable.
fn short(text: &str) -> String {
    let mut out: String =
        text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(TEXT_CHARS_MAX).collect();
    if text.chars().nth(TEXT_CHARS_MAX).is_some() {
        out.push('…');
    }
    out
}

/// An occurrence as an event.
pub(crate) fn render(subject: &Subject, occurrence: &Occurrence, time: u64, number: u64) -> Value {
    let (class, category, activity) = match (occurrence.hostile, &occurrence.request_id) {
        (true, _) => (2004, 2, 1),
        (false, Some(_)) => (6003, 6, 99),
        (false, None) => (6002, 6, 99),
    };
    // OCSF 1.3, profile `security_control`, which findings have: denied and blocked, allowed and corrected, allowed and detected.
    let (action, disposition) = match occurrence.action {
        Action::Blocked => (2, 2),
        Action::Changed => (1, 11),
        Action::Told => (1, 15),
    };
    let severity = match (occurrence.hostile, occurrence.action) {
        (true, _) => 4,
        (false, Action::Blocked) => 3,
        (false, Action::Changed) => 2,
        (false, Action::Told) => 1,
    };
    let facts: serde_json::Map<String, Value> = occurrence
        .facts
        .iter()
        .map(|(name, value)| ((*name).to_owned(), Value::String(short(value))))
        .collect();
    let reason = short(&occurrence.reason);
    let uid = format!("{}-{time}-{number}", subject.log_stream);
    let mut event = json!({
        "metadata": {"version": VERSION, "uid": uid, "log_name": "buckler-guard",
            "product": {"name": "Buckler guard", "vendor_name": "Buckler", "version": env!("CARGO_PKG_VERSION")}},
        "category_uid": category,
        "class_uid": class,
        "activity_id": activity,
        "type_uid": class * 100 + activity,
        "time": time,
        "severity_id": severity,
        "message": reason,
        "cloud": {"provider": "AWS", "region": subject.region},
        "unmapped": {
            "layer": occurrence.layer.name(),
            "action": match occurrence.action {
                Action::Told => "told",
                Action::Blocked => "blocked",
                Action::Changed => "changed",
            },
            "hostile": occurrence.hostile,
            "rule": occurrence.rule.as_deref().map(short),
            "request_id": occurrence.request_id.as_deref().map(short),
            "function": subject.function,
            "facts": facts,
        },
    });
    let specific = match class {
        2004 => json!({"finding_info": {"uid": uid, "title": reason, "analytic": {"type_id": 1,
            "name": occurrence.layer.name(), "uid": occurrence.rule.as_deref().map(short)}},
            "resources": [{"type": "AWS::Lambda::Function", "name": subject.function, "version": subject.version}],
            "action_id": action, "disposition_id": disposition}),
        // Success or failure; who controls what is no attribute of this class.
        6003 => {
            json!({"status_id": if occurrence.action == Action::Blocked { 2 } else { 1 }, "actor": {"app_name": subject.function}, "src_endpoint": {"name": "unknown"},
            "api": {"operation": "Invoke", "service": {"name": "lambda"},
                "request": {"uid": occurrence.request_id.as_deref().map(short)}}})
        }
        _ => {
            json!({"app": {"name": "Buckler guard", "vendor_name": "Buckler", "version": env!("CARGO_PKG_VERSION")}})
        }
    };
    if let (Value::Object(event), Value::Object(specific)) = (&mut event, specific) {
        event.extend(specific);
    }
    event
}
