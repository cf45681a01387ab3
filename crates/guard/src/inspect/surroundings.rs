//! What an inspector takes from outside: environment variables, and how keys are fetched.
use super::keys::Fetch;
use super::token::Tokens;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};

/// The environment of an inspector.
pub struct Surroundings {
    /// Environment variables of the function; some are secrets.
    pub variables: BTreeMap<String, String>,
    /// Keys are fetched by a thread beside the events.
    pub background: bool,
    pub(super) fetch: Fetch,
}

impl fmt::Debug for Surroundings {
    /// Values of variables may be secrets.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Surroundings")
            .field("variables", &self.variables.len())
            .finish_non_exhaustive()
    }
}

impl Surroundings {
    /// Of this process.
    #[must_use]
    pub fn of_process() -> Self {
        let text = |text: std::ffi::OsString| text.into_string().ok();
        let variables =
            std::env::vars_os().filter_map(|(name, value)| Some((text(name)?, text(value)?))).collect();
        Self { variables, background: true, fetch: crate::fetch::fetch }
    }

    /// With these variables, and keys fetched when an event needs them.
    #[must_use]
    pub fn of(variables: BTreeMap<String, String>) -> Self {
        Self { variables, background: false, fetch: crate::fetch::fetch }
    }

    /// Starts the thread that keeps keys fresh; none where there is nothing to fetch.
    pub(super) fn refresher(&self, tokens: &Arc<Tokens>) -> Option<Refresher> {
        if !self.background || !tokens.issuers.iter().any(|issuer| issuer.is_due(u64::MAX)) {
            return None;
        }
        let (sender, receiver) = sync_channel::<u64>(1);
        let tokens = Arc::clone(tokens);
        let work = move || {
            while let Ok(now) = receiver.recv() {
                tokens.issuers.iter().for_each(|issuer| issuer.refresh(now));
            }
        };
        // Without the thread events fetch the keys themselves.
        std::thread::Builder::new().name("keys".to_owned()).spawn(work).ok()?;
        let refresher = Refresher { sender };
        if let Some(now) = now() {
            refresher.ask(now);
        }
        Some(refresher)
    }
}

/// Seconds since 1970, for the keys that are fetched before the first event.
fn now() -> Option<u64> {
    #[expect(clippy::disallowed_methods, reason = "before the first event nobody says what time it is")]
    let now = std::time::SystemTime::now();
    now.duration_since(std::time::UNIX_EPOCH).ok().map(|since| since.as_secs())
}

/// The thread that keeps keys fresh.
#[derive(Debug)]
pub(super) struct Refresher {
    sender: SyncSender<u64>,
}

impl Refresher {
    /// Has keys fetched that are due.
    pub(super) fn tick(&self, tokens: &Tokens, now: u64) {
        if tokens.issuers.iter().any(|issuer| issuer.is_due(now)) {
            self.ask(now);
        }
    }

    fn ask(&self, now: u64) {
        // A full channel means that the thread is at it already.
        let _is_sent = self.sender.try_send(now).is_ok();
    }
}
