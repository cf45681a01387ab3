//! SnapStart: the end of the initialisation, and what is new behind it.
//!
//! No memory is kept: an environment runs its own initialisation, hears that it was restored, and goes on. What a function may not
//! take from its initialisation changes all the same: credentials, and the moment until which they hold.
use super::{Api, Phase, Stand, transition};
use crate::clock;
use crate::invocation::error_body;
use crate::plan::Function;
use crate::wire::{self, Reply};
use http::Request;
use hyper::body::Incoming;
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// What hooks after a restore have, as in Lambda.
const RESTORE_MS: u64 = 10_000;
/// How long credentials hold.
const CREDENTIALS_MS: u64 = 6 * 60 * 60 * 1000;

/// The role's credentials of one environment: others before and after the restore.
#[derive(Debug)]
pub(crate) struct Credentials {
    /// What the function proves with that it may ask.
    pub(crate) token: String,
    secret: Mutex<(String, String)>,
    is_restored: AtomicBool,
}

fn fresh() -> (String, String) {
    (clock::hex(&clock::random::<20>()), format!("local-{}", clock::hex(&clock::random::<24>())))
}

impl Credentials {
    pub(super) fn new() -> Self {
        Self {
            token: clock::hex(&clock::random::<24>()),
            secret: Mutex::new(fresh()),
            is_restored: AtomicBool::new(false),
        }
    }

    pub(super) fn answer(&self, request: &Request<Incoming>, function: &Function) -> Reply {
        if wire::header(request.headers(), "authorization") != Some(self.token.as_str()) {
            return wire::reply(
                404,
                "text/plain; charset=utf-8",
                "cannot get credentials for the provided token\n",
            );
        }
        let (secret, session) = self.secret.lock().unwrap_or_else(PoisonError::into_inner).clone();
        wire::json(
            200,
            &json!({"AccessKeyId": function.access_key, "SecretAccessKey": secret, "Token": session,
                "Expiration": clock::iso(clock::now_ms() + CREDENTIALS_MS)}),
        )
    }
}

impl Api {
    /// The runtime has initialised: its snapshot would be taken here, and is restored at once.
    pub(super) fn restore(self: &Arc<Self>) -> Reply {
        if !matches!(*self.stand(), Stand::Started) || self.credentials.is_restored.swap(true, Relaxed) {
            let stand = self.stand();
            return transition(stand.name(), "RuntimeRestoreReady");
        }
        *self.credentials.secret.lock().unwrap_or_else(PoisonError::into_inner) = fresh();
        self.telemetry.record("platform.restoreStart", json!({"runtimeVersion": self.function.runtime}));
        let api = Arc::clone(self);
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(RESTORE_MS)).await;
            let message = format!("the restore took longer than {} seconds", RESTORE_MS / 1000);
            let kind = "SnapStartTimeoutException".to_owned();
            let body = error_body(&kind, &message);
            api.phase.send_if_modified(|phase| {
                let is_late = *phase == Phase::Starting;
                if is_late {
                    *phase = Phase::Broken { kind, body };
                }
                is_late
            });
        });
        wire::reply(200, "application/json", "")
    }
}
