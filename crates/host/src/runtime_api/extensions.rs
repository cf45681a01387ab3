//! The Extensions API (2020-01-01): register, next event, errors.
use super::{Api, Work, refuse};
use crate::clock;
use crate::wire::{self, Reply};
use http::{Method, Request};
use hyper::body::Incoming;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard};
use tokio::sync::Notify;

/// Extensions that one environment can have.
const EXTENSIONS_MAX: usize = 10;
/// Bytes of a registration.
const REGISTER_BYTES_MAX: usize = 64 * 1024;
/// Events that wait for an extension; one that never asks loses the oldest.
const EVENTS_MAX: usize = 64;

/// One extension that has registered.
#[derive(Debug)]
struct Extension {
    name: String,
    events: Vec<String>,
    waiting: VecDeque<Value>,
    /// It has asked for an event at least once, and asks now.
    ready: bool,
    exited: bool,
}

/// Every extension of an environment.
#[derive(Debug, Default)]
pub(crate) struct Extensions {
    list: Mutex<BTreeMap<String, Extension>>,
    /// Names of programs that were started and have to register before the runtime starts: external extensions.
    programs: Mutex<BTreeSet<String>>,
    /// The init phase is over: nobody registers any more.
    closed: AtomicBool,
    changed: Notify,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // INVARIANT: no code between lock and unlock can panic.
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

impl Extensions {
    fn list(&self) -> MutexGuard<'_, BTreeMap<String, Extension>> {
        lock(&self.list)
    }

    /// A program of a layer is about to start under this name.
    pub(crate) fn expect(&self, name: &str) {
        lock(&self.programs).insert(name.to_owned());
    }

    /// The init phase is over.
    pub(super) fn close(&self) {
        self.closed.store(true, Relaxed);
    }

    /// Waits until every program that was started has registered.
    pub(crate) async fn registered(&self) {
        loop {
            let changed = self.changed.notified();
            {
                let list = self.list();
                let known = |name: &String| list.values().any(|one| one.name == *name);
                if lock(&self.programs).iter().all(known) {
                    return;
                }
            }
            changed.await;
        }
    }

    /// Waits until every extension asks for its next event: the phase of init or of an invocation is over then.
    pub(crate) async fn ready(&self) {
        loop {
            let changed = self.changed.notified();
            if self.are_ready() {
                return;
            }
            changed.await;
        }
    }

    /// Whether every extension asks for its next event.
    pub(crate) fn are_ready(&self) -> bool {
        self.list().values().all(|one| one.exited || one.ready)
    }

    /// Names, states and events, for the records of the platform.
    pub(super) fn states(&self) -> Vec<Value> {
        let state = |one: &Extension| if one.ready { "Ready" } else { "Registered" };
        let told = |one: &Extension| json!({"name": one.name, "state": state(one), "events": one.events});
        self.list().values().map(told).collect()
    }

    /// The name behind an identifier.
    pub(super) fn name_of(&self, id: &str) -> Option<String> {
        self.list().get(id).map(|one| one.name.clone())
    }

    /// Tells every extension that asked for it about an invocation.
    pub(super) fn invoke(&self, work: &Work) {
        let event = json!({"eventType": "INVOKE", "deadlineMs": work.deadline_ms, "requestId": work.id,
            "invokedFunctionArn": work.arn, "tracing": {"type": "X-Amzn-Trace-Id", "value": work.trace}});
        self.tell("INVOKE", &event);
    }

    /// Tells that the environment ends: `SPINDOWN`, `TIMEOUT`, `FAILURE`. Gives how many were told.
    pub(crate) fn shutdown(&self, reason: &str, deadline_ms: u64) -> usize {
        let event = json!({"eventType": "SHUTDOWN", "shutdownReason": reason, "deadlineMs": deadline_ms});
        self.tell("SHUTDOWN", &event)
    }

    fn tell(&self, kind: &str, event: &Value) -> usize {
        let mut told = 0;
        for extension in self.list().values_mut() {
            if extension.exited || !extension.events.iter().any(|wanted| wanted == kind) {
                continue;
            }
            if extension.waiting.len() >= EVENTS_MAX {
                extension.waiting.pop_front();
            }
            extension.waiting.push_back(event.clone());
            extension.ready = false;
            told += 1;
        }
        self.changed.notify_waiters();
        told
    }

    /// The next event of an extension; `None`: nobody registered with this identifier.
    async fn next(&self, id: &str) -> Option<Value> {
        loop {
            let changed = self.changed.notified();
            {
                let mut list = self.list();
                let extension = list.get_mut(id)?;
                if let Some(event) = extension.waiting.pop_front() {
                    return Some(event);
                }
                if !extension.ready {
                    extension.ready = true;
                    self.changed.notify_waiters();
                }
            }
            changed.await;
        }
    }
}

impl Api {
    pub(super) async fn extension(
        &self,
        method: &Method,
        path: &[&str],
        request: Request<Incoming>,
    ) -> Reply {
        match (method, path) {
            (&Method::POST, ["register"]) => self.register(request).await,
            (&Method::GET, ["event", "next"]) => {
                let id = match identifier(&request) {
                    Ok(id) => id,
                    Err(reply) => return *reply,
                };
                let Some(event) = self.extensions.next(&id).await else { return unknown(&id) };
                let mut reply = wire::json(200, &event);
                wire::set(&mut reply, "lambda-extension-event-identifier", &clock::uuid());
                reply
            }
            (&Method::POST, [place @ ("init" | "exit"), "error"]) => self.extension_error(place, &request),
            _ => wire::reply(404, "text/plain; charset=utf-8", "404 page not found\n"),
        }
    }

    async fn register(&self, request: Request<Incoming>) -> Reply {
        let name = wire::header(request.headers(), "lambda-extension-name").unwrap_or_default().to_owned();
        if name.is_empty() {
            return refuse(403, "Extension.InvalidExtensionName", "Empty extension name");
        }
        let wants_account = wire::header(request.headers(), "lambda-extension-accept-feature")
            .is_some_and(|list| list.split(',').any(|feature| feature.trim() == "accountId"));
        let body = wire::read(request.into_body(), REGISTER_BYTES_MAX).await.unwrap_or_default();
        let Ok(wanted) = serde_json::from_slice::<Value>(&body) else {
            return refuse(403, "InvalidRequestFormat", "the body is not JSON");
        };
        let events: Vec<String> = wanted
            .get("events")
            .and_then(Value::as_array)
            .map(|list| list.iter().filter_map(Value::as_str).map(str::to_owned).collect())
            .unwrap_or_default();
        let is_program = lock(&self.extensions.programs).contains(&name);
        for event in &events {
            let why = match event.as_str() {
                "INVOKE" if self.has_several() => "ErrorInvalidEventType",
                "INVOKE" => continue,
                "SHUTDOWN" if is_program => continue,
                "SHUTDOWN" => "ShutdownEventNotSupportedForInternalExtension",
                _ => "ErrorInvalidEventType",
            };
            return refuse(403, "Extension.InvalidEventType", &format!("{event}: {why}"));
        }
        if self.extensions.closed.load(Relaxed) {
            return refuse(403, "Extension.RegistrationClosed", "Extension registration closed already");
        }
        let id = clock::uuid();
        {
            let mut list = self.extensions.list();
            if list.values().any(|one| one.name == name) {
                let message = "Extension with this name already registered";
                return refuse(403, "Extension.InvalidExtensionState", message);
            }
            if list.len() >= EXTENSIONS_MAX {
                let message = format!("Extension limit ({EXTENSIONS_MAX}) reached");
                return refuse(403, "Extension.TooManyExtensions", &message);
            }
            let waiting = VecDeque::new();
            list.insert(id.clone(), Extension { name, events, waiting, ready: false, exited: false });
        }
        self.extensions.changed.notify_waiters();
        let mut answer = json!({"functionName": self.function.name, "functionVersion": "$LATEST",
            "handler": self.function.handler});
        if wants_account && let Some(answer) = answer.as_object_mut() {
            answer.insert("accountId".to_owned(), Value::String(self.account.clone()));
        }
        let mut reply = wire::json(200, &answer);
        wire::set(&mut reply, "lambda-extension-identifier", &id);
        reply
    }

    fn extension_error(&self, place: &str, request: &Request<Incoming>) -> Reply {
        let id = match identifier(request) {
            Ok(id) => id,
            Err(reply) => return *reply,
        };
        let Some(kind) = wire::header(request.headers(), "lambda-extension-function-error-type") else {
            let message = "Lambda-Extension-Function-Error-Type not found";
            return refuse(403, "Extension.MissingHeader", message);
        };
        {
            let mut list = self.extensions.list();
            let Some(extension) = list.get_mut(&id) else { return unknown(&id) };
            extension.exited = true;
        }
        self.extensions.changed.notify_waiters();
        if place == "init" {
            let body = crate::invocation::error_body("Extension.InitError", kind);
            self.phase.send_replace(super::Phase::Broken { kind: "Extension.InitError".to_owned(), body });
        }
        super::accepted()
    }
}

/// The answer to an identifier that nobody has.
pub(super) fn unknown(id: &str) -> Reply {
    refuse(403, "Extension.UnknownExtensionIdentifier", &format!("Unknown extension {id}"))
}

/// The identifier that a request of an extension carries.
pub(super) fn identifier(request: &Request<Incoming>) -> Result<String, Box<Reply>> {
    let text = wire::header(request.headers(), "lambda-extension-identifier").unwrap_or_default();
    if text.is_empty() {
        let message = "Missing Lambda-Extension-Identifier header";
        return Err(Box::new(refuse(403, "Extension.MissingExtensionIdentifier", message)));
    }
    let is_uuid = text.len() == 36 && text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    if !is_uuid {
        let message = "Invalid Lambda-Extension-Identifier";
        return Err(Box::new(refuse(403, "Extension.InvalidExtensionIdentifier", message)));
    }
    Ok(text.to_owned())
}
