//! Between the runtime and the platform: one thread of each connection of the runtime, with its own connection onward.
use super::again::Again;
use super::answers::{BUFFERED_BYTES_MAX, Reply, oversize_message};
use super::flights::{AtOnce, Claim, Flight, Flights, Turn};
use super::head::{Framing, Head, line};
use super::platform::{Platform, Said};
use super::wire::{Wire, WireError};
use super::{restored, stream};
use crate::events::Events;
use crate::inspect::{AnswerOutcome, Inspector};
use crate::logs::redact::Redactor;
use crate::run::Ending;
use crate::{Action, Aftermath, Answer, Invocation, Layer, Occurrence, Outcome, Part, Report, clock};
use policy::{Function, Mode};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;
use waf::event::Trigger;

const RUNTIME: &str = "/2018-06-01/runtime/";
const CREDENTIALS: &str = "/2021-04-23/credentials";
/// Stack of a thread that serves a connection: rules and schemas run on it. Only what is touched is memory.
const STACK_BYTES: usize = 2 << 20;
/// Of the time that an invocation has, at most this part is kept for the guard's own answer.
const MARGIN_PART: u64 = 10;
const MARGIN_MS: u64 = 50;
/// Requests that a runtime should not make, told one by one; the rest is counted.
const STRANGE_TOLD_MAX: usize = 20;

/// Everything that the connections share.
pub(crate) struct Proxy {
    /// Host and port of the platform.
    pub(crate) api: Arc<str>,
    pub(crate) function: Function,
    pub(crate) mode: Mode,
    pub(crate) inspector: Option<Inspector>,
    pub(crate) parts: Vec<Arc<dyn Part>>,
    pub(crate) events: Arc<Events>,
    pub(crate) flights: Flights,
    pub(crate) ending: Arc<Ending>,
    pub(crate) connections_max: usize,
    pub(crate) connections: AtomicUsize,
    pub(crate) strange: AtomicUsize,
    /// For events of another tenant.
    pub(crate) again: Arc<Again>,
    /// The runtime has asked for an event.
    pub(crate) asked: AtomicBool,
    pub(crate) first_event: AtomicBool,
    pub(crate) redactor: Arc<Redactor>,
    /// Whether the policy may be followed still: a snapshot may be older than it.
    pub(crate) is_valid: Box<dyn Fn() -> Result<(), String> + Send + Sync>,
}

impl std::fmt::Debug for Proxy {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Proxy").field("api", &self.api).finish_non_exhaustive()
    }
}

/// Accepts connections of the runtime for as long as the process lives.
pub(crate) fn accept(proxy: &Arc<Proxy>, listener: &TcpListener) {
    loop {
        let Ok((stream, _)) = listener.accept() else {
            // No descriptor is left: whoever holds them lets go or is ended by its deadline.
            std::thread::sleep(Duration::from_millis(5));
            continue;
        };
        if proxy.connections.fetch_add(1, Ordering::Relaxed) >= proxy.connections_max {
            proxy.connections.fetch_sub(1, Ordering::Relaxed);
            proxy.strange(
                "connections-max",
                "the runtime has too many connections; one was closed".to_owned(),
            );
            continue;
        }
        let shared = Arc::clone(proxy);
        let served =
            std::thread::Builder::new().name("runtime".to_owned()).stack_size(STACK_BYTES).spawn(move || {
                if let Ok(wire) = Wire::new(stream) {
                    Connection { wire, platform: Platform::new(Arc::clone(&shared.api)), proxy: &shared }
                        .serve();
                }
                shared.connections.fetch_sub(1, Ordering::Relaxed);
            });
        if served.is_err() {
            proxy.connections.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

/// Answers for invocations whose time is over, and ends the environment then. Where several are in flight the others go on, as
/// managed instances have it.
pub(crate) fn watch(proxy: &Arc<Proxy>) {
    loop {
        let late = proxy.flights.overdue();
        let goes_on = proxy.flights.at_once() == AtOnce::Several;
        answer_late(proxy, &late, goes_on);
        if !goes_on {
            proxy.ending.end(1);
        }
    }
}

fn answer_late(proxy: &Proxy, late: &Flight, goes_on: bool) {
    let id = &late.invocation.request_id;
    let seconds = late.given_ms / 1000;
    let message = format!(
        "RequestId: {id} Error: Task timed out after {seconds}.{:02} seconds",
        late.given_ms % 1000 / 10
    );
    if !late.taken {
        let mut platform = Platform::new(Arc::clone(&proxy.api));
        // The platform's own deadline follows when this cannot be posted.
        let posted = platform.post_error(id, late.invocation_id.as_deref(), "Sandbox.Timedout", &message);
        drop(posted);
    }
    let reason = if goes_on {
        "the function did not answer in time; the invocations beside it go on"
    } else {
        "the function did not answer in time; its process was ended"
    };
    proxy.events.report(Occurrence {
        layer: Layer::Deadline,
        action: Action::Blocked,
        hostile: false,
        request_id: Some(id.clone()),
        reason: reason.to_owned(),
        rule: Some("deadline".to_owned()),
        facts: vec![("given_ms", late.given_ms.to_string())],
    });
}

impl Proxy {
    pub(super) fn strange(&self, rule: &str, reason: String) {
        if self.strange.fetch_add(1, Ordering::Relaxed) < STRANGE_TOLD_MAX {
            self.events.report(Occurrence {
                layer: Layer::Runtime,
                action: Action::Blocked,
                hostile: false,
                request_id: None,
                reason,
                rule: Some(rule.to_owned()),
                facts: Vec::new(),
            });
        }
    }

    /// What the parts say once an answer has left. Where one wants another environment no more events are asked for, and this one
    /// ends when the last of those in flight is answered. Waits until the platform may be asked.
    fn before_next(&self) {
        loop {
            self.settle();
            match self.flights.turn() {
                Turn::Ask => return,
                Turn::Settle => {}
                Turn::End(why) => return self.recycle(&why),
            }
        }
    }

    fn settle(&self) {
        let answered = self.flights.take_answered();
        for invocation in &answered {
            for part in &self.parts {
                if let Aftermath::Recycle(why) = part.end(invocation) {
                    self.flights.leave(why);
                }
            }
        }
        self.flights.settled(answered.len());
    }

    /// The runtime is done with an invocation, but for what it says of it.
    pub(super) fn answered(&self, flight: &Flight) {
        flight.invocation.work.end();
        for part in &self.parts {
            part.answered(&flight.invocation);
        }
    }

    fn recycle(&self, why: &str) {
        self.events.report(Occurrence {
            layer: Layer::Isolation,
            action: Action::Told,
            hostile: false,
            request_id: None,
            reason: format!("the execution environment is ended: {why}"),
            rule: Some("recycle".to_owned()),
            facts: Vec::new(),
        });
        self.ending.end(0);
    }

    /// How an event looks to the parts.
    fn flight(&self, head: &Head, body: Vec<u8>) -> Flight {
        let text = |name: &str| head.headers.text(name).map(str::to_owned);
        let now = clock::now_ms();
        let deadline_ms = text("Lambda-Runtime-Deadline-Ms").and_then(|ms| ms.parse().ok()).unwrap_or(0_u64);
        let given_ms = deadline_ms.saturating_sub(now);
        let margin = self.function.limits.deadline_margin_ms.unwrap_or(MARGIN_MS).min(given_ms / MARGIN_PART);
        let own_ms =
            given_ms.saturating_sub(margin).min(self.function.limits.duration_ms.unwrap_or(u64::MAX));
        let timed = given_ms > 0 && self.mode == Mode::Block;
        Flight {
            invocation: Arc::new(Invocation {
                request_id: text("Lambda-Runtime-Aws-Request-Id").unwrap_or_default(),
                deadline_ms,
                function_arn: text("Lambda-Runtime-Invoked-Function-Arn").unwrap_or_default(),
                tenant: text("Lambda-Runtime-Aws-Tenant-Id"),
                client_context: text("Lambda-Runtime-Client-Context"),
                cognito_identity: text("Lambda-Runtime-Cognito-Identity"),
                event: body.into(),
                trigger: Trigger::Direct,
                work: Arc::default(),
            }),
            invocation_id: head.headers.get("Lambda-Runtime-Invocation-Id").map(<[u8]>::to_vec),
            deadline: timed.then(|| clock::in_ms(own_ms)),
            last: timed.then(|| clock::in_ms(given_ms)),
            given_ms,
            taken: false,
            over: false,
        }
    }
}

/// One connection of the runtime.
pub(super) struct Connection<'a> {
    pub(super) wire: Wire,
    pub(super) platform: Platform,
    pub(super) proxy: &'a Proxy,
}

/// Whether the connection goes on.
pub(super) type Served = Result<bool, WireError>;

impl Connection<'_> {
    fn serve(&mut self) {
        loop {
            let head = match self.wire.request() {
                Ok(Some(head)) => head,
                Ok(None) | Err(WireError::Io(_)) => return,
                Err(why) => {
                    self.proxy.strange(
                        "malformed-request",
                        format!("the runtime sent a request that is refused: {why}"),
                    );
                    // Whoever sends such may be gone.
                    drop(Reply::malformed(&why).send(&mut self.wire, false));
                    return;
                }
            };
            match self.route(&head) {
                Ok(keeps) if keeps && head.keeps => {}
                Ok(_) => return,
                Err(why) => {
                    self.proxy.strange("connection", format!("a connection of the runtime ended: {why}"));
                    return;
                }
            }
        }
    }

    fn route(&mut self, head: &Head) -> Served {
        let path = head.target.split('?').next().unwrap_or_default();
        let (get, post) = (head.method == "GET", head.method == "POST");
        let rest = path.strip_prefix(RUNTIME);
        match rest.unwrap_or_default() {
            "invocation/next" if get => self.next(head),
            "restore/next" if get => restored::pass(self, head),
            "init/error" | "restore/error" if post => self.pass_on(head),
            "invocation/next" | "restore/next" | "init/error" | "restore/error" => {
                self.refuse(head, &Reply::wrong_method())
            }
            _ if path == CREDENTIALS && get => restored::credentials(self, head),
            _ if is_internal_extension(&head.method, path) => self.pass_on(head),
            _ if path == "/2018-06-01/ping" && get => self.refuse(head, &Reply::pong()),
            other => match other.strip_prefix("invocation/").and_then(|rest| rest.split_once('/')) {
                Some((id, "response")) if post => self.answer(head, id, false),
                Some((id, "error")) if post => self.answer(head, id, true),
                _ => {
                    let shown: String = path.chars().take(100).collect();
                    let why = format!(
                        "the runtime asked the platform for `{} {shown}`, which is no part of the Runtime API",
                        head.method
                    );
                    self.proxy.strange("runtime-api-path", why);
                    self.refuse(head, &Reply::not_found())
                }
            },
        }
    }

    /// Answers without reading more of the body than keeps the connection whole.
    pub(super) fn refuse(&mut self, head: &Head, reply: &Reply) -> Served {
        let expects = head.headers.get("expect").is_some();
        // Who waits for `100 Continue` sends no body after another answer; whether it does is not known for sure.
        let keeps = head.keeps && !expects && self.wire.drain(head.framing);
        reply.send(&mut self.wire, keeps)?;
        Ok(keeps)
    }

    /// Tells a sender that waits that its body is wanted (RFC 9110 section 10.1.1).
    pub(super) fn invite(&mut self, head: &Head) -> Result<(), WireError> {
        if head.headers.all("expect").any(|value| value.eq_ignore_ascii_case(b"100-continue")) {
            self.wire.send(b"HTTP/1.1 100 Continue\r\n\r\n", b"")?;
        }
        Ok(())
    }

    /// Asks the platform; its silence is the end of the environment.
    pub(super) fn ask(&mut self, head: &[u8], body: &[u8]) -> Result<Said, WireError> {
        let said = self.platform.ask(head, body);
        if let Err(why @ WireError::Io(_)) = &said {
            self.proxy.events.report(Occurrence {
                layer: Layer::Runtime,
                action: Action::Told,
                hostile: false,
                request_id: None,
                reason: format!(
                    "the platform's Runtime API at `{}` cannot be reached: {why}",
                    self.proxy.api
                ),
                rule: Some("platform-gone".to_owned()),
                facts: Vec::new(),
            });
            self.proxy.ending.end(1);
        }
        said
    }

    /// What the platform said, to the runtime.
    pub(super) fn relay(&mut self, said: &Said, asked: &Head) -> Served {
        let Ok(body) = &said.body else {
            Reply::unavailable().send(&mut self.wire, asked.keeps)?;
            return Ok(asked.keeps);
        };
        self.give(&said.head, body, asked.keeps)?;
        Ok(asked.keeps)
    }

    fn give(&mut self, head: &Head, body: &[u8], keeps: bool) -> Result<(), WireError> {
        let mut out = Vec::with_capacity(1024);
        out.extend_from_slice(format!("HTTP/1.1 {} {}\r\n", head.status, head.reason).as_bytes());
        head.headers.write_end_to_end(&mut out);
        if head.framing != Framing::None {
            line(&mut out, "Content-Length", body.len().to_string().as_bytes());
        }
        if !keeps {
            line(&mut out, "Connection", b"close");
        }
        out.extend_from_slice(b"\r\n");
        self.wire.send(&out, body)
    }

    /// Errors of the start, and the calls of a restored snapshot: the platform's matter.
    fn pass_on(&mut self, head: &Head) -> Served {
        match self.passed_on(head)? {
            Some(said) => self.relay(&said, head),
            None => self.refuse(head, &Reply::too_large()),
        }
    }

    /// What the platform says to it. None: it is too large.
    pub(super) fn passed_on(&mut self, head: &Head) -> Result<Option<Said>, WireError> {
        self.invite(head)?;
        let body = match self.wire.body(head.framing, BUFFERED_BYTES_MAX) {
            Ok((body, _)) => body,
            Err(WireError::BodyTooLarge { .. }) => return Ok(None),
            Err(why) => return Err(why),
        };
        let framing =
            if head.framing == Framing::None { Framing::None } else { Framing::Length(body.len() as u64) };
        let onward = self.platform.head(&head.method, &head.target, &head.headers, framing);
        self.ask(&onward, &body).map(Some)
    }

    /// The next event that may reach the runtime.
    fn next(&mut self, head: &Head) -> Served {
        let onward = self.platform.head(&head.method, &head.target, &head.headers, Framing::None);
        if !self.proxy.asked.swap(true, Ordering::Relaxed) {
            self.proxy.parts.iter().for_each(|part| part.ready());
        }
        loop {
            self.proxy.before_next();
            let held = self.proxy.again.event();
            let said = match held.map_or_else(|| self.ask(&onward, b""), Ok) {
                Ok(said) if said.head.status == 200 => said,
                other => {
                    self.proxy.flights.came_to_nothing();
                    return self.relay(&other?, head);
                }
            };
            self.proxy.for_tenant(&said);
            let is_taken = self.proxy.flights.arrive();
            let arrived = self.arrived(said, head, is_taken);
            if let Ok(Some(served)) = arrived {
                return served;
            }
            // The guard answered it.
            self.proxy.flights.turn_away();
            arrived?;
        }
    }

    /// An event that came, to the runtime; None when the guard answered it.
    fn arrived(&mut self, said: Said, asked: &Head, is_taken: bool) -> Result<Option<Served>, WireError> {
        let Said { head, body } = said;
        let (body, answer) = match body {
            Ok(body) if is_taken => (body, None),
            Ok(_) => {
                let message = "the execution environment ends".to_owned();
                (Vec::new(), Some(Answer::Error { kind: "Runtime.ExitError".to_owned(), message }))
            }
            Err(bytes) => {
                let message = format!("the event has {bytes} bytes, more than the guard takes");
                let kind = "Function.EventSizeTooLarge".to_owned();
                (Vec::new(), Some(Answer::Error { kind, message }))
            }
        };
        let mut flight = self.proxy.flight(&head, body);
        if let Some(answer) = answer {
            self.post(&flight, &answer)?;
            return Ok(None);
        }
        match self.admitted(&mut flight)? {
            Some(event) => Ok(Some(self.deliver(flight, &head, &event, asked.keeps))),
            None => Ok(None),
        }
    }

    /// What of an event reaches the runtime; None when the guard answered it.
    fn admitted(&mut self, flight: &mut Flight) -> Result<Option<Arc<[u8]>>, WireError> {
        let event = Arc::clone(&flight.invocation.event);
        let Some(inspector) = self.proxy.inspector.as_ref().filter(|_| self.proxy.mode != Mode::Off) else {
            return Ok(Some(event));
        };
        let (trigger, outcome) = inspector.judged(&flight.invocation, clock::now_ms());
        // The answer is looked at as one to this trigger. Nobody else holds the invocation yet.
        if let Some(invocation) = Arc::get_mut(&mut flight.invocation) {
            invocation.trigger = trigger;
        }
        match outcome {
            Outcome::Pass => Ok(Some(event)),
            Outcome::Change(_) | Outcome::Refuse(..) if self.proxy.mode == Mode::Detect => Ok(Some(event)),
            Outcome::Change(changed) => Ok(Some(changed)),
            // The inspector has told of it.
            Outcome::Refuse(_, answer) => {
                self.post(flight, &answer)?;
                Ok(None)
            }
        }
    }

    fn deliver(&mut self, flight: Flight, head: &Head, event: &[u8], keeps: bool) -> Served {
        for part in &self.proxy.parts {
            part.begin(&flight.invocation);
        }
        self.proxy.first_event.store(true, Ordering::Relaxed);
        self.proxy.flights.begin(flight);
        self.give(head, event, keeps)?;
        Ok(keeps)
    }

    /// The guard's own answer.
    pub(super) fn post(&mut self, flight: &Flight, answer: &Answer) -> Result<Said, WireError> {
        let (id, invocation_id) = (&flight.invocation.request_id, flight.invocation_id.as_deref());
        match answer {
            Answer::Response(body) => self.platform.post_response(id, invocation_id, body),
            Answer::Error { kind, message } => self.platform.post_error(id, invocation_id, kind, message),
        }
    }

    /// `POST …/response` and `POST …/error`.
    fn answer(&mut self, head: &Head, id: &str, is_error: bool) -> Served {
        let flight = match self.proxy.flights.claim(id) {
            Claim::Yours(flight) => flight,
            Claim::Answered => return self.refuse(head, &Reply::answered_before()),
            Claim::Late => return self.late(head, id),
            Claim::Unknown => {
                self.proxy.strange(
                    "request-id",
                    "the runtime answered an invocation that it was not given".to_owned(),
                );
                return self.refuse(head, &Reply::unknown_id());
            }
        };
        let served = match head.headers.get("Lambda-Runtime-Function-Response-Mode") {
            Some(b"streaming") if !is_error => stream::pass(self, head, &flight),
            None | Some(b"streaming") => self.buffered(head, &flight, is_error),
            Some(_) => {
                let answer = Answer::Error {
                    kind: "Runtime.InvalidResponseModeHeader".to_owned(),
                    message: "the runtime named a response mode that does not exist".to_owned(),
                };
                // Its flight ends whatever the platform says.
                self.post(&flight, &answer).and_then(|_| self.refuse(head, &Reply::response_mode()))
            }
        };
        self.proxy.flights.done(id);
        served
    }

    /// An answer to what the guard has answered already.
    fn late(&mut self, head: &Head, id: &str) -> Served {
        if let Some(flight) = self.proxy.flights.done(id) {
            self.proxy.answered(&flight);
        }
        self.refuse(head, &Reply::too_late())
    }

    fn buffered(&mut self, head: &Head, flight: &Flight, is_error: bool) -> Served {
        self.invite(head)?;
        let body = match self.wire.body(head.framing, BUFFERED_BYTES_MAX) {
            Ok((body, _)) => body,
            Err(WireError::BodyTooLarge { bytes, .. }) => {
                let kind = "Function.ResponseSizeTooLarge".to_owned();
                self.post(flight, &Answer::Error { kind, message: oversize_message(bytes) })?;
                return self.refuse(head, &Reply::too_large());
            }
            Err(why) => {
                let kind = "Runtime.TruncatedResponse".to_owned();
                let message = "the runtime's answer ended before its announced length".to_owned();
                self.post(flight, &Answer::Error { kind, message })?;
                // The runtime may be gone.
                drop(Reply::truncated().send(&mut self.wire, false));
                return Err(why);
            }
        };
        self.proxy.answered(flight);
        let body = match self.checked(flight, body, is_error) {
            Ok(body) => body,
            Err(answer) => {
                let said = self.post(flight, &answer)?;
                return if said.head.status == 202 {
                    Reply::accepted().send(&mut self.wire, head.keeps)?;
                    Ok(head.keeps)
                } else {
                    self.relay(&said, head)
                };
            }
        };
        let onward =
            self.platform.head("POST", &head.target, &head.headers, Framing::Length(body.len() as u64));
        let said = self.ask(&onward, &body)?;
        self.relay(&said, head)
    }

    /// What of an answer may leave, or the guard's own instead.
    fn checked(&self, flight: &Flight, body: Vec<u8>, is_error: bool) -> Result<Vec<u8>, Answer> {
        let Some(inspector) = self.proxy.inspector.as_ref().filter(|_| self.proxy.mode != Mode::Off) else {
            return Ok(body);
        };
        // Kept only where what is found is told and not carried out.
        let original = (self.proxy.mode == Mode::Detect).then(|| body.clone());
        let now = clock::now_ms();
        let outcome = if is_error {
            inspector.error(&flight.invocation, body, now)
        } else {
            inspector.answer(&flight.invocation, body, now)
        };
        match (outcome, original) {
            (AnswerOutcome::Same(body), _) => Ok(body),
            (_, Some(original)) => Ok(original),
            (AnswerOutcome::Changed(body), None) => Ok(body),
            (AnswerOutcome::Refused(_, answer), None) => Err(answer),
        }
    }
}

/// Calls of extensions that live inside of the runtime's process: the platform's matter, like every extension's.
fn is_internal_extension(method: &str, path: &str) -> bool {
    matches!(
        (method, path),
        (
            "POST",
            "/2020-01-01/extension/register"
                | "/2020-01-01/extension/init/error"
                | "/2020-01-01/extension/exit/error"
        ) | ("GET", "/2020-01-01/extension/event/next")
            | ("PUT", "/2022-07-01/telemetry" | "/2020-08-15/logs")
    )
}

/// Listens on loopback.
pub(crate) fn listen(port: u16) -> std::io::Result<TcpListener> {
    TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, port))
}
