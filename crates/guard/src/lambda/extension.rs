//! The external extension (`/opt/extensions/buckler-guard`): registers for INVOKE (where there is one at a time) and SHUTDOWN, and tells what the platform
//! itself says of the environment (Telemetry API, 2022-07-01) as events.
//!
//! It is a process of its own, so it outlives the runtime and its guard, and says how they ended.
use super::head::{Framing, Headers};
use super::platform::{Platform, Said};
use super::telemetry;
use super::wire::WireError;
use crate::events::{Events, Lines, Subject, sink};
use crate::pair;
use crate::settings::{RUNTIME_API, Settings, Variables};
use crate::{Action, Layer, Occurrence, Report, os};
use serde_json::{Value, json};
use std::ffi::OsStr;
use std::io;
use std::sync::Arc;
use std::time::Duration;

/// The name under which it registers: the file's own, as the platform demands.
const NAME: &str = "buckler-guard";
const REGISTER: &str = "/2020-01-01/extension/register";
const WITH_INVOCATIONS: &str = r#"{"events":["INVOKE","SHUTDOWN"]}"#;
const WITHOUT_INVOCATIONS: &str = r#"{"events":["SHUTDOWN"]}"#;
const NEXT: &str = "/2020-01-01/extension/event/next";
const INIT_ERROR: &str = "/2020-01-01/extension/init/error";
const EXIT_ERROR: &str = "/2020-01-01/extension/exit/error";
const TELEMETRY: &str = "/2022-07-01/telemetry";
/// Milliseconds after which the platform sends records that wait.
const RECORDS_MS: u64 = 100;
const IDENTIFIER: &str = "Lambda-Extension-Identifier";

/// Why the extension ended otherwise than by a SHUTDOWN.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ExtensionError {
    #[error("`{RUNTIME_API}` is not set: the extension runs inside of a Lambda execution environment")]
    NoApi,
    #[error(transparent)]
    Settings(#[from] crate::settings::SettingsError),
    #[error("events cannot be written: {0}; see `BUCKLER_EVENTS`")]
    Events(#[from] io::Error),
    #[error("the Extensions API cannot be reached: {0}")]
    Platform(String),
}

impl From<WireError> for ExtensionError {
    fn from(why: WireError) -> Self {
        Self::Platform(why.to_string())
    }
}

/// One registered extension.
struct Extension {
    platform: Platform,
    identifier: Vec<u8>,
    events: Arc<Events>,
    /// The guard of the runtime.
    pair: Option<Arc<pair::Extension>>,
}

/// Runs until the platform says SHUTDOWN. True where it was registered at all: local emulators refuse that, and the guard of
/// the runtime works without.
///
/// # Errors
/// See [`ExtensionError`]; the platform is told where it can be.
pub(crate) fn run(variables: &Variables, subject: Subject) -> Result<bool, ExtensionError> {
    let api = variables.get(OsStr::new(RUNTIME_API)).ok_or(ExtensionError::NoApi)?;
    let mut platform = Platform::new(api.to_string_lossy().as_ref().into());
    // Before the platform goes on to the runtime.
    let listener = pair::Extension::listen(variables).ok();
    // Managed instances refuse whoever wants to hear of invocations.
    let is_shared = Settings::read(variables).is_ok_and(|settings| settings.concurrency > 1);
    let identifier = match if is_shared { None } else { register(&mut platform, WITH_INVOCATIONS)? } {
        None => register(&mut platform, WITHOUT_INVOCATIONS)?,
        found => found,
    };
    let Some(identifier) = identifier else { return Ok(false) };
    let _closed = os::close_to_others();
    let prepared = prepare(variables, subject);
    let mut extension = match prepared {
        Ok((_, events)) => {
            let pair = listener.and_then(|listener| pair::Extension::start(listener, &events).ok());
            Extension { platform, identifier, events, pair }
        }
        Err(why) => {
            fail(&mut platform, &identifier, INIT_ERROR, "Extension.GuardRefused", &why)?;
            return Err(why);
        }
    };
    extension.subscribe();
    let result = extension.serve();
    if let Err(why) = &result {
        // The platform may be what is gone.
        drop(fail(&mut extension.platform, &extension.identifier, EXIT_ERROR, "Extension.PlatformLost", why));
    }
    extension.events.flush();
    result.map(|()| true)
}

/// The identifier under which it is registered; None: it is not.
fn register(platform: &mut Platform, events: &str) -> Result<Option<Vec<u8>>, WireError> {
    let headers = Headers(vec![
        ("Lambda-Extension-Name".to_owned(), NAME.as_bytes().to_vec()),
        ("Content-Type".to_owned(), b"application/json".to_vec()),
    ]);
    let head = platform.head("POST", REGISTER, &headers, Framing::Length(events.len() as u64));
    let said = platform.ask(&head, events.as_bytes())?;
    Ok(said.head.headers.get(IDENTIFIER).filter(|_| said.head.status == 200).map(<[u8]>::to_vec))
}

fn prepare(variables: &Variables, subject: Subject) -> Result<(Settings, Arc<Events>), ExtensionError> {
    let settings = Settings::read(variables)?;
    let output = Arc::new(Lines::copy_of(&io::stdout())?);
    let events = Events::start(subject, sink(&settings.events, &output)?)?;
    Ok((settings, events))
}

fn fail(
    platform: &mut Platform,
    identifier: &[u8],
    target: &str,
    kind: &str,
    why: &ExtensionError,
) -> Result<Said, WireError> {
    let body = json!({"errorMessage": why.to_string(), "errorType": kind, "stackTrace": []}).to_string();
    let headers = Headers(vec![
        (IDENTIFIER.to_owned(), identifier.to_vec()),
        ("Lambda-Extension-Function-Error-Type".to_owned(), kind.as_bytes().to_vec()),
        ("Content-Type".to_owned(), b"application/json".to_vec()),
    ]);
    let head = platform.head("POST", target, &headers, Framing::Length(body.len() as u64));
    platform.ask(&head, body.as_bytes())
}

impl Extension {
    fn tell(&self, rule: &str, reason: String) {
        self.events.report(Occurrence {
            layer: Layer::Runtime,
            action: Action::Told,
            hostile: false,
            request_id: None,
            reason,
            rule: Some(rule.to_owned()),
            facts: Vec::new(),
        });
    }

    /// Asks for the platform's records; a platform without them is told, and no error.
    fn subscribe(&mut self) {
        let listening = match telemetry::listen(&self.events) {
            Ok(listening) => listening,
            Err(why) => {
                return self
                    .tell("telemetry", format!("the platform's records cannot be listened to: {why}"));
            }
        };
        let body = json!({
            "schemaVersion": "2022-12-13",
            "types": ["platform"],
            "buffering": {"maxItems": 1000, "maxBytes": 262_144, "timeoutMs": RECORDS_MS},
            "destination": {"protocol": "HTTP", "URI": listening},
        })
        .to_string();
        let headers = Headers(vec![
            (IDENTIFIER.to_owned(), self.identifier.clone()),
            ("Content-Type".to_owned(), b"application/json".to_vec()),
        ]);
        let head = self.platform.head("PUT", TELEMETRY, &headers, Framing::Length(body.len() as u64));
        match self.platform.ask(&head, body.as_bytes()) {
            Ok(said) if said.head.status == 200 => {}
            Ok(said) => {
                let status = said.head.status;
                self.tell("telemetry", format!("the platform gives no records of its own (status {status})"));
            }
            Err(why) => self.tell("telemetry", format!("the platform gives no records of its own: {why}")),
        }
    }

    /// The runtime runs by the first event; when nobody came, it runs without the guard.
    fn look_for_guard(&self) {
        if self.pair.as_ref().is_some_and(|pair| !pair.is_there()) {
            let why = "the runtime runs WITHOUT the guard: set `AWS_LAMBDA_EXEC_WRAPPER=/opt/buckler-exec`, or on `provided.*` rename the \
                       package's `bootstrap` to `bootstrap.function`";
            self.tell("guard-absent", why.to_owned());
        }
    }

    fn serve(&mut self) -> Result<(), ExtensionError> {
        let headers = Headers(vec![(IDENTIFIER.to_owned(), self.identifier.clone())]);
        let head = self.platform.head("GET", NEXT, &headers, Framing::None);
        let mut is_looked_for = true;
        loop {
            let said = self.platform.ask(&head, b"")?;
            if said.head.status != 200 {
                return Err(ExtensionError::Platform(format!(
                    "it answered with status {}",
                    said.head.status
                )));
            }
            let event: Value = serde_json::from_slice(&said.body.unwrap_or_default()).unwrap_or_default();
            if std::mem::take(&mut is_looked_for) {
                self.look_for_guard();
            }
            if event.get("eventType").and_then(Value::as_str) == Some("SHUTDOWN") {
                let why =
                    event.get("shutdownReason").and_then(Value::as_str).unwrap_or("no reason").to_owned();
                self.tell("shutdown", format!("the platform ends the environment: {why}"));
                let is_done = self.pair.as_ref().is_none_or(|pair| !pair.is_there() || pair.shut_down(&why));
                if !is_done {
                    self.tell(
                        "shutdown",
                        "the runtime's guard did not say that its last events have left".to_owned(),
                    );
                }
                // What the platform knows of the last invocation comes yet.
                std::thread::sleep(Duration::from_millis(RECORDS_MS + RECORDS_MS / 2));
                return Ok(());
            }
        }
    }
}
